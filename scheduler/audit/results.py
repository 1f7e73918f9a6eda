"""Claims about results: they speak of firms drawn, of items of their visit, and of days after the draw (section 2)."""

from __future__ import annotations

from scheduler.audit.claims import Group
from scheduler.audit.sampling import Sampling
from scheduler.audit.year import Differences
from scheduler.i18n import gettext as _


def check_results(group: Group, sampling: Sampling) -> None:
    """Claims that every result is one of a firm drawn, for an item of its package, inspected after the draw."""
    draw, lists = sampling.draw, sampling.lists
    packages = {firm: package for firm, (_stratum, package) in sampling.current.items()}
    drawn_on = draw.document("ceremony.json")["drawn_on"]
    items = {package: lists.items_of(package) for package in set(packages.values())}
    differences: Differences = []
    rows = draw.table("results.tsv").rows("firm_id", "item_id", "category", "inspected_on")
    for firm, item_id, _category, inspected_on in rows:
        if firm not in packages:
            differences.append((_("results of firms drawn"), firm))
        elif item_id not in items[packages[firm]]:
            expected = _("{firm}: an item of package {package}").format(firm=firm, package=packages[firm])
            differences.append((expected, item_id))
        elif inspected_on < drawn_on:
            differences.append((_("{firm}: inspected on {day} or later").format(firm=firm, day=drawn_on), inspected_on))
    group.first("2", _("every result is one of a firm drawn and of an item of its visit"), differences, len(rows))
