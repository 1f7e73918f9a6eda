"""The report on a year as one self-contained page: figures, pictures with their words, and the tables behind them."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.commands.internal_page import figures, internal_page, section
from scheduler.commands.report_tables import group_titles, report_tables
from scheduler.commands.report_words import ReportWords, rate_cells
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.pictures import bars, interval_rows, path_line
from scheduler.publication.tables import Share
from scheduler.publication.text import visible
from scheduler.registry.items import MICRO
from scheduler.workflow.estimates import Estimate, YearEstimates
from scheduler.workflow.report import Report, YearReport

PRECISE = 0.9  # widest interval that is drawn: a group with less is in the table alone


def report_page(report: Report, words: ReportWords, bureau: str, language: str) -> str:
    """
    The page as HTML text.

    Parameters
    ----------
    bureau
        Name of the bureau.
    language
        Language of the page; messages are in the active one.
    """
    year = report.year
    title = report_title(report)
    lead = _("{bureau}. State of {day}.").format(bureau=bureau, day=year.today)
    pictures = _pictures(report, words)
    body = _overview(year) + "".join(
        section(table, pictures.get(table.title, "")) for table in report_tables(report, words)
    )
    return internal_page(title, lead, body, report.mark, language)


def report_title(report: Report) -> str:
    """Title of a report."""
    return _("Random inspections {year}: report").format(year=report.year.year)


def _overview(year: YearReport) -> str:
    mix, one = year.mix, year.punctuality
    pairs = [
        (_("Share drawn"), str(Share(year.share, 2))),
        (_("Drawn of those to be drawn"), f"{year.num_drawn:,}\u00a0/\u00a0{year.target:,}"),
        (_("Visits with all results"), f"{year.num_inspected:,}"),
        (_("Joint visits of several departments"), str(Share(mix.num_departments / max(1, mix.num_visits)))),
        (_("Visits saved by merging"), f"{mix.num_saved:,}"),
    ]
    if one.num_due:
        pairs.append((_("Public in time"), str(Share(one.num_in_time / one.num_due))))
    if year.estimates is not None:
        pairs += [
            (_("Violation rate"), f"{100 * city.rate:.1f} %")
            for city in year.estimates.of("city")
            if city.rate is not None
        ]
        if year.estimates.lift is not None:
            pairs.append(
                (_("Targeted over open rounds"), _("{ratio} times").format(ratio=f"{year.estimates.lift[0]:.1f}"))
            )
    return figures(pairs)


def _pictures(report: Report, words: ReportWords) -> dict[str, str]:
    """Pictures by the title of the table that they stand over."""
    year = report.year
    pictures = {_("Path of the ratio"): _path(year), _("Enterprises drawn by district"): _districts(year, words)}
    if year.estimates is not None:
        pictures[_("Findings per visit: targeted rounds against open ones")] = _hits(year.estimates)
        pictures[_("Enterprises drawn by tier (internal)")] = _tiers(year.estimates)
        for group, title in group_titles(report):
            if group != "city":
                pictures[title] = _rates(year.estimates, year.estimates.of(group), title, words)
    return pictures


def _path(year: YearReport) -> str:
    due = [(str(point.year), float(point.due) / 100) for point in year.path]
    reached = [
        (place, point.num_drawn / point.num_enterprises, str(Share(point.num_drawn / point.num_enterprises, 2)))
        for place, point in enumerate(year.path)
        if point.num_enterprises and point.num_drawn is not None
    ]
    should, did = _("{year}: {share} due"), _("{year}: {share} drawn")
    told = [should.format(year=name, share=Share(value)) for name, value in due]
    told += [did.format(year=year.path[place].year, share=text) for place, _value, text in reached]
    return path_line(due, reached, title=_("Path of the ratio"), description="; ".join(told))


def _districts(year: YearReport, words: ReportWords) -> str:
    lines = [line for line in year.districts if line.num_enterprises]
    rows = [
        (
            words.district(line.code),
            line.num_drawn / line.num_enterprises,
            str(Share(line.num_drawn / line.num_enterprises, 2)),
        )
        for line in lines
    ]
    ratio = year.ratio_micro / MICRO
    marks = ((_("to be drawn in the city: {share}").format(share=Share(ratio, 2)), ratio),)
    return _bars(rows, _("Enterprises drawn by district"), marks)


def _tiers(found: YearEstimates) -> str:
    rows = [
        (rate.code, rate.num_drawn / rate.num_firms, str(Share(rate.num_drawn / rate.num_firms, 2)))
        for rate in found.drawn
        if rate.num_firms
    ]
    return _bars(rows, _("Enterprises drawn by tier (internal)"), ())


def _bars(rows: Sequence[tuple[str, float, str]], title: str, marks: Sequence[tuple[str, float]]) -> str:
    rows = [(visible(name), value, share) for name, value, share in rows]
    told = "; ".join(f"{name}: {share}" for name, _value, share in rows)
    return bars(rows, title=title, description=told, marks=marks) if rows else ""


def _hits(found: YearEstimates) -> str:
    rows = [(label(hit.kind, _), hit.rate, hit.low, hit.high, str(Share(hit.rate))) for hit in found.hits]
    title = _("Findings per visit: targeted rounds against open ones")
    return _intervals(rows, title, None)


def _rates(found: YearEstimates, estimates: Sequence[Estimate], title: str, words: ReportWords) -> str:
    city = next((one.rate for one in found.of("city")), None)
    rows = []
    for one in estimates:
        rate, low, high = rate_cells(one)
        if rate is not None and low is not None and high is not None and high.value - low.value <= PRECISE:
            rows.append((words.group(one), rate.value, low.value, high.value, str(rate)))
    return _intervals(rows, title, city)


def _intervals(rows: Sequence[tuple[str, float, float, float, str]], title: str, base: float | None) -> str:
    rows = [(visible(name), rate, low, high, share) for name, rate, low, high, share in rows]
    told = "; ".join(f"{name}: {share} ({Share(low)} – {Share(high)})" for name, _rate, low, high, share in rows)
    return interval_rows(rows, title=title, description=told, base=base) if rows else ""
