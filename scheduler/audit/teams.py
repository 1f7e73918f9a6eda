"""The lot of teams by an officers.json of format 2 or 3 (specification, section 8.2), cast again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from scheduler.audit.claims import Group
from scheduler.audit.officers import Officer, Offices, Team
from scheduler.audit.parts import Demand, Roll
from scheduler.audit.year import Differences
from scheduler.draw.hashing import keyed_digest
from scheduler.i18n import gettext as _

COUNTERS = 16
Post: TypeAlias = tuple[str, str]
Pair: TypeAlias = tuple[Demand, frozenset[str]]


def draw_teams(roll: Roll) -> tuple[list[Team], list[dict[str, object]]]:
    """Teams and reserves of all posts, and the posts whose counter is not 0."""
    posts: dict[Post, list[Officer]] = {}
    for officer in roll.eligible.values():
        posts.setdefault((officer.district, roll.department(officer.department)), []).append(officer)
    wanted = _wanted(roll, posts)
    teams: list[Team] = []
    redraws: list[dict[str, object]] = []
    numbers: dict[str, int] = {}
    for post in sorted(posts):
        groups, counter = _cast(roll, posts[post], wanted.get(post, set()))
        if counter:
            redraws.append({"district": post[0], "department": post[1], "counter": counter})
        for group in groups or [posts[post]]:
            numbers[post[0]] = numbers.get(post[0], 0) + 1
            teams.append(
                Team(
                    team_id=f"{roll.offices.draw.draw_id}-{post[0]}-{numbers[post[0]]:03d}",
                    district=post[0],
                    department=post[1],
                    officer_ids=tuple(officer.officer_id for officer in group),
                    specialities=frozenset().union(*(officer.specialities for officer in group)),
                    reserve=not groups,
                )
            )
    return teams, redraws


def check_redraws(group: Group, offices: Offices, redraws: list[dict[str, object]]) -> None:
    """Claims that officers.json names the lots that were cast again, with the counters that count."""
    recorded = offices.document["redraws"]
    differences: Differences = [(str(redraws), str(recorded))] if redraws != recorded else []
    group.first("8.2", _("lots that were cast again are those that had to be"), differences, len(redraws))


def _wanted(roll: Roll, posts: dict[Post, list[Officer]]) -> dict[Post, set[Pair]]:
    offices = roll.offices
    pairs: dict[Post, set[Pair]] = {}
    for firm, package in offices.packages.items():
        barred = roll.barred(firm)
        for demand in roll.demands[package]:
            pairs.setdefault((offices.districts[firm], demand.department), set()).add((demand, barred))
    wanted: dict[Post, set[Pair]] = {}
    for (district, department), asked in pairs.items():
        for demand, barred in asked:
            for post in ((district, department), (offices.bureau, department)):
                if demand.met_by([officer for officer in posts.get(post, ()) if officer.officer_id not in barred]):
                    wanted.setdefault(post, set()).add((demand, barred))
                    break
    return wanted


def _cast(roll: Roll, officers: Sequence[Officer], wanted: Collection[Pair]) -> tuple[list[list[Officer]], int]:
    least = max([2, *(demand.officers_required for demand, _barred in wanted)])
    secret, seed = roll.offices.secret, roll.offices.seed
    spread = roll.offices.format > 2
    skilled = {item for demand, _barred in wanted for item in demand.items if item[2] and spread}
    casts: list[list[list[Officer]]] = []
    missed: list[int] = []
    for counter in range(COUNTERS):
        ordered = sorted(
            officers,
            key=lambda officer, c=str(counter): keyed_digest(  # type: ignore[misc]
                secret, "officer", seed, c, officer.officer_id
            ),
        )
        casts.append(deal(ordered, least + counter // 4, sorted(skilled)))
        missed.append(sum(not _is_met(casts[-1], pair) for pair in wanted) if casts[-1] else 0)
        if not missed[-1]:
            break
    counter = missed.index(min(missed))
    return casts[counter], counter


def _is_met(groups: Sequence[Sequence[Officer]], pair: Pair) -> bool:
    demand, barred = pair
    return any(not any(officer.officer_id in barred for officer in group) and demand.met_by(group) for group in groups)


def deal(officers: Sequence[Officer], size: int, skilled: Sequence[tuple[str, int, str]]) -> list[list[Officer]]:
    """Deals officers in the order of their lots: leaders first, all others round and round, then exchanged."""
    leads = [officer for officer in officers if officer.lead_qualified]
    if not leads or len(officers) == 1:
        return []
    count = min(len(leads), max(1, len(officers) // size))
    leading = {leader.officer_id for leader in leads[:count]}
    others = [officer for officer in officers if officer.officer_id not in leading]
    serving = [[_serving(officer, skilled) for officer in group] for group in (leads[:count], others)]
    while any(serving[1]) and _exchange(others, serving[0], serving[1]):
        pass
    return [[leader, *others[number::count]] for number, leader in enumerate(leads[:count])]


def _serving(officer: Officer, skilled: Sequence[tuple[str, int, str]]) -> frozenset[str]:
    """Items asking for a speciality that an officer may check and has the speciality of."""
    return frozenset(
        item
        for item, _number, speciality in skilled
        if speciality in officer.specialities and (not officer.item_ids or item in officer.item_ids)
    )


def _exchange(others: list[Officer], leading: list[frozenset[str]], serving: list[frozenset[str]]) -> bool:
    """Exchanges officers dealt to different teams, pair after pair, if their teams then serve more items."""
    count = len(leading)
    changed = False

    def served(team: int, but: int, instead: frozenset[str]) -> int:
        members = (serving[place] for place in range(team, len(serving), count) if place != but)
        return len(leading[team].union(instead, *members))

    for first in range(len(others)):
        for second in range(first + 1, len(others)):
            one, two = first % count, second % count
            if one == two or serving[first] == serving[second]:
                continue
            now = served(one, first, serving[first]) + served(two, second, serving[second])
            if served(one, first, serving[second]) + served(two, second, serving[first]) > now:
                others[first], others[second] = others[second], others[first]
                serving[first], serving[second] = serving[second], serving[first]
                changed = True
    return changed
