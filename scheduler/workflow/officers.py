"""Tells who may take part in a round and why others may not, and what the lot of officers could not do as it should."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from models.expert_rows import load_expert_replacements, load_experts
from models.replacement_rows import load_replacements
from models.results_rows import load_visits
from models.teams_rows import DrawState, load_draw_state
from scheduler.allocation.plan import round_id_of
from scheduler.draw.canonical import split_list
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus
from scheduler.registry.text import typed_code
from scheduler.teams.eligibility import check_eligibility, exclusion_reasons
from scheduler.teams.expert_replacing import ExpertReplacement
from scheduler.teams.lots import posts_of
from scheduler.teams.matching import MatchException, bar
from scheduler.teams.replacing import Replacement
from scheduler.workflow.experts import days_away, expert_rooms
from scheduler.workflow.handovers import handed_days
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.officer_inputs import OfficerInputs, read_inputs
from scheduler.workflow.places import load_drawn
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerState:
    """An officer of the roster that a round goes by, with every reason not to go; none for one who may."""

    officer_id: str
    district: str
    department: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitException:
    """A visit that the lot could not treat as it should, or found no expert for, and what would have to be added."""

    firm_id: str
    district: str
    exceptions: tuple[str, ...]
    missing: tuple[str, ...]


def eligible_officers(
    workspace: Workspace, round_number: int | str, firm_id: str | None = None
) -> tuple[InternalMark, tuple[OfficerState, ...]]:
    """
    Every officer of the roster of a round, with the reasons why he or she does not take part, or not visit a firm.

    Raises
    ------
    StateError
        If the round's firms are not drawn yet, or the firm is not among them.
    """
    with workspace.transaction() as connection:
        inputs = _inputs(connection, workspace, round_number)
        firm_id = None if firm_id is None else typed_code(firm_id)
        if firm_id is not None and firm_id not in inputs.visits.firm_id:
            raise StateError(_("expected a firm drawn in {draw}, got {firm}").format(draw=inputs.draw_id, firm=firm_id))
        mark = mark_internal(connection, workspace, "officers eligible", {"draw_id": inputs.draw_id})
    recused: dict[str, list[str]] = {}
    for recusal in inputs.recusals:
        if recusal.firm_id == firm_id and recusal.holds_on(inputs.starts_on):
            recused.setdefault(recusal.officer_id, []).append(recusal.reason)
    states = [
        OfficerState(
            officer_id=officer.officer_id,
            district=officer.district,
            department=officer.department,
            reasons=(
                *(str(reason) for reason in exclusion_reasons(officer, inputs.ends_on)),
                *sorted(recused.get(officer.officer_id, ())),
            ),
        )
        for officer in sorted(inputs.officers, key=lambda entry: entry.officer_id)
    ]
    return mark, tuple(states)


def officer_exceptions(
    workspace: Workspace, round_number: int | str
) -> tuple[InternalMark, tuple[VisitException, ...]]:
    """
    Visits of a round with an exception, ascending by firm; for those nobody was found for, what would meet them.

    Raises
    ------
    StateError
        If the round's firms are not drawn yet.
    """
    with workspace.transaction() as connection:
        inputs = _inputs(connection, workspace, round_number)
        visits = load_visits(connection, inputs.draw_id)
        missing = _missing_experts(connection, inputs)
        mark = mark_internal(connection, workspace, "officers exceptions", {"draw_id": inputs.draw_id})
    place = {firm: number for number, firm in enumerate(inputs.visits.firm_id)}
    found = [
        VisitException(
            firm_id=firm,
            district=inputs.visits.district[place[firm]],
            exceptions=split_list(cell),
            missing=(
                *(_missing(inputs, place[firm]) if MatchException.UNMET in split_list(cell) else ()),
                *missing.get(firm, ()),
            ),
        )
        for firm, cell in sorted(zip(visits.firm_id, visits.exception, strict=True))
        if firm in place and (cell or firm in missing)
    ]
    return mark, tuple(found)


def replaced_officers(
    workspace: Workspace, round_number: int | str
) -> tuple[InternalMark, tuple[Replacement, ...], tuple[ExpertReplacement, ...]]:
    """
    Officers of a round who gave way after the draw, and who came, in the order of the decisions; experts by firm.

    Raises
    ------
    StateError
        If the round's firms are not drawn yet.
    """
    with workspace.transaction() as connection:
        state = _state(connection, workspace, round_number)
        mark = mark_internal(connection, workspace, "officers replaced", {"draw_id": state.draw_id})
        experts = load_expert_replacements(connection, state.draw_id)
        return mark, load_replacements(connection, state.draw_id), experts


def _inputs(connection: sa.Connection, workspace: Workspace, round_number: int | str) -> OfficerInputs:
    state = _state(connection, workspace, round_number)
    return read_inputs(connection, workspace, state, state.officer_secret)


def _state(connection: sa.Connection, workspace: Workspace, round_number: int | str) -> DrawState:
    state = load_draw_state(connection, round_id_of(workspace.settings.year.year, round_number))
    if state is None or state.status != DrawStatus.DRAWN:
        raise StateError(
            _("the firms of round {round} are not drawn yet; run “double-random draw targets {round}” first").format(
                round=round_number
            )
        )
    return state


def _missing_experts(connection: sa.Connection, inputs: OfficerInputs) -> dict[str, tuple[str, ...]]:
    """Experts that visits ask for and nobody was found for, by firm, with those who were on leave on the day."""
    calls = [
        call for calls in load_experts(connection, inputs.draw_id).values() for call in calls if not call.officer_id
    ]
    if not calls:
        return {}
    drawn = load_drawn(connection, inputs.draw_id)
    days = {firm_id: day for firm_id, (_teams, day) in drawn.visits.items()} | handed_days(connection, inputs.draw_id)
    away = days_away(expert_rooms(inputs, drawn.rooms, drawn.document["format"]))
    barred = bar(inputs.recusals, (call.firm_id for call in calls), inputs.starts_on)
    found: dict[str, tuple[str, ...]] = {}
    for call in calls:
        day = days.get(call.firm_id)
        absent = [
            officer.officer_id
            for officer in inputs.officers
            if day in away.get(officer.officer_id, ())
            and officer.active
            and officer.officer_id not in barred.of(call.firm_id)
            and (not call.speciality or call.speciality in officer.specialities)
        ]
        found[call.firm_id] = (*found.get(call.firm_id, ()), _missing_expert(call.speciality, absent))
    return found


def _missing_expert(speciality: str, absent: list[str]) -> str:
    words = _("an expert for {speciality}").format(speciality=speciality) if speciality else _("an expert")
    if not absent:
        return words
    return _("{expert} (on leave that day: {names})").format(expert=words, names=", ".join(absent))


def _missing(inputs: OfficerInputs, visit: int) -> tuple[str, ...]:
    """What all officers together lack who might go, for each department that could not send any."""
    firm_id = inputs.visits.firm_id[visit]
    barred = bar(inputs.recusals, (firm_id,), inputs.starts_on).of(firm_id, relaxed=True)
    posts = posts_of(check_eligibility(inputs.officers, inputs.ends_on).eligible, inputs.departments)
    lacks: list[str] = []
    for demand in inputs.demands[inputs.visits.package[visit]]:
        pool = [officer for (_home, name), people in posts.items() if name == demand.department for officer in people]
        words = demand.missing([officer for officer in pool if officer.officer_id not in barred])
        lacks += [f"{demand.department}: {text}" if demand.department else text for text in words]
    return tuple(lacks)
