"""
A year in numbers, for those who answer for it.

Values alone: `scheduler.workflow.report` reads them, pages and workbooks show them. What is internal is empty in the
public version, which is made without it in the first place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMix:
    """
    How the year's visits were put together.

    Attributes
    ----------
    num_visits
        Firms drawn, one visit each; checks for cause not counted.
    num_joint, num_departments
        Visits that serve more than one task, and those that more than one department makes together 部门联合抽查.
    num_saved
        As many more visits would be made if every task had visits of its own.
    num_causes
        Checks for cause 有因检查, beside the visits drawn; None in the public version.
    """

    num_visits: int
    num_joint: int
    num_departments: int
    num_saved: int
    num_causes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictLine:
    """Enterprises of a district on the base date, and those drawn that count towards the target."""

    code: str
    num_enterprises: int
    num_drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """One year on the path: the ratio due, in per cent, enterprises and those drawn; None where no plan is stored."""

    year: int
    due: Decimal
    num_enterprises: int | None
    num_drawn: int | None


def visit_mix(
    packages: Iterable[str], departments_of: Callable[[tuple[str, ...]], Collection[str]], num_causes: int | None
) -> VisitMix:
    """
    Counts visits by what they serve.

    Parameters
    ----------
    packages
        Task ids of each visit, joined by ``+``.
    departments_of
        Departments that take part in a visit for some tasks.
    """
    counts = {tuple(package.split("+")): number for package, number in Counter(packages).items()}
    return VisitMix(
        num_visits=sum(counts.values()),
        num_joint=sum(number for tasks, number in counts.items() if len(tasks) > 1),
        num_departments=sum(number for tasks, number in counts.items() if len(departments_of(tasks)) > 1),
        num_saved=sum(number * (len(tasks) - 1) for tasks, number in counts.items()),
        num_causes=num_causes,
    )
