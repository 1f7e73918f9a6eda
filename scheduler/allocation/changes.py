"""
Changes of a plan's figures as a planner writes them: ``rates.step=0.01``, ``capacity.371082.food=+200``.

A name is a dotted path into the policy file (entries of lists by their number, code or place), a shortcut of
`SHORTCUTS`, ``capacity.DISTRICT[.DEPARTMENT][.SPECIALITY][.roundN]`` for officer-hours on top of the roster's, or
``task.ID.FIGURE`` for the list of tasks. A value stands alone (or after ``=``) to be set, after ``+`` or ``-`` to be
added or taken off, after ``×`` or ``*`` to multiply (``hours=×110%``); ``8%`` is 0.08. A name that stands for several
figures, such as ``floor``, changes each of them.

>>> parse_change("floor.A=+0.5%")
Change(name='floor.A', operator='+', value='0.5%')
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, TypeAlias

from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.items import MICRO, Task

Path: TypeAlias = tuple[str | int, ...]
SHORTCUTS: Mapping[str, str] = MappingProxyType(
    {
        "hours": "capacity.hours_per_officer",
        "reserve": "capacity.reserve",
        "journey": "capacity.hours_per_journey",
        "floor": "rates.floor",
        "floors": "rates.floor",
        "ceiling": "rates.ceiling",
        "ceilings": "rates.ceiling",
        "step": "rates.step",
        "tolerance": "rates.tolerance",
        "ratio": "target.ratio",
        "share": "target.open_share",
        "open_share": "target.open_share",
        "full_coverage_share": "target.full_coverage_share",
    }
)
TASK_RATIOS = ("ratio_min", "ratio_max")
TASK_DAYS = ("starts_on", "ends_on")
_ROUND = re.compile(r"round(\d+)")
_SIXTH = Decimal("0.000001")
_MOST_NAMED = 8  # names told where one is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change as written: name, operator (``=``, ``+``, ``-`` or ``×``) and value."""

    name: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """
    One figure changed.

    Attributes
    ----------
    path
        Where it stands in the policy; ``("task", id, figure)`` for the list of tasks.
    before, after
        Its values; None before where there was none.
    """

    path: Path
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The path in dotted form, places in lists counted from 1."""
        return ".".join(str(part + 1) if isinstance(part, int) else part for part in self.path)

    @property
    def shown(self) -> tuple[str, str]:
        """Values before and after as text."""
        return "" if self.before is None else _shown(self.before), _shown(self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What names may speak of.

    Attributes
    ----------
    policy
        The policy as nested values.
    tasks
        The list of tasks.
    districts
        Code of each district by its code and its names.
    departments, specialities
        Those that officers or tasks have.
    """

    policy: Mapping[str, Any]
    tasks: tuple[Task, ...] = ()
    districts: Mapping[str, str] = field(default_factory=dict)
    departments: tuple[str, ...] = ()
    specialities: tuple[str, ...] = ()


def parse_change(text: str) -> Change:
    """
    Reads ``NAME=VALUE``.

    Raises
    ------
    UsageError
        If it is not of this form.
    """
    name, equals, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if name.endswith(("+", "-", "×", "*")):  # a+=1 is a=+1
        name, value = name[:-1].rstrip(), name[-1] + value
    operator = value[:1]
    operator, value = (operator, value[1:].strip()) if operator in ("=", "+", "-", "×", "*") else ("=", value)
    if not name or not equals or not value:
        raise UsageError(
            _("expected NAME=VALUE, such as rates.step=0.01 or capacity.371082=+200, got {text!r}").format(text=text)
        )
    return Change(name=name, operator="×" if operator == "*" else operator, value=value)


def edits(changes: Sequence[Change], known: Known) -> tuple[Edit, ...]:
    """
    Figures that changes mean, with their values before and after; later changes build on earlier ones.

    Raises
    ------
    UsageError
        If a name is not known, or a value does not fit what it stands for.
    """
    done: dict[Path, Edit] = {}
    for change in changes:
        for path, before in _figures(change.name, known, done):
            earlier = done.get(path)
            value = _changed(change, path, earlier.after if earlier else before)
            origin = None if _is_new_entry(path, before) else before
            done[path] = Edit(path=path, before=earlier.before if earlier else origin, after=value)
    return tuple(done.values())


def changed_policy(policy: Mapping[str, Any], made: Sequence[Edit]) -> dict[str, Any]:
    """The policy's nested values with edits applied; tasks are left alone."""
    result: Any = dict(policy)
    for edit in made:
        if edit.path[0] != "task":
            result = _with(result, edit.path, edit.after)
    return dict(result)


def changed_tasks(tasks: Sequence[Task], made: Sequence[Edit]) -> tuple[Task, ...]:
    """
    The list of tasks with edits applied.

    Raises
    ------
    UsageError
        If a task's figures no longer fit each other.
    """
    result = {task.task_id: task for task in tasks}
    for edit in made:
        if edit.path[0] == "task":
            task_id, name = str(edit.path[1]), str(edit.path[2])
            figure: dict[str, Any] = {name: edit.after} if name in TASK_DAYS else {f"{name}_micro": _whole_micro(edit)}
            try:
                result[task_id] = replace(result[task_id], **figure)
            except ValueError as error:
                raise UsageError(f"{edit.name}: {error}") from error
    return tuple(result.values())


def _whole_micro(edit: Edit) -> int:
    value = Decimal(edit.after) * MICRO
    if value != int(value) or not 0 <= value <= MICRO:
        raise UsageError(
            _("{name}: expected a ratio from 0 to 1, got {value}").format(name=edit.name, value=edit.after)
        )
    return int(value)


def _with(values: Any, path: Path, value: Any) -> Any:
    """A copy of nested values with one of them changed; one place past a list's end adds to it."""
    if not path:
        return value
    if isinstance(values, (list, tuple)):
        place = int(path[0])
        entries = list(values)
        entries[place : place + 1] = [_with(entries[place] if place < len(entries) else {}, path[1:], value)]
        return tuple(entries)
    return {**values, path[0]: _with(values.get(path[0], {}), path[1:], value)}


def _figures(name: str, known: Known, done: Mapping[Path, Edit]) -> Iterator[tuple[Path, Any]]:
    """Paths and values that a name stands for."""
    parts = name.split(".")
    if parts[0] == "task":
        yield _task_figure(name, parts, known)
        return
    if parts[0] == "capacity" and len(parts) > 1 and parts[1] in known.districts:
        yield _hours_figure(name, parts, known, done)
        return
    parts = [*SHORTCUTS.get(parts[0], parts[0]).split("."), *parts[1:]]
    path: Path = ()
    node: Any = known.policy
    for part in parts:
        key = _key(node, part)
        if key is None:
            raise _unknown(name, known)
        path, node = (*path, key), node[key]
    if isinstance(node, Mapping) and node and all(isinstance(value, (Decimal, int)) for value in node.values()):
        yield from (((*path, key), value) for key, value in node.items())
    else:
        yield path, node


def _key(node: Any, part: str) -> str | int | None:
    """The key of a part in a mapping or a list, None where there is none."""
    if isinstance(node, Mapping):
        return part if part in node else None
    if isinstance(node, (list, tuple)):
        for place, entry in enumerate(node):
            if isinstance(entry, Mapping) and part in (str(entry.get("number")), str(entry.get("code"))):
                return place
        if part.isdecimal() and 1 <= int(part) <= len(node):
            return int(part) - 1
    return None


def _task_figure(name: str, parts: Sequence[str], known: Known) -> tuple[Path, Any]:
    tasks = {task.task_id: task for task in known.tasks}
    if len(parts) != 3 or parts[1] not in tasks or parts[2] not in (*TASK_RATIOS, *TASK_DAYS):
        raise _unknown(name, known)
    task = tasks[parts[1]]
    value = getattr(task, parts[2] if parts[2] in TASK_DAYS else f"{parts[2]}_micro")
    return tuple(parts), value if isinstance(value, date) else Decimal(value) / MICRO


def _hours_figure(name: str, parts: Sequence[str], known: Known, done: Mapping[Path, Edit]) -> tuple[Path, Any]:
    """The entry of `capacity.changes` that a name stands for, or the place for a new one."""
    wanted: dict[str, Any] = {"district": known.districts[parts[1]]}
    rest = list(parts[2:])
    if rest and (found := _ROUND.fullmatch(rest[-1])):
        wanted["round"] = int(found[1])
        rest.pop()
    if rest and rest[-1] in known.specialities:
        wanted["speciality"] = rest.pop()
    if rest and (department := ".".join(rest)) in known.departments:
        wanted["department"] = department
        rest = []
    if rest:
        raise UsageError(
            _("{name}: expected a department ({departments}) or a speciality ({specialities}), got {got}").format(
                name=name,
                departments=", ".join(known.departments) or _("none"),
                specialities=", ".join(known.specialities) or _("none"),
                got=".".join(rest),
            )
        )
    entries = list(known.policy["capacity"].get("changes", ()))
    added = [edit for path, edit in done.items() if path[:2] == ("capacity", "changes") and edit.before is None]
    for place, entry in enumerate([*entries, *(edit.after for edit in added)]):
        stated = {key: value for key, value in entry.items() if value not in (None, "") and key != "hours"}
        if stated == wanted:
            new = place >= len(entries)
            path: Path = ("capacity", "changes", place) if new else ("capacity", "changes", place, "hours")
            return path, entry if new else entry["hours"]
    return ("capacity", "changes", len(entries) + len(added)), wanted


def _changed(change: Change, path: Path, before: Any) -> Any:
    """The value after a change."""
    if path[:2] == ("capacity", "changes") and change.operator not in ("+", "-"):
        raise UsageError(
            _("{name}: expected hours to add or take off, such as +200 or -50, got {value}").format(
                name=change.name, value=change.value
            )
        )
    if _is_new_entry(path, before):
        hours = _number(change) * (1 if change.operator == "+" else -1)
        return {**before, "hours": Decimal(before.get("hours", 0)) + hours}
    if isinstance(before, bool) or not isinstance(before, (Decimal, int)):
        return _set(change, before)
    value = _number(change)
    if change.operator in ("+", "-") and change.value.endswith(("%", "％")) and before > 1:
        raise UsageError(
            _("{name}: expected a part of it as ×1.1 or ×0.9, or a number to add, got {value}").format(
                name=change.name, value=f"{change.operator}{change.value}"
            )
        )
    after = {
        "=": lambda: value,
        "+": lambda: before + value,
        "-": lambda: before - value,
        "×": lambda: before * value,
    }[change.operator]()
    after = Decimal(after).quantize(_SIXTH).normalize()
    return int(after) if isinstance(before, int) and after == int(after) else after


def _is_new_entry(path: Path, before: Any) -> bool:
    """Whether a path stands for officer-hours that the policy has no entry for yet."""
    return path[:2] == ("capacity", "changes") and isinstance(before, dict)


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(entry)}" for key, entry in value.items())
    return str(value)


def _number(change: Change) -> Decimal:
    text = change.value.replace("%", "").replace("％", "").strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise UsageError(
            _("{name}: expected a number, such as 0.02, 2%, +200 or ×1.1, got {value}").format(
                name=change.name, value=change.value
            )
        )
    return value / 100 if text != change.value else value


def _set(change: Change, before: Any) -> Any:
    """A day, text or list set anew; a word needs no quotation marks."""
    if change.operator != "=":
        raise UsageError(
            _("{name}: expected a value to set, because it is no number, got {value}").format(
                name=change.name, value=f"{change.operator}{change.value}"
            )
        )
    try:
        value: Any = tomllib.loads(f"value = {change.value}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        value = change.value
    if isinstance(before, date) and not isinstance(value, date):
        raise UsageError(
            _("{name}: expected a day such as 2026-06-01, got {value}").format(name=change.name, value=change.value)
        )
    return value


def _unknown(name: str, known: Known) -> UsageError:
    """Error about a name that stands for nothing, with the names nearest to it."""
    names = sorted({*SHORTCUTS, *_names(known.policy, "")})
    names += [f"task.{task.task_id}.{figure}" for task in known.tasks for figure in (*TASK_RATIOS, *TASK_DAYS)]
    names += [f"capacity.{code}" for code in sorted(set(known.districts.values()))]
    near = difflib.get_close_matches(name, names, n=_MOST_NAMED, cutoff=0.5)
    start = name.split(".")[0]
    near = near or [entry for entry in names if entry.split(".")[0] == start][:_MOST_NAMED] or sorted(SHORTCUTS)
    return UsageError(
        _("{name}: expected a figure of the policy, got a name that is none; near it: {near}").format(
            name=name, near=", ".join(near)
        )
    )


def _names(node: Any, start: str) -> Iterator[str]:
    """Dotted names of all figures of nested values."""
    if isinstance(node, Mapping):
        pairs = [(str(key), value) for key, value in node.items()]
    elif isinstance(node, (list, tuple)) and all(isinstance(entry, Mapping) for entry in node):
        pairs = [(str(entry.get("number") or entry.get("code") or place), entry) for place, entry in enumerate(node, 1)]
    else:
        yield start
        return
    for key, value in pairs:
        yield from _names(value, f"{start}.{key}" if start else key)
