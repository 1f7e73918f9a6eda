"""Officers of a draw with the checks of their format: teams and visits (specification, sections 8.1 to 8.3 and 8.9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from scheduler.audit import (
    expert_replacements,
    experts,
    handovers,
    matching,
    matching_1,
    officers,
    places,
    replacements,
    teams,
)
from scheduler.audit.claims import Group
from scheduler.audit.context import Lists
from scheduler.audit.officers import Offices, Team
from scheduler.audit.parts import load_roll
from scheduler.audit.sampling import Sampling
from scheduler.i18n import gettext as _

Check = tuple[str, str, Callable[[Group], None]]  # section, words, and what makes the claims


def load_assignment(sampling: Sampling, bureau: str, lists: Lists) -> tuple[Offices, tuple[Check, ...]]:
    """Reads the officers' files of a draw, draws its teams again, and names the checks; raises `RecordError`."""
    offices = officers.load_offices(sampling, bureau)
    if offices.format == 1:
        offices = replace(offices, teams=_by_id(matching_1.teams_of(offices)))
        checks_1 = [partial(check, offices=offices) for check in (matching_1.check_visits, matching_1.check_matching)]
        return offices, _checks(offices, ("8.9",) * 4, checks_1)
    roll = load_roll(offices, lists)
    drawn, redraws = teams.draw_teams(roll)
    if not offices.is_complete:
        drawn = [team for team in drawn if team.district in offices.places]
        redraws = [redraw for redraw in redraws if redraw["district"] in offices.places]
    offices = replace(offices, teams=_by_id(drawn))
    roll = replace(roll, offices=offices)
    checks = [partial(check, roll=roll) for check in (matching.check_visits, matching.check_matching)]
    counters = partial(teams.check_redraws, offices=offices, redraws=redraws)
    named = _checks(offices, ("8.1", "8.2", "8.3", "8.3"), checks if offices.is_complete else ())
    gave_way = partial(expert_replacements.check_expert_replacements, roll=roll, lists=lists)
    replaced = partial(replacements.check_replacements, roll=roll)
    return offices, (
        *named,
        ("8.2", _("counters follow from the lot"), counters),
        ("8.12", _("experts follow from the lot"), partial(experts.check_experts, roll=roll, lists=lists)),
        ("8.13", _("experts who gave way have a history"), gave_way),
        ("8.11", _("places draw in turn"), partial(places.check_places, roll=roll)),
        ("8.10", _("officers who gave way have a history"), replaced),
        ("8.14", _("visits handed over have teams"), partial(handovers.check_handovers, roll=roll)),
    )


def _by_id(drawn: list[Team]) -> dict[str, Team]:
    return {team.team_id: team for team in drawn}


def _checks(
    offices: Offices, sections: tuple[str, ...], of_visits: Sequence[Callable[[Group], None]]
) -> tuple[Check, ...]:
    """Checks that both formats have, under the sections of the format."""
    checks: list[tuple[str, Callable[[Group], None]]] = [
        (_("officers are eligible"), partial(officers.check_eligible, offices=offices, section=sections[0])),
        (_("teams follow from the lot"), partial(officers.check_teams, offices=offices, section=sections[1])),
    ]
    words_of = (_("visits have fit teams"), _("matching follows from the lot"))
    checks += list(zip(words_of, of_visits, strict=False))  # none of visits while places are still to draw
    return tuple((section, words, check) for section, (words, check) in zip(sections, checks, strict=False))
