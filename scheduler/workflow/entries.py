"""
What a row of results says besides the result: who checked, what follows, and why something recorded is changed.

Whoever checked must be the team that was drawn: a result by others would say that the lot was not kept to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from models.follow_up_rows import add_steps, load_steps
from models.registry_rows import load_officers
from models.replacement_rows import Membership, load_memberships
from models.results_rows import load_visits
from scheduler.draw.canonical import split_list
from scheduler.i18n import gettext as _
from scheduler.registry.text import fold
from scheduler.results.columns import ItemKey
from scheduler.results.findings import has_finding
from scheduler.results.follow_up import Step
from scheduler.results.rounds import RowFault
from scheduler.workflow.workspace import Workspace


def row_key(row: Mapping[str, Any], draw_id: str) -> ItemKey:
    """Visit and item of a row."""
    return draw_id, str(row["firm_id"]), str(row["item_id"])


def check_entries(
    connection: sa.Connection, rows: Sequence[Mapping[str, Any]], draw_ids: Sequence[str], wrong: Collection[int]
) -> list[RowFault]:
    """Finds officers that are not the team drawn, and follow-ups without a finding or a measure."""
    told = [number for number, row in enumerate(rows) if number not in wrong and row.get("officers")]
    members = _members_of(connection, {draw_ids[number] for number in told}) if told else {}
    names = {officer.officer_id: officer.name for officer in load_officers(connection)} if told else {}
    faults = []
    for number in told:
        row = rows[number]
        drawn = members.get((draw_ids[number], str(row["firm_id"])), [])
        going = sorted({one.officer_id for one in drawn if one.holds_on(row["inspected_on"])})
        fault = _officers_fault(number, row, [(code, names.get(code, "")) for code in going])
        faults += [fault] if fault else []
    for number, row in enumerate(rows):
        if number not in wrong:
            faults += _follow_up_faults(number, row)
    return faults


def missing_reasons(
    keys: Mapping[int, ItemKey], replaced: Collection[ItemKey], reasons: Mapping[ItemKey, str]
) -> list[RowFault]:
    """Rows that change what is recorded and give no reason."""
    return [
        RowFault(
            row=number,
            column="reason",
            value="",
            message=_("expected a reason for changing what is recorded of item {item}, got none").format(item=key[2]),
            remedy=_("give it with --reason, in a file in the column 更正原因, or leave the row out"),
        )
        for number, key in keys.items()
        if key in replaced and not reasons.get(key)
    ]


def add_row_steps(
    connection: sa.Connection, workspace: Workspace, rows: Iterable[tuple[ItemKey, Mapping[str, Any]]]
) -> int:
    """Adds a step of follow-up for each row that names a measure and says something new; returns their number."""
    wanted = {
        key: Step(
            measure=str(row["measure"]),
            settled=bool(row.get("settled")),
            due_on=row.get("follow_up_by"),
            noted_on=workspace.today,
            actor=workspace.actor,
            note="",
        )
        for key, row in rows
        if row.get("measure")
    }
    if not wanted:
        return 0
    known = load_steps(connection, {key[0] for key in wanted})
    fresh = {key: step for key, step in wanted.items() if key not in known or _says(known[key][-1]) != _says(step)}
    return add_steps(connection, fresh)


def _says(step: Step) -> tuple[Any, ...]:
    return step.measure, step.settled, step.due_on


def _members_of(connection: sa.Connection, draw_ids: Collection[str]) -> dict[tuple[str, str], list[Membership]]:
    """Members of all teams of each visit, those too who were in them for a part of the round."""
    found: dict[tuple[str, str], list[Membership]] = {}
    for draw_id in sorted(draw_ids):
        teams: dict[str, list[Membership]] = {}
        for one in load_memberships(connection, draw_id):
            teams.setdefault(one.team_id, []).append(one)
        visits = load_visits(connection, draw_id)
        for firm_id, cell in zip(visits.firm_id, visits.team_id, strict=True):
            found[draw_id, firm_id] = [one for team_id in split_list(cell) for one in teams.get(team_id, ())]
    return found


def _officers_fault(number: int, row: Mapping[str, Any], members: Sequence[tuple[str, str]]) -> RowFault | None:
    """What is wrong with the officers named, if they are not those who were drawn for the day of the check."""
    given = [fold(str(entry)) for entry in row["officers"]]
    matched = [sum(word in (fold(code), fold(name)) for word in given) for code, name in members]
    if members and len(given) == len(members) and all(count == 1 for count in matched):
        return None
    shown = ", ".join(f"{name} ({code})" if name else code for code, name in members) or _("nobody")
    return RowFault(
        row=number,
        column="officers",
        value=";".join(map(str, row["officers"])),
        message=_("expected the officers drawn for the visit ({officers}), got others").format(officers=shown),
        remedy=_(
            "correct the names; if somebody takes another's place, “draw replace-officer” draws who, before the check"
        ),
    )


def _follow_up_faults(number: int, row: Mapping[str, Any]) -> list[RowFault]:
    measure = row.get("measure")
    if measure and not has_finding([str(category) for category in row["categories"]]):
        return [
            RowFault(
                row=number,
                column="measure",
                value=str(measure),
                message=_("expected a measure only where something was found, got one without a finding"),
                remedy=_("take the measure away, or tick what was found"),
            )
        ]
    if not measure and (row.get("settled") or row.get("follow_up_by")):
        return [
            RowFault(
                row=number,
                column="measure",
                value="",
                message=_("expected the measure that is settled or due, got none"),
                remedy=_("name the measure, such as “ordered to correct” (责令改正)"),
            )
        ]
    return []
