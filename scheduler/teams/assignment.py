"""Officers of a draw from beginning to end: teams by lot, and who visits whom (specification 8.1 to 8.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from scheduler.teams.demands import Demand, Departments
from scheduler.teams.lots import TeamLot, draw_teams, posts_of
from scheduler.teams.matching import Match, Visits, bar, match_visits, wanted_of
from scheduler.teams.places import with_teams_drawn
from scheduler.teams.roster import Officer, Recusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """
    What the lot of officers gave.

    Attributes
    ----------
    lot
        The teams.
    matches
        Who goes to each visit, in the order of the visits.
    """

    lot: TeamLot
    matches: tuple[Match, ...]

    @property
    def loads(self) -> tuple[int, ...]:
        """Visits of each team."""
        loads = [0] * len(self.lot.teams)
        for match in self.matches:
            for team in match.teams:
                loads[team] += 1
        return tuple(loads)


def assign_officers(
    visits: Visits,
    eligible: Sequence[Officer],
    *,
    demands: Mapping[str, Sequence[Demand]],
    departments: Departments,
    recusals: Iterable[Recusal],
    first_day: date,
    bureau: str,
    draw_id: str,
    seed: str,
    officer_secret: bytes,
    drawn_before: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Assignment:
    """
    Draws teams and gives every visit its own.

    Parameters
    ----------
    visits, eligible, recusals
        In any order.
    demands, departments
        What packages demand of the departments that are told apart.
    first_day
        First day of the window.
    bureau
        The bureau's own code, whose teams serve every district.
    draw_id, seed, officer_secret
        What the lot is keyed with.
    drawn_before
        Officers, the lead first, of teams that places drew before; they stay as they are.
    """
    barred = bar(recusals, visits.firm_id, first_day)
    posts = posts_of(eligible, departments)
    wanted = wanted_of(visits, posts, demands=demands, barred=barred, bureau=bureau)
    lot = draw_teams(posts, wanted, draw_id=draw_id, seed=seed, officer_secret=officer_secret)
    if drawn_before:
        lot = with_teams_drawn(lot, drawn_before, {officer.officer_id: officer for officer in eligible})
    matches = match_visits(
        visits, lot.teams, demands=demands, barred=barred, bureau=bureau, seed=seed, officer_secret=officer_secret
    )
    return Assignment(lot=lot, matches=matches)
