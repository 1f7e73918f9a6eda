"""
Experts by lot (specification 8.12): they join the officers of a visit, and never count as officers or lead.

The policy names items that ask for an expert. For each speciality that a visit's items ask for, the lot takes one of
the nearest experts who have it and are not barred from the firm; who goes already goes for another speciality too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.draw.canonical import table_bytes
from scheduler.draw.hashing import keyed_digest
from scheduler.teams.matching import Barred
from scheduler.teams.needs import NeedingTask
from scheduler.teams.roster import Officer

EXPERTS_NAME = "experts.tsv"
EXPERT_COLUMNS = ("firm_id", "speciality", "officer_id")


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
    visits: Iterable[tuple[str, str, Sequence[str]]],
    officers: Iterable[Officer],
    *,
    barred: Barred,
    bureau: str,
    seed: str,
    officer_secret: bytes,
) -> tuple[ExpertCall, ...]:
    """
    Draws the experts of visits.

    Parameters
    ----------
    visits
        Firm, its district, and the specialities asked for, ascending.
    officers
        The whole roster.
    barred
        Who must not meet which firm; recusals for last year's visit hold for experts.
    bureau
        The bureau's own code, whose experts come where a district has none.
    """
    experts = [officer for officer in officers if officer.expert and officer.active]
    calls: list[ExpertCall] = []
    for firm_id, district, specialities in visits:
        who_not = barred.of(firm_id)
        going: list[str] = []
        for speciality in specialities:
            able = [
                expert
                for expert in experts
                if expert.officer_id not in who_not and (not speciality or speciality in expert.specialities)
            ]
            ranks = {
                expert.officer_id: (
                    expert.officer_id not in going,
                    0 if expert.district == district else 1 if expert.district == bureau else 2,
                    keyed_digest(officer_secret, "expert", seed, firm_id, expert.officer_id),
                )
                for expert in able
            }
            first = min(ranks, key=ranks.__getitem__, default="")
            going += [first] if first else []
            calls.append(ExpertCall(firm_id=firm_id, speciality=speciality, officer_id=first))
    return tuple(calls)


def experts_bytes(calls: Iterable[ExpertCall]) -> bytes:
    """The file `experts.tsv`."""
    return table_bytes(EXPERT_COLUMNS, sorted((call.firm_id, call.speciality, call.officer_id) for call in calls))
