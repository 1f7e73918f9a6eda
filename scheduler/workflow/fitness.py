"""Who goes to a visit though roster, recusals or leave of today stand against it, and is to be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.agenda_rows import load_leave
from models.registry_rows import load_officers
from scheduler.agenda.entries import Agenda, PlannedVisit
from scheduler.teams.expert_replacing import ExpertReason
from scheduler.teams.matching import MatchException
from scheduler.teams.replacing import ReplacementReason
from scheduler.teams.roster import LAST_YEAR
from scheduler.workflow.recusals import standing_recusals
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """
    Somebody who should not go to a visit.

    Attributes
    ----------
    officer_id, expert
        Who, and whether as an expert.
    reason
        Why, in the words of ``draw replace-officer`` or ``draw replace-expert``.
    """

    officer_id: str
    expert: bool
    reason: ReplacementReason | ExpertReason


def unfit_for(
    connection: sa.Connection, workspace: Workspace, agenda: Agenda, visit: PlannedVisit, last_day: date
) -> tuple[Unfit, ...]:
    """
    Officers and experts of a visit to come who may not go by what is known today, ascending.

    The lot was thrown with what was known when the round was committed to. Officers on leave are not among them: a
    visit gets another day for their sake.

    Parameters
    ----------
    last_day
        Last day of the round's window, until which certificates must hold.
    """
    relaxed = MatchException.REPEATED in visit.exceptions
    barred = {
        entry.officer_id
        for entry in standing_recusals(connection, workspace)
        if entry.firm_id == visit.firm_id
        and entry.holds_on(visit.visit_on or last_day)
        and not (relaxed and entry.reason == LAST_YEAR)
    }
    found = [*_officers(connection, agenda, visit, barred, last_day), *_experts(connection, agenda, visit, barred)]
    return tuple(sorted(found, key=lambda one: (one.expert, one.officer_id)))


def _officers(
    connection: sa.Connection, agenda: Agenda, visit: PlannedVisit, barred: set[str], last_day: date
) -> Iterator[Unfit]:
    roster = {officer.officer_id: officer for officer in load_officers(connection)}
    for member in agenda.officers_of(visit):
        officer = roster.get(member.officer_id)
        reason = None
        if officer is None or not officer.active or officer.expert:
            reason = ReplacementReason.LEFT
        elif not officer.certified_on(last_day):
            reason = ReplacementReason.CERTIFICATE
        elif officer.officer_id in barred:
            reason = ReplacementReason.RECUSED
        if reason is not None:
            yield Unfit(officer_id=member.officer_id, expert=False, reason=reason)


def _experts(connection: sa.Connection, agenda: Agenda, visit: PlannedVisit, barred: set[str]) -> Iterator[Unfit]:
    active = {officer.officer_id for officer in load_officers(connection) if officer.active and officer.expert}
    leaves = [leave for leave in load_leave(connection) if visit.visit_on is not None and leave.covers(visit.visit_on)]
    away = {leave.officer_id for leave in leaves}
    for expert in agenda.experts_of(visit):
        reason = None
        if expert.officer_id not in active:
            reason = ExpertReason.LEFT
        elif expert.officer_id in barred:
            reason = ExpertReason.RECUSED
        elif expert.officer_id in away:
            reason = ExpertReason.LEAVE
        if reason is not None:
            yield Unfit(officer_id=expert.officer_id, expert=True, reason=reason)
