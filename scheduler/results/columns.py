"""Results as columns: one position for one category found for one item in one visit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import compress
from typing import TypeAlias

from scheduler.draw.hashing import content_digest

VisitKey: TypeAlias = tuple[str, str]  # draw id, firm id
ItemKey: TypeAlias = tuple[str, str, str]  # draw id, firm id, item id


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumns:
    """
    Results of a bulk, shape (n,) each, in any order.

    Attributes
    ----------
    draw_id, firm_id, item_id
        Visit and item.
    category
        Code of what was found; several positions of one item may hold.
    inspected_on
        Day the check of the item ended.
    note
        Evidence and remarks, internal.
    """

    draw_id: Sequence[str]
    firm_id: Sequence[str]
    item_id: Sequence[str]
    category: Sequence[str]
    inspected_on: Sequence[date]
    note: Sequence[str]

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, entry.name)) for entry in fields(self)}
        if len(lengths) != 1:
            raise ValueError(f"expected columns of one length, got {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.firm_id)

    def visits(self) -> Iterable[VisitKey]:
        """Visit of each position."""
        return zip(self.draw_id, self.firm_id, strict=True)

    def items(self) -> Iterable[ItemKey]:
        """Visit and item of each position."""
        return zip(self.draw_id, self.firm_id, self.item_id, strict=True)

    def where(self, keep: Sequence[bool]) -> ResultColumns:
        """Positions that are to be kept."""
        return ResultColumns(**{entry.name: list(compress(getattr(self, entry.name), keep)) for entry in fields(self)})

    def with_rows_of(self, other: ResultColumns) -> ResultColumns:
        """These positions and then those of another bulk."""
        return ResultColumns(
            **{entry.name: [*getattr(self, entry.name), *getattr(other, entry.name)] for entry in fields(self)}
        )

    def digest(self) -> str:
        """SHA-256 over all positions, whatever their order; empty where there is none."""
        if not len(self):
            return ""
        notes = [content_digest(note.encode("utf-8")) if note else "" for note in self.note]
        days = {day: day.isoformat() for day in set(self.inspected_on)}
        texts = [days[day] for day in self.inspected_on]
        rows = zip(self.draw_id, self.firm_id, self.item_id, self.category, texts, notes, strict=True)
        return content_digest("\n".join(sorted(map("\t".join, rows))).encode("utf-8"))
