"""Experts of the visits that a place settles, or of all of a draw (specification 8.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from scheduler.agenda.books import Room
from scheduler.agenda.days import PlannedDay
from scheduler.agenda.frozen import LEAVE_FORMAT
from scheduler.teams.experts import AskingVisit, ExpertCall, draw_experts
from scheduler.teams.matching import bar
from scheduler.workflow.officer_inputs import OfficerInputs

Rooms = Mapping[str, Mapping[date, Room]]


def expert_rooms(inputs: OfficerInputs, before: Rooms, first_format: int | None) -> Rooms:
    """
    What experts have left on days on which they have less than a whole day.

    Parameters
    ----------
    before
        What was left when the places before drew.
    first_format
        Format of officers.json by which the first place drew, whose leave holds for all; None where nobody drew yet.
    """
    if first_format is not None and first_format < LEAVE_FORMAT:
        return {}
    rooms = inputs.days.rooms if first_format is None else before
    return {
        officer.officer_id: rooms[officer.officer_id]
        for officer in inputs.officers
        if officer.expert and rooms.get(officer.officer_id)
    }


def days_away(rooms: Rooms) -> dict[str, tuple[date, ...]]:
    """Days on which somebody makes no visit."""
    return {who: tuple(day for day, room in days.items() if room.visits == 0) for who, days in rooms.items()}


def call_experts(
    inputs: OfficerInputs, settled: Iterable[tuple[int, PlannedDay]], rooms: Rooms
) -> tuple[ExpertCall, ...]:
    """
    Experts of visits that have a team.

    Parameters
    ----------
    settled
        Positions of the visits, with their days.
    rooms
        What experts have left, as `expert_rooms` tells.
    """
    visits = inputs.visits
    asking = [
        AskingVisit(
            firm_id=visits.firm_id[visit],
            district=visits.district[visit],
            specialities=inputs.experts[visits.package[visit]],
            visit_on=day.visit_on,
        )
        for visit, day in settled
        if visits.package[visit] in inputs.experts
    ]
    return draw_experts(
        asking,
        inputs.officers,
        barred=bar(inputs.recusals, (visit.firm_id for visit in asking), inputs.starts_on),
        away=days_away(rooms),
        bureau=inputs.bureau,
        seed=inputs.seed,
        officer_secret=inputs.officer_secret,
    )
