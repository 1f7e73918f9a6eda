"""Exports the agenda: calendars, lists, papers of visits and the page of loads, in a folder that changes as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from models.registry_rows import load_items, load_tasks
from scheduler.agenda.entries import Agenda, Selection
from scheduler.i18n import gettext as _
from scheduler.i18n import translator
from scheduler.publication.agenda.context import AgendaContext
from scheduler.publication.agenda.files import list_files, num_list_files, num_visit_files, visit_files
from scheduler.publication.files import Changes, Delivery
from scheduler.workflow.agenda import selected_agenda, selection_detail
from scheduler.workflow.internal import InternalMark, internal_mark, mark_internal
from scheduler.workflow.workspace import Workspace

PAGE_NAME = "load.html"
MakePage = Callable[[InternalMark, Agenda], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What an export wrote: visits, those of them without a day, teams, and what changed in the folder."""

    num_visits: int
    num_without_day: int
    num_teams: int
    changes: Changes
    mark: InternalMark


def export_agenda(
    workspace: Workspace,
    selection: Selection,
    *,
    out: Path,
    page: MakePage,
    language: str,
    papers: bool = True,
    dry_run: bool = False,
) -> ExportSummary:
    """
    Writes the agenda into a folder; everything but the notices to firms is internal and marked.

    Parameters
    ----------
    selection
        Which visits; lists and calendars hold these alone.
    out
        Folder; what stands in it and is not of this export stays.
    page
        Makes the HTML page of loads.
    papers
        Also write notice and form of each visit.
    dry_run
        Tells what would change, and changes nothing.

    Raises
    ------
    StateError
        If there is nothing to export, or the folder cannot be written.
    """
    with Delivery() as delivery, workspace.transaction() as connection:
        agenda = selected_agenda(connection, workspace, selection)
        detail = {**selection_detail(selection), "visits": len(agenda.visits)}
        mark = mark_internal(connection, workspace, "agenda export", detail)
        if dry_run:
            mark = internal_mark(workspace, None)
        context = agenda_context(connection, workspace, agenda, mark, language)
        html = page(mark, agenda)
        changes = delivery.stage_folder(out, _files(workspace, context, html, papers=papers))
        if dry_run:
            connection.rollback()
        else:
            delivery.commit()
    return ExportSummary(
        num_visits=len(agenda.visits),
        num_without_day=sum(visit.visit_on is None for visit in agenda.visits),
        num_teams=len(agenda.teams),
        changes=changes,
        mark=mark,
    )


def agenda_context(
    connection: sa.Connection, workspace: Workspace, agenda: Agenda, mark: InternalMark, language: str
) -> AgendaContext:
    """What papers of these visits are written with."""
    settings, chinese = workspace.settings, language.startswith("zh")
    return AgendaContext(
        agenda=agenda,
        bureau=settings.bureau.code,
        bureau_name=settings.bureau.name if chinese else settings.bureau.name_en,
        year=settings.year.year,
        districts={entry.code: entry.name if chinese else entry.name_en for entry in settings.districts},
        tasks={task.task_id: task for task in load_tasks(connection, settings.year.year)},
        items={item.item_id: item for item in load_items(connection)},
        mark=mark.line(),
        made_on=workspace.today,
        chinese=chinese,
        translate=translator(language),
    )


def _files(workspace: Workspace, context: AgendaContext, page: str, *, papers: bool) -> Iterator[tuple[str, bytes]]:
    yield PAGE_NAME, page.encode("utf-8")
    steps = [(_("Writing calendars and lists"), num_list_files(context), list_files(context))]
    if papers:
        steps.append((_("Writing notices and forms"), num_visit_files(context), visit_files(context)))
    for step, number, files in steps:
        for done, entry in enumerate(files):
            workspace.progress.report(step, done, number)
            yield entry
        workspace.progress.report(step, number, number)
