"""Claims about experts who gave way (specification, section 8.13): who comes instead is the next by lot."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.audit.claims import Group
from scheduler.audit.context import Lists
from scheduler.audit.experts import expected_experts, order_of, specialities_asked
from scheduler.audit.formats.words import EXPERT_OBSTACLES
from scheduler.audit.parts import Roll
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.i18n import gettext as _

NAME = "expert-replacements.tsv"
COLUMNS = ("firm_id", "number", "speciality", "officer_out", "officer_in", "reason", "decided_on", "passed_over")


@dataclass(slots=True)
class _Visit:
    """What the rows so far made of a visit: who comes for which speciality, who gave way, the day of the last row."""

    coming: dict[str, str]
    last_day: str
    gone: set[str] = field(default_factory=set)
    number: int = 0


def check_expert_replacements(group: Group, roll: Roll, lists: Lists) -> None:
    """Claims that experts who gave way came to the visit, and that who comes instead is the next by lot."""
    offices = roll.offices
    if not offices.draw.has(NAME):
        return
    visits: dict[str, _Visit] = {}
    for (firm, skill), officer in expected_experts(roll, lists, specialities_asked(roll)).items():
        visits.setdefault(firm, _Visit({}, offices.document["drawn_on"])).coming[skill] = officer
    history: Differences = []
    wrong: Differences = []
    rows = list(offices.draw.table(NAME).rows(*COLUMNS))
    nobody, passed_over = _("none"), 0
    for firm, number, skill, officer_out, officer_in, _reason, decided_on, passed in rows:
        visit = visits.setdefault(firm, _Visit({}, offices.document["drawn_on"]))
        visit.number += 1
        if number != f"{visit.number:03d}" or decided_on < visit.last_day:
            history.append((f"{firm}: {visit.number:03d}, {visit.last_day} ≤", f"{number}, {decided_on}"))
        visit.last_day = max(visit.last_day, decided_on)
        if not officer_out or visit.coming.get(skill) != officer_out:
            history.append((f"{firm} {skill}: {visit.coming.get(skill) or nobody}", officer_out or nobody))
        skipped, sound = _read(passed)
        passed_over += len(skipped)
        expected = _expected(roll, firm, visit, skill, officer_out, skipped)
        if [*skipped, *([officer_in] if officer_in else [])] != expected or not sound:
            wrong.append((f"{firm} {number}: {', '.join(expected) or nobody}", f"{passed} {officer_in}".strip()))
        visit.coming[skill] = officer_in
    group.first("8.13", _("experts who gave way came to the visit, in an unbroken history"), history, len(rows))
    group.first("8.13", _("who comes instead of an expert is the next by lot"), wrong, len(rows))
    if passed_over:
        group.not_checked(
            "8.13",
            _("experts passed over could not come"),
            _("no record holds what happened to them; {count} were passed over").format(count=passed_over),
        )


def _expected(roll: Roll, firm: str, visit: _Visit, skill: str, officer_out: str, skipped: list[str]) -> list[str]:
    """Those to be passed over, as many as are told, and the next one, if there is one."""
    visit.gone.add(officer_out)
    visit.coming[skill] = ""
    experts = [
        one for one in roll.offices.roster.values() if one.expert and one.active and one.officer_id not in visit.gone
    ]
    return order_of(roll, firm, experts, skill, set(visit.coming.values()))[: len(skipped) + 1]


def _read(cell: str) -> tuple[list[str], bool]:
    """Experts passed over, and whether each has an obstacle that there is."""
    pairs = [entry.rpartition(":") for entry in split_list(cell)]
    return [officer for officer, _colon, _obstacle in pairs], all(pair[2] in EXPERT_OBSTACLES for pair in pairs)
