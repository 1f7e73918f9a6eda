"""
A tiny year, made by hand from the specification: a voided attempt, an open draw with results, a commitment that waits,
a list drawn elsewhere. `make_inputs` makes the same year with as many firms as wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from scheduler.draw.canonical import document_bytes, table_bytes
from scheduler.draw.commitment import SEALED_FILES
from scheduler.draw.draw_log import DrawEvent, draw_log_head
from scheduler.draw.hashing import content_digest, digest, message
from scheduler.draw.tree import leaf_hash, tree_root
from scheduler.publication.inputs import (
    AuditDraw,
    AuditInputs,
    DistrictName,
    LogRow,
    PublicDraw,
    PublicInputs,
    PublicTask,
    ResultColumns,
    RoundFacts,
    YearFacts,
)
from scheduler.publication.records import DRAWN_COLUMNS
from scheduler.registry.codes import ItemKind
from scheduler.registry.items import InspectionItem
from tests import made_up_lists

SECRET = b"\x01" * 32
OFFICER_SECRET = b"\x02" * 32
VALUES = [{"name": "体彩 排列5 第26050期", "value": "73190"}, {"name": "beacon's pulse", "value": "ab12"}]


def firm_id_of(number: int) -> str:
    """A made-up code; the check character is not computed, because nothing here looks at it."""
    return f"91371000MA{number:08d}"


def commitment_of(
    draw_id: str, kind: str, firm_ids: list[str], counting: int, package: str, draw_log_head: str = ""
) -> dict[str, bytes]:
    """Frozen public files of a commitment, leaves as in an open round; with the draw log's head if it is given."""
    leaves = [leaf_hash(message("leaf", draw_id, firm_id)) for firm_id in firm_ids]
    pool = table_bytes(("firm_id", "leaf"), [(firm, leaf.hex()) for firm, leaf in zip(firm_ids, leaves, strict=True)])
    commitment = {
        "format": 1,
        "bureau": "371000",
        "year": 2026,
        "draw_id": draw_id,
        "kind": kind,
        "committed_on": "2026-02-10",
        "window": {"starts_on": "2026-03-02", "ends_on": "2026-05-29"},
        "counting_visits": counting,
        "package": package,
        "pool": {"num_firms": len(firm_ids), "root": tree_root(leaves).hex()},
        "secret": digest("secret", SECRET.hex()),
        "officer_secret": digest("officer-secret", OFFICER_SECRET.hex()),
        "sealed": dict.fromkeys(SEALED_FILES, "0" * 64),
        "entropy": [
            {"name": VALUES[0]["name"], "spoken_on": "2026-02-20", "bits": 16},
            {"name": VALUES[1]["name"], "spoken_on": "2026-02-21", "bits": 512},
        ],
        "day_value": {"name": "人民日报 2026-02-10 头版", "value": "8061"},
        "drawn_before": [],
        "software": "double-random 0.1.0",
        "log_head": "0" * 64,
        **({"draw_log_head": draw_log_head} if draw_log_head else {}),
    }
    return {"commitment.json": document_bytes(commitment), "pool.tsv": pool}


def drawn_table(firm_ids: list[str], names: Callable[[str], str], package: str) -> bytes:
    """A drawn list."""
    return table_bytes(
        DRAWN_COLUMNS, [(firm, names(firm), "威海市市场监督管理局", package, "1") for firm in sorted(firm_ids)]
    )


def ceremony_of(draw_id: str, kind: str, status: str, commitment: bytes, drawn: bytes) -> bytes:
    """Protocol of a draw that was drawn."""
    committed = digest("commitment", content_digest(commitment))
    entropy = content_digest(document_bytes({"entropy": VALUES}))
    rows = drawn.count(b"\n") - 1
    return document_bytes(
        {
            "format": 1,
            "draw_id": draw_id,
            "kind": kind,
            "status": status,
            "void_reason": "名录库更新 <b>before</b> the lot" if status == "voided" else "",
            "drawn_on": "2026-02-21",
            "commitment_digest": committed,
            "entropy": VALUES,
            "seed": digest("seed", committed, entropy),
            "num_drawn": rows,
            "num_counting": rows,
            "drawn_digest": content_digest(drawn),
            "drawn_root": tree_root([leaf_hash(row) for row in drawn.split(b"\n")[1:-1]]).hex(),
        }
    )


def open_draw(
    draw_id: str, firm_ids: list[str], counting: int, names: Callable[[str], str], status: str = "drawn"
) -> dict[str, bytes]:
    """All public files of an open draw, drawn as the specification says."""
    files = commitment_of(draw_id, "open", firm_ids, counting, "T01+T02")
    committed = digest("commitment", content_digest(files["commitment.json"]))
    seed = digest("seed", committed, content_digest(document_bytes({"entropy": VALUES})))
    drawn = sorted(firm_ids, key=lambda firm: (digest("ticket", seed, firm), firm))[:counting]
    files["drawn.tsv"] = drawn_table(drawn, names, "T01+T02")
    files["ceremony.json"] = ceremony_of(draw_id, "open", status, files["commitment.json"], files["drawn.tsv"])
    return files


def results_of(drawn: bytes, every: int) -> ResultColumns:
    """Results of the firms of a list but every so-manieth: two items without a problem, one with two."""
    firms = [line.split("\t")[0] for line in drawn.decode().splitlines()[1:]]
    reported = [firm for position, firm in enumerate(firms) if position % every]
    rows = []
    for firm in reported:
        rows += [
            (firm, "G01", "no_problem"),
            (firm, "G02", "no_problem"),
            (firm, "K01", "not_published"),
            (firm, "K01", "ordered_to_correct"),
        ]
    return ResultColumns(
        firm_id=[row[0] for row in rows],
        item_id=[row[1] for row in rows],
        category=[row[2] for row in rows],
        inspected_on=["2026-03-05"] * len(rows),
    )


def item(item_id: str, name: str, kind: ItemKind) -> InspectionItem:
    """One item of the list."""
    return made_up_lists.item(
        item_id,
        category="登记事项检查",
        name=name,
        object_description="企业、个体工商户、农民专业合作社",
        kind=kind,
        department="市场监管部门",
        basis="《企业信息公示暂行条例》",
        ratio_text="每年抽查比例不低于3%",
        effort_minutes=20,
    )


def task(task_id: str, name: str, item_ids: tuple[str, ...], full_coverage: bool = False) -> PublicTask:
    """One task of the year."""
    return PublicTask(
        task_id=task_id,
        name=name,
        item_ids=item_ids,
        object_types=("enterprise",),
        districts=("371002",),
        industries=("F52",),
        libraries=(),
        full_coverage=full_coverage,
        ratio_min_micro=0,
        ratio_max_micro=80_000,
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 11, 30),
        initiator="市场监管局",
        partners=("税务局", "人社局"),
        mode="市抽县（区）查",
        note="",
    )


def event_of(action: str, draw_id: str, files: dict[str, bytes]) -> DrawEvent:
    """Entry of the draw log about a draw."""
    said = content_digest(files["commitment.json" if action == "commit" else "ceremony.json"])
    return DrawEvent(action=action, draw_id=draw_id, digest=digest("commitment", said) if action == "commit" else said)


def make_inputs(
    num_pool: int, num_drawn: int, names: Callable[[str], str] = lambda firm: f"威海{firm[-4:]}商贸有限公司"
) -> PublicInputs:
    """A year with an open round of so many firms drawn from so many."""
    firm_ids = [firm_id_of(number) for number in range(num_pool)]
    first = open_draw("2026-1-1", firm_ids, num_drawn, names, status="voided")
    second = open_draw("2026-1-2", firm_ids, num_drawn, names)
    told = [
        event_of("commit", "2026-1-1", first),
        DrawEvent(action="draw", draw_id="2026-1-1", digest="5" * 64),  # the ceremony before it was voided
        event_of("void", "2026-1-1", first),
        event_of("commit", "2026-1-2", second),
    ]
    waiting = commitment_of("2026-2-1", "targeted", firm_ids, num_drawn, "", draw_log_head(told))
    elsewhere = {"drawn.tsv": drawn_table([firm_id_of(9_000_000)], names, "T02")}
    elsewhere["ceremony.json"] = document_bytes(
        {
            "format": 1,
            "draw_id": "2026-X1-1",
            "kind": "external",
            "status": "drawn",
            "void_reason": "",
            "drawn_on": "2026-01-15",
            "commitment_digest": "",
            "entropy": [],
            "seed": "",
            "num_drawn": 1,
            "num_counting": 1,
            "drawn_digest": content_digest(elsewhere["drawn.tsv"]),
        }
    )
    told += [
        event_of("commit", "2026-2-1", waiting),
        event_of("draw", "2026-1-2", second),
        event_of("import", "2026-X1-1", elsewhere),
    ]
    return PublicInputs(
        draw_log=tuple(told),
        year=YearFacts(
            bureau="371000",
            bureau_name="威海市市场监督管理局（示例）",
            bureau_name_en="Weihai Administration for Market Regulation (made-up example)",
            year=2026,
            base_date=date(2026, 1, 1),
            num_enterprises=num_pool,
            target=num_drawn * 4,
            target_ratio_micro=80_000,
            districts=(
                DistrictName(
                    code="371002",
                    name="环翠区",
                    name_en="Huancui",
                    local=False,
                    num_enterprises=num_pool - 2,
                    drawn_enterprises=num_drawn,
                ),
                DistrictName(code="3710-BZ", name="综合保税区", name_en="Bonded Zone", local=True, num_enterprises=1),
            ),
            elsewhere=(1, 1),
            rounds=(
                RoundFacts(
                    number=2, kind="targeted", starts_on=date(2026, 6, 1), ends_on=date(2026, 8, 31), counting_visits=5
                ),
                RoundFacts(
                    number=1, kind="open", starts_on=date(2026, 3, 2), ends_on=date(2026, 5, 29), counting_visits=9
                ),
                RoundFacts(
                    number=3, kind="targeted", starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 30), counting_visits=7
                ),
            ),
        ),
        items=(
            item("K01", "年度报告公示信息的检查", ItemKind.KEY),
            item("G01", "营业执照（登记证）规范使用情况的检查", ItemKind.GENERAL),
            item("G02", "名称规范使用情况的检查", ItemKind.GENERAL),
        ),
        tasks=(
            task("T02", "加油站成品油质量抽查", ("K01",), full_coverage=True),
            task("T01", "企业登记事项与公示信息抽查", ("G01", "G02")),
        ),
        draws=(
            PublicDraw(draw_id="2026-1-2", files=second, results=results_of(second["drawn.tsv"], 3)),
            PublicDraw(draw_id="2026-1-1", files=first),
            PublicDraw(draw_id="2026-X1-1", files=elsewhere),
            PublicDraw(draw_id="2026-2-1", files=waiting),
        ),
    )


def make_audit_inputs() -> AuditInputs:
    """What auditors see beyond it: words that must never be public, each of them unlike anything else."""
    sealed = {
        "register.tsv": b"firm_id\ttier\tdisposition\n1\tTIER-D\tSTRATUM-X\n",
        "allocation.tsv": b"stratum\nSTRATUM-X\n",
        "roster.tsv": b"officer_id\nOFFICER-7\n",
        "teams.tsv": b"team_id\nTEAM-9\n",
        "policy.toml": b"format = 1\n",
    }
    return AuditInputs(
        log=(
            LogRow(
                number=1,
                at="2026-01-02T09:00:00+08:00",
                actor="ACTOR-张",
                action="import firms",
                detail='{\n  "b": 1,\n  "a": "威"\n}\n',
                before="",
                after="1" * 64,
                previous_hash="0" * 64,
                entry_hash="2" * 64,
            ),
        ),
        draws=(
            AuditDraw(draw_id="2026-1-2", files=sealed, secret=SECRET, officer_secret=OFFICER_SECRET),
            AuditDraw(draw_id="2026-2-1", files={"register.tsv": b"x\n"}, secret=SECRET, officer_secret=OFFICER_SECRET),
            AuditDraw(draw_id="2026-X1-1", files={}, secret=None, officer_secret=OFFICER_SECRET),
        ),
    )
