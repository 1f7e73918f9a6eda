"""
Reads the public record back into values: pages and workbooks are made of nothing else.

What the record does not hold cannot reach a page. Values keep the record's own text; nothing is translated here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scheduler.draw.canonical import parse_document, parse_table, split_list
from scheduler.draw.draw_log import DRAW_LOG, DRAW_LOG_COLUMNS
from scheduler.draw.files import DRAWN_COLUMNS
from scheduler.draw.replacing import WITHDRAWN_COLUMNS, WITHDRAWN_NAME
from scheduler.draw.sources import PUBLIC_KINDS, SourceKind
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _
from scheduler.publication.records import MANIFEST, RESULT_COLUMNS, standing_rows
from scheduler.registry.codes import RoundKind
from scheduler.teams.needs import ITEM_COLUMNS, TASK_COLUMNS

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """One row of `items.tsv`, as text."""

    item_id: str
    category: str
    name: str
    object_description: str
    kind: str
    method: str
    department: str
    basis: str
    ratio_text: str
    officers_required: str
    speciality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTask:
    """One row of `tasks.tsv`."""

    task_id: str
    name: str
    item_ids: tuple[str, ...]
    object_types: tuple[str, ...]
    districts: tuple[str, ...]
    industries: tuple[str, ...]
    libraries: tuple[str, ...]
    full_coverage: bool
    ratio_min_micro: int
    ratio_max_micro: int
    starts_on: str
    ends_on: str
    initiator: str
    partners: tuple[str, ...]
    mode: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnList:
    """Columns of `drawn.tsv`, by ascending firm id."""

    firm_id: Sequence[str] = ()
    name: Sequence[str] = ()
    registrar: Sequence[str] = ()
    package: Sequence[str] = ()
    counting: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.firm_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    What one visit found for the items that share it.

    Attributes
    ----------
    firm
        Position of the firm in the drawn list.
    inspected_on
        Day of the check's end.
    item_ids, categories
        The items, and the categories that hold for each of them.
    """

    firm: int
    inspected_on: str
    item_ids: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RecordedDraw:
    """
    One draw of the record.

    Attributes
    ----------
    draw_id
        ``<year>-<round>-<attempt>``.
    commitment, ceremony
        The documents; empty where the draw has none yet.
    drawn
        The list as it stands: as drawn, without who was withdrawn and with who was added.
    findings
        What was found, by position in the drawn list.
    files
        Bytes of the draw's files by name.
    withdrawn
        Firm and reason of each that is no longer on the list.
    """

    draw_id: str
    commitment: Document
    ceremony: Document
    drawn: DrawnList
    findings: tuple[Finding, ...]
    files: Mapping[str, bytes]
    withdrawn: tuple[tuple[str, str], ...] = ()

    @property
    def round_name(self) -> str:
        """Number of the round, or ``X<n>`` of a list drawn elsewhere."""
        return self.draw_id.split("-")[1]

    @property
    def kind(self) -> str:
        """Open, targeted or external."""
        return str(self.ceremony.get("kind") or self.commitment.get("kind") or RoundKind.EXTERNAL)

    @property
    def own_seed_alone(self) -> bool:
        """Whether the bureau's own seed is the only source of chance: the weakest kind of draw."""
        return [source.get("kind") for source in self.commitment.get("entropy", ())] == [SourceKind.OPERATOR]

    @property
    def public_sources_alone(self) -> bool:
        """Whether nobody here has a hand in any source of chance, as far as the commitment tells."""
        kinds = {source.get("kind", SourceKind.DECLARED) for source in self.commitment.get("entropy", ())}
        return kinds <= {*PUBLIC_KINDS, SourceKind.DECLARED}

    @property
    def status(self) -> str:
        """``committed``, ``drawn`` or ``voided``."""
        return str(self.ceremony.get("status", "committed"))

    @cached_property
    def num_inspected(self) -> int:
        """Firms with a result."""
        return len({finding.firm for finding in self.findings})

    @cached_property
    def firms_by_category(self) -> Mapping[str, int]:
        """Number of firms that each category was found for."""
        pairs = {(finding.firm, category) for finding in self.findings for category in finding.categories}
        return Counter(category for _firm, category in pairs)

    @cached_property
    def firms_by_task(self) -> Mapping[str, int]:
        """Number of firms drawn for each task."""
        counts: Counter[str] = Counter()
        for package, number in Counter(self.drawn.package).items():
            for task_id in package.split("+"):
                counts[task_id] += number
        return counts


@dataclass(frozen=True, kw_only=True)
class PublicRecord:
    """
    A public record, read.

    Attributes
    ----------
    year, manifest
        The documents `year.json` and `manifest.json`.
    items, tasks
        By ascending id.
    draws
        By round and attempt; lists drawn elsewhere last.
    draw_log_head
        Hash of the draw log's newest entry; empty in a record without draw log.
    """

    year: Document
    manifest: Document
    items: tuple[ListedItem, ...]
    tasks: tuple[PlannedTask, ...]
    draws: tuple[RecordedDraw, ...]
    draw_log_head: str = ""

    @cached_property
    def item_names(self) -> Mapping[str, str]:
        """Name of each item."""
        return {item.item_id: item.name for item in self.items}

    @cached_property
    def task_names(self) -> Mapping[str, str]:
        """Name of each task."""
        return {task.task_id: task.name for task in self.tasks}

    def draws_of(self, round_name: str) -> tuple[RecordedDraw, ...]:
        """All attempts at a round, first to last."""
        return tuple(draw for draw in self.draws if draw.round_name == round_name)


def read_public_record(files: Mapping[str, bytes]) -> PublicRecord:
    """
    Reads the bytes of a public record.

    Raises
    ------
    RecordError
        If a file is missing or not in canonical form.
    """
    try:
        year = parse_document(files["year.json"], "year.json")
        return PublicRecord(
            year=year,
            manifest=parse_document(files[MANIFEST], MANIFEST),
            items=_read_items(files["items.tsv"]),
            tasks=_read_tasks(files["tasks.tsv"]),
            draws=tuple(_read_draw(files, draw_id) for draw_id in sorted(year["draws"], key=_round_order)),
            draw_log_head=_read_draw_log_head(files),
        )
    except (KeyError, ValueError, IndexError) as error:
        raise RecordError(
            _("the public record lacks {name}, or holds it in another form").format(name=error)
        ) from error


def _round_order(draw_id: str) -> tuple[bool, int, int]:
    _year, number, attempt = draw_id.split("-")
    return (number.startswith("X"), int(number.removeprefix("X")), int(attempt))


def _read_draw_log_head(files: Mapping[str, bytes]) -> str:
    if DRAW_LOG not in files:
        return ""
    *_others, hashes = parse_table(files[DRAW_LOG], DRAW_LOG_COLUMNS, DRAW_LOG)
    return hashes[-1] if hashes else ""


def _read_items(content: bytes) -> tuple[ListedItem, ...]:
    columns = parse_table(content, ITEM_COLUMNS, "items.tsv")
    return tuple(
        ListedItem(**dict(zip(ITEM_COLUMNS, row, strict=True)))  # all columns are text
        for row in zip(*columns, strict=True)
    )


def _read_tasks(content: bytes) -> tuple[PlannedTask, ...]:
    columns = parse_table(content, TASK_COLUMNS, "tasks.tsv")
    tasks = []
    for row in zip(*columns, strict=True):
        cells = dict(zip(TASK_COLUMNS, row, strict=True))
        tasks.append(
            PlannedTask(
                task_id=cells["task_id"],
                name=cells["name"],
                item_ids=split_list(cells["item_ids"]),
                object_types=split_list(cells["object_types"]),
                districts=split_list(cells["districts"]),
                industries=split_list(cells["industries"]),
                libraries=split_list(cells["libraries"]),
                full_coverage=cells["full_coverage"] == "1",
                ratio_min_micro=int(cells["ratio_min_micro"]),
                ratio_max_micro=int(cells["ratio_max_micro"]),
                starts_on=cells["starts_on"],
                ends_on=cells["ends_on"],
                initiator=cells["initiator"],
                partners=split_list(cells["partners"]),
                mode=cells["mode"],
                note=cells["note"],
            )
        )
    return tuple(tasks)


def _read_draw(files: Mapping[str, bytes], draw_id: str) -> RecordedDraw:
    folder = f"draws/{draw_id}/"
    own = {path.removeprefix(folder): content for path, content in files.items() if path.startswith(folder)}
    drawn = DrawnList()
    if "drawn.tsv" in own:
        rows = standing_rows(own, f"draws/{draw_id}")
        columns = [tuple(column) for column in zip(*rows, strict=True)] or [()] * len(DRAWN_COLUMNS)
        drawn = DrawnList(**dict(zip(DRAWN_COLUMNS, columns, strict=True)))
    return RecordedDraw(
        draw_id=draw_id,
        commitment=_document(own, "commitment.json", folder),
        ceremony=_document(own, "ceremony.json", folder),
        drawn=drawn,
        findings=_read_findings(own.get("results.tsv"), drawn, folder),
        withdrawn=_read_withdrawn(own, folder),
        files=own,
    )


def _read_withdrawn(files: Mapping[str, bytes], folder: str) -> tuple[tuple[str, str], ...]:
    if WITHDRAWN_NAME not in files:
        return ()
    columns = parse_table(files[WITHDRAWN_NAME], WITHDRAWN_COLUMNS, folder + WITHDRAWN_NAME)
    return tuple(zip(*columns, strict=True))


def _document(files: Mapping[str, bytes], name: str, folder: str) -> Document:
    return parse_document(files[name], folder + name) if name in files else {}


def _read_findings(content: bytes | None, drawn: DrawnList, folder: str) -> tuple[Finding, ...]:
    """Rows stand by firm, item and category; items of a visit with the same day and categories are told together."""
    if content is None:
        return ()
    columns = parse_table(content, RESULT_COLUMNS, f"{folder}results.tsv")
    per_item: dict[tuple[str, str, str], list[str]] = {}
    for firm_id, item_id, category, day in zip(*columns, strict=True):
        per_item.setdefault((firm_id, day, item_id), []).append(category)
    together: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (firm_id, day, item_id), categories in per_item.items():
        together.setdefault((firm_id, day, tuple(categories)), []).append(item_id)
    positions = {firm_id: position for position, firm_id in enumerate(drawn.firm_id)}
    return tuple(
        Finding(firm=positions[firm_id], inspected_on=day, item_ids=tuple(item_ids), categories=categories)
        for (firm_id, day, categories), item_ids in together.items()
    )
