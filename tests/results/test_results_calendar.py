"""Deadlines as a calendar that other programs read."""

from __future__ import annotations

from datetime import UTC, date, datetime

from icalendar import Calendar

from scheduler.results.calendar import LONGEST_LIST, DueDay, deadline_calendar

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def made(*days: DueDay) -> list[dict[str, str]]:
    """Summary, day, description and id of each event."""
    calendar = Calendar.from_ical(deadline_calendar(days, owner="371000", name="n", now=NOW))
    return [
        {
            "summary": str(event["summary"]),
            "day": event.decoded("dtstart").isoformat(),
            "text": str(event.get("description", "")),
            "uid": str(event["uid"]),
        }
        for event in calendar.walk("VEVENT")
    ]


def test_hostile_lines_stay_text() -> None:
    """Line feeds, commas and property names in a name end up in the description, nowhere else."""
    line = "2026-1-1 91,;\nBEGIN:VEVENT\nSUMMARY:forged 示例🙂" + "长" * 200
    (event,) = made(DueDay(kind="publication", due_on=date(2026, 4, 30), summary="1 due", lines=(line,)))
    assert event["text"] == line
    assert (event["summary"], event["day"]) == ("1 due", "2026-04-30")


def test_ids_stay_while_numbers_change() -> None:
    """The same day and kind is the same event, another day or kind is another one."""
    one, two = (
        made(DueDay(kind="publication", due_on=date(2026, 4, 30), summary=words, lines=()))[0]["uid"]
        for words in ("3 due", "2 due")
    )
    other = made(DueDay(kind="listing", due_on=date(2026, 4, 30), summary="3 due", lines=()))[0]["uid"]
    assert one == two != other


def test_long_lists_are_cut_and_say_so() -> None:
    """A day on which a thousand results are due stays readable."""
    (event,) = made(DueDay(kind="p", due_on=date(2026, 4, 30), summary="s", lines=tuple(map(str, range(1000)))))
    assert len(event["text"].splitlines()) == LONGEST_LIST + 1
    assert event["text"].endswith("+950")
