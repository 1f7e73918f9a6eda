"""
A firm's whole history, for the review of both sides 一事双查: of the firm, and of those who supervised it.

Every pool it was in with its chance and ticket, every list it was on, who visited it and when, what was found, what
followed and what was corrected, its tiers, ratings, overrides and events. All of it is internal and logged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.agenda_rows import Move, load_moves, teams_of
from models.cause_rows import StoredCause, load_causes
from models.draw_rows import StoredDraw, StoredRound, load_draws, load_rounds
from models.expert_rows import load_expert_replacements, load_experts
from models.follow_up_rows import Replaced, load_first_recordings, load_replaced, load_steps
from models.meeting_rows import load_absent
from models.publication_rows import load_log
from models.registry_rows import load_items
from models.replacement_rows import load_memberships, load_replacements
from models.results_rows import load_newest_actions
from models.risk_rows import TierSince, load_tier_history
from models.tier_rows import Override, load_overrides
from models.trace_rows import (
    FirmEvent,
    FirmRating,
    FirmResult,
    FirmVisit,
    RegisterRow,
    find_firms,
    load_firm_events,
    load_firm_ratings,
    load_firm_results,
    load_firm_visits,
    load_officer_names,
    load_register_row,
    load_round_years,
    was_drawn,
)
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.naming import name_key
from scheduler.registry.text import typed_code
from scheduler.results.follow_up import Step
from scheduler.teams.expert_replacing import ExpertReplacement
from scheduler.teams.replacing import Replacement
from scheduler.workflow.deadlines import PublicDays
from scheduler.workflow.explaining import AuditorRound, explain_round
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.results import ACTION as RECORDED
from scheduler.workflow.trace_log import PlannedFor, TracedEntry, entries_about
from scheduler.workflow.workspace import Workspace

DRAWN_BY = ("draw targets", "import drawn", "cause add")  # actions that put a firm on a list
MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedMember:
    """An officer who went, or was to go: number, name on the roster of today, and whether the officer led."""

    officer_id: str
    name: str
    lead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedVisit:
    """
    A visit as it is planned now, or was made.

    Attributes
    ----------
    teams
        Members of each of its teams on the day of the visit, by team id, the leading team first.
    exceptions
        Codes of what the lot could not do as it should.
    experts
        Experts who join it.
    moves, replacements, expert_replacements
        How often it was planned anew, and officers of its teams and experts who gave way to others.
    """

    visit_on: date | None
    teams: Mapping[str, tuple[TracedMember, ...]]
    experts: tuple[TracedMember, ...]
    exceptions: tuple[str, ...]
    moves: tuple[Move, ...]
    replacements: tuple[Replacement, ...]
    expert_replacements: tuple[ExpertReplacement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedItem:
    """What a visit found for one item, as it stands, and the steps that followed."""

    item_id: str
    name: str
    categories: tuple[str, ...]
    inspected_on: date
    recorded_on: date
    note: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedDraw:
    """
    One attempt of one round, and what came of it for the firm.

    Attributes
    ----------
    standing
        Pool, chance and ticket, as the auditor reads them.
    list_public_on, results_public_on
        Days on which the list with the firm, and its results, were made public, by the log; None where they are not.
    cause
        The check for cause that the list is of.
    replaced
        Results that corrections took away.
    """

    year: int
    draw_id: str
    round_name: str
    standing: AuditorRound
    cause: StoredCause | None
    list_public_on: date | None
    visit: TracedVisit | None
    items: tuple[TracedItem, ...]
    replaced: tuple[Replaced, ...]
    results_public_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmTrace:
    """
    All there is of a firm.

    Attributes
    ----------
    register
        Its row; None where it is no longer on the register.
    entries
        Who did what about it, by the log.
    """

    firm_id: str
    register: RegisterRow | None
    draws: tuple[TracedDraw, ...]
    tiers: tuple[TierSince, ...]
    ratings: tuple[FirmRating, ...]
    overrides: tuple[Override, ...]
    events: tuple[FirmEvent, ...]
    entries: tuple[TracedEntry, ...]
    mark: InternalMark

    @property
    def name(self) -> str:
        """Name on the register of today; empty where it is not on it."""
        return self.register.name if self.register is not None else ""

    def document(self) -> dict[str, Any]:
        """The trace for machines."""
        document = asdict(self)
        document["internal"] = self.mark.document()
        del document["mark"]
        return document


def trace_firm(workspace: Workspace, firm: str) -> FirmTrace:
    """
    Traces a firm.

    Parameters
    ----------
    firm
        Its code, its name, or a part of its name that no other firm's has.

    Raises
    ------
    StateError
        If nobody knows such a firm, or several have the name.
    """
    with workspace.transaction() as connection:
        firm_id = _firm_id(connection, firm)
        register, draws = load_register_row(connection, firm_id), _Reader(connection, workspace, firm_id).draws()
        return FirmTrace(
            firm_id=firm_id,
            register=register,
            draws=draws,
            tiers=load_tier_history(connection, firm_id),
            ratings=load_firm_ratings(connection, firm_id),
            overrides=load_overrides(connection, firm_id),
            events=load_firm_events(connection, firm_id),
            entries=_entries(connection, firm_id, register.district if register is not None else "", draws),
            mark=mark_internal(connection, workspace, "trace", {"firm_id": firm_id}),
        )


def _firm_id(connection: sa.Connection, firm: str) -> str:
    """Code of the one firm that is meant."""
    code = typed_code(firm)
    if load_register_row(connection, code) is not None or was_drawn(connection, code):
        return code
    found = find_firms(connection, firm.strip(), MOST_NAMED + 1) if firm.strip() else ()
    same = [firm_id for firm_id, name in found if name_key(name) == name_key(firm)]
    if len(same) == 1 or len(found) == 1:
        return same[0] if same else found[0][0]
    if not found:
        raise StateError(
            _("expected the code or the name of a firm, got {firm}, which nobody has; check it").format(firm=firm)
        )
    named = "; ".join(f"{firm_id} {name}" for firm_id, name in found[:MOST_NAMED])
    more = " …" if len(found) > MOST_NAMED else ""
    raise StateError(
        _("expected the name of one firm, got {firm}, which fits several; name the code: {named}").format(
            firm=firm, named=named + more
        )
    )


def _entries(
    connection: sa.Connection, firm_id: str, district: str, draws: Sequence[TracedDraw]
) -> tuple[TracedEntry, ...]:
    planned = [
        PlannedFor(
            round_name=draw.round_name,
            district=district,
            team_ids=frozenset(draw.visit.teams),
            officer_ids=frozenset(one.officer_id for members in draw.visit.teams.values() for one in members),
            visit_on=draw.visit.visit_on,
        )
        for draw in draws
        if draw.visit is not None and draw.visit.teams
    ]
    concerned = [
        draw.draw_id
        for draw in draws
        if draw.standing.standing is None or draw.standing.standing.in_pool or draw.visit is not None
    ]
    return entries_about(load_log(connection), firm_id, concerned, planned)


class _Reader:
    """Reads the draws of one firm; what all of them need is read once."""

    def __init__(self, connection: sa.Connection, workspace: Workspace, firm_id: str) -> None:
        self._connection, self._workspace, self._firm_id = connection, workspace, firm_id
        self._visits = load_firm_visits(connection, firm_id)
        self._results = load_firm_results(connection, firm_id)
        self._replaced = load_replaced(connection, firm_id)
        self._steps = load_steps(connection, {one.draw_id for one in self._results}, firm_id)
        self._items = {item.item_id: item.name for item in load_items(connection)}
        self._officers = load_officer_names(connection)
        self._public = PublicDays(connection)
        self._recorded = load_newest_actions(connection, RECORDED)
        self._first = load_first_recordings(connection)
        self._listed: dict[str, int] = {}
        for action in DRAWN_BY:
            for day, number in load_newest_actions(connection, action).items():
                self._listed[day] = max(number, self._listed.get(day, 0))

    def draws(self) -> tuple[TracedDraw, ...]:
        """All attempts of all years, by day; lists drawn elsewhere only where the firm is on them."""
        work: list[tuple[int, StoredRound, StoredDraw, StoredCause | None]] = []
        for year in load_round_years(self._connection):
            rounds = {entry.round_id: entry for entry in load_rounds(self._connection, year)}
            causes = {cause.draw_id: cause for cause in load_causes(self._connection, year)}
            work += [
                (year, rounds[stored.round_id], stored, causes.get(stored.draw_id))
                for stored in load_draws(self._connection, year)
            ]
        found = []
        for done, (year, entry, stored, cause) in enumerate(work):
            self._workspace.progress.report(_("Looking the firm up in the draws"), done, len(work))
            standing = explain_round(self._connection, entry, stored, self._firm_id)
            if standing.standing is not None or standing.told.state == "drawn":
                found.append(self._draw(year, stored, standing, cause))
        self._workspace.progress.report(_("Looking the firm up in the draws"), 1, 1)
        return tuple(
            sorted(found, key=lambda one: (one.standing.told.drawn_on or one.standing.told.committed_on, one.draw_id))
        )

    def _draw(self, year: int, stored: StoredDraw, standing: AuditorRound, cause: StoredCause | None) -> TracedDraw:
        results = [one for one in self._results if one.draw_id == stored.draw_id]
        first = self._first.get((stored.draw_id, self._firm_id))
        on_list = standing.told.state == "drawn" and stored.drawn_on is not None
        visit = self._visits.get(stored.draw_id)
        return TracedDraw(
            year=year,
            draw_id=stored.draw_id,
            round_name=stored.round_id.partition("-")[2],
            standing=standing,
            cause=cause if cause is not None and cause.firm_id == self._firm_id else None,
            list_public_on=self._public.since(self._listed, stored.drawn_on) if on_list and stored.drawn_on else None,
            visit=None if visit is None else self._visit(visit),
            items=self._found(stored.draw_id, results),
            replaced=tuple(one for one in self._replaced if one.draw_id == stored.draw_id),
            results_public_on=self._public.since(self._recorded, first) if first is not None else None,
        )

    def _visit(self, visit: FirmVisit) -> TracedVisit:
        team_ids = teams_of(visit.team_id)
        absent = load_absent(self._connection, int(visit.draw_id[:4])).get((visit.draw_id, self._firm_id), frozenset())
        members = [one for one in load_memberships(self._connection, visit.draw_id) if one.team_id in team_ids]
        teams = {
            team_id: tuple(
                self._member(one.officer_id, lead=one.lead)
                for one in sorted(members, key=lambda one: (not one.lead, one.officer_id))
                if one.team_id == team_id and one.holds_on(visit.visit_on) and one.officer_id not in absent
            )
            for team_id in team_ids
        }
        moves = load_moves(self._connection, visit.draw_id)
        calls = load_experts(self._connection, visit.draw_id).get((visit.draw_id, self._firm_id), ())
        return TracedVisit(
            visit_on=visit.visit_on,
            teams=teams,
            experts=tuple(self._member(name) for name in dict.fromkeys(call.officer_id for call in calls) if name),
            exceptions=tuple(code for code in visit.exception.split(";") if code),
            moves=tuple(move for move in moves if move.firm_id == self._firm_id),
            replacements=tuple(
                one for one in load_replacements(self._connection, visit.draw_id) if one.team_id in team_ids
            ),
            expert_replacements=tuple(
                one for one in load_expert_replacements(self._connection, visit.draw_id) if one.firm_id == self._firm_id
            ),
        )

    def _member(self, officer_id: str, *, lead: bool = False) -> TracedMember:
        return TracedMember(officer_id=officer_id, name=self._officers.get(officer_id, ""), lead=lead)

    def _found(self, draw_id: str, results: Sequence[FirmResult]) -> tuple[TracedItem, ...]:
        items: dict[str, list[FirmResult]] = {}
        for one in results:
            items.setdefault(one.item_id, []).append(one)
        return tuple(
            TracedItem(
                item_id=item_id,
                name=self._items.get(item_id, ""),
                categories=tuple(one.category for one in rows),
                inspected_on=max(one.inspected_on for one in rows),
                recorded_on=max(one.recorded_on for one in rows),
                note="; ".join(dict.fromkeys(one.note for one in rows if one.note)),
                steps=self._steps.get((draw_id, self._firm_id, item_id), ()),
            )
            for item_id, rows in items.items()
        )
