"""Writes the workbooks in which districts fill in results, one a district, marked as internal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scheduler.agenda.entries import PlannedVisit, Selection
from scheduler.publication.agenda.context import AgendaContext
from scheduler.publication.agenda.results_book import results_workbook
from scheduler.publication.files import Changes, Delivery
from scheduler.publication.site.links import slug
from scheduler.registry.codes import UNKNOWN_DISTRICT
from scheduler.workflow.agenda import selected_agenda, selection_detail
from scheduler.workflow.agenda_export import agenda_context
from scheduler.workflow.internal import InternalMark, internal_mark, mark_internal
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsExport:
    """What was written: visits, workbooks, what changed in the folder, and the mark they bear."""

    num_visits: int
    num_workbooks: int
    changes: Changes
    mark: InternalMark


def export_results(
    workspace: Workspace, selection: Selection, *, out: Path, language: str, dry_run: bool = False
) -> ResultsExport:
    """
    Writes a workbook per district of the firm into a folder; what else stands there stays.

    Raises
    ------
    StateError
        If no officers are drawn, a name does not occur, or the folder cannot be written.
    """
    with Delivery() as delivery, workspace.transaction() as connection:
        agenda = selected_agenda(connection, workspace, selection)
        detail = {**selection_detail(selection), "visits": len(agenda.visits)}
        mark = mark_internal(connection, workspace, "results export", detail)
        if dry_run:
            mark = internal_mark(workspace, None)
        by_district: dict[str, list[PlannedVisit]] = {}
        for visit in agenda.visits:
            by_district.setdefault(visit.district or UNKNOWN_DISTRICT, []).append(visit)
        context = agenda_context(connection, workspace, agenda, mark, language)
        changes = delivery.stage_folder(out, _files(by_district, context))
        if dry_run:
            connection.rollback()
        else:
            delivery.commit()
    return ResultsExport(num_visits=len(agenda.visits), num_workbooks=len(by_district), changes=changes, mark=mark)


def _files(by_district: dict[str, list[PlannedVisit]], context: AgendaContext) -> Iterator[tuple[str, bytes]]:
    for district, visits in sorted(by_district.items()):
        yield f"{slug(district)}.xlsx", results_workbook(visits, context)
