"""
Deadlines as an iCalendar file (RFC 5545): one whole day for each day on which something is due, with what and how many.

Days stand for themselves whatever the time zone. An event keeps its id as long as day and kind are the same, so that a
calendar that reads the file again moves nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from scheduler.draw.hashing import digest

LONGEST_LIST = 50  # firms named in one event


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """
    What is due on one day.

    Attributes
    ----------
    kind
        Code of what is due; with the day and `owner` it names the event.
    due_on
        The day.
    summary, lines
        What people read: a sentence, and one line for each visit.
    """

    kind: str
    due_on: date
    summary: str
    lines: tuple[str, ...]


def deadline_calendar(days: Iterable[DueDay], *, owner: str, name: str, now: datetime) -> bytes:
    """
    The calendar's bytes.

    Parameters
    ----------
    owner
        Code of the bureau.
    name
        Name of the calendar.
    now
        When it is made.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//double-random//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for day in days:
        event = Event()
        event.add("uid", f"{digest('event', owner, day.kind, day.due_on.isoformat())[:32]}@double-random")
        event.add("dtstamp", now)
        event.add("dtstart", day.due_on)
        event.add("dtend", day.due_on + timedelta(days=1))
        event.add("summary", day.summary)
        more = len(day.lines) - LONGEST_LIST
        event.add("description", "\n".join([*day.lines[:LONGEST_LIST], *([f"… +{more}"] if more > 0 else [])]))
        event.add("transp", "TRANSPARENT")
        event.add_component(_reminder(day.summary))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _reminder(summary: str) -> Alarm:
    """Reminds two days before."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(days=-2))
    return alarm
