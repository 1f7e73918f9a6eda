"""The files `visits.tsv` and `officers.json` of a record (specification, sections 2 and 8.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from scheduler.draw.canonical import document_bytes, table_bytes
from scheduler.teams.needs import PackageNeeds

VISITS_NAME = "visits.tsv"
OFFICERS_NAME = "officers.json"
VISIT_COLUMNS = ("firm_id", "team_id", "visit_on", "exception")


def visits_bytes(
    firm_ids: Sequence[str], team_ids: Sequence[str], days: Sequence[date | None], exceptions: Sequence[str]
) -> bytes:
    """
    The file `visits.tsv`.

    Parameters
    ----------
    firm_ids, team_ids, days, exceptions
        Columns of one length in any order; a visit without team or day has an empty one.
    """
    rows = zip(firm_ids, team_ids, [day.isoformat() if day else "" for day in days], exceptions, strict=True)
    return table_bytes(VISIT_COLUMNS, sorted(rows))


def exception_text(codes: Iterable[str]) -> str:
    """
    Several exceptions of one visit as one cell.

    Examples
    --------
    >>> exception_text(["overload", "borrowed"])
    'borrowed;overload'
    """
    return ";".join(sorted(str(code) for code in codes))


def officers_bytes(
    *,
    draw_id: str,
    drawn_on: date,
    seed: str,
    visits_per_team_day: int,
    working_days: Iterable[date],
    unknown_years: Iterable[int],
    needs: Mapping[str, PackageNeeds],
) -> bytes:
    """The file `officers.json`: what the draw of officers went by, beside roster and recusals."""
    return document_bytes(
        {
            "format": 1,
            "draw_id": draw_id,
            "drawn_on": drawn_on.isoformat(),
            "seed": seed,
            "visits_per_team_day": visits_per_team_day,
            "working_days": [day.isoformat() for day in working_days],
            "unknown_years": list(unknown_years),
            "packages": [needs[package].document() for package in sorted(needs)],
        }
    )
