"""Commands about the days of visits: `agenda show`, `agenda move`, `agenda export`."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import click

from scheduler.agenda.entries import Agenda, PlannedVisit, Selection
from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.workflow.agenda import move_visit, show_agenda

SHOWN_VISITS = 40
_WEEK = re.compile(r"(?P<year>\d{4})-W(?P<week>\d{1,2})", re.ASCII)


@click.group(help=_("The days of visits: list them, plan one anew, export calendars, lists and papers. Internal."))
def agenda() -> None:
    """Groups the commands of the agenda."""


def chosen(function: click.decorators.FC) -> click.decorators.FC:
    """Options that narrow the visits down, the same for showing and exporting."""
    for option in (
        click.option("--district", "districts", multiple=True, help=_("Code of a district; may be given again.")),
        click.option("--team", default="", help=_("Id of a team.")),
        click.option("--officer", default="", help=_("Id of an officer.")),
        click.option("--week", default="", help=_("A week such as 2026-W15, or a day in it such as 2026-04-08.")),
        click.option("--round", "round_name", default="", metavar="ROUND", help=_("Only one round.")),
    ):
        function = option(function)
    return function


@agenda.command(help=_("List visits by day, or count them by week. Internal."))
@chosen
@click.option("--all", "show_all", is_flag=True, help=_("Name every visit, not only the first ones."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def show(
    context: CommandContext,
    districts: tuple[str, ...],
    team: str,
    officer: str,
    week: str,
    round_name: str,
    show_all: bool,
    as_json: bool,
) -> None:
    """Lists visits."""
    selection = selection_of(districts, team, officer, week, round_name)
    mark, found = show_agenda(context.open(), selection)
    if as_json:
        print_json({"internal": mark.document(), "visits": [_document(found, visit) for visit in found.visits]})
        return
    click.echo(mark.line())
    print_agenda(found, None if show_all else SHOWN_VISITS)


@agenda.command(
    help=_(
        "Plan the visit to FIRM anew for DAY (2026-04-08). Refused on a day off, outside the tasks' time, on leave of "
        "an officer, or where a day would be too full. The day that the lot gave stays on record, and so does the "
        "reason."
    )
)
@click.argument("firm_id", metavar="FIRM")
@click.argument("day", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--reason", required=True, help=_("Why, in one sentence; it stays on record."))
@click.option("--round", "round_name", default="", metavar="ROUND", help=_("Its round, if it has visits of several."))
@click.option("--allow-overload", is_flag=True, help=_("Accept a day that is fuller than it should be."))
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen, change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def move(
    context: CommandContext,
    firm_id: str,
    day: datetime,
    reason: str,
    round_name: str,
    allow_overload: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Moves a visit."""
    summary = move_visit(
        context.open(),
        firm_id,
        day.date(),
        reason=reason,
        round_name=round_name,
        allow_overload=allow_overload,
        dry_run=dry_run,
    )
    if as_json:
        print_json(dataclasses.asdict(summary))
        return
    sentence = _("{firm} {name}: from {before} to {day}").format(
        firm=summary.visit.firm_id, name=summary.visit.name, before=summary.visit.visit_on or "–", day=summary.moved_to
    )
    click.echo(sentence)
    if summary.overloaded:
        say(_("Note: a team now has more on this day than it should."))
    if summary.absent_experts:
        absent = ", ".join(summary.absent_experts)
        words = _(
            "Note: {names}, who joins as an expert, is on leave on this day; “draw replace-expert” draws another."
        )
        say(words.format(names=absent))
    if dry_run:
        say(_("Dry run: nothing was changed."))
    else:
        say(
            context.pasteable(
                _("Next: double-random agenda export for new calendars and lists, and double-random publish")
            )
        )


@agenda.command(
    help=_(
        "Write calendars (.ics) of officers and teams, a workbook per district, for each visit the notice to the firm "
        "and the form for its results as Word documents, and a page of loads. All but the notices is internal and says "
        "so."
    )
)
@chosen
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Folder to write to; otherwise “agenda” in the workspace."),
)
@click.option("--no-papers", is_flag=True, help=_("Without notices and forms, which take a while in a big city."))
@click.option("--dry-run", is_flag=True, help=_("Only tell what would change."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def export(
    context: CommandContext,
    districts: tuple[str, ...],
    team: str,
    officer: str,
    week: str,
    round_name: str,
    out: Path | None,
    no_papers: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Writes calendars, lists and papers."""
    from scheduler.commands.agenda_page import agenda_page
    from scheduler.workflow.agenda_export import export_agenda

    workspace = context.open()
    folder = out or workspace.root / "agenda"
    summary = export_agenda(
        workspace,
        selection_of(districts, team, officer, week, round_name),
        out=folder,
        page=lambda mark, found: agenda_page(found, mark, context.language),
        language=context.language,
        papers=not no_papers,
        dry_run=dry_run,
    )
    if as_json:
        changes = dataclasses.asdict(summary.changes)
        print_json({**dataclasses.asdict(summary), "changes": changes, "path": str(folder), "dry_run": dry_run})
        return
    words = _(
        "{visits} visits of {teams} teams: {added} files new, {changed} changed, {unchanged} unchanged in {place}"
    )
    click.echo(
        words.format(
            visits=f"{summary.num_visits:,}",
            teams=f"{summary.num_teams:,}",
            added=f"{len(summary.changes.added):,}",
            changed=f"{len(summary.changes.changed):,}",
            unchanged=f"{summary.changes.num_unchanged:,}",
            place=folder,
        )
    )
    if summary.num_without_day:
        say(_("Note: {number} visits have no day and stand in no calendar.").format(number=summary.num_without_day))
    say(_("Nothing was written.") if dry_run else summary.mark.line())


def selection_of(districts: tuple[str, ...], team: str, officer: str, week: str, round_name: str) -> Selection:
    """Options as values; raises `UsageError` for a week that is none."""
    return Selection(
        districts=districts, team_id=team, officer_id=officer, week=_week_of(week), round_name=round_name.upper()
    )


def _week_of(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = _WEEK.fullmatch(text)
    try:
        day = date.fromisocalendar(int(found["year"]), int(found["week"]), 1) if found else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(_("expected a week such as 2026-W15 or a day in it, got {text}").format(text=text)) from error
    return day.isocalendar()[:2]


def _document(found: Agenda, visit: PlannedVisit) -> dict[str, object]:
    """A visit as JSON, with the experts who join it and do not count as officers."""
    experts = [
        {"officer_id": member.officer_id, "name": member.name, "unit": member.unit}
        for member in found.experts_of(visit)
    ]
    return {**dataclasses.asdict(visit), "experts": experts}


def print_agenda(found: Agenda, limit: int | None) -> None:
    """Prints visits by day; where there are more than `limit`, how many there are in each week, and the first ones."""
    console = stdout_console()
    shown = found.visits[:limit]
    if len(shown) < len(found.visits):
        weeks = Counter(visit.visit_on.isocalendar()[:2] if visit.visit_on else None for visit in found.visits)
        table = plain_table([_("Week")], [_("Visits")])
        for week, number in sorted(weeks.items(), key=lambda entry: entry[0] or (9999, 0)):
            table.add_row("{}-W{:02d}".format(*week) if week else _("without a day"), f"{number:,}")
        console.print(table)
    titles = [_("Day"), _("Firm"), _("Name"), _("District"), _("Town"), _("Teams"), _("Exceptions")]
    with_experts = any(found.experts_of(visit) for visit in shown)
    table = plain_table([*titles, _("Experts (do not count)")] if with_experts else titles)
    for visit in shown:
        experts = ", ".join(f"{member.officer_id} {member.name}".strip() for member in found.experts_of(visit))
        table.add_row(
            visit.visit_on.isoformat() if visit.visit_on else "–",
            visit.firm_id,
            visit.name,
            visit.district,
            visit.town,
            ", ".join(visit.team_ids),
            ", ".join(label(code, _) for code in visit.exceptions),
            *((experts,) if with_experts else ()),
        )
    console.print(table)
    if limit is not None and len(found.visits) > limit:
        console.print(_("… and {number} more; --all names them").format(number=f"{len(found.visits) - limit:,}"))


COMMANDS: tuple[click.Command, ...] = (agenda,)
