"""Claims about the allocation and its rounding to quotas (specification, section 6), in Python integers throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.audit.claims import Group
from scheduler.audit.columns import Table
from scheduler.audit.context import Draw, Lists
from scheduler.audit.formats.words import MICRO, STRATUM
from scheduler.audit.year import Differences
from scheduler.draw.hashing import digest
from scheduler.i18n import gettext as _

Quotas = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One row of `allocation.tsv`."""

    stratum: str
    package: str
    counting: bool
    rest: bool
    num_firms: int
    visits_micro: int

    @property
    def line(self) -> str:
        """Line in which the cell is rounded."""
        return "counting" if self.counting else "other"


def load_cells(draw: Draw) -> tuple[Cell, ...]:
    """Cells of a draw's allocation; raises `RecordError` where a stratum is none."""
    table = draw.table("allocation.tsv")
    strata = table.coded["stratum"].values
    unknown = [] if draw.is_open else [value for value in strata if not STRATUM.fullmatch(value)]
    if unknown:
        name = draw.path("allocation.tsv")
        message = _("{name}: expected strata district/type/tier/tasks, got {found}").format(name=name, found=unknown[0])
        raise draw.record.refuse(name, message)
    return tuple(
        Cell(
            stratum=stratum,
            package=package,
            counting=counting == "1",
            rest=rest == "1",
            num_firms=int(num_firms),
            visits_micro=int(visits),
        )
        for stratum, package, counting, rest, num_firms, visits in table.rows(
            "stratum", "package", "counting", "rest", "num_firms", "visits_micro"
        )
    )


def by_stratum(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """Cells of each stratum, packages ascending."""
    strata: dict[str, list[Cell]] = {}
    for cell in cells:
        strata.setdefault(cell.stratum, []).append(cell)
    return strata


def round_cells(cells: Sequence[Cell], seed: str) -> dict[tuple[str, str], int]:
    """Quotas of all cells, by stratum and package (sections 6.1–6.3)."""
    quotas: dict[tuple[str, str], int] = {}
    for line in ("counting", "other"):
        offset = int(digest("offset", seed, line), 16) % MICRO
        total = offset
        for cell in sorted((c for c in cells if c.line == line and not c.rest), key=lambda c: _order(seed, line, c)):
            before, total = total, total + cell.visits_micro
            quotas[cell.stratum, cell.package] = total // MICRO - before // MICRO
    for stratum, members in by_stratum(cells).items():
        for rest in (cell for cell in members if cell.rest):
            whole = sum(cell.visits_micro for cell in members) // MICRO
            others = sum(quotas.get((stratum, cell.package), 0) for cell in members if not cell.rest)
            quotas[stratum, rest.package] = whole - others
    return quotas


def _order(seed: str, line: str, cell: Cell) -> tuple[str, str, str, str]:
    district, object_type = cell.stratum.split("/")[:2]
    return (
        digest("order", seed, line, district),
        digest("order", seed, line, f"{district}/{object_type}"),
        digest("order", seed, line, cell.stratum),
        digest("order", seed, line, f"{cell.stratum}:{cell.package}"),
    )


def check_open_cell(group: Group, cells: Sequence[Cell], package: str, counting_visits: int, num_firms: int) -> None:
    """Claims that an open round has its one cell (section 6.5)."""
    expected = Cell(
        stratum="open",
        package=package,
        counting=True,
        rest=False,
        num_firms=num_firms,
        visits_micro=counting_visits * MICRO,
    )
    differences: Differences = [] if list(cells) == [expected] else [(_tell(expected), "; ".join(map(_tell, cells)))]
    group.first("6.5", _("an open round has one cell with all its visits"), differences, counting_visits)


def _tell(cell: Cell) -> str:
    flags = f"counting {int(cell.counting)}, rest {int(cell.rest)}"
    return f"{cell.stratum} {cell.package} {flags}, {cell.num_firms}, {cell.visits_micro}"


def check_cells(
    group: Group,
    cells: Sequence[Cell],
    pool: Mapping[str, int],
    lists: Lists,
    object_types: frozenset[str],
    counting_visits: int,
) -> None:
    """Claims that cells speak of the pool's strata, keep their bounds and count what may count (sections 6.1, 6.4)."""
    strata = by_stratum(cells)
    sizes: Differences = []
    for stratum, members in strata.items():
        sizes += [
            (_("{stratum}: {count} firms").format(stratum=stratum, count=pool.get(stratum, 0)), cell.num_firms)
            for cell in members
            if cell.num_firms != pool.get(stratum, 0)
        ]
    sizes += [
        (_("a cell of stratum {stratum}").format(stratum=stratum), _("none"))
        for stratum in sorted(set(pool) - set(strata))
    ]
    group.first("6.4", _("the cells' strata are those of the pool, with as many firms"), sizes, len(strata))
    bounds = [difference for stratum, members in strata.items() for difference in _bounds(stratum, members)]
    group.first("6.4", _("no stratum can run out of firms and no quota can be negative"), bounds, len(strata))
    total = sum(cell.visits_micro for cell in cells if cell.counting)
    group.equal(
        "6.4",
        _("the counting cells sum to the visits committed to, exactly"),
        expected=counting_visits * MICRO,
        found=total,
    )
    flags = [difference for cell in cells for difference in _flags(cell, lists, object_types)]
    group.first(
        "6.1", _("cells serve packages of their strata's tasks, and count only where they may"), flags, len(cells)
    )


def leave_limits_unchecked(group: Group) -> None:
    """Says that a draw which seals no programme shows nothing of the limits that its plan keeps (section 9)."""
    group.not_checked(
        "9",
        _("the visits planned keep the policy's rates, ratios and hours"),
        _("the plan is frozen before the seed, not derived here: read allocation.tsv beside policy.toml and tasks.tsv"),
    )


def check_coverage(
    group: Group, cells: Sequence[Cell], lists: Lists, window: tuple[str, str], later: Sequence[tuple[str, str]]
) -> None:
    """Claims that a full-coverage task which no later targeted round can serve is served to every firm (6.4)."""
    due = {
        task_id
        for task_id, task in lists.tasks.items()
        if task.full_coverage and task.meets(*window) and not any(task.meets(*other) for other in later)
    }
    differences: Differences = []
    strata = by_stratum(cells)
    for stratum, members in strata.items():
        for task_id in sorted(due & set(stratum.split("/")[-1].split("+"))):
            visits = sum(cell.visits_micro for cell in members if task_id in cell.package.split("+"))
            wanted = members[0].num_firms * MICRO
            if visits != wanted:
                differences.append((f"{stratum}, {task_id}: {wanted} / 10^6", f"{visits} / 10^6"))
    text = _("full coverage whose last round this is reaches every firm that still owes it")
    group.first("6.4", text, differences, len(due))


def _bounds(stratum: str, members: Sequence[Cell]) -> Differences:
    differences: Differences = []
    rounded = 0
    for counting in (True, False):
        part = sum(cell.visits_micro for cell in members if not cell.rest and cell.counting is counting)
        rounded += -(-part // MICRO)
    num_firms = members[0].num_firms
    if rounded > num_firms:
        differences.append((_("{stratum}: at most {count} visits").format(stratum=stratum, count=num_firms), rounded))
    total = sum(cell.visits_micro for cell in members)
    if total > num_firms * MICRO:
        differences.append(
            (_("{stratum}: at most {count} visits").format(stratum=stratum, count=num_firms), f"{total} / 10^6")
        )
    rests = sum(cell.rest for cell in members)
    if rests > 1 or (rests and total % MICRO):
        differences.append(
            (_("{stratum}: one rest of whole visits").format(stratum=stratum), f"{rests}, {total} / 10^6")
        )
    if rests and rounded > total // MICRO:
        differences.append(
            (_("{stratum}: at most {count} before the rest").format(stratum=stratum, count=total // MICRO), rounded)
        )
    return differences


def _flags(cell: Cell, lists: Lists, object_types: frozenset[str]) -> Differences:
    _district, object_type, _tier, tasks = cell.stratum.split("/")
    if not lists.is_package(cell.package) or not set(cell.package.split("+")) <= set(tasks.split("+")):
        return [(_("a package of tasks of {stratum}").format(stratum=cell.stratum), cell.package)]
    if cell.counting and not (object_type in object_types and lists.is_general(cell.package)):
        return [(_("counting 0 in {stratum}, package {package}").format(stratum=cell.stratum, package=cell.package), 1)]
    return []


def check_quotas(group: Group, cells: Sequence[Cell], recomputed: Quotas, table: Table) -> None:
    """Claims that every quota is the one that seed and cells give (sections 6.2, 6.3)."""
    found = {(stratum, package): int(quota) for stratum, package, quota in table.rows("stratum", "package", "quota")}
    differences: Differences = []
    for key in sorted(recomputed.keys() | found.keys()):
        if recomputed.get(key) != found.get(key):
            expected = recomputed.get(key, _("no such cell"))
            differences.append((f"{key[0]} {key[1]}: {expected}", found.get(key, _("no such row"))))
    group.first("6.3", _("every quota follows from the seed and the cells"), differences, len(cells))
