"""What the checks share: the lists of the year, one view per draw, and the guard that no check can crash a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec

import numpy as np

from scheduler.audit.claims import Group
from scheduler.audit.columns import Bytes, Coded, Mask, Table
from scheduler.audit.formats.files import PROGRAMME_FILES
from scheduler.audit.formats.words import EXTERNAL_ID
from scheduler.audit.record import Record
from scheduler.draw.canonical import document_bytes, split_list
from scheduler.draw.hashing import content_digest, digest
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

P = ParamSpec("P")
Listener = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of the published list, as far as checks need it."""

    kind: str
    department: str
    officers_required: int
    speciality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task, as far as checks need it; the four lists are its range (specification, section 3.1)."""

    task_id: str
    item_ids: tuple[str, ...]
    object_types: tuple[str, ...]
    districts: tuple[str, ...]
    industries: tuple[str, ...]
    libraries: tuple[str, ...]
    full_coverage: bool
    starts_on: str
    ends_on: str
    initiator: str
    partners: tuple[str, ...]

    def meets(self, first_day: str, last_day: str) -> bool:
        """Whether its window and another have a day in common."""
        return self.starts_on <= last_day and first_day <= self.ends_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Items and tasks of the record, or as a draw's commitment froze them, by id, ascending."""

    items: dict[str, Item]
    tasks: dict[str, Task]

    def items_of(self, package: str) -> frozenset[str]:
        """Items that a visit serving a package inspects; unknown tasks have none."""
        tasks = (self.tasks.get(task_id) for task_id in package.split("+"))
        return frozenset(item_id for task in tasks if task is not None for item_id in task.item_ids)

    def is_general(self, package: str) -> bool:
        """Whether a package serves a task with a general item."""
        return any(self.items[item].kind == "general" for item in self.items_of(package) if item in self.items)

    def is_discretionary(self, package: str) -> bool:
        """Whether a package serves a task that is not of full coverage; an unknown task, or none, is such a one."""
        tasks = (self.tasks.get(task_id) for task_id in package.split("+"))
        return any(task is None or not task.full_coverage for task in tasks)

    def is_package(self, package: str) -> bool:
        """Whether a text is a package: known task ids, ascending, joined by ``+``."""
        task_ids = package.split("+")
        return task_ids == sorted(set(task_ids)) and all(task_id in self.tasks for task_id in task_ids)


def load_lists(record: Record, folder: str = "") -> Lists:
    """Items and tasks of a record, or of the folder of a draw; raises `RecordError`."""
    items_table, tasks_table = record.table(f"{folder}items.tsv"), record.table(f"{folder}tasks.tsv")
    items = {
        item_id: Item(kind=kind, department=department, officers_required=int(officers), speciality=speciality)
        for item_id, kind, department, officers, speciality in items_table.rows(
            "item_id", "kind", "department", "officers_required", "speciality"
        )
    }
    columns = ("task_id", "item_ids", "object_types", "districts", "industries", "libraries")
    rows = tasks_table.rows(*columns, "full_coverage", "starts_on", "ends_on", "initiator", "partners")
    tasks = {
        row[0]: Task(
            task_id=row[0],
            item_ids=split_list(row[1]),
            object_types=split_list(row[2]),
            districts=split_list(row[3]),
            industries=split_list(row[4]),
            libraries=split_list(row[5]),
            full_coverage=row[6] == "1",
            starts_on=row[7],
            ends_on=row[8],
            initiator=row[9],
            partners=split_list(row[10]),
        )
        for row in rows
    }
    return Lists(items=items, tasks=tasks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A list of firms drawn: ids ascending, package of each, and whether the visit counts towards the target."""

    firm_id: Bytes
    package: Coded
    counting: Mask

    def __len__(self) -> int:
        return len(self.firm_id)


@dataclass(slots=True, kw_only=True)
class Draw:
    """
    One draw of a record. Its documents are read when first asked for; what cannot be read raises `RecordError`.

    Attributes
    ----------
    draw_id
        Id, and name of its folder.
    record
        The record it stands in.
    """

    draw_id: str
    record: Record
    _drawn: Drawn | None = field(default=None)

    def path(self, name: str) -> str:
        """Path of one of its files."""
        return f"draws/{self.draw_id}/{name}"

    def has(self, name: str) -> bool:
        """Whether it has a file."""
        return self.record.has(self.path(name))

    def document(self, name: str) -> dict[str, Any]:
        """One of its documents."""
        return self.record.document(self.path(name))

    def table(self, name: str) -> Table:
        """One of its tables."""
        return self.record.table(self.path(name))

    @property
    def is_external(self) -> bool:
        """Whether the list was drawn elsewhere."""
        return EXTERNAL_ID.fullmatch(self.draw_id) is not None

    @property
    def state(self) -> str:
        """One of ``committed``, ``drawn``, ``voided``, or ``unreadable``."""
        if not self.has("ceremony.json"):
            return "committed"
        try:
            return str(self.document("ceremony.json")["status"])
        except RecordError:
            return "unreadable"

    @property
    def was_drawn(self) -> bool:
        """Whether its entropy was used, even if it was voided afterwards."""
        if self.state == "unreadable":
            return self.has("drawn.tsv")
        return self.state == "drawn" or (self.state == "voided" and self.document("ceremony.json")["seed"] != "")

    @property
    def is_open(self) -> bool:
        """Whether the round is an open one."""
        return bool(self.document("commitment.json")["kind"] == "open")

    @property
    def seals_programme(self) -> bool:
        """Whether its commitment, of format 2 or 3, seals the programme too; not if it cannot be read."""
        try:
            return all(name in self.document("commitment.json")["sealed"] for name in PROGRAMME_FILES)
        except RecordError:
            return False

    @property
    def names_draw_log(self) -> bool:
        """Whether its commitment names the head of the draw log; not if it cannot be read, or there is none."""
        try:
            return self.has("commitment.json") and "draw_log_head" in self.document("commitment.json")
        except RecordError:
            return False

    @property
    def opens_seals(self) -> bool:
        """Whether the record opens the draw's sealed files."""
        return self.record.is_audit and not self.is_external and self.has("ceremony.json")

    def commitment_digest(self) -> str:
        """Digest that the seed is made from, recomputed (section 4)."""
        self.document("commitment.json")
        return digest("commitment", self.record.digest(self.path("commitment.json")))

    def seed(self) -> str:
        """Seed recomputed from the commitment and the entropy (section 5)."""
        entropy = self.document("ceremony.json")["entropy"]
        return digest("seed", self.commitment_digest(), content_digest(document_bytes({"entropy": entropy})))

    def secret(self) -> bytes:
        """The draw's secret."""
        return bytes.fromhex(self.document("secret.json")["secret"])

    def officer_secret(self) -> bytes:
        """The officers' secret."""
        return bytes.fromhex(self.document("secret.json")["officer_secret"])

    def drawn(self) -> Drawn:
        """The list drawn."""
        if self._drawn is None:
            table = self.table("drawn.tsv")
            self._drawn = Drawn(
                firm_id=table.fixed["firm_id"],
                package=table.coded["package"],
                counting=table.coded["counting"].among(frozenset("1")),
            )
        return self._drawn

    def current(self) -> Drawn:
        """The list as it stands: without who was withdrawn, with who was added."""
        return _as_it_stands(self)


def _as_it_stands(draw: Draw) -> Drawn:
    """The list as drawn, without who was withdrawn and with who was added (section 7.1)."""
    drawn = draw.drawn()
    if not draw.has("withdrawn.tsv"):
        return drawn
    table = draw.table("added.tsv")
    firm_id = np.concatenate([drawn.firm_id, table.fixed["firm_id"]])
    package = [*drawn.package.texts(), *table.coded["package"].texts()]
    counting = np.concatenate([drawn.counting, table.coded["counting"].among(frozenset("1"))])
    kept = np.flatnonzero(~np.isin(firm_id, draw.table("withdrawn.tsv").fixed["firm_id"]))
    order = kept[np.argsort(firm_id[kept], kind="stable")]
    texts = [package[position] for position in order.tolist()]
    values = tuple(sorted(set(texts)))
    place = {value: number for number, value in enumerate(values)}
    index = np.asarray([place[text] for text in texts], dtype=np.int32)
    return Drawn(firm_id=firm_id[order], package=Coded(values=values, index=index), counting=counting[order])


def guarded(group: Group, section: str, text: str, check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """
    Runs a check. A file it needs and cannot read leaves the claim unchecked (the file's own claim fails); anything else
    that goes wrong on the way fails the claim: a verifier never accepts what it could not compute.
    """
    try:
        check(*args, **kwargs)
    except RecordError as error:
        group.not_checked(section, text, _("a file it needs cannot be used: {error}").format(error=error))
    except Exception as error:
        group.failed(
            section, text, expected=_("content that can be computed with"), found=f"{type(error).__name__}: {error}"
        )


def positions_of(firm_ids: Bytes, wanted: Bytes) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Position of each wanted id among ascending ids, -1 where it is not there."""
    if not len(firm_ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(firm_ids, wanted), len(firm_ids) - 1)
    return np.where(firm_ids[found] == wanted, found, -1)
