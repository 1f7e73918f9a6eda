"""
Reads back the frozen files that drawing needs: a draw looks at what was committed to and never at the live register.

Only that much is read: whole records are read, and mistrusted, by `scheduler.audit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.allocation.cells import Cell, by_stratum
from scheduler.draw.canonical import parse_table
from scheduler.draw.files import ALLOCATION_COLUMNS, REGISTER_COLUMNS
from scheduler.draw.pool import Strata
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Ids

OUT = b"out:"
_PIECE = 1 << 22  # bytes read at a time
_DISPOSITION = REGISTER_COLUMNS.index("disposition")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPool:
    """
    The pool as `register.tsv` tells it.

    Attributes
    ----------
    firm_id
        Ids of the firms in the pool, ascending, shape (n,).
    stratum
        Index of each firm's stratum among those of the cells, ascending, shape (n,).
    """

    firm_id: Ids
    stratum: Strata

    def __len__(self) -> int:
        return len(self.firm_id)


def read_cells(content: bytes) -> tuple[Cell, ...]:
    r"""
    Cells of a frozen `allocation.tsv`.

    Raises
    ------
    RecordError
        If it is not a table of cells.

    Examples
    --------
    >>> read_cells(b"stratum\tpackage\tcounting\trest\tnum_firms\tvisits_micro\nopen\tT01\t1\t0\t3\t2000000\n")
    (Cell(stratum='open', package='T01', counting=True, rest=False, num_firms=3, visits_micro=2000000),)
    """
    columns = parse_table(content, ALLOCATION_COLUMNS, "allocation.tsv")
    try:
        return tuple(
            Cell(
                stratum=stratum,
                package=package,
                counting=counting == "1",
                rest=rest == "1",
                num_firms=int(num_firms),
                visits_micro=int(visits_micro),
            )
            for stratum, package, counting, rest, num_firms, visits_micro in zip(*columns, strict=True)
        )
    except ValueError as error:
        raise RecordError(_("allocation.tsv: expected cells, got {error}").format(error=error)) from error


def read_pool(content: bytes, cells: Sequence[Cell]) -> FrozenPool:
    r"""
    Pool of a frozen `register.tsv`.

    Raises
    ------
    RecordError
        If it is not a register, or a firm is in a stratum that has no cell.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=1, visits_micro=1_000_000)
    >>> header = "\t".join(REGISTER_COLUMNS).encode() + b"\n"
    >>> pool = read_pool(header + b"91" + b"\t" * 11 + b"open\t\t\n92" + b"\t" * 11 + b"out:type\t\t\n", [cell])
    >>> pool.firm_id.tolist(), pool.stratum.tolist()
    ([b'91'], [0])
    """
    head = "\t".join(REGISTER_COLUMNS).encode("ascii") + b"\n"
    if not content.startswith(head) or not content.endswith(b"\n"):
        raise RecordError(_("register.tsv: expected a table of the register, got other bytes"))
    code_of = {stratum.encode("ascii"): code for code, stratum in enumerate(by_stratum(cells))}
    names: list[Ids] = []
    strata: list[Strata] = []
    for piece in _pieces(content, len(head)):
        width = len(REGISTER_COLUMNS)
        row = piece.replace(b"\n", b"\t").split(b"\t")[:-1]
        firm_ids, dispositions = row[::width], row[_DISPOSITION::width]
        if len(firm_ids) != len(dispositions) or len(row) % width:
            raise RecordError(_("register.tsv: expected {width} cells in every row").format(width=width))
        inside = [not disposition.startswith(OUT) for disposition in dispositions]
        try:
            codes = [code_of[disposition] for disposition in dispositions if not disposition.startswith(OUT)]
        except KeyError as error:
            raise RecordError(
                _("register.tsv: expected only strata of allocation.tsv, got {stratum}").format(
                    stratum=error.args[0].decode("utf-8", "replace")
                )
            ) from error
        names.append(np.array(firm_ids, dtype="S18")[np.array(inside, dtype=np.bool_)])
        strata.append(np.array(codes, dtype=np.int32))
    empty = FrozenPool(firm_id=np.zeros(0, dtype="S18"), stratum=np.zeros(0, dtype=np.int32))
    return FrozenPool(firm_id=np.concatenate(names), stratum=np.concatenate(strata)) if names else empty


def _pieces(content: bytes, start: int) -> Iterator[bytes]:
    """Whole lines, some millions of bytes at a time."""
    while start < len(content):
        stop = content.rfind(b"\n", start, start + _PIECE) + 1
        stop = stop or content.index(b"\n", start) + 1
        yield content[start:stop]
        start = stop
