"""
The most even way to give visits to teams, and the lot among all ways that are as even (specification 8.3).

Every visit has a set of teams that fit it and goes to one of them. Loads are **most even** if no chain of moves takes a
visit from a team to another that has at least two fewer: then the greatest load, the second greatest and so on are all
as small as can be, and every convex cost is least [1]_. A chain exists or not by reachability alone, which is the
certificate: the teams reachable from a team make all their visits among themselves, so somebody must be that loaded.

Among the most even ways the lot takes the first: visits in their order, each with the team it likes best for which
some most even way remains.  Visits with the same fit teams are interchangeable until they are fixed, so only their
numbers are kept; sets of teams are the bits of an integer.

References
----------
.. [1] Harvey, Ladner, Lovász & Tamir (2006), J. Algorithms 59: 53-78, doi:10.1016/j.jalgor.2005.01.005
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise


def bits(mask: int) -> list[int]:
    """
    Positions of the bits that are set, ascending.

    Examples
    --------
    >>> bits(0b1101)
    [0, 2, 3]
    """
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def most_even(fits: Sequence[int], num_teams: int, likes: Callable[[int], Sequence[int]]) -> list[int]:
    """
    Team of each visit: the first by lot among the most even ways.

    Parameters
    ----------
    fits
        For each visit, in the order of the lot, the teams that fit it, as bits; never 0.
    num_teams
        Number of teams.
    likes
        The fit teams of a visit, the one it likes best first.

    Examples
    --------
    Both visits like team 0, but only the second can go to team 1:

    >>> most_even([0b01, 0b11], 2, lambda visit: [0] if visit == 0 else [0, 1])
    [0, 1]
    """
    books = _Books(fits, num_teams)
    books.even_out()
    return [books.fix(mask, likes(visit)) for visit, mask in enumerate(fits)]


class _Books:
    """Numbers of visits by team: all of them, and those not fixed yet by their fit teams."""

    def __init__(self, fits: Sequence[int], num_teams: int) -> None:
        self._loads = [0] * num_teams
        self._abilities = [0] * num_teams  # visits that each team fits
        self._open: list[dict[int, int]] = [{} for _ in range(num_teams)]
        self._onward = [0] * num_teams  # teams to which some open visit of a team could go
        self._holders: dict[int, int] = {}  # teams that hold open visits with these fit teams
        teams_of = {mask: bits(mask) for mask in set(fits)}
        for mask in fits:
            for team in teams_of[mask]:
                self._abilities[team] += 1
            team = min(teams_of[mask], key=self._loads.__getitem__)
            self._loads[team] += 1
            self._add(team, mask)

    def even_out(self) -> None:
        """Moves visits along chains until no chain makes loads more even."""
        moved = True
        while moved:
            moved = False
            for team in sorted(range(len(self._loads)), key=self._loads.__getitem__, reverse=True):
                before = self._reach(team)
                least = min(before, key=self._one_more)
                if self._one_more(least) < self._one_less(team):
                    self._shift(_chain(before, team, least))
                    moved = True

    def fix(self, mask: int, liked: Sequence[int]) -> int:
        """Fixes one visit to the first team it likes for which a most even way remains."""
        for team in liked:
            if self._open[team].get(mask) or self._bring(mask, team):
                self._remove(team, mask)
                return team
        raise ValueError("expected every fit team among those a visit likes")

    def _bring(self, mask: int, team: int) -> bool:
        """Brings an open visit with these fit teams to a team, all else kept as even, if that can be."""
        holders = self._holders[mask]
        before = self._reach(team, holders)
        back = next((one for one in before if holders >> one & 1), None)
        if back is not None:  # a ring: the team hands a visit on, and gets this one
            self._shift(_chain(before, team, back))
            self._move(mask, back, team)
            return True
        takers = {self._one_more(one): one for one in before}
        after = self._coreach(holders)
        giver = next((one for one in after if self._one_less(one) in takers), None)
        if giver is None:
            return False
        path = [giver]
        while after[path[-1]] >= 0:
            path.append(after[path[-1]])
        taker = takers[self._one_less(giver)]
        self._shift(path)
        self._move(mask, path[-1], team)
        self._shift(_chain(before, team, taker))
        return True

    def _one_more(self, team: int) -> tuple[int, int]:
        """What one more visit of a team costs: the more the more it has; among equals the abler team comes first."""
        return self._loads[team], -self._abilities[team]

    def _one_less(self, team: int) -> tuple[int, int]:
        """What is saved by one visit less of a team."""
        return self._loads[team] - 1, -self._abilities[team]

    def _reach(self, team: int, until: int = 0) -> dict[int, int]:
        """Teams to which chains of moves lead from a team, each with the one before it; ends early at `until`."""
        before, queue, seen = {team: -1}, [team], 1 << team
        for one in queue:
            fresh = self._onward[one] & ~seen
            seen |= fresh
            for other in bits(fresh):
                before[other] = one
                queue.append(other)
            if seen & until:
                break
        return before

    def _coreach(self, targets: int) -> dict[int, int]:
        """Teams from which chains of moves lead to one of the targets, each with the next one."""
        after = dict.fromkeys(bits(targets), -1)
        queue, seen = list(after), targets
        outside = [team for team in range(len(self._loads)) if not targets >> team & 1 and self._onward[team]]
        for one in queue:
            fresh = [team for team in outside if not seen >> team & 1 and self._onward[team] >> one & 1]
            for team in fresh:
                seen |= 1 << team
                after[team] = one
                queue.append(team)
        return after

    def _shift(self, path: Sequence[int]) -> None:
        """Moves one open visit along each step of a chain."""
        for here, there in pairwise(path):
            mask = next(mask for mask in self._open[here] if mask >> there & 1)
            self._move(mask, here, there)

    def _move(self, mask: int, here: int, there: int) -> None:
        self._remove(here, mask)
        self._loads[here] -= 1
        self._add(there, mask)
        self._loads[there] += 1

    def _add(self, team: int, mask: int) -> None:
        self._open[team][mask] = self._open[team].get(mask, 0) + 1
        self._onward[team] |= mask & ~(1 << team)
        self._holders[mask] = self._holders.get(mask, 0) | 1 << team

    def _remove(self, team: int, mask: int) -> None:
        visits = self._open[team]
        visits[mask] -= 1
        if not visits[mask]:
            del visits[mask]
            self._holders[mask] &= ~(1 << team)
            onward = 0
            for other in visits:
                onward |= other
            self._onward[team] = onward & ~(1 << team)


def _chain(before: dict[int, int], first: int, last: int) -> list[int]:
    """The chain of moves from the first team to the last."""
    path = [last]
    while path[-1] != first:
        path.append(before[path[-1]])
    return path[::-1]
