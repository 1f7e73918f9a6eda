"""
Small districts made up by number, the same on every machine: officers, specialities, leads, visits and recusals.

Nothing is made easy for the lot: an officer may know nothing that is asked for, or everything; a speciality may have
one holder, or more than there are teams; every other district has officers who may not lead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from typing import TypeVar

from tests.teams.meeting_chances import District, drawings

SPECIALITIES = ("food", "drug", "metrology")
MOST_PAIRED = 8  # officers; of more, all may lead too many teams to go through all drawings of them
Item = TypeVar("Item")


class Dice:
    """Throws that follow from a number and what they are for."""

    def __init__(self, number: int) -> None:
        self._head, self._throw = f"district {number}", count()

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` − 1."""
        return int(sha256(f"{self._head} {next(self._throw)}".encode()).hexdigest(), 16) % bound

    def pick(self, items: Sequence[Item]) -> Item:
        """One of some items."""
        return items[self.below(len(items))]


def made_up(number: int) -> District:
    """
    A district of 4 to 12 officers, 1 to 3 specialities, 3 to 6 visits and up to 3 recusals.

    Half of them have officers who may not lead; of those with more than eight officers, only two may.
    """
    dice = Dice(number)
    num_officers, known = 4 + dice.below(9), SPECIALITIES[: 1 + dice.below(3)]
    kinds = ("", *known, *known, "+".join(known))
    skills = tuple(dice.pick(kinds) for _ in range(num_officers))
    asked = tuple(dice.pick(("any", *known)) for _ in range(3 + dice.below(4)))
    refused = frozenset((dice.below(num_officers), dice.below(len(asked))) for _ in range(dice.below(4)))
    leads = None
    if num_officers > MOST_PAIRED or dice.below(2):
        num_leads = 2 if num_officers > MOST_PAIRED else 2 + dice.below(num_officers - 2)
        first = dice.below(num_officers)
        leads = frozenset((first + place) % num_officers for place in range(num_leads))
    return District(skills=skills, asked=asked, refused=refused, leads=leads)


def comparable_districts() -> Iterator[tuple[int, District]]:
    """Made-up districts, numbered, in which some drawing of teams has a fit team for every visit."""
    for number in count():
        district = made_up(number)
        if drawings(district):
            yield number, district
