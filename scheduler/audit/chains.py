"""Chains of teams along which visits could move (specification, section 8.3): evenness and order without a solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scheduler.audit.officers import Team
from scheduler.audit.year import Differences
from scheduler.i18n import gettext as _


class Group:
    """
    The parts that are matched together, in their order, each with its fit teams and its team on record.

    Teams are numbered; the teams that some visit of a team could move to are the bits of an integer.

    Parameters
    ----------
    by_ability
        Whether among ways as even those count in which the teams that fit more parts have more of them (format 3).
    """

    def __init__(self, members: Sequence[tuple[str, Sequence[Team], Team]], *, by_ability: bool) -> None:
        self._members = members
        names = sorted({team.team_id for _firm, fit, _team in members for team in fit})
        self._number = {name: number for number, name in enumerate(names)}
        self._names = names
        self._fits = [self._bits(fit) for _firm, fit, _team in members]
        self._at = [self._number[team.team_id] for _firm, _fit, team in members]
        self._loads = [0] * len(names)
        self._moves: list[dict[int, int]] = [{} for _name in names]  # for each team: fit teams of its visits → number
        for team, fits in zip(self._at, self._fits, strict=True):
            self._loads[team] += 1
            self._moves[team][fits] = self._moves[team].get(fits, 0) + 1
        self._onward = [self._union(team) for team in range(len(names))]
        self._abilities = [0] * len(names)
        for fits in self._fits if by_ability else ():
            for team in range(len(names)):
                self._abilities[team] += fits >> team & 1

    def _bits(self, teams: Sequence[Team]) -> int:
        return sum(1 << self._number[team.team_id] for team in teams)

    def _union(self, team: int) -> int:
        union = 0
        for fits in self._moves[team]:
            union |= fits
        return union

    def unable(self) -> Differences:
        """Pairs of teams between which a chain leads from one to an abler one that has one part less."""
        found: Differences = []
        for team, load in enumerate(self._loads):
            for other in sorted(self._from(team)):
                if self._loads[other] == load - 1 and self._abilities[other] > self._abilities[team]:
                    words = f"{self._names[other]}: {load - 1}, {self._names[team]}: {load}"
                    found.append((_("more for {team}, which fits more").format(team=self._names[other]), words))
        return found

    def uneven(self) -> Differences:
        """Pairs of teams between which a chain leads from one load to another that is lower by two or more."""
        found: Differences = []
        for team, load in enumerate(self._loads):
            lower = [other for other in self._from(team) if self._loads[other] <= load - 2]
            if lower:
                there = min(lower, key=self._loads.__getitem__)
                words = f"{self._names[there]}: {self._loads[there]}, {self._names[team]}: {load}"
                found.append((_("loads within one, from {team} on").format(team=self._names[team]), words))
        return found

    def disorder(self, by_lot: Callable[[str, Sequence[Team]], Sequence[Team]]) -> Differences:
        """Parts that could have had a team they drew before the one on record."""
        found: Differences = []
        for (firm, fit, _team), fits, team in zip(self._members, self._fits, self._at, strict=True):
            self._drop(team, fits)
            for better in by_lot(firm, fit):
                number = self._number[better.team_id]
                if number == team:
                    break
                if self._could_have(number, team):
                    words = _("{firm}: {team}, which comes first by lot").format(firm=firm, team=better.team_id)
                    found.append((words, self._names[team]))
                    break
        return found

    def _drop(self, team: int, fits: int) -> None:
        """Takes a part out of those that may still move; it keeps counting in the load."""
        self._moves[team][fits] -= 1
        if not self._moves[team][fits]:
            del self._moves[team][fits]
            self._onward[team] = self._union(team)

    def _could_have(self, better: int, team: int) -> bool:
        ahead = self._from(better)
        if team in ahead:
            return True
        takers = {(self._loads[other] + 1, self._abilities[other]) for other in ahead}
        return any((self._loads[other], self._abilities[other]) in takers for other in self._to(team))

    def _from(self, team: int) -> list[int]:
        """Teams at the end of chains that begin at a team, itself included."""
        seen = fresh = 1 << team
        while fresh:
            last = fresh.bit_length() - 1
            onward = self._onward[last] & ~seen
            seen |= onward
            fresh = fresh ^ 1 << last | onward
        return [other for other in range(len(self._names)) if seen >> other & 1]

    def _to(self, team: int) -> list[int]:
        """Teams at the beginning of chains that end at a team, itself included."""
        seen, grown = 0, 1 << team
        while grown != seen:
            seen = grown
            for other, onward in enumerate(self._onward):
                if onward & grown:
                    grown |= 1 << other
        return [other for other in range(len(self._names)) if seen >> other & 1]
