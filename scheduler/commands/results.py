"""Commands that tell what is due, what was found, and who visits: `results due`, `results show`, `officers show`."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from models.teams_rows import StoredTeam
from scheduler.agenda.entries import Selection
from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.result import result
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.results.calendar import DueDay, deadline_calendar
from scheduler.workflow.deadlines import DrawResults, DueLists, results_due, show_results
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.follow_ups import FollowUps, list_follow_ups
from scheduler.workflow.officers import eligible_officers, officer_exceptions
from scheduler.workflow.teams import show_teams
from scheduler.workflow.workspace import Workspace

SHOWN_FIRMS = 20
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(help=_("What is due, and what inspections found."))
def results() -> None:
    """Groups the commands of results."""


@results.command(help=_("Results that must be public and listings that must be decided, the earliest first."))
@click.option(
    "--exit-code", "--check", "check", is_flag=True, help=_("Exit with status 1 if something is overdue, for cron.")
)
@click.option("--ics", type=NEW_FILE, help=_("Write the deadlines as a calendar file (.ics)."))
@click.option("--all", "show_all", is_flag=True, help=_("Name every firm, not only the first ones."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def due(context: CommandContext, check: bool, ics: Path | None, show_all: bool, as_json: bool) -> None:
    """Lists what is due."""
    workspace = context.open()
    lists = results_due(workspace)
    if ics is not None:
        check_target(ics, (".ics",))
        write_file(ics, due_calendar(workspace, lists))
        say(_("Wrote {file}.").format(file=ics))
    if as_json:
        print_json({**dataclasses.asdict(lists), "num_overdue": lists.num_overdue})
    else:
        print_due(lists, None if show_all else SHOWN_FIRMS)
    for year in lists.unknown_years:
        say(
            _(
                "Note: no holiday notice is known for {years}: its statutory days are taken out, but not what is "
                "joined to them or worked instead; “double-random import holidays” brings the notice in"
            ).format(years=year)
        )
    if check and (lists.num_overdue or lists.num_listing_overdue):
        sys.exit(1)


@results.command(
    "followup",
    help=_("Findings that are not settled yet: what follows, and by when. Settle them with “result follow”."),
)
@click.option("--exit-code", "check", is_flag=True, help=_("Exit with status 1 if something is overdue, for cron."))
@click.option("--all", "show_all", is_flag=True, help=_("Settled findings too."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def followup(context: CommandContext, check: bool, show_all: bool, as_json: bool) -> None:
    """Lists findings until they are settled."""
    found = list_follow_ups(context.open(), settled_too=show_all)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        print_follow_ups(found)
    if check and found.num_overdue:
        sys.exit(1)


@results.command("show", help=_("How far the visits of each draw are, and what they found."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def show(context: CommandContext, as_json: bool) -> None:
    """Tells how far the visits are."""
    draws = show_results(context.open())
    if as_json:
        print_json({"draws": [dataclasses.asdict(entry) for entry in draws]})
    elif draws:
        print_results(draws)
    else:
        say(_("No firms are drawn yet."))


@results.command(
    "export",
    help=_(
        "Write a workbook per district in which to fill in results: a row per item of each visit, a column to tick per "
        "category. “import results” reads it back. Internal."
    ),
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=_("Folder to write to."))
@click.option("--round", "round_name", default="", metavar="ROUND", help=_("Only one round."))
@click.option("--district", "districts", multiple=True, help=_("Code of a district; may be given again."))
@click.option("--dry-run", is_flag=True, help=_("Only tell what would change."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def export(
    context: CommandContext, out: Path, round_name: str, districts: tuple[str, ...], dry_run: bool, as_json: bool
) -> None:
    """Writes the workbooks to fill in."""
    from scheduler.workflow.results_export import export_results

    selection = Selection(districts=districts, round_name=round_name)
    done = export_results(context.open(), selection, out=out, language=context.language, dry_run=dry_run)
    if as_json:
        print_json({**dataclasses.asdict(done), "path": str(out), "dry_run": dry_run})
        return
    words = _("{visits} visits in {number} workbooks in {place}")
    click.echo(words.format(visits=f"{done.num_visits:,}", number=done.num_workbooks, place=out))
    say(_("Nothing was written.") if dry_run else done.mark.line())


@click.group(help=_("The officers of a round. Internal."))
def officers() -> None:
    """Groups the commands of officers."""


@officers.command("show", help=_("Teams of a round with their officers and number of visits. Internal."))
@click.argument("round_number", metavar="ROUND")
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def officers_show(context: CommandContext, round_number: str, as_json: bool) -> None:
    """Lists the teams of a round."""
    mark, teams = show_teams(context.open(), round_number)
    if as_json:
        print_json({"internal": mark.document(), "teams": [dataclasses.asdict(team) for team in teams]})
        return
    click.echo(mark.line())
    print_teams(teams)


def print_due(lists: DueLists, limit: int | None) -> None:
    """Prints what is due: numbers by day, then the firms, the earliest deadlines first."""
    console = stdout_console()
    console.print(
        _("{number} results are not public yet, {overdue} of them overdue on {today}").format(
            number=f"{len(lists.publication):,}", overdue=f"{lists.num_overdue:,}", today=lists.today
        )
    )
    table = plain_table([_("Due on"), _("State")], [_("Visits")])
    counts = Counter((entry.due_on, str(entry.state)) for entry in lists.publication)
    for (day, state), number in sorted(counts.items()):
        words = label(state, _) + (_(" (overdue)") if lists.today > day else "")
        table.add_row(day.isoformat(), words, f"{number:,}")
    if counts:
        console.print(table)
    _print_firms(console, [(f"{e.due_on}", e.draw_id, e.firm_id, label(e.state, _)) for e in lists.publication], limit)
    if lists.listing:
        console.print(
            _("{number} firms to decide on for the abnormal-operation list, {overdue} of them overdue").format(
                number=f"{len(lists.listing):,}", overdue=f"{lists.num_listing_overdue:,}"
            )
        )
        rows = [
            (f"{e.due_on}", e.draw_id, e.firm_id, ", ".join(label(code, _) for code in e.categories))
            for e in lists.listing
        ]
        _print_firms(console, rows, limit)


def due_calendar(workspace: Workspace, lists: DueLists) -> bytes:
    """The deadlines as a calendar, one event a day and kind."""
    kinds = (
        ("publication", lists.publication, _("{number} inspection results must be public")),
        ("listing", lists.listing, _("{number} firms: decide on the abnormal-operation list")),
    )
    days = []
    for kind, entries, words in kinds:
        by_day: dict[date, list[str]] = {}
        for entry in entries:
            by_day.setdefault(entry.due_on, []).append(f"{entry.draw_id} {entry.firm_id}")
        days += [
            DueDay(kind=kind, due_on=day, summary=words.format(number=len(lines)), lines=tuple(lines))
            for day, lines in sorted(by_day.items())
        ]
    name = _("Deadlines of random inspections {year}").format(year=workspace.settings.year.year)
    return deadline_calendar(days, owner=workspace.settings.bureau.code, name=name, now=workspace.now)


def print_follow_ups(found: FollowUps) -> None:
    """Prints how follow-ups stand."""
    console = stdout_console()
    console.print(
        _("{open} findings are not settled, {overdue} of them overdue on {today}; {settled} are settled").format(
            open=f"{found.num_open:,}",
            overdue=f"{found.num_overdue:,}",
            today=found.today,
            settled=f"{found.num_settled:,}",
        )
    )
    if not found.entries:
        return
    table = plain_table(
        [_("Due on"), _("Draw"), _("Firm"), _("Item"), _("What was found"), _("Follow-up measure"), _("State")]
    )
    for one in found.entries:
        state = label(one.state, _) + (_(" (overdue)") if one.overdue(found.today) else "")
        categories = ", ".join(label(code, _) for code in one.categories)
        measure = label(one.measure, _) if one.measure else "—"
        table.add_row(f"{one.due_on or '—'}", one.draw_id, one.firm_id, one.item_id, categories, measure, state)
    console.print(table)


def print_results(draws: Iterable[DrawResults]) -> None:
    """Prints how far each draw is and what was found."""
    console = stdout_console()
    headings = [_("Drawn"), _("With a day"), _("Visited"), _("Recorded"), _("Complete"), _("Public")]
    table = plain_table([_("Draw")], headings)
    entries = list(draws)
    for entry in entries:
        numbers = dataclasses.astuple(entry.coverage)[1:]
        table.add_row(entry.coverage.draw_id, *(f"{number:,}" for number in numbers))
    console.print(table)
    for entry in entries:
        for code, number in entry.categories.items():
            console.print(f"{entry.coverage.draw_id}  {label(code, _)}: {number:,}")


def print_teams(teams: Iterable[StoredTeam]) -> None:
    """Prints teams, their lead first."""
    table = plain_table([_("Team"), _("Lead"), _("Members")], [_("Visits")])
    for team in teams:
        people = [
            f"{name} ({officer_id})" if name else officer_id
            for officer_id, name in zip(team.officer_ids, team.names, strict=True)
        ]
        lead = "–" if team.reserve else people.pop(0)
        table.add_row(team.team_id, Text(lead), Text(", ".join(people)), f"{team.num_visits:,}")
    stdout_console().print(table)


def _print_firms(console: Console, rows: list[tuple[str, str, str, str]], limit: int | None) -> None:
    table = plain_table([_("Due on"), _("Draw"), _("Firm"), _("State")])
    for row in rows[:limit]:
        table.add_row(*row)
    if rows:
        console.print(table)
    if limit is not None and len(rows) > limit:
        console.print(_("… and {number} more; --all names them").format(number=f"{len(rows) - limit:,}"))


@officers.command("eligible", help=_("Who may take part in a round, and why others may not. Internal."))
@click.argument("round_number", metavar="ROUND")
@click.option("--firm", "firm_id", metavar="CODE", help=_("Who may visit this firm, recusals included."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def officers_eligible(context: CommandContext, round_number: str, firm_id: str | None, as_json: bool) -> None:
    """Tells who may take part."""
    number = int(round_number) if round_number.isdecimal() else round_number
    mark, states = eligible_officers(context.open(), number, firm_id)
    if as_json:
        print_json({"internal": mark.document(), "officers": [dataclasses.asdict(state) for state in states]})
        return
    click.echo(mark.line())
    table = plain_table([_("Officer"), _("District"), _("Department"), _("Reasons")])
    for state in states:
        reasons = "; ".join(label(reason, _) for reason in state.reasons) or "–"
        table.add_row(state.officer_id, label(state.district, _), Text(state.department), Text(reasons))
    stdout_console().print(table)


@officers.command("exceptions", help=_("Visits that the lot of officers could not treat as it should. Internal."))
@click.argument("round_number", metavar="ROUND")
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def officers_exceptions(context: CommandContext, round_number: str, as_json: bool) -> None:
    """Tells exceptions and what would meet them."""
    number = int(round_number) if round_number.isdecimal() else round_number
    mark, found = officer_exceptions(context.open(), number)
    if as_json:
        print_json({"internal": mark.document(), "visits": [dataclasses.asdict(entry) for entry in found]})
        return
    click.echo(mark.line())
    if not found:
        say(_("No exceptions."))
        return
    table = plain_table([_("Firm"), _("District"), _("Exceptions"), _("Would be met by")])
    for entry in found:
        told = "; ".join(label(code, _) for code in entry.exceptions)
        table.add_row(entry.firm_id, label(entry.district, _), Text(told), Text("; ".join(entry.missing) or "–"))
    stdout_console().print(table)


COMMANDS: tuple[click.Command, ...] = (results, result, officers)
