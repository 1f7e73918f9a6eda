"""
Rebuilds data/golden/proofs.json, firms' proofs with full digits: ``python tests/draw/make_proof_golden.py``.

They speak of the targeted draw of data/golden/draw-1.json: a firm drawn, one that was not, with its chance and the
threshold of its stratum opened, and one that was not in the pool. Those of format 1 in proofs-1.json stay as they were.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from scheduler.draw.canonical import document_bytes, parse_document  # noqa: E402
from scheduler.draw.ceremony import Ceremony  # noqa: E402
from scheduler.draw.hashing import content_digest  # noqa: E402
from scheduler.draw.proof import Chance, ProvenDraw, firm_proof, list_root  # noqa: E402
from scheduler.draw.seed import PublicValue  # noqa: E402
from scheduler.draw.thresholds import greatest_tickets, outcome_root  # noqa: E402
from scheduler.registry.codes import RoundKind  # noqa: E402

PATH = REPOSITORY / "data" / "golden" / "proofs.json"
DRAWS = REPOSITORY / "data" / "golden" / "draw-1.json"
STRANGER = "91371000MA3C000004"


def vectors() -> dict[str, Any]:
    """All vectors."""
    golden = parse_document(DRAWS.read_bytes(), DRAWS.name)
    draw, secret = golden["targeted"], bytes.fromhex(golden["secret"])
    drawn = draw["drawn.tsv"].encode("utf-8")
    pool = [row.split("\t")[0] for row in draw["pool.tsv"].splitlines()[1:]]
    ticket = dict(zip(pool, draw["tickets"], strict=True))
    selected = [row.split("\t")[:2] for row in draw["selected.tsv"].splitlines()[1:]]
    strata = [row.split("\t")[0] for row in draw["allocation.tsv"].splitlines()[1:]]
    thresholds = greatest_tickets(strata, ((stratum, ticket[firm]) for firm, stratum in selected))
    ceremony = Ceremony(
        draw_id=draw["commitment"]["draw_id"],
        kind=RoundKind.TARGETED,
        drawn_on=date(2026, 2, 20),
        commitment_digest=draw["commitment_digest"],
        entropy=tuple(PublicValue(name=value["name"], value=value["value"]) for value in draw["entropy"]),
        seed=draw["seed"],
        num_drawn=drawn.count(b"\n") - 1,
        num_counting=drawn.count(b"\t1\n"),
        drawn_digest=content_digest(drawn),
        drawn_root=list_root(drawn),
        outcome_root=outcome_root(draw["commitment"]["draw_id"], secret, thresholds),
    )
    listed = [row.split("\t")[0] for row in draw["drawn.tsv"].splitlines()[1:]]
    chance = Chance(stratum="371002/enterprise/A/T01+T02", chance_micro=2_000_000, chance_firms=4)  # the first four

    def proof(firm_id: str, *, open_chance: bool = False) -> dict[str, Any]:
        proven = ProvenDraw(
            commitment=draw["commitment"],
            ceremony=ceremony.document(),
            pool=draw["pool.tsv"].encode("utf-8"),
            drawn=drawn,
            secret=secret,
            chance=chance if firm_id in pool else None,
            thresholds=thresholds,
        )
        return dict(json.loads(firm_proof(firm_id, [proven], open_chance=open_chance)))

    first = pool[:4]
    return {
        "format": 2,
        "proofs": {
            "drawn": proof(next(firm for firm in first if firm in listed)),
            "not_drawn": proof(next(firm for firm in first if firm not in listed), open_chance=True),
            "not_in_pool": proof(STRANGER),
        },
    }


if __name__ == "__main__":
    PATH.write_bytes(document_bytes(vectors()))
