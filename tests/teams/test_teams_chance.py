"""Nobody can tell who will come: frequencies over 5,000 secrets against linear programmes, and guesses without them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize

from scheduler.teams.roster import Officer
from tests.teams.test_teams_lot import assign, officer, recused, visits_in

Chances: TypeAlias = npt.NDArray[np.float64]

DRAWS = 5000
NUM_FIRMS, NUM_OFFICERS = 6, 8
RECUSED = {(0, 4), (2, 3), (5, 1), (6, 1)}  # officer and firm


def secret_of(number: int) -> bytes:
    """One of many secrets."""
    return number.to_bytes(32, "big")


def roster(num_leads: int) -> list[Officer]:
    """Eight officers, the first of whom may lead."""
    return [officer(f"O{number}", lead_qualified=number < num_leads) for number in range(NUM_OFFICERS)]


@cache
def meetings(number: int) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Team of each visit in one draw, and officers of each team."""
    recusals = [recused(f"O{who}", firm) for who, firm in sorted(RECUSED)]
    visits = visits_in("371002", NUM_FIRMS)
    found = assign(visits, roster(NUM_OFFICERS), recusals=recusals, secret=secret_of(number))
    teams = tuple(tuple(sorted(int(one.officer_id[1:]) for one in team.officers)) for team in found.lot.teams)
    return tuple(match.teams[0] for match in found.matches), teams


@cache
def frequencies() -> Chances:
    """How often each officer met each firm, shape (officers, firms)."""
    counts = np.zeros((NUM_OFFICERS, NUM_FIRMS))
    for number in range(DRAWS):
        visited, teams = meetings(number)
        for firm, team in enumerate(visited):
            counts[list(teams[team]), firm] += 1
    return counts / DRAWS


PAIRS = tuple(combinations(range(NUM_OFFICERS), 2))


def can_go(pair: tuple[int, int], firm: int) -> bool:
    """Whether two officers as a team may visit a firm."""
    return not {(one, firm) for one in pair} & RECUSED


def most_even(observed: Chances | None, spread: float | None) -> float | None:
    """
    Least spread t of chances p of the eligible pairs, or whether observed ones are within 25 % of chances so even.

    q[pair, firm] is the chance that two officers are a team and visit a firm. Any two are a team with chance 1/7. Each
    firm has one team; a team makes one or two of the six visits of four teams; one that cannot go to a firm does not.
    An officer's chance p of meeting a firm is the sum over his or her pairs, and 2/8 (1 − t) ≤ p ≤ 2/8 (1 + t).
    """
    chance, even = 1 / (NUM_OFFICERS - 1), 2 / NUM_OFFICERS
    place = np.arange(len(PAIRS) * NUM_FIRMS).reshape(len(PAIRS), NUM_FIRMS)
    size = place.size

    def row(columns: npt.NDArray[np.int64], sign: float = 1, of_spread: float = 0) -> Chances:
        made = np.zeros(size + 1)
        made[columns], made[size] = sign, of_spread
        return made

    below: list[tuple[Chances, float]] = []
    for pair in range(len(PAIRS)):
        below += [(row(place[pair]), 2 * chance), (row(place[pair], -1), -chance)]
    for one in range(NUM_OFFICERS):
        mine = [number for number, pair in enumerate(PAIRS) if one in pair]
        for firm in range(NUM_FIRMS):
            if (one, firm) in RECUSED:
                continue
            columns = place[mine, firm]
            below += [(row(columns, 1, -even), even), (row(columns, -1, -even), -even)]
            if observed is not None:
                below += [(row(columns), observed[one, firm] / 0.75), (row(columns, -1), -observed[one, firm] / 1.25)]
    bounds = [(0.0, chance if can_go(pair, firm) else 0.0) for pair in PAIRS for firm in range(NUM_FIRMS)]
    found = optimize.linprog(
        row(place[:0].ravel(), 1, 1),
        A_ub=np.array([left for left, _ in below]),
        b_ub=np.array([right for _, right in below]),
        A_eq=np.array([row(place[:, firm]) for firm in range(NUM_FIRMS)]),
        b_eq=np.ones(NUM_FIRMS),
        bounds=[*bounds, (0.0, np.inf if spread is None else spread)],
    )
    return float(found.fun) if found.success else None


def test_every_pair_meets_about_as_often_as_the_most_even_chances_say() -> None:
    """Recusals leave no even chances; those observed are within 25 % of the most even there are."""
    spread = most_even(None, None)
    assert spread is not None
    assert most_even(frequencies(), spread + 1e-9) is not None
    for one, firm in RECUSED:
        assert frequencies()[one, firm] == 0


def test_the_check_of_chances_can_fail() -> None:
    """A rule that sent an officer to one firm half as often again would be found out."""
    spread = most_even(None, None)
    assert spread is not None
    bent = frequencies().copy()
    bent[6, 2] *= 1.8
    assert most_even(bent, spread + 1e-9) is None


@pytest.mark.parametrize(
    ("num_leads", "chances"),
    [
        (8, {"lead lead": 1 / 7}),  # four teams of two: each other one is as likely
        (4, {"lead lead": 0.0, "lead other": 1 / 4, "other other": 0.0}),  # four leads, each with one of four others
    ],
)
def test_no_two_officers_are_teamed_more_often_than_chance(num_leads: int, chances: dict[str, float]) -> None:
    """Over 5,000 secrets each pair is in one team as often as its chance says, to four standard deviations."""
    counts: Counter[tuple[str, ...]] = Counter()
    people = roster(num_leads)
    for number in range(DRAWS):
        for team in assign(visits_in("371002", 1), people, secret=secret_of(number)).lot.teams:
            counts[tuple(sorted(one.officer_id for one in team.officers))] += 1
    for pair in combinations(people, 2):
        kind = " ".join(sorted("lead" if one.lead_qualified else "other" for one in pair))
        chance = chances[kind]
        tolerance = 4 * (DRAWS * chance * (1 - chance)) ** 0.5
        assert abs(counts[tuple(one.officer_id for one in pair)] - DRAWS * chance) <= tolerance


def test_without_the_secret_a_guess_is_no_better_than_chance() -> None:
    """
    A firm that knows seed, roster and rule, but guesses the secret, names its officers as often as by chance.

    Firm 5 may get anybody. Two independent draws share k of two officers out of eight; 2 · 2/8 = 0.5 are shared on
    average, a little more as chances are not quite even; the standard error over 5,000 draws is about 0.009.
    """
    expected = float((frequencies()[:, 5] ** 2).sum())
    shared = 0
    for number in range(DRAWS):
        (visited, teams), (guessed, others) = meetings(number), meetings((number + 1) % DRAWS)
        shared += len(set(teams[visited[5]]) & set(others[guessed[5]]))
    assert abs(shared / DRAWS - expected) < 4 * 0.009
