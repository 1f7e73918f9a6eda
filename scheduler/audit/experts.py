"""Claims about experts (specification, section 8.12): who joins which visit, by lot among the nearest."""

from __future__ import annotations

from collections.abc import Collection

from scheduler.audit.claims import Group
from scheduler.audit.commitment import load_policy, policy_value
from scheduler.audit.context import Lists
from scheduler.audit.officers import Officer
from scheduler.audit.parts import Roll
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.draw.hashing import keyed_digest
from scheduler.i18n import gettext as _

NAME = "experts.tsv"
LEAVE_FORMAT = 4  # of officers.json, the first by which no expert comes who is on leave


def check_experts(group: Group, roll: Roll, lists: Lists) -> None:
    """Claims that visits which ask for experts have those of the lot, and that none of them counts as an officer."""
    offices = roll.offices
    asked = specialities_asked(roll)
    has_file = offices.draw.has(NAME)
    if offices.format < 3 or not (asked or has_file):
        return
    rows = offices.draw.table(NAME).rows("firm_id", "speciality", "officer_id") if has_file else ()
    found = {(firm, speciality): officer for firm, speciality, officer in rows}
    expected = expected_experts(roll, lists, asked)
    nobody = _("none")
    differences: Differences = [
        (f"{firm} {skill}: {expected.get((firm, skill)) or nobody}", found.get((firm, skill)) or nobody)
        for firm, skill in sorted(expected.keys() | found.keys())
        if expected.get((firm, skill)) != found.get((firm, skill))
    ]
    text = _("experts are those of the lot among the nearest who have what the items ask for")
    group.first("8.12", text, differences, len(expected))
    in_teams = {officer for _team, officer in offices.draw.table("teams.tsv").rows("team_id", "officer_id")}
    counted: Differences = [
        (_("{officer} in no team").format(officer=officer), _("an officer of a team"))
        for officer in sorted({officer for officer in found.values() if officer} & in_teams)
    ]
    group.first("8.12", _("no expert counts as an officer"), counted, len(found))


def specialities_asked(roll: Roll) -> dict[str, str]:
    """Speciality of the expert by item that asks for one, by the policy sealed."""
    policy = policy_value(load_policy(roll.offices.draw), "agenda", "experts", {})
    return {str(item): str(skill) for item, skill in policy.items()} if isinstance(policy, dict) else {}


def expected_experts(roll: Roll, lists: Lists, asked: dict[str, str]) -> dict[tuple[str, str], str]:
    """Expert of each visit with a team and speciality asked for, by firm and speciality; empty where there is none."""
    offices = roll.offices
    experts = [officer for officer in offices.roster.values() if officer.expert and officer.active]
    away = _away(roll)
    expected: dict[tuple[str, str], str] = {}
    packages = {**offices.packages, **offices.came}
    for firm, visit in {**offices.visits, **offices.visits_of_newcomers}.items():
        package = packages.get(firm, "")
        if not split_list(visit.team_id) or not lists.is_package(package):
            continue
        there = [one for one in experts if (one.officer_id, visit.visit_on) not in away]
        going: set[str] = set()
        for skill in sorted({asked[item] for item in lists.items_of(package) if item in asked}):
            officer = next(iter(order_of(roll, firm, there, skill, going)), "")
            going |= {officer} - {""}
            expected[firm, skill] = officer
    return expected


def _away(roll: Roll) -> set[tuple[str, str]]:
    """Experts and days on which the calendar leaves them no visit; a visit without a day has none of these."""
    if roll.offices.format < LEAVE_FORMAT:
        return set()
    rows = roll.offices.draw.table("calendar.tsv").rows("officer_id", "day", "visits")
    return {(officer, day) for officer, day, visits in rows if visits == "0"}


def order_of(roll: Roll, firm: str, experts: list[Officer], skill: str, going: Collection[str]) -> list[str]:
    """Experts who may come to a firm for a speciality, the first to be asked first."""
    offices = roll.offices
    barred = roll.barred(firm)
    near = (offices.districts.get(firm, ""), offices.bureau)

    def rank(expert: Officer) -> tuple[bool, int, str]:
        place = near.index(expert.district) if expert.district in near else len(near)
        lot = keyed_digest(offices.secret, "expert", offices.seed, firm, expert.officer_id)
        return expert.officer_id not in going, place, lot

    able = [one for one in experts if one.officer_id not in barred and (not skill or skill in one.specialities)]
    return [expert.officer_id for expert in sorted(able, key=rank)]
