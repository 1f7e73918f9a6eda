"""
Officers drawn place by place (specification 8.11): each district when its turn comes, the bureau's own last.

The lot is the one that all places together would draw: seed and secret were fixed before the first of them draws, so a
place gains nothing by waiting, and no place needs entropy of its own. What a district's own teams can do is settled
when the district draws; what needs the bureau's teams, a neighbour's or several, when the bureau does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scheduler.teams.lots import Team, TeamLot
from scheduler.teams.matching import Match, MatchException
from scheduler.teams.roster import Officer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A district, or the bureau's own code, and the day on which it drew its officers."""

    district: str
    drawn_on: date

    def document(self) -> dict[str, str]:
        """As it stands in `officers.json`."""
        return {"district": self.district, "drawn_on": self.drawn_on.isoformat()}


def places_to_draw(officers: Iterable[Officer], bureau: str) -> tuple[str, ...]:
    """Every district that has eligible officers, ascending, and at last the bureau's own code."""
    return (*sorted({officer.district for officer in officers} - {bureau}), bureau)


def settled_at_home(match: Match, district: str, teams: Sequence[Team]) -> bool:
    """Whether a visit needs nobody but teams of its own district, and nothing about it is an exception."""
    exceptions = set(match.exceptions) & set(MatchException)
    return bool(match.teams) and not exceptions and all(teams[team].district == district for team in match.teams)


def with_teams_drawn(lot: TeamLot, members: Mapping[str, Sequence[str]], officers: Mapping[str, Officer]) -> TeamLot:
    """
    A lot with the teams that places drew before as they were drawn then.

    Of a draw with a commitment they are the same; the roster of a list drawn elsewhere may have changed since.

    Parameters
    ----------
    members
        Officers of each team drawn before, the lead first.
    officers
        Eligible officers by id; those who are gone are left out.
    """
    known = {team_id: tuple(officers[who] for who in names if who in officers) for team_id, names in members.items()}
    teams = tuple(
        replace(team, officers=known[team.team_id]) if known.get(team.team_id) else team for team in lot.teams
    )
    return TeamLot(teams=teams, redraws=lot.redraws)
