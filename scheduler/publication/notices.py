"""
公示包: what a task's notice 抽查任务公告 consists of, one folder a task, ready to hand in.

A Word notice, a workbook in the column order of the platform that takes it (a TOML file, so that another province's
order is a file and not code), a list to print, the public record, and a calendar of the days by which results are due.
Everything is made of the public record and of those days.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import icalendar
from pydantic import Field, model_validator

from scheduler.parameters import Parameters
from scheduler.publication.reading import PlannedTask, PublicRecord, RecordedDraw
from scheduler.publication.site.links import CHINESE, slug
from scheduler.publication.site.lists import item_names
from scheduler.publication.site.render import standalone
from scheduler.publication.site.words import Words
from scheduler.publication.text import visible
from scheduler.publication.word import WordDocument, without_clock
from scheduler.publication.workbook import Cell, Column, book_bytes

CHINA = timezone(timedelta(hours=8))


class RowKind(StrEnum):
    """What the rows of a sheet are."""

    NOTICE = "notice"  # one row: the task
    FIRMS = "firms"  # one row for each firm drawn


NOTICE_VALUES = (
    *("plan_number", "plan_name", "notice_number", "task_id", "task_name", "kind", "items", "range", "ratio"),
    *("starts_on", "ends_on", "due_on", "body", "initiator", "partners", "mode", "num_firms", "record_digest"),
)
FIRM_VALUES = ("number", "firm_id", "name", "registrar", "draw_id", "drawn_on")


class FormColumn(Parameters):
    """One column: its title, the value it holds, and its width in characters."""

    title: str
    value: str
    width: int = Field(default=20, ge=2, le=100)


class FormSheet(Parameters):
    """One sheet; a sheet of firms may also hold values of the notice, the same in each row."""

    name: str = Field(min_length=1)
    rows: RowKind
    columns: tuple[FormColumn, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_values(self) -> FormSheet:
        known = NOTICE_VALUES if self.rows is RowKind.NOTICE else (*FIRM_VALUES, *NOTICE_VALUES)
        for column in self.columns:
            if column.value not in known:
                raise ValueError(f"column {column.title}: expected one of {', '.join(known)}, got {column.value}")
        return self


class NoticeForms(Parameters):
    """The workbook of a notice, as `data/notice-forms.toml` or another province's file states it."""

    format: int = Field(ge=1, le=1)
    source: str = ""
    sheets: tuple[FormSheet, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """A draw that drew firms for the task, the last day of its checks, and by when all its results must be public."""

    draw_id: str
    ends_on: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNotice:
    """
    A task's notice in one language.

    Attributes
    ----------
    number, subject
        Number and title as in use: area, day, "1" and three digits; 《…年度第…号抽查任务公告》 without the body.
    draws
        Draws that stand and drew firms for the task.
    due
        By draw, when results are due.
    """

    record: PublicRecord
    words: Words
    task: PlannedTask
    number: str
    subject: str
    draws: tuple[RecordedDraw, ...]
    due: tuple[DueDay, ...]

    @property
    def title(self) -> str:
        """Body and subject in one line."""
        return self.words.bureau + ("" if self.words.language is CHINESE else ": ") + self.subject

    @property
    def firms(self) -> Iterator[Mapping[str, Cell]]:
        """Values of each firm drawn for the task."""
        number = 0
        for draw in self.draws:
            drawn = draw.drawn
            for firm_id, name, registrar, package in zip(
                drawn.firm_id, drawn.name, drawn.registrar, drawn.package, strict=True
            ):
                if self.task.task_id in package.split("+"):
                    number += 1
                    yield {
                        "number": number,
                        "firm_id": firm_id,
                        "name": name,
                        "registrar": registrar,
                        "draw_id": draw.draw_id,
                        "drawn_on": str(draw.ceremony["drawn_on"]),
                    }

    @property
    def values(self) -> Mapping[str, Cell]:
        """Values of the notice itself."""
        words, task, year = self.words, self.task, self.record.year
        _ = words.translate
        return {
            "plan_number": f"{year['bureau']}-{year['year']}",
            "plan_name": _("Plan of random inspections {year}").format(year=year["year"]),
            "notice_number": self.number,
            "task_id": task.task_id,
            "task_name": task.name,
            "kind": words.enumeration(tuple(words.label(kind) for kind in sorted({draw.kind for draw in self.draws}))),
            "items": item_names(task.item_ids, words, self.record),
            "range": words.range(task),
            "ratio": words.ratio(task),
            "starts_on": task.starts_on,
            "ends_on": task.ends_on,
            "due_on": max(entry.due_on for entry in self.due).isoformat(),
            "body": words.bureau,
            "initiator": task.initiator,
            "partners": words.enumeration(task.partners),
            "mode": task.mode,
            "num_firms": sum(draw.firms_by_task[task.task_id] for draw in self.draws),
            "record_digest": str(self.record.manifest["record_digest"]),
        }


def notice_of(record: PublicRecord, task: PlannedTask, words: Words, due: Iterable[DueDay]) -> TaskNotice | None:
    """The notice of a task; None while no draw that stands has drawn firms for it."""
    draws = tuple(
        draw for draw in record.draws if draw.status == "drawn" and draw.firms_by_task.get(task.task_id, 0) > 0
    )
    if not draws:
        return None
    _ = words.translate
    place = [entry.task_id for entry in record.tasks].index(task.task_id) + 1
    day = max(str(draw.ceremony["drawn_on"]) for draw in draws).replace("-", "")
    wanted = {draw.draw_id for draw in draws}
    return TaskNotice(
        record=record,
        words=words,
        task=task,
        number=f"{record.year['bureau']}{day}1{place:03d}",
        subject=_("Notice of inspection task {number} of {year}").format(
            number=f"{place:03d}", year=record.year["year"]
        ),
        draws=draws,
        due=tuple(entry for entry in due if entry.draw_id in wanted),
    )


def notice_files(notice: TaskNotice, forms: NoticeForms, record_archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file of a task's folder."""
    _ = notice.words.translate
    files = (
        (_("notice.docx"), notice_document(notice)),
        (_("list.xlsx"), notice_workbook(notice, forms)),
        (_("list-to-print.html"), notice_print_list(notice)),
        (_("results-due.ics"), due_calendar(notice)),
        (_("public-record.zip"), record_archive),
    )
    for name, content in files:
        yield f"{slug(notice.task.task_id)}/{name}", content


def notice_document(notice: TaskNotice) -> bytes:
    """The notice as a Word document; a long list is not in it but in the workbook and the list to print."""
    words, values = notice.words, notice.values
    _ = words.translate
    drawn_on = max(date.fromisoformat(str(draw.ceremony["drawn_on"])) for draw in notice.draws)
    document = WordDocument(title=notice.title, language=words.language.tag, day=drawn_on)
    document.heading(f"{words.bureau}\n{notice.subject}")
    document.paragraph(
        _(
            "The firms below were drawn at random from the register for this task. Officers are drawn at random as "
            "well; they show their certificates, and a firm may ask that an officer with an interest stays away."
        )
    )
    document.table((), [(title, str(value)) for title, value in _facts(values, words)], widths_mm=(42, 114), points=12)
    document.paragraph(
        _("Results become public within the deadline, the last of them by {day}.").format(
            day=words.day(str(values["due_on"]))
        )
    )
    document.paragraph(
        _("The list of {number} firms is annexed. Digest of the public record (SHA-256): {digest}").format(
            number=f"{values['num_firms']:,}", digest=values["record_digest"]
        )
    )
    document.signature(words.bureau, words.day(drawn_on.isoformat()))
    return document.content()


def _facts(values: Mapping[str, Cell], words: Words) -> Iterator[tuple[str, Cell]]:
    """Rows of the notice, in the order of the national system's page."""
    _ = words.translate
    titles = {
        "plan_number": _("Plan number"),
        "plan_name": _("Name of plan"),
        "notice_number": _("Task number"),
        "task_name": _("Name of task"),
        "kind": _("Type of draw"),
        "items": _("Inspection items"),
        "range": _("Range of inspection objects"),
    }
    yield from ((title, values[name]) for name, title in titles.items())
    yield _("Dates of inspection"), words.period(str(values["starts_on"]), str(values["ends_on"]))
    yield _("Inspecting authority"), values["body"]
    yield _("Number of market entities drawn"), values["num_firms"]


def notice_workbook(notice: TaskNotice, forms: NoticeForms) -> bytes:
    """The workbook in the order of a platform's forms."""
    values = notice.values

    def rows(sheet: FormSheet) -> Iterator[Sequence[Cell]]:
        for row in (values,) if sheet.rows is RowKind.NOTICE else notice.firms:
            yield [row[column.value] if column.value in row else values[column.value] for column in sheet.columns]

    return book_bytes(
        notice.record,
        notice.words,
        (
            (
                sheet.name,
                [Column(title=column.title, width=column.width, wrapped=column.width > 30) for column in sheet.columns],
                rows(sheet),
            )
            for sheet in forms.sheets
        ),
    )


def notice_print_list(notice: TaskNotice) -> bytes:
    """The list as one page to print for the notice board."""
    return standalone("notice_list.html", notice.words, {"notice": notice, "values": notice.values})


def due_calendar(notice: TaskNotice) -> bytes:
    """A calendar with the day by which the results of each draw are due (RFC 5545)."""
    _ = notice.words.translate
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//double-random//notices//")
    calendar.add("version", "2.0")
    for entry in notice.due:
        drawn_on = next(str(draw.ceremony["drawn_on"]) for draw in notice.draws if draw.draw_id == entry.draw_id)
        event = icalendar.Event()
        event.add("uid", f"{entry.draw_id}-{slug(notice.task.task_id)}@{notice.record.year['bureau']}.double-random")
        event.add("dtstamp", datetime.fromisoformat(drawn_on).replace(tzinfo=CHINA).astimezone(UTC))
        event.add("dtstart", entry.due_on)
        event.add(
            "summary",
            _("Results of draw {draw} due: {task}").format(draw=entry.draw_id, task=visible(notice.task.name)),
        )
        event.add("description", _("Checks end on {day}.").format(day=notice.words.day(entry.ends_on.isoformat())))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def record_archive(files: Mapping[str, bytes]) -> bytes:
    """The public record as one ZIP file, the same bytes for the same record."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(path, files[path])
    return without_clock(made.getvalue())
