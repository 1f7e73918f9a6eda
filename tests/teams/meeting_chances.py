"""
The most even chances of meeting that any lottery could give a small district, by linear programmes.

A lottery draws teams and gives visits to them. Every drawing that keeps the hard rules may be in it, with any chance:
as many teams as the rule makes, of sizes that differ by one at most, each with a lead, and a fit team for every visit;
and of each drawing every matching whose loads, sorted, are the least there are. Chances are **most even** if the least
one is as great as can be, then the second least, and so on: that is one answer alone, and it is the same for officers
whom no rule tells apart and for firms whom no rule tells apart, so pairs are taken together by their kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize

from scheduler.teams.assignment import Assignment
from scheduler.teams.demands import Demand, demands_of, tell_apart
from scheduler.teams.matching import Visits
from scheduler.teams.needs import FrozenItem, FrozenTask
from scheduler.teams.roster import Officer
from tests.teams.test_teams_lot import assign, item, officer, recused, task

Chances: TypeAlias = npt.NDArray[np.float64]
Drawing: TypeAlias = tuple[tuple[int, ...], ...]

ITEMS: tuple[FrozenItem, ...] = (item("G"), item("F", "food"), item("D", "drug"), item("M", "metrology"))
TASKS: dict[str, FrozenTask] = {
    "any": task("any", "G"),
    "food": task("food", "F"),
    "drug": task("drug", "D"),
    "metrology": task("metrology", "M"),
    "food+drug": task("food+drug", "F", "D"),
}
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """
    A small district.

    Attributes
    ----------
    skills
        Specialities of each officer, joined by ``+``.
    asked
        Task of each visit.
    refused
        Officer and firm of each recusal, by position.
    leads
        Positions of the officers who may lead; all by default.
    """

    skills: tuple[str, ...]
    asked: tuple[str, ...]
    refused: frozenset[tuple[int, int]] = frozenset()
    leads: frozenset[int] | None = None

    @property
    def officers(self) -> list[Officer]:
        """The roster."""
        return [
            officer(
                f"O{place}",
                specialities=tuple(skill.split("+")) if skill else (),
                lead_qualified=self.leads is None or place in self.leads,
            )
            for place, skill in enumerate(self.skills)
        ]

    @property
    def demands(self) -> list[Demand]:
        """What each visit demands."""
        listed = {entry.item_id: entry for entry in ITEMS}
        apart = tell_apart(self.officers, ITEMS, TASKS.values())
        return [demands_of(name.replace("+", "-"), _renamed(), listed, apart)[0] for name in self.asked]

    def barred(self, firm: int) -> set[int]:
        """Officers recused from a firm."""
        return {who for who, other in self.refused if other == firm}

    def draw(self, secret: bytes) -> Assignment:
        """What the lot gives with a secret."""
        firms = range(len(self.asked))
        visits = Visits(
            firm_id=tuple(f"FIRM{firm:04d}" for firm in firms),
            package=tuple(name.replace("+", "-") for name in self.asked),
            district=("371002",) * len(self.asked),
        )
        recusals = [recused(f"O{who}", firm) for who, firm in sorted(self.refused)]
        return assign(visits, self.officers, ITEMS, tuple(_renamed().values()), recusals, secret)

    def kinds(self) -> tuple[npt.NDArray[np.int64], int]:
        """Kind of each pair of officer and firm, −1 for one that may not meet, and the number of kinds."""
        people = [
            (skill, self.leads is None or who in self.leads, tuple(sorted(f for w, f in self.refused if w == who)))
            for who, skill in enumerate(self.skills)
        ]
        firms = [(name, tuple(sorted(self.barred(firm)))) for firm, name in enumerate(self.asked)]
        known: dict[object, int] = {}
        found = np.full((len(people), len(firms)), -1)
        for who, firm in product(range(len(people)), range(len(firms))):
            if (who, firm) not in self.refused:
                found[who, firm] = known.setdefault((people[who], firms[firm]), len(known))
        return found, len(known)


def _renamed() -> dict[str, FrozenTask]:
    """Tasks by an id that is no package of two tasks."""
    return {name.replace("+", "-"): task(name.replace("+", "-"), *entry.item_ids) for name, entry in TASKS.items()}


def drawings(district: District) -> list[Drawing]:
    """All drawings of teams of two officers or more by the rules, in which each visit has a fit team."""
    people = district.officers
    num_leads = sum(one.lead_qualified for one in people)
    num_teams = min(num_leads, max(1, len(people) // 2))
    return [
        found
        for found in _divisions(tuple(range(len(people))), num_teams)
        if all(any(people[who].lead_qualified for who in team) for team in found) and all(fit_teams(district, found))
    ]


def _divisions(rest: tuple[int, ...], num_teams: int) -> Iterator[Drawing]:
    if not num_teams:
        yield ()
        return
    sizes = {len(rest) // num_teams, -(-len(rest) // num_teams)}
    for size in sorted(sizes):
        for mates in combinations(rest[1:], size - 1):
            team = (rest[0], *mates)
            for others in _divisions(tuple(who for who in rest if who not in team), num_teams - 1):
                if max(map(len, (team, *others))) - min(map(len, (team, *others))) <= 1:
                    yield (team, *others)


def fit_teams(district: District, drawing: Drawing) -> list[list[int]]:
    """Teams that fit each visit."""
    people = district.officers
    return [
        [
            number
            for number, team in enumerate(drawing)
            if demand.is_met([people[who] for who in team]) and not district.barred(firm) & set(team)
        ]
        for firm, demand in enumerate(district.demands)
    ]


def _meetings(district: District, drawing: Drawing, kind: npt.NDArray[np.int64], num_kinds: int) -> Chances:
    """Meetings of each kind in each of the most even matchings of a drawing, different ones once."""
    fits = fit_teams(district, drawing)
    ways = np.array(list(product(*fits)))
    loads = -np.sort(-np.stack([(ways == team).sum(axis=1) for team in range(len(drawing))], axis=1), axis=1)
    ways = ways[(loads == min(map(tuple, loads))).all(axis=1)]
    counts = np.zeros((len(ways), num_kinds))
    for firm in range(len(fits)):
        of_team = np.zeros((len(drawing), num_kinds))
        for number, team in enumerate(drawing):
            for who in team:
                if kind[who, firm] >= 0:
                    of_team[number, kind[who, firm]] += 1
        counts += of_team[ways[:, firm]]
    return np.unique(counts, axis=0)


def most_even_chances(district: District) -> Chances:
    """The most even chances, shape (officers, firms); 0 for pairs that may not meet."""
    kind, num_kinds = district.kinds()
    pairs = np.array([(kind == number).sum() for number in range(num_kinds)])
    found = np.concatenate([_meetings(district, drawing, kind, num_kinds) for drawing in drawings(district)])
    chances = _least_first(np.unique(found, axis=0).T / pairs[:, None])
    return np.where(kind >= 0, chances[kind], 0.0)


def _least_first(outcomes: Chances) -> Chances:
    """
    Chances of kinds, shape (kinds,), by lotteries over the columns: the least as great as can be, then the next, ….

    maximise z subject to Σ_j outcome[k, j] · λ_j ≥ z for each kind k that is not settled, ≥ its chance for each that
    is, Σ_j λ_j = 1, λ ≥ 0. A kind is settled at z if it can have no more while none has less.
    """
    num_kinds, num_outcomes = outcomes.shape
    settled: dict[int, float] = {}
    while len(settled) < num_kinds:
        free = np.array([number not in settled for number in range(num_kinds)])
        floors = np.array([settled.get(number, 0.0) for number in range(num_kinds)])
        best = optimize.linprog(
            np.r_[np.zeros(num_outcomes), -1.0],
            A_ub=np.c_[-outcomes, free.astype(float)],
            b_ub=TOLERANCE - floors,
            A_eq=np.r_[np.ones(num_outcomes), 0.0][None],
            b_eq=[1.0],
        )
        least = -best.fun
        floors[free] = least
        for number in np.flatnonzero(free):
            more = optimize.linprog(
                -outcomes[number],
                A_ub=-outcomes,
                b_ub=2 * TOLERANCE - floors,
                A_eq=np.ones((1, num_outcomes)),
                b_eq=[1],
            )
            if -more.fun <= least + 1e-6:
                settled[int(number)] = least
    return np.array([settled[number] for number in range(num_kinds)])


def pair_chances(district: District) -> Chances:
    """
    How often two officers would be teamed if all drawings that spread specialities as far were as likely.

    Shape (officers, officers). How far one spreads them is the number of teams in which some officer has a speciality
    asked for, over all of these.
    """
    asked = {skill for name in district.asked for skill in name.split("+")} - {"any"}
    found = drawings(district)
    reach = [
        sum(any(skill in district.skills[who].split("+") for who in team) for team in drawing for skill in asked)
        for drawing in found
    ]
    best = [drawing for drawing, number in zip(found, reach, strict=True) if number == max(reach)]
    counts = np.zeros((len(district.skills), len(district.skills)))
    for drawing in best:
        count_pairs(counts, drawing)
    return counts / len(best)


def count_pairs(counts: Chances, teams: Sequence[Sequence[int]]) -> None:
    """Counts each two officers of a team, both ways round."""
    for team in teams:
        for one, other in combinations(team, 2):
            counts[one, other] += 1
            counts[other, one] += 1
