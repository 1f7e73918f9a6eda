"""
Which team visits which firm (specification 8.3): the least loaded team that fits, the lot among equals.

Fit depends on the package alone, but for recusals, so the fit teams of a district are found once for each package. A
visit then costs one look at their loads, and one keyed digest for each team that shares the least.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.draw.hashing import keyed_digest, message
from scheduler.teams.lots import Team
from scheduler.teams.needs import PackageNeeds
from scheduler.teams.roster import Recusal

Positions: TypeAlias = npt.NDArray[np.int64]
NO_TEAM = -1


class MatchException(StrEnum):
    """What the lot could not do as it should, for one visit."""

    BORROWED = "borrowed"  # no fit team in the district or the bureau: a team of another district goes
    UNMET = "unmet"  # no fit team at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """
    Visits of a draw as columns of one length, in any order.

    Attributes
    ----------
    firm_id
        Firms drawn, each once.
    package
        Package of each visit.
    district
        District of each firm.
    """

    firm_id: tuple[str, ...]
    package: tuple[str, ...]
    district: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.firm_id) == len(self.package) == len(self.district):
            raise ValueError("expected columns of one length")
        if len(set(self.firm_id)) != len(self.firm_id):
            raise ValueError("expected one visit for each firm, got a firm twice")

    def __len__(self) -> int:
        return len(self.firm_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """
    The team of each visit, in the order of the visits.

    Attributes
    ----------
    team
        Position in the teams, `NO_TEAM` where none fits.
    borrowed
        Whether the team is another district's.
    """

    team: Positions
    borrowed: npt.NDArray[np.bool_]

    def loads(self, num_teams: int) -> Positions:
        """Visits of each team."""
        return np.bincount(self.team[self.team >= 0], minlength=num_teams)


def match_visits(
    visits: Visits,
    teams: Sequence[Team],
    *,
    needs: Mapping[str, PackageNeeds],
    recusals: Iterable[Recusal],
    first_day: date,
    bureau: str,
    seed: str,
    officer_secret: bytes,
) -> Matching:
    """
    Gives every visit its team.

    Parameters
    ----------
    visits, teams
        Visits in any order, teams as drawn.
    needs
        Needs of every package that occurs.
    recusals
        Who must not meet which firm. One that holds on the first day of the window holds on a day of it.
    first_day
        First day of the window.
    bureau
        The bureau's own code, whose teams serve every district.
    seed, officer_secret
        What the lot is keyed with.
    """
    fitting = _Fitting(teams=teams, needs=needs, bureau=bureau)
    recused = _recused_teams(teams, recusals, first_day)
    lot = _Lot(teams=teams, seed=seed, officer_secret=officer_secret)
    loads = np.zeros(len(teams), dtype=np.int64)
    chosen = np.full(len(visits), NO_TEAM, dtype=np.int64)
    borrowed = np.zeros(len(visits), dtype=np.bool_)
    for visit in lot.order(visits.firm_id):
        firm_id, district = visits.firm_id[visit], visits.district[visit]
        for candidates in fitting.rings(visits.package[visit], district):
            allowed = _without(candidates, recused.get(firm_id))
            if len(allowed):
                chosen[visit] = lot.least(allowed, loads, firm_id)
                loads[chosen[visit]] += 1
                break
        if chosen[visit] >= 0:
            borrowed[visit] = teams[chosen[visit]].district not in (district, bureau)
    return Matching(team=chosen, borrowed=borrowed)


@dataclass(slots=True, kw_only=True)
class _Fitting:
    """Fit teams of each package in the order they are asked: the district's, the bureau's, all others'."""

    teams: Sequence[Team]
    needs: Mapping[str, PackageNeeds]
    bureau: str
    _rings: dict[tuple[str, str], tuple[Positions, ...]] = field(default_factory=dict)
    _fit: dict[str, list[int]] = field(default_factory=dict)

    def rings(self, package: str, district: str) -> tuple[Positions, ...]:
        """Positions of fit teams, ring by ring outwards."""
        if (package, district) not in self._rings:
            self._rings[package, district] = self._find(package, district)
        return self._rings[package, district]

    def _find(self, package: str, district: str) -> tuple[Positions, ...]:
        if package not in self._fit:
            self._fit[package] = [index for index, team in enumerate(self.teams) if _fits(team, self.needs[package])]
        rings: tuple[list[int], list[int], list[int]] = ([], [], [])
        for index in self._fit[package]:
            home = self.teams[index].district
            rings[0 if home == district else 1 if home == self.bureau else 2].append(index)
        return tuple(np.array(ring, dtype=np.int64) for ring in rings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lot:
    """The keyed digests that order visits and break ties between teams."""

    teams: Sequence[Team]
    seed: str
    officer_secret: bytes

    def order(self, firm_ids: Sequence[str]) -> list[int]:
        """Positions of the visits in the order of the lot."""
        keys = [keyed_digest(self.officer_secret, "visit", self.seed, firm_id) for firm_id in firm_ids]
        return sorted(range(len(firm_ids)), key=keys.__getitem__)

    def least(self, candidates: Positions, loads: Positions, firm_id: str) -> int:
        """The candidate with the fewest visits, the least digest among several."""
        load = loads[candidates]
        tied = candidates[load == load.min()]
        if len(tied) == 1:
            return int(tied[0])
        # The same message for each team but for its last field: it is checked once and extended.
        head = message("match", self.seed, firm_id, "")
        digests = [
            hmac.digest(self.officer_secret, head + self.teams[index].team_id.encode("ascii"), "sha256")
            for index in tied.tolist()
        ]
        return int(tied[digests.index(min(digests))])


def _fits(team: Team, needs: PackageNeeds) -> bool:
    return len(team.officers) >= needs.officers_required and team.specialities.issuperset(needs.specialities)


def _recused_teams(teams: Sequence[Team], recusals: Iterable[Recusal], first_day: date) -> dict[str, list[int]]:
    """Teams that must not visit a firm, by firm."""
    team_of = {officer.officer_id: index for index, team in enumerate(teams) for officer in team.officers}
    recused: defaultdict[str, list[int]] = defaultdict(list)
    for recusal in recusals:
        if recusal.officer_id in team_of and recusal.holds_on(first_day):
            recused[recusal.firm_id].append(team_of[recusal.officer_id])
    return recused


def _without(candidates: Positions, recused: list[int] | None) -> Positions:
    return candidates if recused is None else candidates[~np.isin(candidates, recused)]
