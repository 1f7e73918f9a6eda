"""What became of every row of one draw, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    One draw and its rows.

    Attributes
    ----------
    kind
        ``open``, ``targeted``, ``external``, or empty where it cannot be read.
    state
        As `Draw.state` says.
    committed_on, drawn_on, commitment_digest, seed
        As the draw's documents say; empty where there is none, or it cannot be read.
    rows
        Number of rows by what they are: ``imported``, ``quarantined`` and ``released`` before the commitment, as the
        log tells; ``register``, ``out:…`` by reason, ``pool``, ``drawn``, ``not_drawn``, ``counting``. What the record
        does not tell is left out.
    """

    draw_id: str
    kind: str = ""
    state: str = ""
    committed_on: str = ""
    drawn_on: str = ""
    commitment_digest: str = ""
    seed: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool | None:
        """Whether no row is missing between register, pool and list; None where the record does not tell of them."""
        rows = self.rows
        out = sum(number for name, number in rows.items() if name.startswith("out:"))
        sums = [rows["register"] == out + rows["pool"]] if {"register", "pool"} <= rows.keys() else []
        if "not_drawn" in rows:
            sums.append(rows["pool"] == rows["drawn"] + rows["not_drawn"])
        return all(sums) if sums else None

    def document(self) -> dict[str, Any]:
        """The account for machines."""
        names = ("draw_id", "kind", "state", "committed_on", "drawn_on", "commitment_digest", "seed")
        return {**{name: getattr(self, name) for name in names}, "rows": dict(self.rows), "adds_up": self.adds_up}
