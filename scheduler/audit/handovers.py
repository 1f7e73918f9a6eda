"""Claims about firms that gave way after officers were drawn: who visits the newcomer, and when (section 8.14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scheduler.audit.claims import Group
from scheduler.audit.formats.files import HANDOVERS
from scheduler.audit.matching import Matching
from scheduler.audit.officers import Handover, Team, Visit
from scheduler.audit.parts import Part, Roll
from scheduler.audit.replacements import Places
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.i18n import gettext as _

NOBODY = Visit(team_id="", visit_on="", exceptions=())


def check_handovers(group: Group, roll: Roll) -> None:
    """Claims that visits to come were handed over, in turn, to the teams and on the days that follow."""
    offices = roll.offices
    if not offices.draw.has(HANDOVERS):
        return
    group.first("8.14", _("firms gave way after officers were drawn, in turn, and before their visits"), _history(roll))
    text = _("who visits a newcomer, and when, follows from the visit that was handed over")
    group.first("8.14", text, _visits(roll), len(offices.handovers))
    group.not_checked(
        "8.14", _("visits handed over were not held yet"), _("a record holds no visits, but results of them")
    )


def _visits(roll: Roll) -> Differences:
    """The first visit of a newcomer that is not the one that follows, row after row of both files."""
    offices = roll.offices
    moved_to = _last_days(roll)
    officers = _rows_of_officers(roll)
    places = Places(roll)
    standing = dict(offices.visits)
    replaced = 0
    for entry in offices.handovers:
        for team_id, officer_out, officer_in, _day in officers[replaced : entry.replaced]:
            if officer_out not in places.members.get(team_id, ()):
                return []  # 8.10 says so
            places.take(offices.teams[team_id], officer_out, officer_in)
        replaced = max(replaced, entry.replaced)
        if entry.firm_in and entry.firm_in not in offices.came:
            return [(_("{number}: a firm that was added").format(number=entry.number), entry.firm_in)]
        if entry.firm_out not in standing:
            return [(_("{number}: a visit that stands").format(number=entry.number), entry.firm_out or "–")]
        slot = standing.pop(entry.firm_out)
        day = moved_to.get(entry.firm_out, slot.visit_on)
        places.hand_over(entry.firm_out, "", NOBODY)
        expected = _expected(roll, places, entry, slot, day)
        if expected != entry.visit:
            return [(f"{entry.number}: {_tell(expected)}", _tell(entry.visit))]
        if entry.firm_in:
            places.hand_over("", entry.firm_in, entry.visit)
            standing[entry.firm_in] = entry.visit
    return []


def _history(roll: Roll) -> Differences:
    """What is out of turn: numbers, days, counts of officers replaced, visits that were held."""
    offices = roll.offices
    numbers = [number for (number,) in offices.draw.table("substitutes.tsv").rows("number")]
    own = [entry.number for entry in offices.handovers]
    differences: Differences = []
    if not own or own != numbers[-len(own) :] or not offices.is_complete:
        differences.append((_("the last rows of substitutes.tsv, of all places"), ", ".join(own)))
    came = {number: firm_in for number, firm_in in offices.draw.table("substitutes.tsv").rows("number", "firm_in")}  # noqa: C416
    counts = [entry.replaced for entry in offices.handovers]
    if counts != sorted(counts) or max(counts, default=0) > len(_rows_of_officers(roll)):
        differences.append((_("rows of replacements.tsv, never fewer"), ", ".join(map(str, counts))))
    first_day = max([offices.document["drawn_on"], *offices.places.values()])
    decided = [row[3] for row in _rows_of_officers(roll)]
    moved_to = _last_days(roll)
    days = {firm: visit.visit_on for firm, visit in {**offices.visits, **offices.visits_of_newcomers}.items()}
    for entry in offices.handovers:
        day = moved_to.get(entry.firm_out, days.get(entry.firm_out, ""))
        around = decided[max(entry.replaced - 1, 0) : entry.replaced], decided[entry.replaced : entry.replaced + 1]
        if any(before > entry.decided_on for before in around[0]) or any(
            after < entry.decided_on for after in around[1]
        ):
            differences.append((_("{number}: among officers in turn").format(number=entry.number), entry.decided_on))
        if entry.decided_on < first_day or (day and day <= entry.decided_on):
            differences.append((f"{entry.number}: {first_day} ≤ … < {day or '–'}", entry.decided_on))
        if came.get(entry.number) != entry.firm_in:
            differences.append((f"{entry.number}: {came.get(entry.number) or '–'}", entry.firm_in or "–"))
    return differences


def _rows_of_officers(roll: Roll) -> list[tuple[str, ...]]:
    """Teams, officers who gave way and who came, and days, in turn."""
    draw = roll.offices.draw
    if not draw.has("replacements.tsv"):
        return []
    return draw.table("replacements.tsv").rows("team_id", "officer_out", "officer_in", "decided_on")


def _last_days(roll: Roll) -> dict[str, str]:
    """Day to which each firm's visit was moved at last."""
    draw = roll.offices.draw
    if not draw.has("moves.tsv"):
        return {}
    return {firm: day for firm, day in draw.table("moves.tsv").rows("firm_id", "moved_to")}  # noqa: C416


def _expected(roll: Roll, places: Places, entry: Handover, slot: Visit, day: str) -> Visit:
    if not entry.firm_in:
        return NOBODY
    districts = roll.offices.districts
    names = split_list(slot.team_id)
    going = {officer for name in names for officer in places.members.get(name, ())}
    at_home = districts.get(entry.firm_in) == districts.get(entry.firm_out)
    if names and at_home and "unmet" not in slot.exceptions and not going & roll.barred(entry.firm_in):
        left = tuple(code for code in slot.exceptions if code != "repeated")
        return Visit(team_id=slot.team_id, visit_on=day, exceptions=left)
    return _found(roll, places, entry, day)


def _found(roll: Roll, places: Places, entry: Handover, day: str) -> Visit:
    """Teams of each part of the visit by (3) and (4) of section 8.3, as teams stand now."""
    matching = Matching(replace(roll, offices=replace(roll.offices, packages={})), _teams_now(roll, places))
    matching.loads = {name: len(places.visits[name]) for name in matching.teams}
    names: list[str] = []
    exceptions: set[str] = set()
    for demand in roll.demands[roll.offices.package_of(entry.firm_in)]:
        found = matching.left_over(Part(entry.firm_in, roll.offices.districts[entry.firm_in], demand))
        matching.count(found.teams)
        names += found.teams
        exceptions |= found.exceptions
    return Visit(team_id=";".join(names), visit_on=day if names else "", exceptions=tuple(sorted(exceptions)))


def _teams_now(roll: Roll, places: Places) -> Mapping[str, Team]:
    """Teams with the officers who are in them now."""
    return {name: replace(team, officer_ids=tuple(places.members[name])) for name, team in roll.offices.teams.items()}


def _tell(visit: Visit) -> str:
    return " ".join((visit.team_id or "–", visit.visit_on or _("no day"), ";".join(visit.exceptions))).rstrip()
