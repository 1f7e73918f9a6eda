"""
The kinds of input, each column declared once: importer, template, problem reports and documentation read it here.

Headers are those of regulation, sections 3 to 5; where an official list has no such column, the Chinese header is ours.
"""

from __future__ import annotations

from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.columns import Kind
from scheduler.registry.kinds_calendar import HOLIDAYS, LEAVE
from scheduler.registry.kinds_figures import FIGURES
from scheduler.registry.kinds_lists import ITEMS, TASKS
from scheduler.registry.kinds_ratings import RATINGS
from scheduler.registry.kinds_register import EVENTS, FIRMS
from scheduler.registry.kinds_returns import DRAWN, RESULTS
from scheduler.registry.kinds_roster import OFFICERS, RECUSALS

KINDS = (
    FIRMS,
    EVENTS,
    ITEMS,
    OFFICERS,
    RECUSALS,
    TASKS,
    RATINGS,
    LEAVE,
    HOLIDAYS,
    RESULTS,
    DRAWN,
    FIGURES,
)  # later ones refer to earlier ones
TEMPLATE_KINDS = tuple(kind for kind in KINDS if kind.in_template)


def kind_named(name: str) -> Kind:
    """Kind of a name of the command line; raises `UsageError` where there is none."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise UsageError(_("expected one of {kinds}, got {name}").format(kinds=", ".join(k.name for k in KINDS), name=name))
