"""The command `classify scorecard`: the scorecard in use, shown, written out to be edited, or another one checked."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json
from scheduler.commands.risk_tables import show_mark, show_warnings
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.risk.scorecard_changes import bins_in_words
from scheduler.risk.words import indicator_words
from scheduler.workflow.scorecards import ShownScorecard, check_scorecard, show_scorecard, write_scorecard

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "scorecard",
    help=_(
        "Show the scorecard in use (not official), write it to a TOML file to be edited by hand, or check an edited "
        "one. Changes nothing: a scorecard is used once classify.scorecard in the settings names it."
    ),
)
@click.option("--out", type=_FILE, help=_("Write the scorecard in use to this TOML file, comments included."))
@click.option("--replace", is_flag=True, help=_("Overwrite the file if it is there."))
@click.option("--check", type=_FILE, help=_("Check this TOML file and tell what differs from the one in use."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def classify_scorecard(
    context: CommandContext, out: Path | None, replace: bool, check: Path | None, as_json: bool
) -> None:
    """Shows, writes or checks a scorecard."""
    if out and check:
        raise UsageError(_("expected --out or --check, got both"))
    workspace = context.open()
    if out:
        found = write_scorecard(workspace, out, replace=replace)
    else:
        found = check_scorecard(workspace, check) if check else show_scorecard(workspace)
    if as_json:
        print_json(found.document())
        return
    _show(found, checked=check is not None)


def _show(found: ShownScorecard, *, checked: bool) -> None:
    screen, card = stdout_console(), found.scorecard
    show_mark(screen, found.mark)
    screen.print(_("Scorecard, not official: {name} ({file})").format(name=card.name, file=found.path.name))
    screen.print(_("Digest (SHA-256), as sealed by draws: {digest}").format(digest=card.digest))
    show_warnings(screen, card)
    if found.written:
        text = _("Written to {path}. Edit it, check it with --check, then name it under classify.scorecard.")
        screen.print(text.format(path=found.written))
    elif checked:
        screen.print(_("The file is sound."))
        screen.print("\n".join(found.changes) or _("It gives the same scores and tiers as the one in use."))
    else:
        _show_points(found)


def _show_points(found: ShownScorecard) -> None:
    screen, card = stdout_console(), found.scorecard
    screen.print("\n".join(text for text in (card.source, card.note) if text))
    cuts = ", ".join(f"{tier} {cut}" for tier, cut in zip(card.tiers[1:], card.cuts, strict=False))
    screen.print(
        _("Base score {base}; tiers {tiers}; they start at {cuts}").format(
            base=card.base, tiers=", ".join(card.tiers), cuts=cuts or _("what the target shares ask for")
        )
    )
    table = plain_table((_("Indicator"), _("Bins: points")))
    for scale in card.indicators:
        table.add_row(f"{indicator_words(scale.name)}\n{scale.name}", bins_in_words(scale))
    screen.print(table)
    rules = plain_table((_("Direct rule"), _("Tier"), _("Source of the rule")))
    for rule in card.direct:
        rules.add_row(f"{rule.label}\n{rule.label_en}\n{rule.name}", rule.tier, rule.source)
    if card.direct:
        screen.print(rules)
