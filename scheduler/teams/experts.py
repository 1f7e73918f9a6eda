"""
Experts by lot (specification 8.12): they join the officers of a visit, and never count as officers or lead.

The policy names items that ask for an expert. For each speciality that a visit's items ask for, the lot takes one of
the nearest experts who have it and are not barred from the firm; who goes already goes for another speciality too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.draw.canonical import table_bytes
from scheduler.draw.hashing import keyed_digest
from scheduler.teams.matching import Barred
from scheduler.teams.needs import NeedingTask
from scheduler.teams.roster import Officer

EXPERTS_NAME = "experts.tsv"
EXPERT_COLUMNS = ("firm_id", "speciality", "officer_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingVisit:
    """
    A visit whose items ask for experts.

    Attributes
    ----------
    firm_id, district
        The firm, and the district of the visit.
    specialities
        Specialities asked for, ascending; an empty one is had by everybody.
    visit_on
        Its day; None where it has none.
    """

    firm_id: str
    district: str
    specialities: Sequence[str]
    visit_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertCall:
    """A speciality that a visit asks an expert for (empty for any), and who comes; empty where there is nobody."""

    firm_id: str
    speciality: str
    officer_id: str


def specialities_asked(package: str, tasks: Mapping[str, NeedingTask], asked: Mapping[str, str]) -> tuple[str, ...]:
    """
    Specialities that a package asks experts for, ascending, each once.

    Parameters
    ----------
    asked
        Speciality of the expert by item that asks for one; empty for any expert.
    """
    items = {item_id for task_id in package.split("+") for item_id in tasks[task_id].item_ids}
    return tuple(sorted({asked[item_id] for item_id in items & asked.keys()}))


def draw_experts(
    visits: Iterable[AskingVisit],
    officers: Iterable[Officer],
    *,
    barred: Barred,
    away: Mapping[str, Collection[date]],
    bureau: str,
    seed: str,
    officer_secret: bytes,
) -> tuple[ExpertCall, ...]:
    """
    Draws the experts of visits.

    Parameters
    ----------
    visits
        The visits, each once.
    officers
        The whole roster.
    barred
        Who must not meet which firm; recusals for last year's visit hold for experts.
    away
        Days on which an expert makes no visit.
    bureau
        The bureau's own code, whose experts come where a district has none.
    """
    experts = [officer for officer in officers if officer.expert and officer.active]
    calls: list[ExpertCall] = []
    for visit in visits:
        who_not = barred.of(visit.firm_id)
        free = [
            expert
            for expert in experts
            if expert.officer_id not in who_not and visit.visit_on not in away.get(expert.officer_id, ())
        ]
        going: list[str] = []
        for speciality in visit.specialities:
            order = expert_order(free, speciality, visit, going, bureau, seed, officer_secret)
            going += order[:1]
            calls.append(ExpertCall(firm_id=visit.firm_id, speciality=speciality, officer_id=order[0] if order else ""))
    return tuple(calls)


def expert_order(
    free: Iterable[Officer],
    speciality: str,
    visit: AskingVisit,
    going: Collection[str],
    bureau: str,
    seed: str,
    officer_secret: bytes,
) -> list[str]:
    """Experts who have a speciality in the order in which they are called: who goes already, then the nearest."""
    ranks = {
        expert.officer_id: (
            expert.officer_id not in going,
            0 if expert.district == visit.district else 1 if expert.district == bureau else 2,
            keyed_digest(officer_secret, "expert", seed, visit.firm_id, expert.officer_id),
        )
        for expert in free
        if not speciality or speciality in expert.specialities
    }
    return sorted(ranks, key=ranks.__getitem__)


def experts_bytes(calls: Iterable[ExpertCall]) -> bytes:
    """The file `experts.tsv`."""
    return table_bytes(EXPERT_COLUMNS, sorted((call.firm_id, call.speciality, call.officer_id) for call in calls))
