"""Evenness and order of the lot read off recorded teams: only the first most even way passes, in all tiny cases."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.audit.chains import Group
from scheduler.audit.officers import Team


def team(number: int) -> Team:
    """A team by its number."""
    return Team(team_id=f"T{number}", district="d", officer_ids=(), specialities=frozenset())


def loads(way: Sequence[int]) -> list[int]:
    """Loads of four teams, the greatest first."""
    return sorted((way.count(number) for number in range(4)), reverse=True)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_only_the_first_most_even_way_passes(seed: int) -> None:
    """
    Every way of up to five visits and four teams: it passes if it is the first of the most even ones, else not.

    By format 3 those count among the most even ones in which the teams that fit more visits have more of them.
    """
    rng = Random(seed)
    num_visits = rng.randint(1, 5)
    likes = [rng.sample(range(4), rng.randint(1, 4)) for _ in range(num_visits)]
    ways = list(itertools.product(*likes))  # in the order of likings
    least = min(loads(way) for way in ways)
    able = [sum(number in liked for liked in likes) for number in range(4)]
    ablest = max(sum(able[number] for number in way) for way in ways if loads(way) == least)
    even = [way for way in ways if loads(way) == least]
    abler = [way for way in even if sum(able[number] for number in way) == ablest]
    for way, by_ability in itertools.product(ways, (False, True)):
        members = [
            (str(visit), [team(number) for number in sorted(likes[visit])], team(number))
            for visit, number in enumerate(way)
        ]
        group = Group(members, by_ability=by_ability)
        assert (not group.uneven()) == (way in even)
        if way in even:
            assert (not group.unable()) == (way in abler or not by_ability)
        if way in (abler if by_ability else even):
            disorder = group.disorder(lambda firm, _fit: [team(number) for number in likes[int(firm)]])
            assert (not disorder) == (way == (abler if by_ability else even)[0])
