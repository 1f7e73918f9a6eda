"""The command `audit explain`: the firm learns what is public and nothing else, the auditor all, on record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

import cli
from scheduler.commands.explain_words import auditor_lines, firm_lines
from scheduler.workflow.explaining import explain_to_auditor, explain_to_firm
from scheduler.workflow.workspace import Workspace, open_workspace

Run = Callable[..., tuple[int, str, str]]
Row = dict[str, str]
PUBLIC = {
    *("draw_id", "kind", "committed_on", "drawn_on", "void_reason", "state", "pool_firms", "pool_drawn"),
    *("ticket", "rank", "tasks"),
}


@pytest.fixture
def workspace(city: Path) -> Iterator[Workspace]:
    """Its workspace, at the end of the year."""
    opened = open_workspace(city / "workspace", actor="auditor", now=datetime(2026, 12, 30, 9, tzinfo=cli.CHINA))
    yield opened
    opened.store.close()


@pytest.fixture
def run(call: Run, city: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `audit explain` on the city: exit status, stdout, stderr."""
    monkeypatch.setenv("DOUBLE_RANDOM_WORKSPACE", str(city / "workspace"))
    return partial(call, "audit", "explain")


def rows(city: Path, name: str, kind: str = "audit", draw_id: str = "2026-2-1") -> list[Row]:
    """Rows of a table of a draw's record."""
    lines = (city / "records" / kind / "draws" / draw_id / name).read_text(encoding="utf-8").splitlines()
    return [dict(zip(lines[0].split("\t"), line.split("\t"), strict=True)) for line in lines[1:]]


def internal_words(city: Path) -> list[str]:
    """Strata and salted tickets' parts, which no answer to a firm may hold."""
    return sorted({row["stratum"] for row in rows(city, "allocation.tsv")})


def test_auditor_reads_what_the_record_says(workspace: Workspace, city: Path) -> None:
    """Of every 90th firm: tier, stratum, rank and package are those of the audit record."""
    selected = {row["firm_id"]: row for row in rows(city, "selected.tsv")}
    quotas = {}
    for row in rows(city, "quotas.tsv"):
        quotas[row["stratum"]] = quotas.get(row["stratum"], 0) + int(row["quota"])
    for row in rows(city, "register.tsv")[::90]:
        answer = explain_to_auditor(workspace, row["firm_id"])
        standing = next(entry.standing for entry in answer.rounds if entry.told.draw_id == "2026-2-1")
        assert standing is not None
        assert (standing.disposition, standing.classification["tier"]) == (row["disposition"], row["tier"])
        assert standing.package == selected.get(row["firm_id"], {"package": ""})["package"]
        if standing.in_pool:
            assert standing.ticket is not None
            assert standing.ticket.num_drawn == quotas[row["disposition"]]
            assert (standing.ticket.rank <= standing.ticket.num_drawn) == (row["firm_id"] in selected)
            assert (standing.ticket.ticket <= standing.ticket.last_drawn) == (row["firm_id"] in selected)
    chosen = next(row for row in selected.values())
    lines = "\n".join(auditor_lines(explain_to_auditor(workspace, chosen["firm_id"]).rounds[1]))
    assert chosen["stratum"] in lines


def test_firm_learns_nothing_internal(workspace: Workspace, city: Path) -> None:
    """Firms of different tiers whose public facts are the same are told the same, word for word."""
    told: dict[tuple[str, ...], set[str]] = {}
    tiers: dict[tuple[str, ...], set[str]] = {}
    forbidden = internal_words(city)
    for row in rows(city, "register.tsv")[::40]:
        answer = explain_to_firm(workspace, row["firm_id"])
        entry = answer.rounds[1]
        words = "\n".join(firm_lines(entry))
        facts = (entry.state, *entry.tasks)
        told.setdefault(facts, set()).add(words)
        tiers.setdefault(facts, set()).add(row["tier"])
        assert entry.ticket == ""
        assert not any(stratum in words for stratum in forbidden)
        assert not re.search(r"\btier\b|\bstrat|\bscore|\bchance\b|\bsalt", words)
    assert all(len(words) == 1 for words in told.values())
    assert max(len(found) for found in tiers.values()) >= 3  # so firms of three tiers or more were told the same


def test_states_of_a_firm(workspace: Workspace, city: Path) -> None:
    """Drawn, not drawn, not an enterprise, and drawn before: each has its sentence."""
    opened = {row["firm_id"]: row["disposition"] for row in rows(city, "register.tsv", draw_id="2026-1-1")}
    drawn = rows(city, "drawn.tsv", draw_id="2026-1-1")[0]["firm_id"]
    other = next(firm for firm, disposition in opened.items() if disposition == "out:type")
    status = next(firm for firm, disposition in opened.items() if disposition == "out:status")
    unlucky = next(
        f
        for f, d in opened.items()
        if d == "open" and f not in {r["firm_id"] for r in rows(city, "drawn.tsv", draw_id="2026-1-1")}
    )
    states = [explain_to_firm(workspace, firm).rounds[0].state for firm in (drawn, unlucky, other, status)]
    assert states == ["drawn", "not_drawn", "out_type", "out_status"]
    assert explain_to_firm(workspace, drawn).rounds[1].state == "out_other"


def test_firm_can_compute_its_open_ticket(run: Run, city: Path) -> None:
    """The ticket told in the open round is the one that the specification gives, and its rank fits the list."""
    from hashlib import sha256

    seed = json.loads((city / "records/public/draws/2026-1-1/ceremony.json").read_text())["seed"]
    drawn = rows(city, "drawn.tsv", "public", "2026-1-1")
    firm = drawn[0]["firm_id"]
    status, out, _err = run(f" {firm.lower()} ", "--json")
    entry = json.loads(out)["rounds"][0]
    assert status == 0
    assert entry["ticket"] == sha256(f"double-random/1/ticket|{seed}|{firm}".encode()).hexdigest()
    assert 1 <= entry["rank"] <= len(drawn)
    assert entry["tasks"]


def test_answers_are_marked_and_pages_written(run: Run, city: Path, tmp_path: Path) -> None:
    """The auditor's bears the mark in both languages, the firm's does not; pages hold what the terminal says."""
    firm = rows(city, "drawn.tsv", "public")[0]["firm_id"]
    status, out, _err = run(firm, "--for", "auditor", lang="zh")
    assert (status, out.startswith("内部资料")) == (0, True)
    assert "所在层" in out
    status, out, _err = run(firm, lang="zh")
    assert status == 0
    assert "该户被抽中" in out
    assert not [word for word in ("内部资料", "层", "分类", "概率", "评级", "规则 ", " 分；") if word in out]
    told = json.loads(run(firm, "--json")[1])
    assert set(told) == {"firm_id", "firm_name", "rounds", "coming"}
    assert set().union(*told["rounds"]) == PUBLIC
    for reader, marked in (("firm", False), ("auditor", True)):
        page = tmp_path / f"{reader}.html"
        assert run(firm, "--for", reader, "--html", page, lang="zh")[0] == 0
        text = page.read_text(encoding="utf-8")
        assert ("内部资料" in text) == marked
        assert "该户被抽中" in text
    assert "internal" in json.loads(run(firm, "--for", "auditor", "--json")[1])


def test_unknown_code_is_refused(run: Run) -> None:
    """A mistyped code is said to be one, for both readers."""
    for reader in ("firm", "auditor"):
        status, _out, err = run("91371000MA", "--for", reader)
        assert status == 1
        assert "got a code nobody knows" in err
