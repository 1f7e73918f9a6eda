"""Two years side by side, as tables in the active language."""

from __future__ import annotations

from scheduler.commands.report_words import LEVEL, ReportWords, rate_cells
from scheduler.i18n import gettext as _
from scheduler.publication.tables import Cell, Share, Table
from scheduler.results.estimates.intervals import difference_interval
from scheduler.workflow.estimates import Estimate
from scheduler.workflow.report import YearReport


def comparison_table(before: YearReport, now: YearReport) -> Table:
    """Two years side by side."""
    rows: list[tuple[str, Share | int | None, Share | int | None]] = [
        (_("Enterprises"), before.num_enterprises, now.num_enterprises),
        (_("Drawn for general items"), before.num_drawn, now.num_drawn),
        (_("Share drawn"), Share(before.share, 2), Share(now.share, 2)),
        (_("Visits drawn"), before.mix.num_visits, now.mix.num_visits),
        (_("Share of joint visits of several departments"), _joint_share(before), _joint_share(now)),
        (_("Visits saved by merging"), before.mix.num_saved, now.mix.num_saved),
        (_("Share public in time"), _punctual_share(before), _punctual_share(now)),
        (_("Findings per visit, open rounds"), _hit_rate(before, "open"), _hit_rate(now, "open")),
        (_("Findings per visit, targeted rounds"), _hit_rate(before, "targeted"), _hit_rate(now, "targeted")),
    ]
    return Table(
        name=_("Two years"),
        title=_("{year} against {before}").format(year=now.year, before=before.year),
        texts=(_("Indicator"),),
        numbers=(str(before.year), str(now.year), _("Change")),
        rows=tuple((name, left, right, _change(left, right)) for name, left, right in rows),
    )


def _joint_share(year: YearReport) -> Share | None:
    return Share(year.mix.num_departments / year.mix.num_visits) if year.mix.num_visits else None


def _punctual_share(year: YearReport) -> Share | None:
    return Share(year.punctuality.num_in_time / year.punctuality.num_due) if year.punctuality.num_due else None


def _hit_rate(year: YearReport, kind: str) -> Share | None:
    hits = year.estimates.hits if year.estimates is not None else ()
    return next((Share(hit.rate) for hit in hits if hit.kind == kind), None)


def _change(left: Share | int | None, right: Share | int | None) -> Cell:
    if isinstance(left, Share) and isinstance(right, Share):
        return Share(right.value - left.value, left.decimals, signed=True)
    if isinstance(left, int) and isinstance(right, int):
        return right - left
    return None


def rates_comparison_table(before: YearReport, now: YearReport, words: ReportWords) -> Table:
    """Rates of violation of two years, and by how much they differ."""
    rows: list[tuple[Cell, ...]] = []
    if before.estimates is not None and now.estimates is not None:
        known = {(one.group, one.code): one for one in (*before.estimates.rates, *before.estimates.tiers)}
        kinds = {"city": "", "tier": _("Tier"), "district": "", "item": "", "industry": ""}
        for one in (*now.estimates.rates, *now.estimates.tiers):
            other = known.get((one.group, one.code))
            if other is not None:
                rows.append((f"{kinds[one.group]} {words.group(one)}".strip(), *_difference_cells(other, one)))
    note = _("Change in percentage points with its {level} interval: one that holds zero may be chance alone.")
    return Table(
        name=_("Rates of two years"),
        title=_("Violation rates of {before} and {year}").format(year=now.year, before=before.year),
        texts=(_("Group"),),
        numbers=(str(before.year), str(now.year), _("Change"), _("Lower end"), _("Upper end")),
        rows=tuple(rows),
        note=note.format(level=LEVEL),
    )


def _difference_cells(before: Estimate, now: Estimate) -> tuple[Cell, ...]:
    left, right = rate_cells(before), rate_cells(now)
    if None in (*left, *right):
        return (left[0], right[0], None, None, None)
    ends = [tuple(cell.value for cell in cells if cell is not None) for cells in (left, right)]
    change = difference_interval(*((one[0], one[1], one[2]) for one in ends))
    return (left[0], right[0], *(Share(value, signed=True) for value in change))
