"""
Writes 公示包: for each task whose firms are drawn, a folder with notice, workbook, list, record and due days.

What is handed in is what was published: the folders are made of the very record whose digest the newest publication
put into the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.publication_rows import load_log
from scheduler.agenda.workdays import WorkdayCalendar
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.i18n import translator
from scheduler.parameters import parse_parameters
from scheduler.publication.files import Changes, Delivery
from scheduler.publication.notices import (
    DueDay,
    NoticeForms,
    TaskNotice,
    notice_files,
    notice_of,
    record_archive,
)
from scheduler.publication.reading import PlannedTask, PublicRecord, read_public_record
from scheduler.publication.records import assemble_public, record_digest, signed
from scheduler.publication.site.links import CHINESE, ENGLISH
from scheduler.publication.site.words import Words
from scheduler.resources import data_path
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.keys import signing_key
from scheduler.workflow.log import append_log
from scheduler.workflow.publication import ACTION, public_inputs
from scheduler.workflow.workspace import Workspace, read_settings

SHIPPED_FORMS = "notice-forms.toml"
NOTICES_ACTION = "publish notices"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesSummary:
    """
    What was written: the tasks with a folder, those not drawn yet, and what changed on disk.

    `logged` is the number of the log entry; None where nothing changed or nothing was written.
    """

    written: tuple[TaskNotice, ...]
    waiting: tuple[PlannedTask, ...]
    changes: Changes
    logged: int | None


def write_notices(
    workspace: Workspace,
    *,
    out: Path,
    task_ids: Sequence[str] = (),
    forms: Path | None = None,
    language: str = CHINESE.code,
    dry_run: bool = False,
) -> NoticesSummary:
    """
    Writes the folders of the tasks named, or of every task.

    Parameters
    ----------
    out
        Folder that gets one folder for each task.
    task_ids
        Tasks; empty for all.
    forms
        TOML file with the workbook's sheets and columns; None for the national system's.

    Raises
    ------
    StateError
        If a task does not exist, or the record as it stands was not published yet.
    PolicyError
        If the forms file is wrong.
    """
    layout = _read_forms(forms)
    with Delivery() as delivery, workspace.transaction() as connection:
        files = signed(assemble_public(public_inputs(connection, workspace)), signing_key(connection, workspace))
        published = [row.after for row in load_log(connection) if row.action == ACTION]
        if not published or published[-1] != record_digest(files):
            raise StateError(
                _("there is news that is not published yet; run “double-random publish” first, then write the notices")
            )
        record = read_public_record(files)
        words = Words.of(record, CHINESE if language == CHINESE.code else ENGLISH, translator(language))
        tasks = _tasks(record, task_ids)
        due = tuple(_due_days(record, workspace, working_calendar(connection, workspace)))
        made = {task.task_id: notice_of(record, task, words, due) for task in tasks}
        notices = tuple(notice for notice in made.values() if notice is not None)
        archive = record_archive(files)
        changes = delivery.stage_folder(out, _files(workspace, notices, layout, archive))
        logged = None
        if changes and not dry_run:
            detail = {"tasks": [task_id for task_id, notice in made.items() if notice is not None]}
            logged = append_log(connection, workspace, NOTICES_ACTION, detail, after=record_digest(files))
            delivery.commit()
    waiting = tuple(task for task in tasks if made[task.task_id] is None)
    return NoticesSummary(written=notices, waiting=waiting, changes=changes, logged=logged)


def _files(
    workspace: Workspace, notices: Sequence[TaskNotice], forms: NoticeForms, archive: bytes
) -> Iterator[tuple[str, bytes]]:
    for number, notice in enumerate(notices):
        workspace.progress.report(_("Writing notices"), number, len(notices))
        yield from notice_files(notice, forms, archive)
    workspace.progress.report(_("Writing notices"), len(notices), len(notices))


def _read_forms(path: Path | None) -> NoticeForms:
    source = path or data_path(SHIPPED_FORMS)
    return parse_parameters(NoticeForms, read_settings(source), source.name)


def _tasks(record: PublicRecord, task_ids: Sequence[str]) -> tuple[PlannedTask, ...]:
    known = {task.task_id: task for task in record.tasks}
    unknown = [task_id for task_id in task_ids if task_id not in known]
    if unknown:
        raise StateError(
            _("expected tasks of the year ({known}), got {task}").format(known=", ".join(known), task=unknown[0])
        )
    return tuple(known[task_id] for task_id in task_ids) if task_ids else record.tasks


def _due_days(record: PublicRecord, workspace: Workspace, calendar: WorkdayCalendar) -> Iterator[DueDay]:
    """By draw: the last day of its window, and the working days that the policy allows from there."""
    allowed = workspace.settings.results.publication_working_days
    for draw in record.draws:
        window = draw.commitment.get("window", {}).get("ends_on") or str(draw.ceremony.get("drawn_on", ""))
        if window:
            ends_on = date.fromisoformat(window)
            yield DueDay(draw_id=draw.draw_id, ends_on=ends_on, due_on=calendar.add_working_days(ends_on, allowed))
