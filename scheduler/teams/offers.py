"""Which teams a department's part of a visit could get, and in which order by lot (specification 8.3)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scheduler.draw.hashing import message
from scheduler.teams.demands import Demand
from scheduler.teams.even import bits
from scheduler.teams.lots import Team
from scheduler.teams.roster import Officer


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    One department's part of a visit.

    Attributes
    ----------
    visit
        Position of the visit.
    firm_id, district
        The firm, and where it is.
    demand
        What the department has to give.
    barred
        Officers who must not go.
    """

    visit: int
    firm_id: str
    district: str
    demand: Demand
    barred: frozenset[str]

    def with_barred(self, officers: frozenset[str]) -> Part:
        """The same part with others barred."""
        return replace(self, barred=officers)


class Offers:
    """The teams of a draw, with the visits that each has got so far; a set of teams is the bits of an integer."""

    def __init__(self, teams: Sequence[Team], *, bureau: str, seed: str, officer_secret: bytes) -> None:
        self.bureau = bureau
        self._teams, self._seed, self._secret = teams, seed, officer_secret
        self._names = [team.team_id.encode("ascii") for team in teams]
        self._loads = [0] * len(teams)
        self._teams_of: dict[str, int] = {}
        for position, team in enumerate(teams):
            for officer in team.officers:
                self._teams_of[officer.officer_id] = self._teams_of.get(officer.officer_id, 0) | 1 << position
        self._fit: dict[tuple[int, str | None], tuple[Demand, int]] = {}

    def fitting(self, part: Part, district: str | None) -> int:
        """Teams of a district, or of all, that can make a part of a visit, with nobody in them barred."""
        key = (id(part.demand), district)
        if key not in self._fit:  # the demand is kept, so that its address stays its own
            self._fit[key] = (part.demand, self._find(part.demand, district))
        mask = self._fit[key][1]
        for officer_id in part.barred:
            mask &= ~self._teams_of.get(officer_id, 0)
        return mask

    def _find(self, demand: Demand, district: str | None) -> int:
        return sum(
            1 << position
            for position, team in enumerate(self._teams)
            if team.department == demand.department and district in (None, team.district) and team.fits(demand)
        )

    def count(self, teams: Sequence[int]) -> None:
        """Counts a visit of teams."""
        for team in teams:
            self._loads[team] += 1

    def by_lot(self, part: Part, teams: Sequence[int]) -> list[int]:
        """Teams in the order of a firm's lot."""
        head = message("match", self._seed, part.firm_id, "")  # checked once, and extended by each team's name
        lots = [hmac.digest(self._secret, head + self._names[team], "sha256") for team in teams]
        return [team for _, team in sorted(zip(lots, teams, strict=True))]

    def fewest(self, part: Part, district: str | None) -> tuple[int, ...]:
        """The fit team with the fewest visits so far, the first by lot among equals; none where none fits."""
        teams = bits(self.fitting(part, district))
        if not teams:
            return ()
        least = min(self._loads[team] for team in teams)
        return (self.by_lot(part, [team for team in teams if self._loads[team] == least])[0],)

    def together(self, part: Part) -> tuple[int, ...]:
        """
        Teams whose officers can make the part together, without those who are barred; none where nobody can.

        They are those of the district; if they cannot, the bureau's come in, then all others. All go in the order of
        the lot, but from the last to the first each stays at home if the rest can do without it. The first that has
        somebody who may lead is the leading one.
        """
        for districts in ((part.district,), (part.district, self.bureau), None):
            going = self._without_spares(part, self.by_lot(part, list(self._available(part, districts))))
            if going:
                lead = next(one for one in going if any(officer.lead_qualified for officer in self._free(part, [one])))
                return (lead, *(team for team in going if team != lead))
        return ()

    def _available(self, part: Part, districts: tuple[str, ...] | None) -> Iterator[int]:
        for position, team in enumerate(self._teams):
            at_hand = team.department == part.demand.department and (districts is None or team.district in districts)
            if at_hand and self._free(part, [position]):
                yield position

    def _without_spares(self, part: Part, going: list[int]) -> list[int]:
        if not part.demand.is_met(self._free(part, going)):
            return []
        for team in reversed(tuple(going)):
            rest = [other for other in going if other != team]
            if part.demand.is_met(self._free(part, rest)):
                going = rest
        return going

    def _free(self, part: Part, teams: Sequence[int]) -> list[Officer]:
        return [officer for team in teams for officer in self._teams[team].without(part.barred)]
