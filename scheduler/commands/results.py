"""Commands that tell what is due, what was found, and who visits: `results due`, `results show`, `officers show`."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterable

import click
from rich.console import Console
from rich.text import Text

from models.teams_rows import StoredTeam
from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.workflow.deadlines import DrawResults, DueLists, results_due, show_results
from scheduler.workflow.officers import eligible_officers, officer_exceptions
from scheduler.workflow.teams import show_teams

SHOWN_FIRMS = 20


@click.group(help=_("What is due, and what inspections found."))
def results() -> None:
    """Groups the commands of results."""


@results.command(help=_("Results that must be public and listings that must be decided, the earliest first."))
@click.option("--check", is_flag=True, help=_("Exit with status 1 if a result is overdue, for cron."))
@click.option("--all", "show_all", is_flag=True, help=_("Name every firm, not only the first ones."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def due(context: CommandContext, check: bool, show_all: bool, as_json: bool) -> None:
    """Lists what is due."""
    lists = results_due(context.open())
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
    if check and lists.num_overdue:
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


COMMANDS: tuple[click.Command, ...] = (results, officers)
