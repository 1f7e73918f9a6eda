"""
Rebuilds data/golden/draw-1.json, the vectors of format 1 with full digits: ``python tests/draw/make_draw_golden.py``.

They change only with the format's number; the tests compare them with what the room computes today.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

import numpy as np  # noqa: E402

from scheduler.allocation.cells import Cell  # noqa: E402
from scheduler.draw.bulk import hex_fields  # noqa: E402
from scheduler.draw.canonical import document_bytes  # noqa: E402
from scheduler.draw.commitment import SEALED_FILES, Commitment, seal_files, secret_digests  # noqa: E402
from scheduler.draw.files import (  # noqa: E402
    allocation_table,
    drawn_table,
    pool_table,
    quotas_table,
    selected_table,
)
from scheduler.draw.hashing import digest, keyed_digest, message  # noqa: E402
from scheduler.draw.pool import firm_salts, open_pool, targeted_pool  # noqa: E402
from scheduler.draw.quotas import counting_visits, draw_quotas  # noqa: E402
from scheduler.draw.seed import EntropySource, PublicValue, draw_seed  # noqa: E402
from scheduler.draw.selection import select  # noqa: E402
from scheduler.draw.tickets import open_tickets, targeted_tickets  # noqa: E402
from scheduler.draw.tree import leaf_hash, tree_root  # noqa: E402
from scheduler.registry.codes import RoundKind  # noqa: E402

PATH = REPOSITORY / "data" / "golden" / "draw-1.json"
SECRET, OFFICER_SECRET = bytes(range(32)), bytes(range(32, 64))
FIRMS = tuple(f"91371000MA3C{number:06d}" for number in (2, 3, 5, 7, 11, 13, 17))
STRATA = ("371002/enterprise/A/T01+T02", "371002/enterprise/D/T01", "371082/individual/B/T02")
STRATUM = (0, 0, 0, 0, 1, 1, 2)
ENTROPY = (PublicValue(name="beacon", value="8a3f+C4/09"), PublicValue(name="骰子", value="1-5:2.6_3"))


def cells() -> tuple[Cell, ...]:
    """Four cells: two ordinary ones in one stratum, one without visits, one that takes a rest."""
    rows = (
        (STRATA[0], "T01", True, False, 4, 1_400_000),
        (STRATA[0], "T01+T02", True, False, 4, 600_000),
        (STRATA[1], "T01", True, False, 2, 0),
        (STRATA[2], "T02", False, True, 1, 1_000_000),
    )
    names = ("stratum", "package", "counting", "rest", "num_firms", "visits_micro")
    return tuple(Cell(**dict(zip(names, row, strict=True))) for row in rows)  # type: ignore[arg-type]


def open_cells() -> tuple[Cell, ...]:
    """The one cell of an open round: three of the seven firms."""
    return (Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=7, visits_micro=3_000_000),)


def vectors() -> dict[str, Any]:
    """All vectors."""
    return {
        "format": 1,
        "message": message("ticket", "ab12", FIRMS[0]).decode("ascii"),
        "digest": digest("ticket", "ab12", FIRMS[0]),
        "keyed_digest": keyed_digest(SECRET, "salt", "2026-2-1", FIRMS[0]),
        "secret": SECRET.hex(),
        "officer_secret": OFFICER_SECRET.hex(),
        "roots": [tree_root([leaf_hash(bytes([index])) for index in range(size)]).hex() for size in range(9)],
        "open": draw_vectors(RoundKind.OPEN),
        "targeted": draw_vectors(RoundKind.TARGETED),
    }


def draw_vectors(kind: RoundKind) -> dict[str, Any]:
    """One draw from the pool to the lists."""
    is_open = kind is RoundKind.OPEN
    draw_id = "2026-1-1" if is_open else "2026-2-1"
    ids = np.array(FIRMS, dtype="S18")
    stratum = np.zeros(7, dtype=np.int32) if is_open else np.array(STRATUM, dtype=np.int32)
    plan = open_cells() if is_open else cells()
    pool = open_pool(draw_id, ids) if is_open else targeted_pool(draw_id, SECRET, ids, stratum, STRATA)
    files = {name: name.encode("ascii") for name in SEALED_FILES} | {"allocation.tsv": allocation_table(plan)}
    secret, officer_secret = secret_digests(SECRET, OFFICER_SECRET)
    commitment = Commitment(
        bureau="371000",
        year=2026,
        draw_id=draw_id,
        kind=kind,
        committed_on=date(2026, 2, 10),
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 5, 29),
        counting_visits=counting_visits(plan),
        package="T01" if is_open else "",
        num_firms=len(pool),
        root=pool.root,
        secret=secret,
        officer_secret=officer_secret,
        sealed=seal_files(SECRET, files),
        entropy=tuple(EntropySource(name=value.name, spoken_on=date(2026, 2, 20), bits=32) for value in ENTROPY),
        day_value=PublicValue(name="index", value="3301.27"),
        drawn_before=() if is_open else ("2026-1-1",),
        software="double-random 0.1.0",
        log_head="0" * 64,
    )
    seed = draw_seed(commitment.digest, ENTROPY)
    salts = firm_salts(draw_id, SECRET, ids)
    tickets = open_tickets(seed, ids) if is_open else targeted_tickets(seed, salts, ids)
    quotas = draw_quotas(kind, plan, seed)
    selection = select(tickets, stratum, plan, quotas)
    return {
        "commitment": commitment.document(),
        "commitment_digest": commitment.digest,
        "entropy": [value.document() for value in ENTROPY],
        "seed": seed,
        "salts": [] if is_open else texts(salts),
        "tickets": texts(tickets),
        "pool.tsv": pool_table(pool).decode("utf-8"),
        "allocation.tsv": files["allocation.tsv"].decode("utf-8"),
        "quotas.tsv": quotas_table(plan, quotas).decode("utf-8"),
        "selected.tsv": selected_table(ids, selection, plan).decode("utf-8"),
        "drawn.tsv": drawn_table(ids, selection, plan, dict.fromkeys(FIRMS, ("示例企业", "示例机关"))).decode("utf-8"),
    }


def texts(digests: Any) -> list[str]:
    """Digests as text."""
    return [field.decode("ascii") for field in hex_fields(digests)]


if __name__ == "__main__":
    PATH.write_bytes(document_bytes(vectors()))
