"""
Replaces an expert who drops out after the draw: next by the lot that stands, on record, visit by visit.

What the lot made stays in its file; the change stands beside it in a file of its own. Days stay, as they do not hang on
experts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import sqlalchemy as sa

from models.agenda_rows import has_results, load_leave
from models.draw_rows import put_file
from models.expert_rows import load_expert_replacements, load_experts, save_expert_replacements
from models.registry_rows import load_officers
from models.results_rows import load_visits
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.text import clean_code, typed_code
from scheduler.teams.expert_replacing import (
    EXPERT_REPLACEMENTS_NAME,
    ExpertObstacle,
    ExpertReason,
    ExpertReplacement,
    expert_replacements_bytes,
    give_way,
)
from scheduler.teams.experts import AskingVisit
from scheduler.teams.matching import bar
from scheduler.teams.roster import Officer
from scheduler.workflow.log import append_log
from scheduler.workflow.officer_inputs import OfficerInputs, read_inputs
from scheduler.workflow.recusals import standing_recusals
from scheduler.workflow.replacements import drawn_state, plain_note
from scheduler.workflow.workspace import Workspace

REPLACE_ACTION = "draw replace-expert"
OF_ONE_VISIT = frozenset({ExpertReason.RECUSED, ExpertReason.LEAVE})  # other reasons hold for the whole draw


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExpert:
    """Who comes to a visit for a speciality instead; nobody where `officer_in` is empty. `name` is that of today."""

    firm_id: str
    speciality: str
    officer_in: str
    name: str
    passed_over: tuple[tuple[str, ExpertObstacle], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertSummary:
    """What a replacement did: the expert who gave way, and who comes to each visit."""

    draw_id: str
    officer_out: str
    reason: ExpertReason
    visits: tuple[NewExpert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Today:
    """Who is on duty by the roster of today and what was told before, recusals, leave, and days as planned now."""

    active: Collection[str]
    recused: Collection[tuple[str, str]]
    away: Collection[tuple[str, date]]
    days: dict[str, date | None]
    day: date

    def is_to_come(self, firm_id: str) -> bool:
        """Whether a visit is yet to be made: who stood at an earlier one stays on its papers."""
        planned = self.days[firm_id]
        return planned is None or planned >= self.day

    def obstacle(self, firm_id: str, officer_id: str) -> ExpertObstacle | None:
        """What stands against an expert; None if nothing does."""
        if officer_id not in self.active:
            return ExpertObstacle.INACTIVE
        if (officer_id, firm_id) in self.recused:
            return ExpertObstacle.RECUSED
        return ExpertObstacle.LEAVE if self.is_away(officer_id, firm_id) else None

    def concerns(self, reason: ExpertReason, officer_id: str, firm_id: str) -> bool:
        """Whether a reason touches a visit: a recusal that to its firm, leave that on its days, any other all."""
        if reason is ExpertReason.RECUSED:
            return (officer_id, firm_id) in self.recused
        return reason is not ExpertReason.LEAVE or self.is_away(officer_id, firm_id)

    def is_away(self, officer_id: str, firm_id: str) -> bool:
        """Whether an expert is on leave on the day of a visit."""
        day = self.days.get(firm_id)
        return day is not None and (officer_id, day) in self.away


def replace_expert(
    workspace: Workspace,
    round_number: int | str,
    officer_id: str,
    *,
    reason: ExpertReason,
    firms: Sequence[str] = (),
    note: str = "",
    dry_run: bool = False,
) -> ExpertSummary:
    """
    Replaces an expert at visits to come.

    Parameters
    ----------
    round_number
        Number of the round; ``"X1"`` and so on for a list drawn elsewhere.
    officer_id
        The expert who drops out.
    reason, note
        Why, as a code, and in a sentence if wanted; the sentence stays in the workspace.
    firms
        Only the visits to these; by default all that the reason touches: of one recused those to firms with a recusal,
        of one on leave those on days of leave, else all.
    dry_run
        Tells what would come out, and changes nothing.

    Raises
    ------
    StateError
        If the expert comes to no such visit.
    """
    said, officer_id, firms = plain_note(note), clean_code(officer_id), [typed_code(firm) for firm in firms]
    with workspace.transaction() as connection:
        state = drawn_state(connection, workspace, round_number)
        inputs = read_inputs(connection, workspace, state, state.officer_secret)
        today = _today(connection, workspace, inputs)
        touched = _visits_touched(connection, inputs, today, officer_id, reason, firms)
        entries = _next_ones(connection, workspace, inputs, today, touched, officer_id, reason, said)
        _keep(connection, workspace, inputs.draw_id, officer_id, reason, entries)
        names = {officer.officer_id: officer.name for officer in load_officers(connection)}
        if dry_run:
            connection.rollback()
    return ExpertSummary(
        draw_id=inputs.draw_id,
        officer_out=officer_id,
        reason=reason,
        visits=tuple(
            NewExpert(
                firm_id=entry.firm_id,
                speciality=entry.speciality,
                officer_in=entry.officer_in,
                name=names.get(entry.officer_in, ""),
                passed_over=entry.passed_over,
            )
            for entry in entries
        ),
    )


def _today(connection: sa.Connection, workspace: Workspace, inputs: OfficerInputs) -> _Today:
    stored = load_visits(connection, inputs.draw_id)
    days = dict(zip(stored.firm_id, stored.visit_on, strict=True))
    wanted = {day for day in days.values() if day is not None}
    dropped_out = {
        entry.officer_out
        for entry in load_expert_replacements(connection, inputs.draw_id)
        if entry.reason not in OF_ONE_VISIT
    }
    active = {officer.officer_id for officer in load_officers(connection) if officer.active and officer.expert}
    return _Today(
        active=active - dropped_out,
        recused={
            (entry.officer_id, entry.firm_id)
            for entry in standing_recusals(connection, workspace)
            if entry.holds_on(inputs.starts_on)
        },
        away={(leave.officer_id, day) for leave in load_leave(connection) for day in wanted if leave.covers(day)},
        days=days,
        day=workspace.today,
    )


def _visits_touched(
    connection: sa.Connection,
    inputs: OfficerInputs,
    today: _Today,
    officer_id: str,
    reason: ExpertReason,
    firms: Sequence[str],
) -> dict[str, dict[str, str]]:
    """Who comes for which speciality to each visit, without a result, at which the expert gives way."""
    mine = {
        firm: {call.speciality: call.officer_id for call in calls}
        for (_draw_id, firm), calls in load_experts(connection, inputs.draw_id).items()
        if firm in today.days  # a firm that gave way is visited no more
        and any(call.officer_id == officer_id for call in calls)
    }
    if not mine:
        raise StateError(
            _("{officer}: expected an expert of a visit of draw {draw}; “double-random agenda show” lists them").format(
                officer=officer_id, draw=inputs.draw_id
            )
        )
    strange = sorted(set(firms) - mine.keys())
    if strange:
        raise StateError(
            _("{officer} does not come to {firms} in draw {draw}").format(
                officer=officer_id, firms=", ".join(strange), draw=inputs.draw_id
            )
        )
    touched = {
        firm: coming
        for firm, coming in sorted(mine.items())
        if (firm in firms if firms else today.concerns(reason, officer_id, firm))
        and today.is_to_come(firm)
        and not has_results(connection, inputs.draw_id, firm)
    }
    made = sorted(set(firms) - touched.keys())
    if made:
        raise StateError(
            _("{firms}: the visit was made, or has a result, so that nobody is replaced there; leave it out").format(
                firms=", ".join(made)
            )
        )
    if not touched:
        raise StateError(
            _(
                "{officer} has no visit to come in draw {draw} that this reason touches; name firms with --firm, or "
                "import the recusal or leave first"
            ).format(officer=officer_id, draw=inputs.draw_id)
        )
    return touched


def _next_ones(
    connection: sa.Connection,
    workspace: Workspace,
    inputs: OfficerInputs,
    today: _Today,
    touched: dict[str, dict[str, str]],
    officer_id: str,
    reason: ExpertReason,
    note: str,
) -> list[ExpertReplacement]:
    before: dict[str, list[ExpertReplacement]] = {}
    for entry in load_expert_replacements(connection, inputs.draw_id):
        before.setdefault(entry.firm_id, []).append(entry)
    barred = bar(inputs.recusals, touched, inputs.starts_on)
    district = dict(zip(inputs.visits.firm_id, inputs.visits.district, strict=True))
    experts = [officer for officer in inputs.officers if officer.expert and officer.active]
    entries: list[ExpertReplacement] = []
    for firm, coming in touched.items():
        past = before.get(firm, [])
        found = give_way(
            AskingVisit(firm_id=firm, district=district[firm], specialities=tuple(coming), visit_on=today.days[firm]),
            coming,
            officer_id,
            gone=[entry.officer_out for entry in past],
            free=_free(experts, barred.of(firm)),
            obstacle_of=partial(today.obstacle, firm),
            bureau=inputs.bureau,
            seed=inputs.seed,
            officer_secret=inputs.officer_secret,
        )
        entries += [
            ExpertReplacement(
                draw_id=inputs.draw_id,
                firm_id=firm,
                number=number,
                speciality=one.speciality,
                officer_out=officer_id,
                officer_in=one.officer_in,
                reason=reason,
                decided_on=workspace.today,
                passed_over=one.passed_over,
                note=note,
                author=workspace.actor,
                log_number=0,
            )
            for number, one in enumerate(found, start=len(past) + 1)
        ]
    return entries


def _free(experts: Iterable[Officer], barred: Collection[str]) -> list[Officer]:
    return [expert for expert in experts if expert.officer_id not in barred]


def _keep(
    connection: sa.Connection,
    workspace: Workspace,
    draw_id: str,
    officer_id: str,
    reason: ExpertReason,
    entries: Sequence[ExpertReplacement],
) -> None:
    """One entry of the log for all visits: its digest is that of the file as it is then."""
    content = expert_replacements_bytes([*load_expert_replacements(connection, draw_id), *entries])
    number = append_log(
        connection,
        workspace,
        REPLACE_ACTION,
        {"draw_id": draw_id, "out": officer_id, "reason": str(reason), "visits": len(entries)},
        after=content_digest(content),
    )
    save_expert_replacements(connection, [replace(entry, log_number=number) for entry in entries])
    put_file(connection, draw_id, EXPERT_REPLACEMENTS_NAME, content)
