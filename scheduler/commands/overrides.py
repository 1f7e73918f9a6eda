"""The commands `classify override`, `classify object` and `classify overrides`: tiers given by hand. Internal."""

from __future__ import annotations

from datetime import datetime

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.commands.risk_tables import show_mark
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.workflow.overrides import (
    OBJECTION,
    OverrideList,
    OverrideResult,
    decide_objection,
    end_tier_override,
    list_overrides,
    override_tier,
)

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    "override", help=_("Give a firm a tier by hand, with a reason and a last day; it holds from the next run on.")
)
@click.argument("firm", metavar="FIRM")
@click.argument("tier", metavar="[TIER]", required=False)
@click.option("--reason", default="", help=_("Why; needed for a new override."))
@click.option("--until", type=_DAY, help=_("Last day on which the override holds; needed for a new one."))
@click.option("--end", is_flag=True, help=_("End the override in force instead."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_override(
    context: CommandContext, firm: str, tier: str | None, reason: str, until: datetime | None, end: bool, as_json: bool
) -> None:
    """Makes or ends an override."""
    if end:
        if tier or until:
            raise UsageError(_("--end takes neither a tier nor --until"))
        _show(end_tier_override(context.open(), firm, reason=reason), as_json)
        return
    if tier is None or until is None:
        raise UsageError(_("expected a tier, --reason and --until; or --end"))
    _show(override_tier(context.open(), firm, tier, reason=reason, until=until.date()), as_json)


@click.command(
    "object",
    help=_(
        "Record what became of a firm's objection to its tier: upheld, it gets the tier back that it had before (or "
        "--tier) from the next run on; rejected, the log keeps it."
    ),
)
@click.argument("firm", metavar="FIRM")
@click.option("--upheld/--rejected", default=True, help=_("What was decided; upheld unless told otherwise."))
@click.option("--reason", required=True, help=_("Grounds of the decision."))
@click.option("--tier", help=_("Tier the firm should have; otherwise the one it had before."))
@click.option("--until", type=_DAY, help=_("Last day on which the tier given back holds; needed if upheld."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_object(
    context: CommandContext,
    firm: str,
    upheld: bool,
    reason: str,
    tier: str | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Records an objection."""
    day = until.date() if until else None
    _show(decide_objection(context.open(), firm, upheld=upheld, reason=reason, tier=tier, until=day), as_json)


@click.command("overrides", help=_("List all overrides with reason, author and last day, ended ones too."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_overrides(context: CommandContext, as_json: bool) -> None:
    """Lists the overrides."""
    found = list_overrides(context.open())
    if as_json:
        print_json(found.document())
        return
    screen = stdout_console()
    show_mark(screen, found.mark)
    headings = (_("Firm"), _("Name"), _("Tier"), _("Kind"), _("From"), _("Until"), _("State"), _("Author"), _("Reason"))
    table = plain_table(headings)
    for one in found.overrides:
        row = (kind_words(one.kind), str(one.starts_on), str(one.valid_until), _state(found, one.override_id))
        table.add_row(one.firm_id, found.names.get(one.firm_id, ""), one.tier, *row, one.author, one.reason)
    screen.print(table)


def kind_words(kind: str) -> str:
    """What people call a kind of override."""
    return _("objection upheld") if kind == OBJECTION else _("by hand")


def _state(found: OverrideList, override_id: int) -> str:
    (one,) = (entry for entry in found.overrides if entry.override_id == override_id)
    if one.ended_on is not None:
        return _("ended {day} by {who}").format(day=one.ended_on, who=one.ended_by)
    return _("in force") if one.holds_on(found.today) else _("expired")


def _show(result: OverrideResult, as_json: bool) -> None:
    if as_json:
        print_json(result.document())
        return
    screen = stdout_console()
    show_mark(screen, result.mark)
    screen.print(f"{result.firm_id} {result.firm_name}", style="bold")
    one = result.override
    if one is None:
        text = _("The objection was turned down; nothing changes.")
    elif one.ended_on is not None:
        text = _("The override to {tier} has ended; run “double-random classify” to apply it.").format(tier=one.tier)
    else:
        text = _("Tier {tier} ({kind}) until {day}: {reason}; run “double-random classify” to apply it.").format(
            tier=one.tier, kind=kind_words(one.kind), day=one.valid_until, reason=one.reason
        )
    screen.print(text)
