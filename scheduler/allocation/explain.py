"""
Why a plan is as it is: the limits that bind and what they are worth, and what the plan finds against drawing blindly.

Worth is read off the dual values of the recorded programme: what one more officer-hour, or one visit more or less,
would add to the expected findings, near the plan as it is, the price of officers' time taken off. It is the most that
one unit can add: the optimum is concave in every bound, and where optima tie another limit may bind at once. Expected
findings are the policy's, not counted outcomes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.allocation.certificate import Certificate
from scheduler.allocation.matrix import Limit
from scheduler.allocation.summary import RateLine
from scheduler.registry.items import MICRO

LEAST_WORTH = 1e-6  # expected findings: less is the solver's rounding
_BY_TIER = frozenset({Limit.FLOOR, Limit.CEILING, Limit.TOLERANCE, Limit.PRECISION})
_EACH = frozenset(
    {Limit.HOURS, Limit.POOL, Limit.TARGET, Limit.TASK_LEAST, Limit.TASK_GREATEST, Limit.COMPULSORY_SHARE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingLimit:
    """
    A limit that binds.

    Attributes
    ----------
    limit, subject
        Which, and whom it is about: (round, district, department, speciality), (task,), (round,), (object type, tier).
    num_rows
        Rows of the programme that bind.
    bound
        The limit itself, in officer-hours or visits, where it is one row; the sum otherwise.
    worth
        Expected findings that one unit more of the bound adds; negative where it takes them away. The mean of the rows.
    """

    limit: Limit
    subject: tuple[str, ...]
    num_rows: int
    bound: float
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    Problems that the visits that count are expected to find, one for each visit with a problem.

    Attributes
    ----------
    plan, uniform
        Under the plan, and if as many enterprises were drawn with the same chance for all.
    last_year
        As many visits as this year's, spread as last year's plan spread its own; None without one on record.
    """

    plan: float
    uniform: float
    last_year: float | None = None

    @property
    def gain(self) -> float:
        """How many times as many as drawing blindly."""
        return self.plan / self.uniform if self.uniform else 1.0


def binding_limits(certificate: Certificate) -> tuple[BindingLimit, ...]:
    """Limits of the planner that bind, by family, those worth most first."""
    groups: dict[tuple[Limit, tuple[str, ...]], list[tuple[float, float]]] = defaultdict(list)
    for line in certificate.lines(_BY_TIER | _EACH | {Limit.TIERS}):
        if abs(line.dual) > LEAST_WORTH:
            bound = line.lower if line.dual > 0 else line.upper
            groups[line.limit, _subject(line.limit, line.subject)].append((bound, -line.dual))
    found = [
        BindingLimit(
            limit=limit,
            subject=subject,
            num_rows=len(rows),
            bound=sum(bound for bound, _ in rows),
            worth=sum(worth for _, worth in rows) / len(rows),
        )
        for (limit, subject), rows in groups.items()
    ]
    order = {limit: number for number, limit in enumerate(Limit)}
    return tuple(sorted(found, key=lambda entry: (order[entry.limit], -abs(entry.worth), entry.subject)))


def _subject(limit: Limit, subject: tuple[str, ...]) -> tuple[str, ...]:
    """Strata are told by object type and tier, classes too; the others by themselves."""
    if limit in _BY_TIER:
        _district, object_type, tier, _tasks = subject[0].split("/", 3)
        return object_type, tier
    return subject[:2] if limit is Limit.TIERS else subject


def expected_found(
    lines: Iterable[RateLine],
    rates: Mapping[str, float],
    counted_types: Sequence[str],
    last_year: Sequence[Cell] = (),
) -> Found:
    """
    What the visits that count are expected to find.

    Parameters
    ----------
    lines
        Rates by (object type, tier).
    rates
        Share of each tier's firms expected in violation.
    last_year
        Cells of last year's rounds.

    Examples
    --------
    90 firms of tier A and 10 of D, 10 visits, half of them to D: 5 · 0.1 + 5 · 0.5 = 3, blindly 10 · 0.14 = 1.4.

    >>> line = lambda tier, firms, visits: RateLine(
    ...     name=("enterprise", tier), num_firms=firms, num_counted=firms, open_visits=0.0, targeted_visits=visits,
    ...     compulsory_visits=0.0, counting_visits=visits)
    >>> found = expected_found([line("A", 90, 5.0), line("D", 10, 5.0)], {"A": 0.1, "D": 0.5}, ["enterprise"])
    >>> round(found.plan, 6), round(found.uniform, 6)
    (3.0, 1.4)
    """
    counted = [line for line in lines if line.name[0] in counted_types]
    firms = sum(line.num_firms for line in counted)
    visits = sum(line.counting_visits for line in counted)
    mean = sum(line.num_firms * rates[line.name[1]] for line in counted) / firms if firms else 0.0
    return Found(
        plan=sum(line.counting_visits * rates[line.name[1]] for line in counted),
        uniform=visits * mean,
        last_year=_as_last_year(last_year, rates, visits, mean),
    )


def _as_last_year(cells: Sequence[Cell], rates: Mapping[str, float], visits: float, mean: float) -> float | None:
    counting = [cell for cell in cells if cell.counting]
    total = sum(cell.visits_micro for cell in counting) / MICRO
    tiers = [None if cell.stratum == OPEN_STRATUM else cell.stratum.split("/", 3)[2] for cell in counting]
    if not total or any(tier is not None and tier not in rates for tier in tiers):
        return None
    found = sum(
        cell.visits_micro / MICRO * (mean if tier is None else rates[tier])
        for cell, tier in zip(counting, tiers, strict=True)
    )
    return visits * found / total
