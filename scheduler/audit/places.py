"""
Claims about officers drawn place by place (specification, section 8.11).

The teams of each place are checked as soon as it has drawn; visits and days, which hang on all places, once all have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scheduler.audit.claims import Group
from scheduler.audit.officers import MATCH_EXCEPTIONS, Offices, Visit
from scheduler.audit.parts import Roll
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.i18n import gettext as _

Room = tuple[int, int]


def check_places(group: Group, roll: Roll) -> None:
    """Claims that places drew in turn, the bureau last; says what cannot be checked before it has."""
    offices = roll.offices
    entries = offices.document.get("places", [])
    if not entries:
        return
    names, days = [entry["district"] for entry in entries], [entry["drawn_on"] for entry in entries]
    due = {officer.district for officer in roll.eligible.values()} | {offices.bureau}
    differences: Differences = []
    if days != sorted(days) or days[0] != offices.document["drawn_on"]:
        differences.append((_("days that ascend from {day}").format(day=offices.document["drawn_on"]), ", ".join(days)))
    if len(set(names)) < len(names) or not set(names) <= due:
        differences.append((_("each place with officers once"), ", ".join(names)))
    if offices.bureau in names and (names[-1] != offices.bureau or set(names) != due):
        differences.append((_("the bureau last, after all places with officers"), ", ".join(names)))
    group.first("8.11", _("each place drew its officers once, the bureau last"), differences, len(names))
    if not offices.is_complete:
        text = _("visits and days follow from the lot")
        missing = ", ".join(sorted(due - set(names)))
        group.not_checked("8.11", text, _("officers of {places} are not drawn yet").format(places=missing))


def place_of(offices: Offices, firm: str, visit: Visit) -> str:
    """The place that settled a visit: its district if that needed no other, else the bureau."""
    district = offices.districts.get(firm, "")
    teams = split_list(visit.team_id)
    at_home = teams and all(name in offices.teams and offices.teams[name].district == district for name in teams)
    return district if at_home and not MATCH_EXCEPTIONS & set(visit.exceptions) else offices.bureau


def by_turn(offices: Offices) -> list[tuple[str, dict[str, Visit]]]:
    """Visits by the place that settled them, in turn, with the place's day; all at once where there are no places."""
    if not offices.places:
        return [("", dict(offices.visits))]
    found: dict[str, dict[str, Visit]] = {place: {} for place in offices.places}
    for firm, visit in offices.visits.items():
        found.setdefault(place_of(offices, firm, visit), {})[firm] = visit
    return [(offices.places.get(place, ""), visits) for place, visits in found.items()]


def less(
    rooms: Mapping[str, Mapping[str, Room]],
    settled: Iterable[tuple[str, Sequence[str], int]],
    whole: Room,
) -> dict[str, dict[str, Room]]:
    """Rooms without what visits settled before take of them: day, teams, and minutes with the journey of each."""
    left = {team: dict(days) for team, days in rooms.items()}
    for day, teams, minutes in settled:
        for team in teams:
            there = left.setdefault(team, {}).get(day, whole)
            left[team][day] = (max(there[0] - 1, 0), max(there[1] - minutes, 0))
    return left
