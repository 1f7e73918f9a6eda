"""
Stands in for numpy in `verify.py`: the few functions of it that the audit uses, on Python lists.

Slow and small on purpose: who reads the file can see that nothing but list indexing, counting and sorting happens. A
test compares both verifiers on good and tampered records, and each function with numpy's.
"""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any


class _Type:
    """A type of cells; its name decides what an array of zeros holds."""

    def __init__(self, zero: Any) -> None:
        self.zero = zero


int64 = int32 = int8 = uint8 = _Type(0)
bool_ = _Type(False)
bytes_ = _Type(b"")


def _type(dtype: Any) -> _Type:
    if isinstance(dtype, _Type):
        return dtype
    return bytes_ if str(dtype).startswith("S") else int64


class Array:
    """Cells in a row, or with a `width` in rows of that many cells."""

    def __init__(self, cells: list[Any], width: int = 0) -> None:
        self.cells = cells
        self.width = width

    def __len__(self) -> int:
        return len(self.cells) // self.width if self.width else len(self.cells)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cells)

    def tolist(self) -> list[Any]:
        """The cells."""
        return list(self.cells)

    def tobytes(self) -> bytes:
        """The bytes of all cells, one after the other."""
        return b"".join(self.cells)

    def astype(self, dtype: _Type) -> Array:
        """The cells as integers or truth values."""
        return Array([bool(cell) for cell in self.cells] if dtype is bool_ else [int(cell) for cell in self.cells])

    def reshape(self, _rows: int, width: int) -> Array:
        """The same cells in rows."""
        return Array(self.cells, width)

    def _places(self, key: Any) -> Iterable[int]:
        """Positions that a slice, a mask or an array of positions names."""
        if isinstance(key, slice):
            return range(*key.indices(len(self.cells)))
        if key.cells and isinstance(key.cells[0], bool):
            return [place for place, chosen in enumerate(key.cells) if chosen]
        places: list[int] = key.cells
        return places

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            rows, column = key
            if isinstance(rows, slice):
                return Array(self.cells[column :: self.width])
            return Array([self.cells[row * self.width + place] for row, place in zip(rows, column, strict=True)])
        if isinstance(key, slice | Array):
            return Array([self.cells[place] for place in self._places(key)])
        return self.cells[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        places = list(self._places(key))
        values = list(value) if isinstance(value, Array | Sequence) else [value] * len(places)
        for place, cell in zip(places, values, strict=True):
            self.cells[place] = cell

    def _with(self, other: Any, work: Callable[[Any, Any], Any]) -> Array:
        if isinstance(other, Array):
            return Array([work(a, b) for a, b in zip(self.cells, other.cells, strict=True)])
        return Array([work(cell, other) for cell in self.cells])

    def __add__(self, other: Any) -> Array:
        return self._with(other, operator.add)

    def __mul__(self, other: Any) -> Array:
        return self._with(other, operator.mul)

    def __and__(self, other: Any) -> Array:
        return self._with(other, operator.and_)

    def __or__(self, other: Any) -> Array:
        return self._with(other, operator.or_)

    def __eq__(self, other: object) -> Any:
        return self._with(other, operator.eq)

    def __ne__(self, other: object) -> Any:
        return self._with(other, operator.ne)

    def __lt__(self, other: Any) -> Array:
        return self._with(other, operator.lt)

    def __gt__(self, other: Any) -> Array:
        return self._with(other, operator.gt)

    def __ge__(self, other: Any) -> Array:
        return self._with(other, operator.ge)

    def __neg__(self) -> Array:
        return Array([-cell for cell in self.cells])

    def __invert__(self) -> Array:
        return Array([not cell for cell in self.cells])

    __hash__ = None  # type: ignore[assignment]


ndarray = Array


def zeros(count: int, dtype: Any = int64) -> Array:
    """Zeros, or empty or false cells."""
    return Array([_type(dtype).zero] * count)


def ones(count: int, dtype: Any = int64) -> Array:
    """Ones, or true cells."""
    return Array([True if dtype is bool_ else 1] * count)


def full(count: int, value: Any, dtype: Any = int64) -> Array:
    """One value again and again."""
    del dtype
    return Array([value] * count)


def asarray(values: Any, dtype: Any = int64) -> Array:
    """An array of a list's values; of a list of tuples, one with their width."""
    if isinstance(values, Array):
        return values
    cells = list(values)
    if cells and isinstance(cells[0], tuple | list):
        return Array([cell for row in cells for cell in row], len(cells[0]))
    return Array([bool(cell) for cell in cells] if dtype is bool_ else cells)


array = asarray


def fromiter(values: Iterable[Any], dtype: Any = int64, count: int = -1) -> Array:
    """An array of values that come one by one."""
    del dtype, count
    return Array(list(values))


def frombuffer(content: bytes, dtype: Any) -> Array:
    """Bytes as numbers, or with the type ``>u8`` eight bytes as one number, the first byte the greatest."""
    if dtype != ">u8":
        return Array(list(content))
    return Array([int.from_bytes(content[start : start + 8], "big") for start in range(0, len(content), 8)])


def arange(count: int) -> Array:
    """0, 1, 2, …"""
    return Array(list(range(count)))


def concatenate(arrays: Iterable[Array]) -> Array:
    """One array after the other."""
    return Array([cell for one in arrays for cell in one])


def _paired(condition: Array, value: Any) -> Iterable[Any]:
    return value if isinstance(value, Array) else [value] * len(condition)


def where(condition: Array, first: Any, second: Any) -> Array:
    """Cells of the first where a condition holds, else of the second."""
    rows = zip(condition, _paired(condition, first), _paired(condition, second), strict=True)
    return Array([one if holds else other for holds, one, other in rows])


def minimum(values: Array, limit: Any) -> Array:
    """Cells cut to a greatest value."""
    return Array([min(cell, limit) for cell in values])


def maximum(values: Array, limit: Any) -> Array:
    """Cells raised to a least value."""
    return Array([max(cell, limit) for cell in values])


def flatnonzero(values: Array) -> Array:
    """Positions of cells that are not zero."""
    return Array([place for place, cell in enumerate(values) if cell])


def count_nonzero(values: Array) -> int:
    """How many cells are not zero."""
    return sum(1 for cell in values if cell)


def any(values: Array) -> bool:  # numpy's name
    """Whether a cell is not zero."""
    return count_nonzero(values) > 0


def bincount(values: Array, minlength: int = 0) -> Array:
    """How often 0, 1, 2, … occur."""
    counts = [0] * max([minlength, *(cell + 1 for cell in values)])
    for cell in values:
        counts[cell] += 1
    return Array(counts)


def unique(
    values: Array, *, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False
) -> Any:
    """Distinct cells, ascending; where asked for, where each is first, which each cell is, how often each is."""
    first: dict[Any, int] = {}
    counts: dict[Any, int] = {}
    for place, cell in enumerate(values):
        first.setdefault(cell, place)
        counts[cell] = counts.get(cell, 0) + 1
    distinct = sorted(first)
    number = {cell: place for place, cell in enumerate(distinct)}
    more = []
    if return_index:
        more.append(Array([first[cell] for cell in distinct]))
    if return_inverse:
        more.append(Array([number[cell] for cell in values]))
    if return_counts:
        more.append(Array([counts[cell] for cell in distinct]))
    return (Array(distinct), *more) if more else Array(distinct)


def searchsorted(values: Array, wanted: Any, side: str = "left") -> Any:
    """Where a value, or each of some values, belongs among ascending cells."""
    bisect = bisect_left if side == "left" else bisect_right
    if isinstance(wanted, Array):
        return Array([bisect(values.cells, cell) for cell in wanted])
    return bisect(values.cells, wanted)


def lexsort(keys: Sequence[Array]) -> Array:
    """Positions in the order of the last key, then of the one before it, …; equal ones stay in their order."""
    order = list(range(len(keys[0])))
    for key in keys:
        order.sort(key=key.cells.__getitem__)
    return Array(order)


def argsort(values: Array, kind: str = "stable") -> Array:
    """Positions in ascending order of their cells."""
    del kind
    return lexsort((values,))


def isin(values: Array, wanted: Array) -> Array:
    """Whether each cell is one of some."""
    known = set(wanted)
    return Array([cell in known for cell in values])


def setdiff1d(values: Array, others: Array) -> Array:
    """Distinct cells that are not among others, ascending."""
    return Array(sorted(set(values) - set(others)))


def intersect1d(values: Array, others: Array) -> Array:
    """Distinct cells that are among others, ascending."""
    return Array(sorted(set(values) & set(others)))


def array_equal(values: Array, others: Array) -> bool:
    """Whether two arrays have the same cells."""
    return values.cells == others.cells


def _add_at(values: Array, places: Array, amount: int) -> None:
    for place in places:
        values.cells[place] += amount


add = SimpleNamespace(at=_add_at)
