"""Claims about firms left out of discretionary visits: inspected lately, or visited as often as the policy allows."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from scheduler.audit.claims import Group
from scheduler.audit.columns import Bytes
from scheduler.audit.commitment import load_policy, policy_value
from scheduler.audit.context import Draw, positions_of
from scheduler.audit.sampling import Sampling
from scheduler.audit.year import Differences
from scheduler.i18n import gettext as _

MONTHS = 12


def yearly_cap(draw: Draw) -> int:
    """Visits of the year from which on a firm is left out; 0 where the policy has no cap (section 3.1)."""
    return _number(draw, "yearly_cap")


def recent_firms(draw: Draw) -> Bytes | None:
    """Firms that the draw left out because they were inspected lately; None in a draw that seals no such list."""
    return draw.table("recent.tsv").fixed["firm_id"] if draw.seals_programme else None


def check_recent(group: Group, work: Sampling) -> None:
    """Claims that those left out were inspected within the policy's months, and are of tiers that it leaves out."""
    if not work.draw.seals_programme:
        return
    table = work.draw.table("recent.tsv")
    months = _number(work.draw, "lookback_months")
    since = _months_before(work.draw, months)
    differences: Differences = []
    if not months and table.num_rows:
        differences.append((_("no firm, since the policy looks back no months"), table.num_rows))
    spared = _exempt(work.draw)
    at = positions_of(work.register.fixed["firm_id"], table.fixed["firm_id"])
    days = table.coded["inspected_on"].texts()
    for row, (place, day) in enumerate(zip(at.tolist(), days, strict=True)):
        firm = table.fixed["firm_id"][row].decode("ascii")
        tier = int(work.classes.tier[place]) if place >= 0 else -1
        if place < 0:
            differences.append((_("firms of the register"), firm))
        elif day < since:
            differences.append((_("{firm}: inspected on {day} or later").format(firm=firm, day=since), day))
        elif tier >= 0 and work.card.tiers[tier] in spared:
            differences.append((_("{firm}: of a tier that is left out").format(firm=firm), work.card.tiers[tier]))
    text = _("firms left out as inspected lately were inspected within the months that the policy looks back")
    group.first("3.1", text, differences, table.num_rows)


def _number(draw: Draw, key: str) -> int:
    value = policy_value(load_policy(draw), "visits", key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        name = draw.path("policy.toml")
        raise draw.record.refuse(name, _("{name}: expected visits.{key} as a number").format(name=name, key=key))
    return value


def _exempt(draw: Draw) -> frozenset[str]:
    tiers = policy_value(load_policy(draw), "visits", "lookback_except", [])
    return frozenset(str(tier) for tier in tiers) if isinstance(tiers, list) else frozenset()


def _months_before(draw: Draw, months: int) -> str:
    """The policy's base date some months earlier; the last day of the month where it has no such day."""
    base = policy_value(load_policy(draw), "year", "base_date", None)
    if not isinstance(base, date):
        name = draw.path("policy.toml")
        raise draw.record.refuse(name, _("{name}: expected year.base_date as a date").format(name=name))
    year, month = divmod(base.year * MONTHS + base.month - 1 - months, MONTHS)
    return date(year, month + 1, min(base.day, monthrange(year, month + 1)[1])).isoformat()
