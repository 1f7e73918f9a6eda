"""What changes from one scorecard to another, in words: for whoever edits one by hand. Internal."""

from __future__ import annotations

from scheduler.i18n import gettext as _
from scheduler.risk.bins import PointScale
from scheduler.risk.scorecard import Scorecard
from scheduler.risk.words import indicator_words


def scorecard_changes(before: Scorecard, after: Scorecard) -> tuple[str, ...]:
    """Every difference that can change a score or a tier, each as a sentence; empty if there is none."""
    found = [
        _changed(name, left, right)
        for name, left, right in (
            ("base", str(before.base), str(after.base)),
            ("tiers", ", ".join(before.tiers), ", ".join(after.tiers)),
            ("cuts", ", ".join(map(str, before.cuts)), ", ".join(map(str, after.cuts))),
            ("shares", ", ".join(map(str, before.shares)), ", ".join(map(str, after.shares))),
        )
        if left != right
    ]
    old, new = ({scale.name: scale for scale in card.indicators} for card in (before, after))
    found += [_("{name}: no longer counts").format(name=_named(name)) for name in old if name not in new]
    found += [_("{name}: counts from now on").format(name=_named(name)) for name in new if name not in old]
    for name in new:
        if name in old:
            found += _scale_changes(old[name], new[name])
    rules = ({rule.name: (rule.tier, rule.when) for rule in card.direct} for card in (before, after))
    matrices = ({one.name: (one.grades, one.tiers) for one in card.matrices} for card in (before, after))
    for what, (left, right) in (("direct", rules), ("matrices", matrices)):
        names = dict.fromkeys((*left, *right))
        found += [
            _("{name}: another one").format(name=f"{what}.{name}")
            for name in names
            if left.get(name) != right.get(name)
        ]
    return tuple(found)


def _scale_changes(before: PointScale, after: PointScale) -> list[str]:
    name = _named(after.name)
    if [(one.to, one.codes) for one in before.bins] != [(one.to, one.codes) for one in after.bins]:
        return [_changed(name, bins_in_words(before), bins_in_words(after))]
    return [
        _("{name}: {bin}: {before} → {after} points").format(
            name=name, bin=after.describe(number), before=left, after=right
        )
        for number, (left, right) in enumerate(zip(before.points, after.points, strict=True))
        if left != right
    ]


def bins_in_words(scale: PointScale) -> str:
    """Bins of an indicator with their points: ``missing 4; up to 11: 9; above 11: 0``."""
    return "; ".join(f"{scale.describe(number)}: {points}" for number, points in enumerate(scale.points))


def _named(name: str) -> str:
    return f"{indicator_words(name)} ({name})"


def _changed(name: str, before: str, after: str) -> str:
    return _("{name}: {before} → {after}").format(name=name, before=before or "—", after=after or "—")
