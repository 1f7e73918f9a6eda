"""The report on a year as tables in the active language: the same for terminal, page and workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from scheduler.commands.report_comparison import comparison_table, rates_comparison_table
from scheduler.commands.report_words import LEVEL, ReportWords, rate_cells
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.publication.tables import Cell, Share, Table
from scheduler.registry.items import MICRO
from scheduler.results.figures import PERCENT, FigureStanding
from scheduler.workflow.estimates import YearEstimates
from scheduler.workflow.report import Report, YearReport


def report_tables(report: Report, words: ReportWords) -> tuple[Table, ...]:
    """All tables of a report, in the order in which they are read."""
    return tuple(table for table in _tables(report, words) if table.rows)


def _tables(report: Report, words: ReportWords) -> Iterator[Table]:
    year = report.year
    yield coverage_table(year)
    yield path_table(year)
    yield figures_table(year.figures, words, public=report.mark is None)
    yield districts_table(year, words)
    if year.estimates is not None:
        yield hits_table(year.estimates)
        yield drawn_by_tier_table(year.estimates)
        for group, title in group_titles(report):
            yield estimates_table(year.estimates, group, title, words, public=report.mark is None)
    yield visits_table(year)
    yield publication_table(year)
    if report.against is not None:
        yield comparison_table(report.against, year)
        yield rates_comparison_table(report.against, year, words)


def group_titles(report: Report) -> tuple[tuple[str, str], ...]:
    """Kinds of group that rates are told for, with the title of each; tiers only where the report is internal."""
    groups = (
        ("city", _("Violation rate")),
        ("tier", _("Violation rate by tier")),
        ("district", _("Violation rate by district")),
        ("item", _("Violation rate by item")),
        ("industry", _("Violation rate by industry")),
    )
    return tuple(entry for entry in groups if entry[0] != "tier" or report.mark is not None)


def coverage_table(year: YearReport) -> Table:
    """The year in figures."""
    rows: list[tuple[Cell, ...]] = [
        (_("Enterprises in operation on {day}").format(day=year.base_date), year.num_enterprises),
        (_("To be drawn for general items"), year.target),
        (_("Drawn for general items"), year.num_drawn),
        (_("Share to be drawn"), Share(year.ratio_micro / MICRO, 2)),
        (_("Share drawn"), Share(year.share, 2)),
        (_("Visits with all results"), year.num_inspected),
    ]
    note = _("State of {day}; plan {plan}.").format(day=year.today, plan=year.plan_id)
    return Table(
        name=_("Coverage"),
        title=_("The year against its target"),
        texts=(_("Indicator"),),
        numbers=(_("Value"),),
        rows=tuple(rows),
        note=note,
    )


def path_table(year: YearReport) -> Table:
    """The path of the ratio, and what years on record drew."""
    rows = tuple(
        (
            str(point.year),
            Share(float(point.due) / 100, 2),
            None if not point.num_enterprises else Share((point.num_drawn or 0) / point.num_enterprises, 2),
        )
        for point in year.path
    )
    note = _(
        "The plan states the first and the last figure; the years between are set on a straight line, not official."
    )
    return Table(
        name=_("Path"),
        title=_("Path of the ratio"),
        texts=(_("Year"),),
        numbers=(_("Due"), _("Drawn")),
        rows=rows,
        note=note,
    )


def figures_table(figures: Sequence[FigureStanding], words: ReportWords, *, public: bool) -> Table:
    """Figures that bind, with their targets."""
    rows = tuple(
        (
            words.figure(one.figure),
            one.figure.source,
            words.amount(one.figure, one.due, at_most=True),
            _standing_words(one, public=public),
            _told_by(one),
            _reached(one),
            one.num_reached,
            one.num_all,
        )
        for one in figures
    )
    note = _(
        "Firms of a special library count as reached once a visit for one of its tasks has a result; the libraries are "
        "those of the register frozen for the year's newest draw."
    )
    entered = _("Values that inspections do not tell are entered by “figure set” or “import figures”.")
    return Table(
        name=_("Binding figures"),
        title=_("Figures that bind, each against its target"),
        texts=(_("Indicator"), _("Rule"), _("Target"), _("Standing"), _("Told by")),
        numbers=(_("Reached"), _("Firms reached"), _("Firms in all")),
        rows=rows,
        note=note if public else f"{note} {entered}",
        aside=frozenset({_("Rule"), _("Told by")}),
    )


def _standing_words(standing: FigureStanding, *, public: bool) -> str:
    if standing.met is not None:
        return _("reached") if standing.met else _("not reached yet")
    if standing.num_reached is not None:
        return _("no firm of the kind")
    return _("not published here") if public and not standing.figure.public else _("no value entered")


def _told_by(standing: FigureStanding) -> str:
    if standing.value is not None:
        return _("{source}, as of {day}").format(source=standing.told_by, day=standing.as_of)
    return _("inspections of the year") if standing.num_reached is not None else ""


def _reached(standing: FigureStanding) -> Share | Decimal | None:
    if standing.value is not None:
        return Share(float(standing.value / 100), 2) if standing.figure.unit == PERCENT else standing.value
    if standing.num_reached is None or not standing.num_all:
        return None
    return Share(standing.num_reached / standing.num_all, 2)


def districts_table(year: YearReport, words: ReportWords) -> Table:
    """Enterprises drawn by district."""
    rows = tuple(
        (
            words.district(line.code),
            line.num_enterprises,
            line.num_drawn,
            Share(line.num_drawn / line.num_enterprises, 2) if line.num_enterprises else None,
        )
        for line in year.districts
    )
    return Table(
        name=_("Districts"),
        title=_("Enterprises drawn by district"),
        texts=(_("District"),),
        numbers=(_("Enterprises"), _("Drawn"), _("Share")),
        rows=rows,
        note=_("In the district in which a firm stood when it was drawn."),
    )


def hits_table(found: YearEstimates) -> Table:
    """Findings per visit of the kinds of round."""
    rows: list[tuple[Cell, ...]] = [
        (label(hit.kind, _), hit.num_visits, hit.num_findings, Share(hit.rate), Share(hit.low), Share(hit.high))
        for hit in found.hits
    ]
    return Table(
        name=_("Hit rate"),
        title=_("Findings per visit: targeted rounds against open ones"),
        texts=(_("Round"),),
        numbers=(_("Visits"), _("With a finding"), _("Hit rate"), _("Lower end"), _("Upper end")),
        rows=tuple(rows),
        note=lift_words(found),
    )


def lift_words(found: YearEstimates) -> str:
    """How many times as often targeted visits find something."""
    if found.lift is None:
        return _("Visits that count towards the target. There is no visit of one of the two kinds to compare with.")
    ratio, low, high = found.lift
    upper = f"{high:.1f}" if high < float("inf") else _("any number of")
    return _(
        "Visits that count towards the target. Targeted rounds find {ratio} times as much per visit ({level} interval: "
        "{low} to {high} times)."
    ).format(level=LEVEL, ratio=f"{ratio:.1f}", low=f"{low:.1f}", high=upper)


def drawn_by_tier_table(found: YearEstimates) -> Table:
    """Enterprises drawn by tier. Internal."""
    rows = tuple(
        (
            rate.code,
            rate.num_firms,
            rate.num_drawn,
            Share(rate.num_drawn / rate.num_firms, 2) if rate.num_firms else None,
        )
        for rate in found.drawn
    )
    return Table(
        name=_("Tiers"),
        title=_("Enterprises drawn by tier (internal)"),
        texts=(_("Tier"),),
        numbers=(_("Enterprises"), _("Drawn"), _("Share")),
        rows=rows,
        note=_("Tiers as they were when the year's first round was drawn."),
    )


def estimates_table(found: YearEstimates, group: str, title: str, words: ReportWords, *, public: bool) -> Table:
    """Rates of violation of one kind of group, with their 95 % intervals."""
    rows = tuple(
        (words.group(one), one.num_firms, one.num_visits, one.num_findings, *rate_cells(one)) for one in found.of(group)
    )
    every = _("Share of firms at which a visit finds something, with its {level} interval.").format(level=LEVEL)
    base = (
        _("From the open rounds alone, in which every firm had the same chance.")
        if public
        else _("From all rounds, each visit weighted by the chance of its firm.")
    )
    lent = _("District intervals take in half a finding from the same tiers of the other districts.")
    headings = {"tier": _("Tier"), "district": _("District"), "item": _("Item"), "industry": _("Industry")}
    return Table(
        name=title,
        title=title,
        texts=(headings.get(group, _("Firms")),),
        numbers=(
            _("Number of firms"),
            _("Visits"),
            _("With a finding"),
            _("Violation rate"),
            _("Lower end"),
            _("Upper end"),
        ),
        rows=rows,
        note=" ".join((every, base, *((lent,) if group == "district" and not public else ()))),
    )


def visits_table(year: YearReport) -> Table:
    """How visits were put together."""
    mix = year.mix
    whole = max(1, mix.num_visits)
    rows: list[tuple[Cell, ...]] = [
        (_("Visits drawn"), mix.num_visits, None),
        (_("Visits that serve several tasks"), mix.num_joint, Share(mix.num_joint / whole)),
        (_("Joint visits of several departments"), mix.num_departments, Share(mix.num_departments / whole)),
        (_("Visits saved by merging"), mix.num_saved, Share(mix.num_saved / (whole + mix.num_saved))),
    ]
    if mix.num_causes is not None:
        rows.append((_("Checks for cause, beside them"), mix.num_causes, None))
    return Table(
        name=_("Visits"),
        title=_("Joint visits and visits saved"),
        texts=(_("Visits"),),
        numbers=(_("How many"), _("Share")),
        rows=tuple(rows),
        note=_("Saved: as many more visits would be made if every task had visits of its own; share of those."),
    )


def publication_table(year: YearReport) -> Table:
    """Results made public in time."""
    one = year.punctuality
    whole = max(1, one.num_due)
    rows: tuple[tuple[Cell, ...], ...] = (
        (_("Public in time"), one.num_in_time, Share(one.num_in_time / whole)),
        (_("Public, but late"), one.num_late, Share(one.num_late / whole)),
        (_("Overdue, not public yet"), one.num_overdue, Share(one.num_overdue / whole)),
        (_("Not public yet, in time"), one.num_waiting, None),
    )
    return Table(
        name=_("Publication"),
        title=_("Results made public in time"),
        texts=(_("Visits"),),
        numbers=(_("How many"), _("Share of those due")),
        rows=rows,
        note=_("Visits whose check has ended; days of publication as the log tells them."),
    )
