"""
Specialities spread over the teams of a lot (specification 8.2), so that a firm that needs one may meet many officers.

Officers are dealt by lot alone. Then two of them who do not lead change places whenever more teams can thereby check
items that ask for a speciality. Without this, two officers with a scarce speciality who were dealt into one team would
be the only ones that a firm can meet, and everybody else would never meet it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from scheduler.teams.demands import Demand, ItemDemand, may_check
from scheduler.teams.roster import Officer

Skills = Callable[[Officer], int]


def skills_wanted(demands: Iterable[Demand]) -> Skills:
    """A function that tells which of the items asking for a speciality an officer can serve, as bits."""
    items = sorted(
        {item for demand in demands for item in demand.items if item.speciality}, key=lambda item: item.item_id
    )

    def skills(officer: Officer) -> int:
        return sum(1 << place for place, item in enumerate(items) if _serves(officer, item))

    return skills


def _serves(officer: Officer, item: ItemDemand) -> bool:
    return item.speciality in officer.specialities and may_check(officer, item.item_id)


def spread(leading: Sequence[Officer], others: Sequence[Officer], skills: Skills) -> list[tuple[Officer, ...]]:
    """
    Teams of leads and the others dealt to them round and round, with those exchanges that serve more items.

    Parameters
    ----------
    leading
        The leads of teams 1, 2, …
    others
        All others, in the order of the lot.
    skills
        Items asking for a speciality that an officer can serve, as bits.
    """
    num_teams = len(leading)
    seats = list(others)
    able = [skills(officer) for officer in seats]
    if any(able):
        leads = [skills(officer) for officer in leading]
        while _exchange(seats, able, leads):
            pass
    return [(lead, *seats[number::num_teams]) for number, lead in enumerate(leading)]


def _exchange(seats: list[Officer], able: list[int], leads: Sequence[int]) -> bool:
    """Goes through all pairs of seats once, first with second, first with third, …; tells whether any changed hands."""
    num_teams, changed = len(leads), False
    for one, other in combinations(range(len(seats)), 2):
        here, there = one % num_teams, other % num_teams
        if here == there or able[one] == able[other]:
            continue
        rest_here, rest_there = (_served(leads, able, team, seat) for team, seat in ((here, one), (there, other)))
        before = (rest_here | able[one]).bit_count() + (rest_there | able[other]).bit_count()
        if (rest_here | able[other]).bit_count() + (rest_there | able[one]).bit_count() > before:
            seats[one], seats[other] = seats[other], seats[one]
            able[one], able[other] = able[other], able[one]
            changed = True
    return changed


def _served(leads: Sequence[int], able: Sequence[int], team: int, without: int) -> int:
    """Items that the officers of a team serve, without the one in a seat."""
    served = leads[team]
    for seat in range(team, len(able), len(leads)):
        if seat != without:
            served |= able[seat]
    return served
