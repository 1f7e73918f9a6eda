"""Nobody can tell who will come: frequencies over 5,000 secrets against linear programmes, and guesses without them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.teams.meeting_chances import Chances, District, count_pairs, most_even_chances, pair_chances

DRAWS = 5000
RECUSED = frozenset({(0, 4), (2, 3), (5, 1), (6, 1)})  # officer and firm
HALVES = ("food",) * 4 + ("drug",) * 4
DISTRICTS = {
    "no specialities": District(skills=("",) * 8, asked=("any",) * 6),
    "recusals": District(skills=("",) * 8, asked=("any",) * 6, refused=RECUSED),
    "two specialities": District(skills=HALVES, asked=("food",) * 3 + ("drug",) * 3),
    "two specialities, recusals": District(
        skills=HALVES, asked=("food",) * 3 + ("drug",) * 3, refused=frozenset({(0, 0), (1, 0), (4, 4)})
    ),
    "two specialities, three leads": District(
        skills=("food",) * 3 + ("drug",) * 3, asked=("food",) * 2 + ("drug",) * 2, leads=frozenset({0, 1, 3})
    ),
    "two specialities, teams of two and three": District(
        skills=("food",) * 3 + ("drug",) * 4, asked=("food",) * 3 + ("drug",) * 2
    ),
    "a scarce speciality": District(skills=("food",) * 2 + ("",) * 6, asked=("food",) * 3 + ("any",) * 3),
    "one specialist": District(skills=("food",) + ("",) * 5, asked=("food",) + ("any",) * 3),
    "two scarce specialities": District(
        skills=("food",) * 2 + ("drug",) * 2 + ("",) * 4, asked=("food",) * 2 + ("drug",) * 2 + ("any",) * 2
    ),
    "some with both": District(
        skills=("food",) * 3 + ("drug",) * 3 + ("food+drug",) * 2, asked=("food+drug",) * 2 + ("food",) * 2 + ("drug",)
    ),
}


def secret_of(number: int) -> bytes:
    """One of many secrets."""
    return number.to_bytes(32, "big")


@cache
def meetings(name: str, number: int) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Team of each visit in one draw, and officers of each team."""
    found = DISTRICTS[name].draw(secret_of(number))
    teams = tuple(tuple(sorted(int(one.officer_id[1:]) for one in team.officers)) for team in found.lot.teams)
    assert not any(match.exceptions for match in found.matches)
    return tuple(match.teams[0] for match in found.matches), teams


@cache
def frequencies(name: str) -> Chances:
    """How often each officer met each firm, shape (officers, firms)."""
    district = DISTRICTS[name]
    counts = np.zeros((len(district.skills), len(district.asked)))
    for number in range(DRAWS):
        visited, teams = meetings(name, number)
        for firm, team in enumerate(visited):
            counts[list(teams[team]), firm] += 1
    return counts / DRAWS


@pytest.mark.parametrize("name", DISTRICTS)
def test_every_pair_meets_about_as_often_as_the_most_even_chances_say(name: str) -> None:
    """Each officer meets each firm with a frequency within 25 % of the most even that any lottery could give."""
    chances = most_even_chances(DISTRICTS[name])
    assert (frequencies(name) >= 0.75 * chances).all()
    assert (frequencies(name) <= 1.25 * chances).all()


def test_most_even_chances_are_those_worked_by_hand() -> None:
    """
    Two specialities halve eight officers: a lottery of mixed teams alone lets everybody meet everybody with chance 2/8.

    One specialist of six: always at the one firm that needs the speciality, with one of the five others, 1/5 each; of
    four visits the specialist's team makes two in the most even lottery, so each team makes 1/3 of the rest.
    """
    assert np.allclose(most_even_chances(DISTRICTS["two specialities"]), 1 / 4)
    chances = most_even_chances(DISTRICTS["one specialist"])
    assert np.allclose(chances[0], [1, 1 / 3, 1 / 3, 1 / 3])
    assert np.allclose(chances[1:], [1 / 5, 1 / 3, 1 / 3, 1 / 3])


@pytest.mark.parametrize("name", DISTRICTS)
def test_no_two_officers_are_teamed_markedly_more_often_than_chance(name: str) -> None:
    """
    Nobody is teamed with anybody much more often than if each drawing that spreads specialities as far were as likely.

    Where officers have no specialities that is 1/7 for each two of eight; 25 % more is the measure of meetings too.
    """
    district = DISTRICTS[name]
    counts = np.zeros((len(district.skills), len(district.skills)))
    for number in range(DRAWS):
        count_pairs(counts, meetings(name, number)[1])
    assert (counts / DRAWS <= 1.25 * pair_chances(district)).all()


def test_two_of_four_leads_are_never_teamed_and_others_with_each_lead_as_often() -> None:
    """Four leads and four others without specialities: 0 for two of a kind, 1/4 for one of each, to four deviations."""
    district = District(skills=("",) * 8, asked=("any",), leads=frozenset(range(4)))
    counts = np.zeros((8, 8))
    for number in range(DRAWS):
        found = district.draw(secret_of(number))
        count_pairs(counts, [[int(one.officer_id[1:]) for one in team.officers] for team in found.lot.teams])
    assert not counts[:4, :4].any()
    assert not counts[4:, 4:].any()
    assert (abs(counts[:4, 4:] - DRAWS / 4) <= 4 * (DRAWS * 3 / 16) ** 0.5).all()


@pytest.mark.parametrize("name", ["recusals", "two specialities"])
def test_without_the_secret_a_guess_is_no_better_than_chance(name: str) -> None:
    """
    A firm that knows seed, roster and rule, but guesses the secret, names its officers as often as by chance.

    Firm 5 may get anybody. Two independent draws share k of two officers out of eight; 2 · 2/8 = 0.5 are shared on
    average, a little more as chances are not quite even; the standard error over 5,000 draws is about 0.009.
    """
    expected = float((frequencies(name)[:, 5] ** 2).sum())
    shared = 0
    for number in range(DRAWS):
        (visited, teams), (guessed, others) = meetings(name, number), meetings(name, (number + 1) % DRAWS)
        shared += len(set(teams[visited[5]]) & set(others[guessed[5]]))
    assert abs(shared / DRAWS - expected) < 4 * 0.009
