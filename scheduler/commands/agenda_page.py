"""The internal page of loads: visits of each officer in each week, as one picture and one table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from scheduler.agenda.entries import Agenda, Member, Week, expert_loads_by_week, loads_by_week
from scheduler.commands.internal_page import figures, heading, internal_page, scroll, table
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.pictures import picture, text
from scheduler.publication.text import visible
from scheduler.workflow.internal import InternalMark

_LABEL, _CELL, _ROW, _TOP = 210, 34, 22, 64
_SHADES = ("#f1f4f6", "#d3e4ec", "#a9cddd", "#74adc6", "#3f86a8", "#1f5d7d", "#123f58")
_DARK_FROM = 4  # shades on which white is easier to read
MOST_ROWS = 2_000


def agenda_page(agenda: Agenda, mark: InternalMark, language: str) -> str:
    """The page as HTML text, in the active language."""
    loads = loads_by_week(agenda)
    weeks = _all_weeks([week for row in loads.values() for week in row])
    names = _names(agenda.officers)
    undated = [visit for visit in agenda.visits if visit.visit_on is None]
    body = figures(
        (
            (_("Visits"), f"{len(agenda.visits):,}"),
            (_("without a day"), f"{len(undated):,}"),
            (_("Officers with visits"), f"{len(loads):,}"),
            (_("Teams"), f"{len(agenda.teams):,}"),
            (_("Most visits of an officer in a week"), f"{_most(loads):,}"),
        )
    )
    title = _("Load by officer and week")
    shown = sorted(names)[:MOST_ROWS]
    rows = [(names[officer], loads.get(officer, {})) for officer in shown]
    body += heading(title) + scroll(load_picture(rows, weeks, title))
    body += _experts(agenda)
    if undated:
        listed = [
            (visit.firm_id, visit.name, "; ".join(label(code, _) for code in visit.exceptions)) for visit in undated
        ]
        body += heading(_("Visits without a day")) + table((_("Firm"), _("Name"), _("Exceptions")), (), listed)
    lead = _("How many visits every officer makes in every week, as planned now.")
    return internal_page(_("Agenda: load of officers"), lead, body, mark, language)


def _experts(agenda: Agenda) -> str:
    """
    A picture of experts apart from that of officers, where visits ask for any.

    The lot evens loads of officers and not of experts, so in one picture an expert called often would look like an
    officer treated unfairly.
    """
    loads = expert_loads_by_week(agenda)
    if not loads:
        return ""
    names, title = _names(agenda.advisers), _("Experts by week (they do not count as officers)")
    weeks = _all_weeks([week for row in loads.values() for week in row])
    shown = sorted(loads)[:MOST_ROWS]
    return heading(title) + scroll(load_picture([(names[expert], loads[expert]) for expert in shown], weeks, title))


def _names(people: Mapping[str, Member]) -> dict[str, str]:
    return {
        officer_id: visible(f"{member.name} ({officer_id})" if member.name else officer_id, 24)
        for officer_id, member in people.items()
    }


def load_picture(rows: list[tuple[str, dict[Week, int]]], weeks: list[Week], title: str) -> str:
    """A field for each person and week: the number of visits, darker the more there are."""
    most = max((number for _name, row in rows for number in row.values()), default=0)
    parts = []
    for place, week in enumerate(weeks):
        x = _LABEL + place * _CELL + _CELL / 2
        monday = date.fromisocalendar(*week, 1)
        parts.append(
            f'<g transform="translate({x + 4:.1f},{_TOP - 8}) rotate(-60)">{text(0, 0, f"{monday:%m-%d}", size=12)}</g>'
        )
    for number, (name, row) in enumerate(rows):
        y = _TOP + number * _ROW
        parts.append(text(_LABEL - 8, y + 15, name, anchor="end", size=13))
        for place, week in enumerate(weeks):
            parts.append(_field(_LABEL + place * _CELL, y, row.get(week, 0), most))
        parts.append(text(_LABEL + len(weeks) * _CELL + 8, y + 15, f"{sum(row.values()):,}", size=13))
    width, height = _LABEL + len(weeks) * _CELL + 60, _TOP + len(rows) * _ROW + 8
    description = _("{people} people, {weeks} weeks from their Mondays; at the end of a row its sum").format(
        people=len(rows), weeks=len(weeks)
    )
    return picture(width, height, "".join(parts), title, description)


def _field(x: int, y: int, number: int, most: int) -> str:
    step = -(-number * (len(_SHADES) - 1) // most) if most else 0
    field = f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_ROW - 2}" fill="{_SHADES[step]}"/>'
    if not number:
        return field
    fill = "#fff" if step >= _DARK_FROM else "#10222b"
    return field + text(x + _CELL / 2 - 1, y + 15, str(number), anchor="middle", fill=fill, size=12)


def _all_weeks(found: list[Week]) -> list[Week]:
    """Every week from the first to the last, those without a visit too."""
    if not found:
        return []
    first, last = (date.fromisocalendar(*week, 1) for week in (min(found), max(found)))
    mondays = (first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1))
    return [monday.isocalendar()[:2] for monday in mondays]


def _most(loads: dict[str, dict[Week, int]]) -> int:
    return max((number for row in loads.values() for number in row.values()), default=0)
