"""The command `classify indicators`: the catalogue that scorecards are made of."""

from __future__ import annotations

from typing import Any

import click

from scheduler.commands.context import print_json
from scheduler.commands.tables import plain_table, stdout_console
from scheduler.i18n import gettext as _
from scheduler.risk.indicators import INDICATORS, Indicator
from scheduler.risk.words import direction_words, group_words, how_words, indicator_words, source_words, unit_words


@click.command(
    "indicators",
    help=_("List the indicators that a scorecard can use: what they are, how they are computed, who names them."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
def classify_indicators(as_json: bool) -> None:
    """Lists the catalogue of indicators."""
    if as_json:
        print_json({"official": False, "indicators": list(map(_document, INDICATORS))})
        return
    screen = stdout_console()
    screen.print(
        _(
            "{number} indicators in the five official groups. Their periods and directions are choices of this "
            "catalogue, not official; what an indicator is worth stands in the scorecard."
        ).format(number=len(INDICATORS))
    )
    table = plain_table((_("Indicator"), _("Unit and direction"), _("How it is computed, and who names it")))
    for place, one in enumerate(INDICATORS):
        if not place or INDICATORS[place - 1].group is not one.group:
            table.add_section()
            table.add_row(group_words(one.group), style="bold")
        words = dict.fromkeys((one.name, indicator_words(one.name), one.term))  # the term is the Chinese of most words
        table.add_row(
            "\n".join(words),
            f"{unit_words(one.unit)}\n{direction_words(one.direction)}",
            f"{how_words(one)}\n{source_words(one)}",
        )
    screen.print(table)


def _document(one: Indicator) -> dict[str, Any]:
    return {
        "name": one.name,
        "zh": one.term,
        "en": one.label,
        "group": one.group,
        "unit": one.unit,
        "direction": one.direction,
        "how": how_words(one),
        "event_kinds": list(one.recipe.kinds),
        "days": one.recipe.days,
        "source": one.source,
    }
