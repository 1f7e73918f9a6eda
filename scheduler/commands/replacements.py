"""The commands that replace an officer who drops out after the draw, and tell who was replaced."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.commands.draw import draw
from scheduler.commands.results import officers
from scheduler.draw.replacing import replacement_reasons
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.teams.expert_replacing import ExpertReason
from scheduler.teams.replacing import ReplacementReason
from scheduler.workflow.expert_replacements import NewExpert, replace_expert
from scheduler.workflow.firm_replacements import FirmReplacementSummary, replace_firm
from scheduler.workflow.handovers import HandedVisit
from scheduler.workflow.officers import replaced_officers
from scheduler.workflow.replacements import NewMember, replace_officer


def _round_of(text: str) -> int | str:
    """Number of a round; ``"X1"`` and so on stand for lists drawn elsewhere."""
    return int(text) if text.isdecimal() else text


def _tell_rehearsal(dry_run: bool) -> None:
    if dry_run:
        say(_("Dry run: nothing was changed."))


def _next_step() -> str:
    return _("Next: double-random agenda export for new calendars and lists, and double-random publish")


@draw.command(
    "replace-officer",
    help=_(
        "Replace OFFICER, who drops out after the draw of ROUND: the next by lot takes the place in each of the "
        "officer's teams. Team and visits stay; a day is planned anew only where the newcomer is not free. What the "
        "lot made stays on record, and so do reason, day and author."
    ),
)
@click.argument("round_number", metavar="ROUND")
@click.argument("officer_id", metavar="OFFICER")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([str(reason) for reason in ReplacementReason]),
    help=_("Why: ill, recused late, certificate lost, or no longer on duty."),
)
@click.option("--note", default="", help=_("More about it, in one sentence; it stays in the workspace."))
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen, change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def replace(
    context: CommandContext, round_number: str, officer_id: str, reason: str, note: str, dry_run: bool, as_json: bool
) -> None:
    """Replaces an officer."""
    summary = replace_officer(
        context.open(),
        _round_of(round_number),
        officer_id,
        reason=ReplacementReason(reason),
        note=note,
        dry_run=dry_run,
    )
    _tell_rehearsal(dry_run)
    if as_json:
        print_json({**dataclasses.asdict(summary), "dry_run": dry_run})
        return
    for member in summary.members:
        _tell(member, officer_id)
    if any(member.stuck for member in summary.members):
        say(
            _(
                "Note: set another day for these visits with double-random agenda move; --allow-overload accepts a "
                "full day"
            )
        )
    if not dry_run:
        say(context.pasteable(_next_step()))


@draw.command(
    "replace-firm",
    help=_(
        "Replace FIRM, drawn in ROUND but gone before the base date, by the next ticket of its stratum, at any time "
        "before its visit and before the next round is committed to. Once officers are drawn the visit is handed over, "
        "to its own team if that may go. Where no ticket is left the firm is withdrawn alone, and the next round makes "
        "up for the visit. That nobody was met, or that the firm cannot be contacted, is never a reason: it is a "
        "result. The list as drawn stays on record, and so do reason, day and author."
    ),
)
@click.argument("round_number", metavar="ROUND", type=click.IntRange(min=1))
@click.argument("firm_id", metavar="FIRM")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(replacement_reasons()),
    help=_("Why: deregistered, moved out of the district, or its licence revoked."),
)
@click.option(
    "--gone-on",
    required=True,
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help=_("Day on which it happened, before the base date."),
)
@click.option("--note", default="", help=_("More about it, in one sentence; it stays in the workspace."))
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen, change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def replace_a_firm(
    context: CommandContext,
    round_number: int,
    firm_id: str,
    reason: str,
    gone_on: datetime,
    note: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Replaces a firm."""
    summary = replace_firm(
        context.open(), round_number, firm_id, reason=reason, gone_on=gone_on.date(), note=note, dry_run=dry_run
    )
    _tell_rehearsal(dry_run)
    if as_json:
        print_json({**_document(summary), "dry_run": dry_run})
        return
    _tell_firm(summary)
    if summary.handed is not None:
        _tell_visit(context, round_number, summary.firm_in, summary.handed)
    if not dry_run:
        words = (
            _("Next: double-random draw officers {number}, and double-random publish")
            if summary.handed is None
            else _next_step()
        )
        say(context.pasteable(words.format(number=round_number)))


def _tell_firm(summary: FirmReplacementSummary) -> None:
    """Who gave way and who comes; that a visit is owed again only where it counts towards the target."""
    if summary.firm_in:
        words = _("Draw {draw_id}: {firm_in} {name} comes onto the list for {package}; {firm_out} is withdrawn")
        click.echo(words.format(**dataclasses.asdict(summary)))
        say(_("Note: that the two belong together is internal; pages and public record do not pair them."))
    else:
        words = _("Draw {draw_id}: {firm_out} is withdrawn; no ticket of its stratum is left, so that nobody comes")
        click.echo(words.format(**dataclasses.asdict(summary)))
        if summary.counting:
            words = _(
                "Note: its visit for {package} is owed again; bring the register up to date and solve the plan anew."
            )
            say(words.format(package=summary.package))


def _document(summary: FirmReplacementSummary) -> dict[str, Any]:
    """The summary as JSON, its day as text."""
    document = dataclasses.asdict(summary)
    if summary.handed is not None:
        document["handed"]["visit_on"] = summary.handed.visit_on.isoformat() if summary.handed.visit_on else ""
    return document


def _tell_visit(context: CommandContext, round_number: int, firm_in: str, handed: HandedVisit) -> None:
    """Who visits the newcomer, and when."""
    if not firm_in:
        return
    teams, day = ";".join(handed.team_ids) or "–", handed.visit_on or "–"
    click.echo(_("  {firm}: visited by {teams} on {day}").format(firm=firm_in, teams=teams, day=day))
    if not handed.team_ids:
        say(_("Note: nobody can go; double-random officers exceptions tells what would meet it"))
    elif handed.stuck:
        say(
            _(
                "Note: set another day for this visit with double-random agenda move; --allow-overload accepts a full "
                "day"
            )
        )
    for one in handed.unfit:
        words = _("Note: {officer} should not go ({reason}): double-random draw {command} --reason {code}").format(
            officer=one.officer_id,
            reason=label(one.reason),
            command=f"{'replace-expert' if one.expert else 'replace-officer'} {round_number} {one.officer_id}",
            code=one.reason,
        )
        say(context.pasteable(words))


@draw.command(
    "replace-expert",
    help=_(
        "Replace EXPERT, who joins visits of ROUND and drops out after the draw: at each visit to come the next by lot "
        "comes, or nobody where none is left. Officers and days stay. What the lot made stays on record, and so do "
        "reason, day and author."
    ),
)
@click.argument("round_number", metavar="ROUND")
@click.argument("officer_id", metavar="EXPERT")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([str(reason) for reason in ExpertReason]),
    help=_("Why: ill, recused late, qualification lost, no longer at hand, or on leave on the day."),
)
@click.option(
    "--firm",
    "firms",
    multiple=True,
    metavar="FIRM",
    help=_(
        "Only the visit to this firm; may be given again. Otherwise all that the reason touches: of a recusal its "
        "firms, of leave its days."
    ),
)
@click.option("--note", default="", help=_("More about it, in one sentence; it stays in the workspace."))
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen, change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def replace_an_expert(
    context: CommandContext,
    round_number: str,
    officer_id: str,
    reason: str,
    firms: tuple[str, ...],
    note: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Replaces an expert."""
    summary = replace_expert(
        context.open(),
        _round_of(round_number),
        officer_id,
        reason=ExpertReason(reason),
        firms=firms,
        note=note,
        dry_run=dry_run,
    )
    _tell_rehearsal(dry_run)
    if as_json:
        print_json({**dataclasses.asdict(summary), "dry_run": dry_run})
        return
    for visit in summary.visits:
        _tell_expert(visit, officer_id)
    if not dry_run:
        say(context.pasteable(_next_step()))


def _tell_expert(visit: NewExpert, officer_out: str) -> None:
    words = (
        _("{firm}: {officer_in} {name} joins as an expert instead of {officer_out}")
        if visit.officer_in
        else _("{firm}: no other expert is left, officers go without {officer_out}")
    )
    click.echo(words.format(firm=visit.firm_id, officer_in=visit.officer_in, name=visit.name, officer_out=officer_out))
    for name, obstacle in visit.passed_over:
        click.echo(_("  passed over: {officer}: {obstacle}").format(officer=name, obstacle=label(obstacle)))


def _tell(member: NewMember, officer_out: str) -> None:
    click.echo(
        _("{team}: {officer_in} {name} takes the place of {officer_out}; {kept} visits keep their day").format(
            team=member.team_id,
            officer_in=member.officer_in,
            name=member.name,
            officer_out=officer_out,
            kept=member.num_kept,
        )
    )
    for name, obstacle in member.passed_over:
        click.echo(_("  passed over: {officer}: {obstacle}").format(officer=name, obstacle=label(obstacle)))
    for firm_id, before, now in member.moved:
        click.echo(_("  {firm}: from {before} to {day}").format(firm=firm_id, before=before, day=now))
    for firm_id in member.stuck:
        click.echo(_("  {firm}: the newcomer is not free on its day, and no other was found").format(firm=firm_id))


@officers.command(
    "replaced",
    help=_("Officers and experts of a round who gave way after the draw: who came, why, and who decided. Internal."),
)
@click.argument("round_number", metavar="ROUND")
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def replaced(context: CommandContext, round_number: str, as_json: bool) -> None:
    """Lists the replacements of a round."""
    mark, entries, experts = replaced_officers(context.open(), round_number)
    if as_json:
        rows = {
            name: [dataclasses.asdict(entry) for entry in found]
            for name, found in (("replacements", entries), ("experts", experts))
        }
        print_json({"internal": mark.document(), **rows})
        return
    click.echo(mark.line())
    if not entries and not experts:
        say(_("Nobody was replaced."))
    for entry in entries:
        words = _("{day} {team}: {officer_in} for {officer_out}, {reason}; decided by {author}")
        told = words.format(
            day=entry.decided_on,
            team=entry.team_id,
            officer_in=entry.officer_in,
            officer_out=entry.officer_out,
            reason=label(entry.reason),
            author=entry.author,
        )
        click.echo(f"{told}: {entry.note}" if entry.note else told)
    for one in experts:
        words = _("{day} {firm}: expert {officer_in} for {officer_out}, {reason}; decided by {author}")
        told = words.format(
            day=one.decided_on,
            firm=one.firm_id,
            officer_in=one.officer_in or "–",
            officer_out=one.officer_out,
            reason=label(one.reason),
            author=one.author,
        )
        click.echo(f"{told}: {one.note}" if one.note else told)


COMMANDS: tuple[click.Command, ...] = ()
