"""
The tables that a draw freezes, written in canonical form (specification, sections 1.4 and 2); roster and recusals are
written by `scheduler.teams.frozen`.

Half a million rows are written by columns: codes become cells by indexing, never by a call per cell. Reading records is
the auditor's trade; `scheduler.draw.frozen` reads back only what drawing itself needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.allocation.cells import Cell
from scheduler.draw.bulk import checked_ids, chunks, fits_alphabet, hex_fields
from scheduler.draw.canonical import table_bytes
from scheduler.draw.pool import Pool
from scheduler.draw.selection import Selection, chances_micro
from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES
from scheduler.registry.frame import Dates, Frame, Ids, Mask

POOL_COLUMNS = ("firm_id", "leaf")
REGISTER_COLUMNS = (
    *("firm_id", "object_type", "district", "status", "industry", "libraries"),
    *("bins", "direct", "score", "tier", "rule", "disposition", "ratings", "override"),
)
ALLOCATION_COLUMNS = ("stratum", "package", "counting", "rest", "num_firms", "visits_micro")
QUOTAS_COLUMNS = ("stratum", "package", "quota")
SELECTED_COLUMNS = ("firm_id", "stratum", "package", "chance_micro", "chance_firms")
RECENT_COLUMNS = ("firm_id", "inspected_on")
DRAWN_COLUMNS = ("firm_id", "name", "registrar", "package", "counting")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_FLAGS = ("0", "1")

Indices = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassColumns:
    """
    What the classification says of m firms, as the register's table writes it.

    Attributes
    ----------
    firm_id
        Ascending, shape (m,).
    bins, direct
        One character per indicator and one flag per direct rule, shape (m,).
    score
        Shape (m,).
    tier, rule
        Index into `tiers`, and into `rules` or -1, shape (m,).
    tiers, rules
        Codes of the tiers and names of the direct rules.
    ratings
        Index into `rating_texts` or -1, shape (m,); None where no firm has a rating.
    rating_texts
        Ratings of a firm as a cell, such as ``drug:B;food:C``.
    override
        Index into `tiers` of the tier that an override gives, or -1, shape (m,); None where there are none.
    """

    firm_id: Ids
    bins: Ids
    direct: Ids
    score: Indices
    tier: Indices
    rule: Indices
    tiers: tuple[str, ...]
    rules: tuple[str, ...]
    ratings: Indices | None = None
    rating_texts: tuple[str, ...] = ()
    override: Indices | None = None


def pool_table(pool: Pool) -> bytes:
    r"""
    `pool.tsv`: every firm that can be drawn, with its leaf.

    Examples
    --------
    >>> pool = Pool(firm_id=np.array([b"91"]), leaf=np.zeros((1, 32), dtype=np.uint8), root="")
    >>> pool_table(pool)[:24]
    b'firm_id\tleaf\n91\t00000000'
    """
    parts = [_line(POOL_COLUMNS)]
    parts.extend(_rows([pool.firm_id[part].tolist(), hex_fields(pool.leaf[part])]) for part in chunks(len(pool)))
    return b"".join(parts)


def register_table(frame: Frame, classes: ClassColumns, disposition: Indices, labels: Sequence[str]) -> bytes:
    r"""
    `register.tsv`: every firm on the register, what made its tier, and whether it is in the pool.

    Parameters
    ----------
    classes
        Firms that the classification does not cover get empty cells.
    disposition
        Index into `labels` of each firm's stratum, or of the reason why it is not in the pool, shape (n,).
    labels
        Strata and reasons.

    Raises
    ------
    ValueError
        If a firm id, a code or a label holds other characters than codes do.

    Examples
    --------
    >>> from scheduler.draw.examples import two_firms
    >>> for line in register_table(*two_firms(), np.array([0, 1]), ("open", "out:type")).splitlines():
    ...     print(*line.decode().split("\t"), sep="|")
    firm_id|object_type|district|status|industry|libraries|bins|direct|score|tier|rule|disposition|ratings|override
    91|enterprise|371002|operating|F5211|fuel;shop|01|1|30|B|dishonest|open|food:C|
    92|individual|371002|operating||||||||out:type||
    """
    checked_ids(frame.firm_id)
    if not bool(fits_alphabet(frame.industry).all()):
        raise ValueError("expected industries written in codes, got other characters")
    place = _places(frame.firm_id, classes.firm_id)
    masks, mask_of = np.unique(frame.libraries, return_inverse=True)
    scores, score_of = np.unique(classes.score, return_inverse=True)
    columns: list[Ids | tuple[Indices, npt.NDArray[np.object_]]] = [
        frame.firm_id,
        (frame.object_type, _cells(OBJECT_TYPES)),
        (frame.district, _cells(frame.district_codes)),
        (frame.status, _cells(FIRM_STATUSES)),
        frame.industry,
        (mask_of, _cells([_library_list(int(mask), frame.library_codes) for mask in masks.tolist()])),
        _taken(classes.bins, place),
        _taken(classes.direct, place),
        (_taken_index(score_of, place), _cells([str(score) for score in scores.tolist()])),
        (_taken_index(classes.tier, place), _cells(classes.tiers)),
        (_taken_index(classes.rule, place), _cells(classes.rules)),
        (disposition, _cells(labels)),
        (_taken_index(_or_none(classes.ratings, classes), place), _cells(classes.rating_texts)),
        (_taken_index(_or_none(classes.override, classes), place), _cells(classes.tiers)),
    ]
    parts = [_line(REGISTER_COLUMNS)]
    for part in chunks(len(frame)):
        parts.append(_rows([_chunk(column, part) for column in columns]))
    return b"".join(parts)


def recent_table(firm_id: Ids, recent: Mask, inspected_on: Dates) -> bytes:
    r"""
    `recent.tsv`: firms left out of discretionary visits because they were inspected lately, and on which day.

    Examples
    --------
    >>> day = np.array(["2025-11-03", "NaT"], dtype="datetime64[D]")
    >>> recent_table(np.array([b"91", b"92"]), np.array([True, False]), day)
    b'firm_id\tinspected_on\n91\t2025-11-03\n'
    """
    names = firm_id[recent].astype("U18").tolist()
    return table_bytes(RECENT_COLUMNS, zip(names, inspected_on[recent].astype(str).tolist(), strict=True))


def allocation_table(cells: Sequence[Cell]) -> bytes:
    r"""
    `allocation.tsv`: the cells of the round, in ascending order.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> allocation_table([cell]).splitlines()[1]
    b'open\tT01\t1\t0\t3\t2000000'
    """
    return table_bytes(
        ALLOCATION_COLUMNS,
        (
            (
                *(cell.stratum, cell.package, _FLAGS[cell.counting], _FLAGS[cell.rest]),
                *(str(cell.num_firms), str(cell.visits_micro)),
            )
            for cell in cells
        ),
    )


def quotas_table(cells: Sequence[Cell], quotas: Sequence[int]) -> bytes:
    r"""
    `quotas.tsv`: whole visits of each cell.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> quotas_table([cell], [2])
    b'stratum\tpackage\tquota\nopen\tT01\t2\n'
    """
    rows = ((cell.stratum, cell.package, str(quota)) for cell, quota in zip(cells, quotas, strict=True))
    return table_bytes(QUOTAS_COLUMNS, rows)


def selected_table(firm_id: Ids, selection: Selection, cells: Sequence[Cell]) -> bytes:
    r"""
    `selected.tsv`: each firm drawn with its stratum, package and conditional chance.

    Parameters
    ----------
    firm_id
        Ids of the whole pool.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> drawn = Selection(position=np.array([1]), cell=np.array([0]))
    >>> selected_table(np.array([b"91", b"92", b"93"]), drawn, [cell]).splitlines()[1]
    b'92\topen\tT01\t2000000\t3'
    """
    chances = chances_micro(cells)
    tails = [
        "\t".join((cell.stratum, cell.package, str(chances[cell.stratum]), str(cell.num_firms))).encode("ascii")
        for cell in cells
    ]
    names = firm_id[selection.position].tolist()
    return _line(SELECTED_COLUMNS) + _rows([names, [tails[cell] for cell in selection.cell.tolist()]])


def drawn_table(
    firm_id: Ids, selection: Selection, cells: Sequence[Cell], labels: Mapping[str, tuple[str, str]]
) -> bytes:
    r"""
    `drawn.tsv`: the list that is published, with names as the register has them.

    Parameters
    ----------
    firm_id
        Ids of the whole pool.
    labels
        Name and registrar by firm id; a firm without gets empty cells.

    Examples
    --------
    >>> cell = Cell(stratum="open", package="T01", counting=True, rest=False, num_firms=3, visits_micro=2_000_000)
    >>> drawn = Selection(position=np.array([1]), cell=np.array([0]))
    >>> table = drawn_table(np.array([b"91", b"92", b"93"]), drawn, [cell], {"92": ("Shop\n", "Bureau")})
    >>> table.splitlines()[1]
    b'92\tShop\tBureau\tT01\t1'
    """
    rows = []
    names = firm_id[selection.position].astype("U18").tolist()
    for name, index in zip(names, selection.cell.tolist(), strict=True):
        label, registrar = labels.get(name, ("", ""))
        rows.append((name, _plain(label), _plain(registrar), cells[index].package, _FLAGS[cells[index].counting]))
    return table_bytes(DRAWN_COLUMNS, rows)


def plain_label(label: tuple[str, str]) -> tuple[str, str]:
    r"""
    Name and registrar as cells can hold them.

    Examples
    --------
    >>> plain_label(("Shop\n", "Bureau"))
    ('Shop', 'Bureau')
    """
    return _plain(label[0]), _plain(label[1])


def _plain(text: str) -> str:
    """Text as a cell can hold it: control characters, which no name needs, become one space."""
    return _CONTROL.sub(" ", text).strip()


def _line(header: Sequence[str]) -> bytes:
    return ("\t".join(header) + "\n").encode("ascii")


def _rows(columns: Sequence[Sequence[bytes]]) -> bytes:
    """Lines of a table from its columns, each a list of cells."""
    if not columns[0]:
        return b""
    return b"\n".join(map(b"\t".join, zip(*columns, strict=True))) + b"\n"


def _cells(labels: Sequence[str]) -> npt.NDArray[np.object_]:
    """Cells of the labels and, at the end where index -1 points, of a missing value."""
    cells = np.empty(len(labels) + 1, dtype=np.object_)
    cells[:] = [*(_code(label) for label in labels), b""]
    return cells


def _code(label: str) -> bytes:
    cell = label.encode("utf-8")
    if _CONTROL.search(label):
        raise ValueError(f"expected codes without control characters, got {label!r}")
    return cell


def _chunk(column: Ids | tuple[Indices, npt.NDArray[np.object_]], part: slice) -> list[bytes]:
    if isinstance(column, tuple):
        indices, cells = column
        return list(cells[indices[part]].tolist())
    return list(column[part].tolist())


def _places(firm_id: Ids, known: Ids) -> npt.NDArray[np.int64]:
    """Position of each firm among the known ones, -1 where it is none of them."""
    if not len(known):
        return np.full(len(firm_id), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(known, firm_id), len(known) - 1)
    return np.asarray(np.where(known[found] == firm_id, found, -1))


def _taken(column: Ids, place: npt.NDArray[np.int64]) -> Ids:
    """Cells of a column at the places, empty where there is none."""
    return np.append(column, np.array([b""], dtype=column.dtype))[place]


def _taken_index(column: Indices, place: npt.NDArray[np.int64]) -> Indices:
    """Indices of a column at the places, -1 where there is none."""
    return np.append(column, -1)[place]


def _or_none(column: Indices | None, classes: ClassColumns) -> Indices:
    return np.full(len(classes.firm_id), -1, dtype=np.int64) if column is None else column


def _library_list(mask: int, codes: Sequence[str]) -> str:
    return ";".join(code for index, code in enumerate(codes) if mask >> index & 1)
