"""
Who comes in the place of an expert who gives way after the draw (specification 8.13): the next by the lot that stands.

A visit's experts are drawn for it alone, so one who falls ill is replaced visit by visit; where nobody is left, nobody
comes, and officers make the visit, as they would have if the lot had found no expert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.draw.canonical import table_bytes
from scheduler.teams.experts import AskingVisit, expert_order
from scheduler.teams.roster import Officer

EXPERT_REPLACEMENTS_NAME = "expert-replacements.tsv"
COLUMNS = ("firm_id", "number", "speciality", "officer_out", "officer_in", "reason", "decided_on", "passed_over")


class ExpertReason(StrEnum):
    """Why an expert who was called does not come."""

    ILLNESS = "illness"
    RECUSED = "recused"  # a recusal that came up after the draw
    QUALIFICATION = "qualification"  # lost what he or she was called for
    LEFT = "left"  # no longer at hand
    LEAVE = "leave"  # on leave on the day of the visit, entered after the draw or after a move


class ExpertObstacle(StrEnum):
    """Why the next by lot is passed over: what happened to him or her since the roster was frozen."""

    INACTIVE = "inactive"
    RECUSED = "recused"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertReplacement:
    """
    One expert who gave way at one visit, for one speciality.

    Attributes
    ----------
    number
        1, 2, … of the visit.
    officer_in
        Who comes; empty where nobody is left.
    passed_over
        Experts who came before by lot, with their obstacles.
    note, author, log_number
        What was said of it, who decided, and where it stands in the log; none of it is in the file of the record.
    """

    draw_id: str
    firm_id: str
    number: int
    speciality: str
    officer_out: str
    officer_in: str
    reason: ExpertReason
    decided_on: date
    passed_over: tuple[tuple[str, ExpertObstacle], ...]
    note: str
    author: str
    log_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextExpert:
    """Who comes for a speciality, or nobody, and who was passed over."""

    speciality: str
    officer_in: str
    passed_over: tuple[tuple[str, ExpertObstacle], ...]


def give_way(
    visit: AskingVisit,
    coming: Mapping[str, str],
    officer_out: str,
    *,
    gone: Iterable[str],
    free: Sequence[Officer],
    obstacle_of: Callable[[str], ExpertObstacle | None],
    bureau: str,
    seed: str,
    officer_secret: bytes,
) -> Iterator[NextExpert]:
    """
    Replaces an expert in all specialities for which he or she comes to a visit, ascending.

    Parameters
    ----------
    coming
        Who comes to the visit for each speciality.
    gone
        Experts who gave way at this visit before.
    free
        Experts on duty who are not barred from the firm, by the roster that was sealed.
    obstacle_of
        What stands against an expert today.
    """
    now = dict(coming)
    out = {officer_out, *gone}
    staying = [expert for expert in free if expert.officer_id not in out]
    for speciality in sorted(name for name, who in coming.items() if who == officer_out):
        now[speciality] = ""
        passed: list[tuple[str, ExpertObstacle]] = []
        for expert_id in expert_order(staying, speciality, visit, set(now.values()), bureau, seed, officer_secret):
            obstacle = obstacle_of(expert_id)
            if obstacle is None:
                now[speciality] = expert_id
                break
            passed.append((expert_id, obstacle))
        yield NextExpert(speciality=speciality, officer_in=now[speciality], passed_over=tuple(passed))


def expert_replacements_bytes(rows: Iterable[ExpertReplacement]) -> bytes:
    """The file `expert-replacements.tsv`."""
    cells = [
        (
            row.firm_id,
            f"{row.number:03d}",
            row.speciality,
            row.officer_out,
            row.officer_in,
            str(row.reason),
            row.decided_on.isoformat(),
            passed_text(row.passed_over),
        )
        for row in rows
    ]
    return table_bytes(COLUMNS, sorted(cells))


def passed_text(passed_over: Iterable[tuple[str, ExpertObstacle]]) -> str:
    """Who was passed over, as one cell."""
    return ";".join(f"{officer}:{obstacle}" for officer, obstacle in passed_over)
