"""
Calendars of officers and teams (RFC 5545): one entry for the whole day of each visit.

The same visit has the same UID in every calendar, whenever it is exported; DTSTAMP is when its day was recorded and
SEQUENCE counts its moves, so that a calendar read in again moves the entry instead of doubling it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import icalendar

from scheduler.agenda.entries import PlannedVisit
from scheduler.publication.agenda.context import LONGEST_NAME, AgendaContext
from scheduler.publication.text import visible

ZONE = "Asia/Shanghai"
ONE_DAY = timedelta(days=1)


def calendar_of(visits: Iterable[PlannedVisit], title: str, context: AgendaContext) -> bytes:
    """The bytes of one calendar; visits without a day are not in it."""
    _ = context.translate
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//double-random//agenda//")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", icalendar.vText(_("Inspections: {name}").format(name=_line(title))))
    calendar.add("x-wr-caldesc", icalendar.vText(_line(context.mark)))
    calendar.add("x-wr-timezone", ZONE)
    for event in _events(visits, context):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(visits: Iterable[PlannedVisit], context: AgendaContext) -> Iterator[icalendar.Event]:
    _ = context.translate
    for visit in visits:
        if visit.visit_on is None:
            continue
        event = icalendar.Event()
        event.add("uid", f"{visit.draw_id}-{visit.firm_id}@{context.bureau}.double-random")
        event.add("dtstamp", datetime.fromisoformat(visit.stamped_at).astimezone(UTC))
        event.add("sequence", visit.num_changes)
        event.add("dtstart", visit.visit_on)
        event.add("dtend", visit.visit_on + ONE_DAY)
        event.add("summary", _("Inspection: {name}").format(name=_line(visit.name)))
        event.add("location", _line(visit.address))
        event.add("class", "CONFIDENTIAL")
        event.add("description", "\n".join(_description(visit, context)))
        yield event


def _description(visit: PlannedVisit, context: AgendaContext) -> Iterator[str]:
    _ = context.translate
    yield _("Credit code or registration number: {code}").format(code=visit.firm_id)
    yield _("Tasks: {names}").format(names=context.task_names(visit))
    for team_id in visit.team_ids:
        members = context.people(context.agenda.going_of(visit, team_id))
        yield _("Team {team}: {members}").format(team=team_id, members=members)
    experts = context.experts(visit)
    if experts:
        yield _("{title}: {names}").format(title=context.experts_title, names=experts)
    if visit.num_moves:
        yield _("Planned anew, for the {number}. time").format(number=visit.num_moves)
    yield _line(context.mark)


def _line(text: str) -> str:
    """Text on one line, with invisible characters spelt out; the parser escapes the rest."""
    return visible(" ".join(text.split()), LONGEST_NAME)
