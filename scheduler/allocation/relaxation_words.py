"""Relaxations in the planner's words: which limit, from what value to what value, for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from scheduler.allocation.layout import Layout
from scheduler.allocation.levers import Lever
from scheduler.allocation.matrix import Limit
from scheduler.errors import Relaxation
from scheduler.i18n import active_language
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.registry.words import SPECIALITY_WORDS

Names = Mapping[str, str]  # district code → name
_SHORT = 1e-6  # of a visit: less is the solver's rounding


def sentence(lever: Lever, value: Decimal, layout: Layout, names: Names) -> str:
    """What a lever's giving way means."""
    if lever.kind is Limit.HOURS:
        return _hours(lever, value, layout, names)
    return _template(lever).format(
        name=lever.name,
        subject=_subject(lever, layout, names),
        before=_figure(lever, lever.now),
        after=_figure(lever, value),
    )


def _template(lever: Lever) -> str:
    lower = lever.last < lever.now
    templates = {
        Limit.FLOOR: _("least rate of tier {subject} ({name}): from {before} down to {after}"),
        Limit.CEILING: _("greatest rate of tier {subject} ({name}): from {before} up to {after}"),
        Limit.TIERS: _("least step between the rates of neighbouring tiers ({name}): from {before} down to {after}"),
        Limit.TOLERANCE: _("difference allowed between districts ({name}): from {before} up to {after}"),
        Limit.TASK_LEAST: _("least share of its firms that {subject} asks ({name}): from {before} down to {after}"),
        Limit.TASK_GREATEST: _(
            "greatest share of its firms that {subject} allows ({name}): from {before} up to {after}"
        ),
        Limit.COMPULSORY_SHARE: _(
            "share of the target that full-coverage visits may fill ({name}): from {before} up to {after}"
        ),
        Limit.PRECISION: _("standard error allowed for {subject} ({name}): from {before} up to {after}"),
        Limit.POOL: _("reserve of officers' time ({name}): from {before} down to {after}")
        if lower
        else _("hours that one officer gives in the year ({name}): from {before} up to {after}"),
        Limit.TARGET: _(
            "the binding target itself ({name}): from {before} to {after}; nothing else helps, and it departs from the "
            "rule that set it"
        ),
    }
    return templates[lever.kind]


def _subject(lever: Lever, layout: Layout, names: Names) -> str:
    subject = lever.subject[0] if lever.subject else ""
    if lever.kind in (Limit.TASK_LEAST, Limit.TASK_GREATEST):
        task = layout.problem.tasks[subject]
        return _("task {task} {name}").format(task=task.task_id, name=task.name) if task.name else subject
    if lever.kind is Limit.PRECISION:
        tier = _("tier {tier}").format(tier=subject)
        return tier if subject in layout.problem.policy.tiers.codes else names.get(subject, subject)
    return subject


def _hours(lever: Lever, value: Decimal, layout: Layout, names: Names) -> str:
    entry, district, department, speciality = lever.subject
    words = _("round {number}, {district}, {officers}: {more} officer-hours more than the {there} that are there")
    own = district == layout.problem.policy.bureau
    return words.format(
        number=entry,
        district=_("the bureau's own officers, who serve all districts")
        if own
        else names.get(district) or label(district),
        officers=officers_words(department, speciality),
        more=f"{value:,}",
        there=f"{_hours_there(layout, lever.subject):,.0f}",
    )


def officers_words(department: str, speciality: str) -> str:
    """Whose hours, in words; both empty for all officers."""
    chinese, english, *_others = SPECIALITY_WORDS.words.get(speciality, (speciality, speciality))
    return " ".join(filter(None, (department, english if active_language() == "en" else chinese))) or _("all officers")


def _hours_there(layout: Layout, subject: tuple[str, ...]) -> float:
    entry, district, department, speciality = subject
    for planned, hours in zip(layout.problem.rounds, layout.problem.officer_hours, strict=True):
        if str(planned.number) == entry:
            return next(
                (
                    value
                    for (code, resource), value in hours.items()
                    if (code, resource.department, resource.speciality) == (district, department, speciality)
                ),
                0.0,
            )
    return 0.0


def _figure(lever: Lever, value: Decimal) -> str:
    """A ratio as a percentage, anything else as a number."""
    if lever.grain >= 1:
        return f"{value.normalize():f}"
    return f"{(100 * value).normalize():f} %"


def unhelped(layout: Layout, most: Sequence[float]) -> tuple[Relaxation, ...]:
    """
    What to say where no figure of the policy helps: the rounds, and what they must draw.

    Parameters
    ----------
    most
        Visits that count which firms and full coverage alone leave to each round at most; rounds with too few are
        named alone, with that number.
    """
    words = _(
        "no figure of the policy helps: round {number} is to make {visits} visits that count towards the target, and "
        "the firms and tasks as they are do not admit them; look at the tasks' ranges, dates and kinds of items, and "
        "at the rounds' weights"
    )
    proven = _(
        "no figure of the policy helps: round {number} is to make {visits} visits that count towards the target, but "
        "full coverage in other rounds and the firms there are leave it {most} at most; give the round less weight, or "
        "change the dates or ranges of the full-coverage tasks"
    )
    rounds = list(zip(layout.problem.rounds, most, strict=True))
    short = [(entry, left) for entry, left in rounds if left < entry.counting_visits - _SHORT]
    return tuple(
        Relaxation(
            sentence=(proven if short else words).format(
                number=entry.number, visits=f"{entry.counting_visits:,}", most=f"{max(int(left + _SHORT), 0):,}"
            )
        )
        for entry, left in short or rounds
    )
