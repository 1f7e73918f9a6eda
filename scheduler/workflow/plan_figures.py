"""
Values of the binding figures that inspections do not tell: entered with day and source, corrected with a reason.

Nothing entered is ever removed. A value of a later day is news and needs no reason; one of a day that has a value
already is a correction, and what stood there stays on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.figure_rows import add_figure_values, load_figure_values
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.i18n import gettext as _
from scheduler.registry.columns import CheckColumns, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds_figures import FIGURES, PERCENT
from scheduler.registry.parsing import Table
from scheduler.resources import data_path
from scheduler.results.figures import FigureValue, PlanFigure, parse_plan_figures
from scheduler.workflow.registry_storing import Stored
from scheduler.workflow.workspace import Workspace

FIGURES_NAME = "plan-figures.toml"
FIRST_YEAR = 2000
_FIELDS = ("figure", "value", "as_of", "source", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredFigure:
    """A figure whose values are entered, its target of a year, the value that holds for it, and all that it had."""

    figure: PlanFigure
    due: Decimal
    newest: FigureValue | None
    history: tuple[FigureValue, ...]


def plan_figures() -> tuple[PlanFigure, ...]:
    """All figures that bind."""
    return parse_plan_figures(data_path(FIGURES_NAME).read_text(encoding="utf-8"), FIGURES_NAME)


def entered_figures(workspace: Workspace, year: int | None = None) -> tuple[EnteredFigure, ...]:
    """Figures whose values are entered, with those of a year, the workspace's by default; nothing is changed."""
    wanted = workspace.settings.year.year if year is None else year
    with workspace.transaction() as connection:
        values = load_figure_values(connection)
    newest = newest_of(values, wanted)
    return tuple(
        EnteredFigure(
            figure=one,
            due=one.due(wanted),
            newest=newest.get(one.code),
            history=tuple(value for value in values if value.figure == one.code and value.as_of.year == wanted),
        )
        for one in plan_figures()
        if not one.measure
    )


def newest_of(values: Iterable[FigureValue], year: int) -> dict[str, FigureValue]:
    """The value of each figure that holds for a year: that of the latest day, and of this day the newest version."""
    ranked = sorted(values, key=lambda one: (one.figure, one.as_of, one.version))
    return {one.figure: one for one in ranked if one.as_of.year == year}


def known_figures() -> tuple[Mapping[str, str], frozenset[str]]:
    """Code and names of each figure whose values are entered → its code, and the codes of those in per cent."""
    entered = [one for one in plan_figures() if not one.measure]
    names = {name: one.code for one in entered for name in (one.code, one.name, one.name_en)}
    return names, frozenset(one.code for one in entered if one.unit == PERCENT)


def figure_checks(connection: sa.Connection, workspace: Workspace, kind: Kind) -> tuple[CheckColumns, ...]:
    """Checks that values tell of days that have been, and that what changes a value says why."""
    if kind is not FIGURES:
        return ()
    return (_past(workspace.today), _reasoned(_standing(load_figure_values(connection))))


def store_figures(connection: sa.Connection, workspace: Workspace, table: Table) -> Stored:
    """Adds the values that are new or other than those of their day."""
    columns = table.good_columns()
    standing = _standing(load_figure_values(connection))
    added: list[FigureValue] = []
    before: list[FigureValue] = []
    fates: list[str] = []
    for row in zip(*(columns[name] for name in _FIELDS), strict=True):
        value = _value(workspace, dict(zip(_FIELDS, row, strict=True)))
        known = standing.get((value.figure, value.as_of))
        fates.append("new" if known is None else "unchanged" if _same(known, value) else "changed")
        if fates[-1] == "unchanged":
            continue
        if known is not None:
            before.append(known)
            value = replace(value, version=known.version + 1)
        added.append(value)
    add_figure_values(connection, added)
    return Stored(
        num_new=fates.count("new"),
        num_changed=fates.count("changed"),
        num_unchanged=fates.count("unchanged"),
        before=_digest(before),
        after=_digest(added),
    )


def _value(workspace: Workspace, row: Mapping[str, Any]) -> FigureValue:
    return FigureValue(
        figure=row["figure"],
        as_of=row["as_of"],
        version=1,
        value=Decimal(row["value"].rstrip(PERCENT)),
        source=row["source"],
        reason=row["reason"],
        recorded_on=workspace.today,
        author=workspace.actor,
    )


def _standing(values: Iterable[FigureValue]) -> dict[tuple[str, date], FigureValue]:
    """The newest version of each figure and day."""
    return {(one.figure, one.as_of): one for one in sorted(values, key=lambda one: one.version)}


def _same(known: FigureValue, value: FigureValue) -> bool:
    return (known.value, known.source) == (value.value, value.source)


def _past(today: date) -> CheckColumns:
    """Check that values tell of days that have been."""

    def check(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
        for place, day in enumerate(columns["as_of"]):
            if not isinstance(day, date) or date(FIRST_YEAR, 1, 1) <= day <= today:
                continue
            message = _("expected a day from {first} to today, {today}, got {day}")
            message = message.format(first=FIRST_YEAR, today=today, day=day)
            remedy = _("write the last day that the value tells of; nobody knows a value of days to come")
            yield Fault(place=place, field="as_of", message=message, remedy=remedy)

    return check


def _reasoned(standing: Mapping[tuple[str, date], FigureValue]) -> CheckColumns:
    """Check that what changes a value says why."""

    def check(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
        for place, cells in enumerate(zip(*(columns[name] for name in _FIELDS), strict=True)):
            if None in cells:
                continue  # a bad cell, told already
            code, text, day, source, reason = cells
            known = standing.get((str(code), day)) if isinstance(day, date) else None
            changed = known and (known.value, known.source) != (Decimal(str(text).rstrip(PERCENT)), source)
            if known and changed and not reason:
                message = _("expected a reason: figure {figure} has the value {value} of {day} already, got none")
                message = message.format(figure=code, value=f"{known.value:f}", day=day)
                yield Fault(place=place, field="reason", message=message, remedy=_("say why it is changed"))

    return check


def _digest(values: Sequence[FigureValue]) -> str:
    """Digest of values; empty for none."""
    if not values:
        return ""
    rows = [{name: str(cell) for name, cell in asdict(one).items()} for one in values]
    return content_digest(document_bytes({"values": rows}))
