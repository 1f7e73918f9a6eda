"""
Moves specialised ratings and overrides in and out of the tables, as of a date.

Nothing is ever removed: a newer rating takes the place of an older one from its day on, an override that ends keeps its
row with the day, the person and the reason of its end. So any earlier day can be looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa

from models.store import insert_columns, read_columns
from models.tables import Rating, TierOverride, table_of
from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Frame
from scheduler.risk.bins import Bins
from scheduler.risk.classify import Places
from scheduler.risk.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """
    A tier given by hand.

    Attributes
    ----------
    kind
        ``manual``, or ``objection`` where an objection 异议 was upheld.
    starts_on, valid_until
        First and last day.
    ended_on
        First day on which it holds no more, where it was ended before its time.
    """

    override_id: int
    firm_id: str
    kind: str
    tier: str
    reason: str
    author: str
    starts_on: date
    valid_until: date
    ended_on: date | None = None
    ended_by: str = ""
    end_reason: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.starts_on <= day <= self.valid_until and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """
    Ratings as classification takes them.

    Attributes
    ----------
    grades
        Grade by firm of the frame and matrix of the scorecard, from 1; 0 for none, shape (n, m).
    without_matrix
        Ratings in force that the scorecard has no matrix for, by name: firms.
    """

    grades: Bins
    without_matrix: dict[str, int]


def load_grades(connection: sa.Connection, frame: Frame, scorecard: Scorecard, as_of: date) -> Grades:
    """
    Ratings in force on a day: of each firm and rating the newest, unless it has run out.

    Raises
    ------
    PolicyError
        If a firm has a grade that the matrix of its rating does not know.
    """
    table = table_of(Rating)
    statement = sa.select(table.c.firm_id, table.c.rating, table.c.grade, table.c.rated_on, table.c.valid_until).where(
        table.c.rated_on <= as_of
    )
    newest: dict[tuple[str, str], tuple[date, str, date | None]] = {}
    for firm_id, rating, grade, rated_on, valid_until in zip(*read_columns(connection, statement), strict=True):
        known = newest.get((firm_id, rating))
        if known is None or rated_on > known[0]:
            newest[firm_id, rating] = (rated_on, grade, valid_until)
    grades = np.zeros((len(frame), len(scorecard.matrices)), dtype=np.uint8)
    places = {matrix.name: place for place, matrix in enumerate(scorecard.matrices)}
    without: dict[str, int] = {}
    keys = sorted(key for key, (_day, _grade, until) in newest.items() if until is None or until >= as_of)
    rows = frame.positions(np.array([firm_id.encode("ascii") for firm_id, _rating in keys], dtype="S18"))
    for key, row in zip(keys, rows.tolist(), strict=True):
        if key[1] not in places:
            without[key[1]] = without.get(key[1], 0) + 1
        elif row >= 0:
            place = places[key[1]]
            grades[row, place] = _grade_number(key, newest[key][1], scorecard.matrices[place].grades)
    return Grades(grades=grades, without_matrix=without)


def _grade_number(key: tuple[str, str], grade: str, grades: tuple[str, ...]) -> int:
    if grade not in grades:
        raise PolicyError(
            _(
                "scorecard: matrices.{rating}: expected a row for every grade in use, got none for grade {grade} of "
                "firm {firm_id}; add it to “grades” and “combine” ({grades} are there), or mend the rating"
            ).format(rating=key[1], grade=grade, firm_id=key[0], grades=", ".join(grades))
        )
    return grades.index(grade) + 1


def load_override_tiers(connection: sa.Connection, frame: Frame, scorecard: Scorecard, as_of: date) -> Places:
    """
    Tier that an override in force on a day gives each firm, as index into the scorecard's tiers; -1 for none.

    Raises
    ------
    PolicyError
        If an override names a tier that the scorecard no longer has.
    """
    tiers = np.full(len(frame), -1, dtype=np.int8)
    found = [entry for entry in load_overrides(connection) if entry.holds_on(as_of)]
    rows = frame.positions(np.array([entry.firm_id.encode("ascii") for entry in found], dtype="S18"))
    for entry, row in zip(found, rows.tolist(), strict=True):
        if entry.tier not in scorecard.tiers:
            raise PolicyError(
                _(
                    "override of firm {firm_id}: expected a tier among {tiers}, got {tier}; end it with “double-random "
                    "classify override {firm_id} --end”"
                ).format(firm_id=entry.firm_id, tiers=", ".join(scorecard.tiers), tier=entry.tier)
            )
        if row >= 0:
            tiers[row] = scorecard.tiers.index(entry.tier)
    return tiers


def load_overrides(connection: sa.Connection, firm_id: str | None = None) -> tuple[Override, ...]:
    """Overrides of one firm or of all, ended ones too, oldest first."""
    table = table_of(TierOverride)
    statement = sa.select(table).order_by(table.c.override_id)
    if firm_id is not None:
        statement = statement.where(table.c.firm_id == firm_id)
    return tuple(Override(**row) for row in connection.execute(statement).mappings())


def insert_override(connection: sa.Connection, **values: Any) -> Override:
    """Keeps an override under the next number."""
    table = table_of(TierOverride)
    number = (connection.execute(sa.select(sa.func.max(table.c.override_id))).scalar() or 0) + 1
    entry = Override(override_id=number, **values)
    connection.execute(sa.insert(table), [{name: getattr(entry, name) for name in Override.__slots__}])
    return entry


def end_override(connection: sa.Connection, override_id: int, *, on: date, by: str, reason: str) -> None:
    """Ends an override: it holds no more from a day on."""
    table = table_of(TierOverride)
    connection.execute(
        sa.update(table).where(table.c.override_id == override_id).values(ended_on=on, ended_by=by, end_reason=reason)
    )


def load_ratings(connection: sa.Connection) -> dict[tuple[str, str, date], tuple[str, date | None]]:
    """All ratings: firm, rating and day → grade and last day."""
    table = table_of(Rating)
    names = ("firm_id", "rating", "rated_on", "grade", "valid_until")
    columns = read_columns(connection, sa.select(*(table.c[name] for name in names)))
    return {(firm_id, rating, day): (grade, until) for firm_id, rating, day, grade, until in zip(*columns, strict=True)}


def put_ratings(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps ratings, in place of those of the same firm, rating and day."""
    table = table_of(Rating)
    keys = [{"b_firm": row["firm_id"], "b_rating": row["rating"], "b_day": row["rated_on"]} for row in rows]
    if not rows:
        return
    connection.execute(
        sa.delete(table).where(
            table.c.firm_id == sa.bindparam("b_firm"),
            table.c.rating == sa.bindparam("b_rating"),
            table.c.rated_on == sa.bindparam("b_day"),
        ),
        keys,
    )
    names = list(rows[0])
    insert_columns(connection, Rating, {name: [row[name] for row in rows] for name in names})
