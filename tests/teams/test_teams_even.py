"""The most even loads, and the lot among them: against all ways of tiny cases and an integer programme."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from scheduler.teams.even import bits, most_even


def case(seed: int, most_teams: int, most_visits: int) -> tuple[int, list[int], list[list[int]]]:
    """Number of teams, fit teams of each visit, and the order in which it likes them."""
    rng = Random(seed)
    num_teams, num_visits = rng.randint(1, most_teams), rng.randint(1, most_visits)
    fits = [rng.randint(1, 2**num_teams - 1) for _ in range(num_visits)]
    likes = [rng.sample(bits(mask), mask.bit_count()) for mask in fits]
    return num_teams, fits, likes


def loads(way: Sequence[int], num_teams: int) -> list[int]:
    """Visits of teams, the most first."""
    return sorted((way.count(team) for team in range(num_teams)), reverse=True)


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_first_most_even_way_is_taken(seed: int) -> None:
    """
    Of all ways, in the order of likings, the first of those there are by two rules.

    The sorted loads are least in lexicographic order; among these, the teams that fit more visits have more of them:
    the sum of load times visits that fit is greatest.
    """
    num_teams, fits, likes = case(seed, 4, 6)
    ways = list(itertools.product(*likes))
    able = [sum(mask >> team & 1 for mask in fits) for team in range(num_teams)]

    def rank(way: Sequence[int]) -> tuple[list[int], int]:
        return loads(way, num_teams), -sum(able[team] for team in way)

    least = min(map(rank, ways))
    first = next(way for way in ways if rank(way) == least)
    assert tuple(most_even(fits, num_teams, likes.__getitem__)) == first


def greatest_load_needed(fits: Sequence[int], num_teams: int) -> int:
    """The least greatest load, by an exact integer programme: each visit one fit team, no load above z, z least."""
    pairs = [(visit, team) for visit, mask in enumerate(fits) for team in bits(mask)]
    rows = sparse.lil_matrix((len(fits) + num_teams, len(pairs) + 1))
    for column, (visit, team) in enumerate(pairs):
        rows[visit, column] = 1
        rows[len(fits) + team, column] = 1
    rows[len(fits) :, len(pairs)] = -1
    lower = np.r_[np.ones(len(fits)), np.full(num_teams, -np.inf)]
    upper = np.r_[np.ones(len(fits)), np.zeros(num_teams)]
    found = optimize.milp(
        c=np.r_[np.zeros(len(pairs)), 1],
        constraints=optimize.LinearConstraint(rows.tocsr(), lower, upper),
        integrality=np.ones(len(pairs) + 1),
        bounds=optimize.Bounds(0, np.r_[np.ones(len(pairs)), len(fits)]),
    )
    assert found.success
    needed: float = found.fun
    return round(needed)


@pytest.mark.parametrize("seed", range(25))
def test_greatest_load_is_that_of_the_integer_programme(seed: int) -> None:
    """Up to 8 teams and 60 visits: nobody has more than the programme proves that somebody must have."""
    num_teams, fits, likes = case(seed, 8, 60)
    found = most_even(fits, num_teams, likes.__getitem__)
    assert all(mask >> team & 1 for mask, team in zip(fits, found, strict=True))
    assert loads(found, num_teams)[0] == greatest_load_needed(fits, num_teams)


def test_interchangeable_teams_differ_by_one_at_most() -> None:
    """Teams that fit the same visits: 1,000 visits of seven teams make 142 or 143 each."""
    rng = Random(1)
    found = most_even([0b1111111] * 1000, 7, lambda _visit: rng.sample(range(7), 7))
    assert set(loads(found, 7)) == {142, 143}


def test_the_team_that_fits_more_gets_the_visit_more() -> None:
    """Visit 0 fits team 0 alone, the other three both teams or team 2: loads 2, 1, 1, and the 2 are team 0's."""
    found = most_even([0b001, 0b111, 0b111, 0b111], 3, lambda visit: [0] if visit == 0 else [2, 1, 0])
    assert found == [0, 2, 1, 0]


def test_visits_that_like_other_teams_than_they_can_have_are_refused() -> None:
    """A team that fits must be among those a visit likes, or a most even way could be lost."""
    with pytest.raises(ValueError, match="every fit team"):
        most_even([0b01], 1, lambda _visit: [])
