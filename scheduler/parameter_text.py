r"""
Sets single values in the text of a parameter file; comments, order and everything else stay as they are.

The text is TOML and belongs to people: only the statement that holds the value is written anew. Every change is read
back, so that a text in a form that is not foreseen here is refused, never bent.

>>> print(set_value("[rates]\nstep = 0.02 # a year\n", ("rates", "step"), Decimal("0.01")), end="")
[rates]
step = 0.01 # a year
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _

Path: TypeAlias = tuple[str | int, ...]  # keys, and places in arrays counted from 0
_HEADER = re.compile(r"^\s*(\[\[?)[^\[\]]+(\]\]?)\s*(#.*)?$")
_BARE_KEY = re.compile(r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """A table of the text: its path, and its statements' first and last line (exclusive)."""

    path: Path
    begin: int
    end: int


def set_value(text: str, path: Path, value: Any) -> str:
    """
    The text with one value changed, or added where it was left out.

    Parameters
    ----------
    path
        Where the value stands, such as ``("rates", "floor", "A")`` or ``("rounds", 1, "ends_on")``; the place after a
        list's last entry adds one.
    value
        A number, date, text, or a list or mapping of them.

    Raises
    ------
    PolicyError
        If the text is written in a form that cannot be changed by itself.
    """
    wanted = _changed(tomllib.loads(text, parse_float=Decimal), path, value)
    lines = text.splitlines()
    made = _appended(lines, path, value) or _set(lines, path, value)
    try:
        if tomllib.loads(made, parse_float=Decimal) == wanted:
            return made
    except tomllib.TOMLDecodeError:
        pass
    raise PolicyError(
        _("{name}: expected a form that can be changed by itself, got another; change the policy file by hand").format(
            name=".".join(map(str, path))
        )
    )


def _appended(lines: Sequence[str], path: Path, value: Any) -> str:
    """The text with one more table of an array of tables; empty where the path is not the place after its last."""
    tables = [one.path for one in _sections(lines) if one.path[:-1] == path[:-1] and len(path) > 1]
    if not tables or path in tables or not isinstance(path[-1], int) or not isinstance(value, Mapping):
        return ""
    head = f"[[{'.'.join(_written_key(key) for key in path[:-1] if isinstance(key, str))}]]"
    return "\n".join(
        [*lines, "", head, *(f"{_written_key(key)} = {_written(entry)}" for key, entry in value.items()), ""]
    )


def _set(lines: Sequence[str], path: Path, value: Any) -> str:
    """The text with the statement that holds a value written anew."""
    section = max(
        (one for one in _sections(lines) if one.path == path[: len(one.path)] and len(one.path) < len(path)),
        key=lambda one: len(one.path),
    )
    return "\n".join(_edited(lines, section, path[len(section.path) :], value)) + "\n"


def _changed(values: Any, path: Path, value: Any) -> Any:
    """A copy of nested values with one of them changed."""
    if not path:
        return value
    key: Any = path[0]
    if isinstance(key, int):
        entries = list(values or [])
        entries[key : key + 1] = [_changed(entries[key] if key < len(entries) else None, path[1:], value)]
        return entries
    result = copy.copy(values) if isinstance(values, dict) else {}
    result[key] = _changed(result.get(key), path[1:], value)
    return result


def _sections(lines: Sequence[str]) -> Iterator[_Section]:
    """All tables of a text; the first is the one before any header."""
    path: Path = ()
    begin = 0
    arrays: dict[Path, int] = {}
    for number, line in enumerate(lines):
        header = _HEADER.match(line)
        keys = _keys(line) if header else ()
        if not header or not keys:
            continue
        yield _Section(path=path, begin=begin, end=number)
        place: Path = ()
        for key in keys[:-1]:
            place = (*place, key)
            place = (*place, arrays[place]) if place in arrays else place
        place = (*place, keys[-1])
        if header[1] == "[[":
            arrays[place] = arrays.get(place, -1) + 1
            place = (*place, arrays[place])
        path, begin = place, number + 1
    yield _Section(path=path, begin=begin, end=len(lines))


def _keys(statement: str) -> tuple[str, ...]:
    """Keys that a header, or the left side of a statement, names; none where it is no TOML."""
    try:
        values: Any = tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return ()
    keys = []
    while isinstance(values, (dict, list)) and values:
        values = values[0] if isinstance(values, list) else values
        key = next(iter(values), None)
        if key is None:
            break
        keys.append(key)
        values = values[key]
    return tuple(keys)


def _edited(lines: Sequence[str], section: _Section, path: Path, value: Any) -> list[str]:
    """Lines with the statement of a path within a section written anew, or added at the section's end."""
    for begin, end in _statements(lines, section):
        statement = "\n".join(lines[begin:end])
        left = statement.split("=", 1)[0]
        keys = _keys(f"{left}= 0")
        if keys and path[: len(keys)] == keys:
            old: Any = tomllib.loads(statement, parse_float=Decimal)
            for key in keys:
                old = old[key]
            comment = _comment(statement) if end == begin + 1 else ""
            new = f"{left}= {_written(_changed(old, path[len(keys) :], value))}{comment}"
            return [*lines[:begin], new, *lines[end:]]
    last = section.end
    while last > section.begin and not lines[last - 1].strip():
        last -= 1
    if isinstance(path[-1], int):
        path, value = path[:-1], [value]
    return [*lines[:last], f"{'.'.join(map(_written_key, path))} = {_written(value)}", *lines[last:]]


def _statements(lines: Sequence[str], section: _Section) -> Iterator[tuple[int, int]]:
    """First and last line (exclusive) of each statement of a section."""
    begin = section.begin
    for end in range(section.begin + 1, section.end + 1):
        try:
            found = tomllib.loads("\n".join(lines[begin:end]))
        except tomllib.TOMLDecodeError:
            continue  # a value that goes on in the next line
        if found:
            yield begin, end
        begin = end


def _comment(statement: str) -> str:
    """Comment at the end of a statement, with the blanks before it."""
    whole = tomllib.loads(statement)
    for place in (match.start() for match in re.finditer(r"\s*#", statement)):
        try:
            if tomllib.loads(statement[:place]) == whole:
                return statement[place:]
        except tomllib.TOMLDecodeError:
            continue
    return ""


def _written(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_written_key(key)} = {_written(entry)}" for key, entry in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_written, value))}]"
    return str(value)


def _written_key(key: str | int) -> str:
    text = str(key)
    return text if _BARE_KEY.match(text) else json.dumps(text, ensure_ascii=False)
