"""Tells what a draw of officers did, and what of it must be looked at."""

from __future__ import annotations

import click

from scheduler.commands.context import say
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.workflow.teams import OfficersSummary


def tell_officers(summary: OfficersSummary) -> None:
    """Prints what a draw of officers did, and what must be looked at."""
    if summary.district:
        click.echo(_("Place: {district}").format(district=summary.district))
    click.echo(
        _("Draw {draw_id}: {teams} teams of {officers} officers, {visits} visits from {first} to {last}").format(
            draw_id=summary.draw_id,
            teams=summary.num_teams,
            officers=summary.num_eligible - summary.num_idle,
            visits=summary.num_visits,
            first=summary.first_day or "–",
            last=summary.last_day or "–",
        )
    )
    for code, number_of in summary.exceptions.items():
        click.echo(f"  {label(code)}: {number_of}")
    if summary.unknown_years:
        years = ", ".join(map(str, summary.unknown_years))
        say(
            _(
                "Note: no holiday notice is known for {years}: its statutory days are taken out, but not what is "
                "joined to them or worked instead; “double-random import holidays” brings the notice in"
            ).format(years=years)
        )
    if summary.late:
        say(
            _(
                "Note: officers were to be drawn by {day}, so many working days after the list came as "
                "agenda.officers_within_working_days says; the log says that they were not. Places still to draw "
                "should draw now"
            ).format(day=summary.due_on)
        )
