"""
Which teams visit which firm (specification 8.3): as evenly as can be, by lot, and by exception where nobody is left.

Each department of a visit is matched for itself. In a district its visits go to the teams that fit, in the most even
way that the lot takes (`even`); what fits none of them goes to the bureau's own teams in the same way. What is left is
met one by one: by a neighbour's team, by officers assigned directly, and at last with nobody spared for having met the
firm last year. Whatever is met so is an exception on record, and what is left then is unmet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.demands import Demand
from scheduler.teams.even import bits, most_even
from scheduler.teams.lots import Post, Team, Wanted
from scheduler.teams.offers import Offers, Part
from scheduler.teams.roster import LAST_YEAR, Officer, Recusal


class MatchException(StrEnum):
    """What the lot could not do as it should, for one visit."""

    BORROWED = "borrowed"  # no fit team in the district or the bureau: a team of another district goes
    DIRECT = "direct"  # no fit team at all: officers of several teams are assigned together
    REPEATED = "repeated"  # nobody else is left: an officer meets the firm in successive years
    UNMET = "unmet"  # no officers can be found for a department


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
class Barred:
    """
    Officers who must not meet a firm, by firm.

    Attributes
    ----------
    hard
        Recused: never.
    repeated
        Met it last year: only if nobody else is left.
    """

    hard: Mapping[str, frozenset[str]]
    repeated: Mapping[str, frozenset[str]]

    def of(self, firm_id: str, *, relaxed: bool = False) -> frozenset[str]:
        """Officers barred from a firm."""
        hard = self.hard.get(firm_id, frozenset())
        return hard if relaxed else hard | self.repeated.get(firm_id, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """
    Who goes to one visit.

    Attributes
    ----------
    teams
        Positions of the teams, the leading one first; none where nobody can be found.
    exceptions
        What could not be done as it should, ascending.
    """

    teams: tuple[int, ...]
    exceptions: tuple[MatchException, ...]


def bar(recusals: Iterable[Recusal], firm_ids: Iterable[str], first_day: date) -> Barred:
    """
    Who must not meet the firms drawn.

    Parameters
    ----------
    first_day
        First day of the window: a recusal that holds on it holds for all of it.
    """
    firms = frozenset(firm_ids)
    found: tuple[defaultdict[str, set[str]], defaultdict[str, set[str]]] = defaultdict(set), defaultdict(set)
    for recusal in recusals:
        if recusal.firm_id in firms and recusal.holds_on(first_day):
            found[recusal.reason == LAST_YEAR][recusal.firm_id].add(recusal.officer_id)
    hard, repeated = ({firm: frozenset(officers) for firm, officers in kind.items()} for kind in found)
    return Barred(hard=hard, repeated=repeated)


def wanted_of(
    visits: Visits,
    posts: Mapping[Post, Sequence[Officer]],
    *,
    demands: Mapping[str, Sequence[Demand]],
    barred: Barred,
    bureau: str,
) -> dict[Post, frozenset[Wanted]]:
    """
    What is wanted of the officers of each post, each different demand once.

    A demand that all officers of a district together cannot meet is wanted of the bureau's; one that they cannot meet
    either is wanted of nobody.
    """
    asked: defaultdict[Post, set[Wanted]] = defaultdict(set)
    for firm_id, package, district in zip(visits.firm_id, visits.package, visits.district, strict=True):
        who = barred.of(firm_id)
        for demand in demands[package]:
            asked[district, demand.department].add((demand, who))
    found: defaultdict[Post, set[Wanted]] = defaultdict(set)
    for (district, department), wanted in asked.items():
        for demand, who in wanted:
            for post in ((district, department), (bureau, department)):
                free = [officer for officer in posts.get(post, ()) if officer.officer_id not in who]
                if demand.is_met(free):
                    found[post].add((demand, who))
                    break
    return {post: frozenset(wanted) for post, wanted in found.items()}


def match_visits(
    visits: Visits,
    teams: Sequence[Team],
    *,
    demands: Mapping[str, Sequence[Demand]],
    barred: Barred,
    bureau: str,
    seed: str,
    officer_secret: bytes,
) -> tuple[Match, ...]:
    """
    Gives every visit its teams, in the order of the visits.

    Parameters
    ----------
    visits, teams
        Visits in any order, teams as drawn.
    demands
        Demands of every package that occurs, the leading department's first.
    barred
        Who must not meet which firm.
    bureau
        The bureau's own code, whose teams serve every district.
    seed, officer_secret
        What the lot is keyed with.
    """
    offers = Offers(teams, bureau=bureau, seed=seed, officer_secret=officer_secret)
    lots = [keyed_digest(officer_secret, "visit", seed, firm_id) for firm_id in visits.firm_id]
    parts = [
        Part(
            visit=visit,
            firm_id=visits.firm_id[visit],
            district=visits.district[visit],
            demand=demand,
            barred=barred.of(visits.firm_id[visit]),
        )
        for visit in sorted(range(len(lots)), key=lots.__getitem__)
        for demand in demands[visits.package[visit]]
    ]
    found: list[tuple[int, ...]] = [()] * len(parts)
    exceptions: defaultdict[int, set[MatchException]] = defaultdict(set)
    for number in _match_evenly(parts, offers, bureau, found):
        part = parts[number]
        relaxed = barred.of(part.firm_id, relaxed=True)
        found[number], told = match_left_over(part, relaxed, offers)
        offers.count(found[number])
        exceptions[part.visit].update(told)
    return _collect(len(visits), parts, found, exceptions)


def _match_evenly(parts: Sequence[Part], offers: Offers, bureau: str, found: list[tuple[int, ...]]) -> list[int]:
    """Finds teams of districts, then of the bureau, for the parts that fit some; returns the numbers of the others."""
    waiting: defaultdict[Post, list[int]] = defaultdict(list)
    left: list[int] = []
    for number, part in enumerate(parts):
        at_home = part.district != bureau and offers.fitting(part, part.district)
        waiting[part.district if at_home else bureau, part.demand.department].append(number)
    for district, department in sorted(waiting):
        numbers = waiting[district, department]
        fits = [offers.fitting(parts[number], district) for number in numbers]
        left += [number for number, mask in zip(numbers, fits, strict=True) if not mask]
        able = [(number, mask) for number, mask in zip(numbers, fits, strict=True) if mask]
        if able:
            _match_group(parts, able, offers, found)
    return sorted(left)


def _match_group(
    parts: Sequence[Part], able: Sequence[tuple[int, int]], offers: Offers, found: list[tuple[int, ...]]
) -> None:
    """Matches the parts of one department in one district; its teams stand side by side, so they are counted anew."""
    teams = bits(_union(mask for _, mask in able))
    first = teams[0]
    fits = [mask >> first for _, mask in able]

    def likes(place: int) -> list[int]:
        return [team - first for team in offers.by_lot(parts[able[place][0]], bits(able[place][1]))]

    for (number, _), team in zip(able, most_even(fits, teams[-1] - first + 1, likes), strict=True):
        found[number] = (first + team,)
        offers.count(found[number])


def match_left_over(
    part: Part, relaxed: frozenset[str], offers: Offers
) -> tuple[tuple[int, ...], tuple[MatchException, ...]]:
    """Teams of a part that fits none of its district or the bureau, and what of that is an exception."""
    for who, repeated in ((part.barred, ()), (relaxed, (MatchException.REPEATED,))):
        open_part = part.with_barred(who)
        for teams, told in (
            (offers.fewest(open_part, part.district), ()),
            (offers.fewest(open_part, offers.bureau), ()),
            (offers.fewest(open_part, None), (MatchException.BORROWED,)),
            (offers.together(open_part), (MatchException.DIRECT,)),
        ):
            if teams:
                return teams, (*told, *repeated)
    return (), (MatchException.UNMET,)


def _collect(
    num_visits: int,
    parts: Sequence[Part],
    found: Sequence[tuple[int, ...]],
    exceptions: Mapping[int, set[MatchException]],
) -> tuple[Match, ...]:
    teams: list[tuple[int, ...]] = [()] * num_visits
    for part, of_part in zip(parts, found, strict=True):
        teams[part.visit] += of_part
    return tuple(
        Match(teams=teams[visit], exceptions=tuple(sorted(exceptions.get(visit, ())))) for visit in range(num_visits)
    )


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
