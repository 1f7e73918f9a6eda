"""
Hands a visit to come over to the firm that came onto the list for another, after officers were drawn.

What the lot made stays in its files; the newcomer's visit stands beside it in a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from models.agenda_rows import has_results, load_agenda
from models.draw_rows import StoredDraw, get_file, list_files, put_file
from models.expert_rows import add_experts
from models.firm_replacement_rows import save_handed_visit
from models.replacement_rows import load_replacements
from models.results_rows import load_visits
from models.teams_rows import DrawState, load_draw_state
from scheduler.agenda.days import PlannedDay
from scheduler.agenda.frozen import VISIT_COLUMNS, VISITS_NAME
from scheduler.draw.canonical import parse_table, split_list
from scheduler.draw.replacing import FirmReplacement
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import RoundKind
from scheduler.teams.experts import EXPERT_COLUMNS, EXPERTS_NAME, ExpertCall, experts_bytes
from scheduler.teams.handover import HANDOVER_COLUMNS, HANDOVERS_NAME, Handover, Standing, handovers_bytes
from scheduler.teams.matching import MatchException, bar
from scheduler.teams.replacing import TeamVisit
from scheduler.workflow.agenda import settle_visit
from scheduler.workflow.districts import REGISTER_NAME, frozen_districts
from scheduler.workflow.experts import call_experts, expert_rooms
from scheduler.workflow.fitness import Unfit, unfit_for
from scheduler.workflow.officer_inputs import OfficerInputs, read_inputs
from scheduler.workflow.places import load_drawn, refuse_unfinished
from scheduler.workflow.standing import refuse_first_format, standing_visits, teams_now
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The visit of a firm that gives way, as it stands: `told` are the exceptions that the record's files name."""

    state: DrawState
    visit: TeamVisit
    told: tuple[str, ...]
    visit_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedVisit:
    """
    The visit of who came: its teams and day now; `stuck` if its officers are not free, and no day was found.

    `unfit` are officers and experts who should not go by what is known today, though the lot that stands sends them.
    """

    team_ids: tuple[str, ...] = ()
    visit_on: date | None = None
    stuck: bool = False
    unfit: tuple[Unfit, ...] = ()


def open_slot(connection: sa.Connection, workspace: Workspace, draw: StoredDraw, firm_id: str) -> Slot | None:
    """
    The visit to a firm that may still be handed over; None while officers are not drawn.

    Raises
    ------
    StateError
        If the visit was held or is today, a place has not drawn its officers, or they were drawn by format 1.
    """
    if has_results(connection, draw.draw_id, firm_id):
        raise StateError(
            _("{firm}: a result is recorded already, so the visit was made and the firm stays on the list").format(
                firm=firm_id
            )
        )
    if draw.officers_drawn_on is None:
        return None
    refuse_first_format(connection, draw.draw_id)
    refuse_unfinished(connection, draw.draw_id, workspace.settings.bureau.code)
    stored = load_visits(connection, draw.draw_id)
    place = stored.firm_id.index(firm_id)
    day = stored.visit_on[place]
    if day is not None and day <= workspace.today:
        raise StateError(
            _(
                "{firm}: its visit is on {day}, which is not after today; the firm stays on the list, and what the "
                "visit finds is its result"
            ).format(firm=firm_id, day=day)
        )
    state = load_draw_state(connection, draw.round_id)
    if state is None:
        raise StateError(_("round {round} has no draw to void").format(round=draw.round_id))
    return Slot(
        state=state,
        visit=TeamVisit(
            firm_id=firm_id,
            package=stored.package[place],
            team_ids=split_list(stored.team_id[place]),
            exceptions=split_list(stored.exception[place]),
        ),
        told=_told(connection, draw.draw_id, firm_id),
        visit_on=day,
    )


def hand_over(connection: sa.Connection, workspace: Workspace, slot: Slot, entry: FirmReplacement) -> HandedVisit:
    """Gives the newcomer of a replacement the visit, its teams and its day, by the rules of specification 8.14."""
    replaced = len(load_replacements(connection, entry.draw_id))
    row = Handover(
        number=entry.number, firm_in=entry.firm_in, replaced=replaced, team_ids=(), visit_on=None, exceptions=()
    )
    if not entry.firm_in:
        _put_row(connection, entry.draw_id, row)
        return HandedVisit()
    inputs = read_inputs(connection, workspace, slot.state, slot.state.officer_secret)
    teams, exceptions = _teams_of(connection, inputs, slot, entry)
    lasting = exceptions
    if exceptions is None:  # the teams stay, and so does what was said of them
        exceptions = _without_repeated(slot.told)
        lasting = _without_repeated(slot.visit.exceptions)
    day = slot.visit_on if teams else None
    _put_row(connection, entry.draw_id, replace(row, team_ids=teams, visit_on=day, exceptions=exceptions))
    save_handed_visit(connection, entry, ";".join(teams), day, ";".join(lasting or ()))
    if not teams:
        return HandedVisit()
    _call_experts(connection, inputs, entry.firm_in, day)
    agenda = load_agenda(connection, workspace.settings.year.year)
    settled = settle_visit(
        connection,
        workspace,
        agenda,
        (entry.draw_id, entry.firm_in),
        reason=_("its officers are not free on the day of the visit that was handed over"),
        secret=inputs.officer_secret,
        seed=inputs.seed,
    )
    agenda = load_agenda(connection, workspace.settings.year.year)
    visit = next(one for one in agenda.visits if (one.draw_id, one.firm_id) == (entry.draw_id, entry.firm_in))
    unfit = unfit_for(connection, workspace, agenda, visit, inputs.ends_on)
    return HandedVisit(team_ids=teams, visit_on=settled or day, stuck=settled is None, unfit=unfit)


def _teams_of(
    connection: sa.Connection, inputs: OfficerInputs, slot: Slot, entry: FirmReplacement
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Teams of the newcomer's visit and what is an exception in that; None for those of the visit handed over."""
    place = inputs.visits.firm_id.index(entry.firm_in)
    visits = standing_visits(
        connection, inputs.draw_id, dict(zip(inputs.visits.firm_id, inputs.visits.package, strict=True))
    )
    standing = Standing(
        teams=teams_now(connection, inputs),
        visits=[visit for visit in visits if visit.firm_id != entry.firm_in],
        demands=inputs.demands,
        barred=bar(inputs.recusals, inputs.visits.firm_id, inputs.starts_on),
        bureau=inputs.bureau,
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
    )
    if _same_district(connection, slot, entry) and standing.keep(slot.visit, entry.firm_in):
        return slot.visit.team_ids, None
    return standing.find(entry.firm_in, inputs.visits.package[place], inputs.visits.district[place])


def _same_district(connection: sa.Connection, slot: Slot, entry: FirmReplacement) -> bool:
    """Whether both firms are of one district, as they always are in a stratum of a targeted round."""
    if slot.state.kind == RoundKind.TARGETED:
        return True
    register = get_file(connection, entry.draw_id, REGISTER_NAME)
    first, second = frozen_districts(register, (entry.firm_out, entry.firm_in))
    return first == second


def _without_repeated(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code != MatchException.REPEATED)


def _told(connection: sa.Connection, draw_id: str, firm_id: str) -> tuple[str, ...]:
    """Exceptions of a visit in the files of the record: its row as made by the lot, or as it was handed over."""
    rows = zip(*parse_table(get_file(connection, draw_id, VISITS_NAME), VISIT_COLUMNS, VISITS_NAME), strict=True)
    found = {row[0]: row[3] for row in rows}
    found.update((row[1], row[5]) for row in _rows(connection, draw_id))
    return split_list(found[firm_id])


def handed_days(connection: sa.Connection, draw_id: str) -> dict[str, date | None]:
    """Day that each firm which came after officers were drawn was given at once."""
    return {row[1]: date.fromisoformat(row[4]) if row[4] else None for row in _rows(connection, draw_id) if row[1]}


def _rows(connection: sa.Connection, draw_id: str) -> list[tuple[str, ...]]:
    if HANDOVERS_NAME not in list_files(connection, draw_id):
        return []
    columns = parse_table(get_file(connection, draw_id, HANDOVERS_NAME), HANDOVER_COLUMNS, HANDOVERS_NAME)
    return list(zip(*columns, strict=True))


def _put_row(connection: sa.Connection, draw_id: str, row: Handover) -> None:
    put_file(connection, draw_id, HANDOVERS_NAME, handovers_bytes([*_rows(connection, draw_id), row.cells]))


def _call_experts(connection: sa.Connection, inputs: OfficerInputs, firm_in: str, day: date | None) -> None:
    """Draws the experts that the newcomer's visit asks for, and adds them to those of the draw."""
    place = inputs.visits.firm_id.index(firm_in)
    if inputs.visits.package[place] not in inputs.experts:
        return
    drawn = load_drawn(connection, inputs.draw_id)
    rooms = expert_rooms(inputs, drawn.rooms, drawn.document["format"])
    calls = call_experts(inputs, [(place, PlannedDay(visit_on=day, exceptions=()))], rooms)
    add_experts(connection, inputs.draw_id, calls)
    before: list[ExpertCall] = []
    if EXPERTS_NAME in list_files(connection, inputs.draw_id):
        columns = parse_table(get_file(connection, inputs.draw_id, EXPERTS_NAME), EXPERT_COLUMNS, EXPERTS_NAME)
        before = [
            ExpertCall(firm_id=firm_id, speciality=speciality, officer_id=officer_id)
            for firm_id, speciality, officer_id in zip(*columns, strict=True)
        ]
    put_file(connection, inputs.draw_id, EXPERTS_NAME, experts_bytes([*before, *calls]))
