"""Records one value of a binding figure given on the command line, by the rules of a file's row."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.errors import InputError, Problem
from scheduler.i18n import gettext as _
from scheduler.registry.kinds_figures import FIGURES
from scheduler.registry.parsing import parse_sheet
from scheduler.registry.readers import Sheet
from scheduler.workflow.log import append_log
from scheduler.workflow.plan_figures import figure_checks, store_figures
from scheduler.workflow.registry import vocabulary_of
from scheduler.workflow.registry_storing import Stored
from scheduler.workflow.workspace import Workspace

ACTION = "figure set"


def set_figure(workspace: Workspace, cells: Mapping[str, str], *, dry_run: bool = False) -> Stored:
    """
    Records a value, or corrects one of the same day.

    Parameters
    ----------
    cells
        Figure, value, day, source and, for a correction, reason, as a file's row would have them.

    Raises
    ------
    InputError
        If a cell is bad, or a correction has no reason; nothing is changed then.
    """
    sheet = Sheet(file="", name="", rows=(tuple(cells), tuple(cells.values())), numbers=(1, 2))
    with workspace.transaction() as connection:
        checks = figure_checks(connection, workspace, FIGURES)
        table = parse_sheet(sheet, FIGURES, vocabulary_of(connection, workspace), checks=checks)
        if table.problems:
            raise InputError("\n".join(map(_sentence, table.problems)))
        stored = store_figures(connection, workspace, table)
        if stored.num_new or stored.num_changed:
            code, day = table.columns["figure"][0], table.columns["as_of"][0]
            append_log(
                connection,
                workspace,
                ACTION,
                {"figure": str(code), "as_of": str(day), "corrected": bool(stored.num_changed)},
                before=stored.before,
                after=stored.after,
            )
        if dry_run:
            connection.rollback()
    return stored


def _sentence(problem: Problem) -> str:
    return _("{column} “{value}”: {message}; {remedy}").format(
        column=problem.column, value=problem.value, message=problem.message, remedy=problem.remedy
    )
