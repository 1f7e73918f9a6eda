"""What categories mean: which are findings, which lead to the abnormal-operation list, which event a visit is."""

from __future__ import annotations

from collections.abc import Collection

from scheduler.registry.codes import EventKind, ResultCategory

# Categories that say something was found; a firm that does not carry on the activity inspected did nothing wrong.
FINDINGS = frozenset(ResultCategory) - {ResultCategory.NO_PROBLEM, ResultCategory.NO_ACTIVITY}

# Categories that lead to the abnormal-operation list 经营异常名录 (regulation, section 5: the 2nd, 3rd and 4th).
LISTING_CATEGORIES = frozenset(
    {ResultCategory.NOT_PUBLISHED, ResultCategory.FALSE_PUBLICATION, ResultCategory.UNREACHABLE}
)

# Kinds of event that show that the firm was put on that list.
LISTING_EVENTS = frozenset({EventKind.ABNORMAL_LISTING, EventKind.UNREACHABLE_LISTING})


def has_finding(categories: Collection[str]) -> bool:
    """Whether the categories of a visit say that something was found."""
    return not FINDINGS.isdisjoint(categories)


def event_kind(categories: Collection[str]) -> EventKind:
    """
    Event that a visit is for the credit-risk indicators, from the categories of all its items.

    Examples
    --------
    >>> event_kind({"no_problem", "no_activity"}).value
    'inspection_clean'
    >>> event_kind({"no_problem", "unreachable"}).value
    'inspection_problem'
    >>> event_kind({"pending", "refused"}).value
    'inspection_refused'
    """
    if ResultCategory.REFUSED in categories:
        return EventKind.INSPECTION_REFUSED
    return EventKind.INSPECTION_PROBLEM if has_finding(categories) else EventKind.INSPECTION_CLEAN


def event_detail(categories: Collection[str]) -> str:
    """
    Categories found in a visit as one cell, so that a firm nobody found is told from one with another problem.

    Examples
    --------
    >>> event_detail({"unreachable", "no_problem"})
    'unreachable'
    """
    return ";".join(sorted(str(category) for category in set(categories) - {ResultCategory.NO_PROBLEM}))
