"""
A round as a lot: who can be drawn, by which cells, and the lot drawn with any seed (specification, sections 6 and 7).

The lot is read from the files of a record, so that what is simulated is what was committed to; of a round that is drawn
already it is checked that the lot, given the seed on record, draws the very list on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.audit.columns import Bytes, Table
from scheduler.audit.context import Draw
from scheduler.audit.formats.words import MICRO
from scheduler.audit.hashes import Keyed, digests
from scheduler.audit.quotas import Cell, load_cells, round_cells
from scheduler.audit.register import pool_mask
from scheduler.audit.sampling import ticket_order
from scheduler.draw.hashing import digest, prefix
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

OPEN = "open"
CHUNK = 1 << 16
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Who one seed draws: ascending positions in the pool, and the cell that each was drawn for, shape (m,)."""

    position: Numbers
    cell: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """
    What is needed to draw a round.

    Attributes
    ----------
    draw_id, is_open, commitment_digest
        Which round, of which kind, and the digest that its simulated seeds are derived from.
    firm_id
        Ids of the pool, ascending, shape (n,).
    stratum
        Position of each firm's stratum in `strata`, shape (n,).
    strata
        Names of the strata, ascending.
    cells
        Cells of the allocation, ascending by stratum and package.
    district
        Position of each firm's district in `districts`, shape (n,); all zero where the record does not tell.
    districts
        Codes of the districts; empty where the record does not tell.
    ticket_ends
        What follows the seed in the message of each firm's ticket.
    seed, drawn
        Seed on record and the ids drawn with it; empty and None before the draw.
    """

    draw_id: str
    is_open: bool
    commitment_digest: str
    firm_id: Bytes
    stratum: Numbers
    strata: tuple[str, ...]
    cells: tuple[Cell, ...]
    district: Numbers
    districts: tuple[str, ...]
    ticket_ends: Sequence[bytes]
    seed: str = ""
    drawn: Bytes | None = None

    def __len__(self) -> int:
        return len(self.firm_id)

    def derived_seed(self, series: int, number: int) -> str:
        """Seed of one simulated draw; it can never be that of the draw itself, whose tag is another."""
        return digest("simulate", self.commitment_digest, str(series), str(number))

    def draw(self, seed: str) -> Outcome:
        """Draws with a seed."""
        quotas = self.quotas(seed)
        order = ticket_order(self.firm_id, self.tickets(seed), self.stratum)
        starts = np.searchsorted(self.stratum[order], np.arange(len(self.strata) + 1))
        place = {name: number for number, name in enumerate(self.strata)}
        taken = starts.copy()
        position, cell = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for index, (drawn, quota) in enumerate(zip(self.cells, quotas, strict=True)):
            stratum = place[drawn.stratum]
            stop = min(taken[stratum] + quota, starts[stratum + 1])
            position.append(order[taken[stratum] : stop])
            cell.append(np.full(len(position[-1]), index, dtype=np.int64))
            taken[stratum] = stop
        positions, cells = np.concatenate(position), np.concatenate(cell)
        by_id = np.argsort(positions, kind="stable")
        return Outcome(position=positions[by_id], cell=cells[by_id])

    def quotas(self, seed: str) -> tuple[int, ...]:
        """Quota of each cell under a seed."""
        if self.is_open:
            return tuple(cell.visits_micro // MICRO for cell in self.cells)
        rounded = round_cells(self.cells, seed)
        return tuple(rounded[cell.stratum, cell.package] for cell in self.cells)

    def draws_as_recorded(self) -> bool | None:
        """Whether the seed on record draws the list on record; None before the draw."""
        if self.drawn is None:
            return None
        return np.array_equal(self.firm_id[self.draw(self.seed).position], self.drawn)

    def tickets(self, seed: str, members: Numbers | None = None) -> npt.NDArray[np.bytes_]:
        """Tickets of some firms of the pool, of all if none are named, 32 bytes each."""
        head, ends = prefix("ticket", seed), self.ticket_ends
        if members is not None:
            ends = [ends[place] for place in members.tolist()]
        parts = [b"".join(digests(head, ends[start : start + CHUNK])) for start in range(0, len(ends), CHUNK)]
        return np.frombuffer(b"".join(parts), dtype="S32")


def load_lot(draw: Draw, register: Table | None = None) -> Lot:
    """
    The lot of a draw.

    Parameters
    ----------
    register
        Its register, if it was read already.

    Raises
    ------
    RecordError
        If the list was drawn elsewhere, or the record does not hold what drawing needs.
    """
    _expect_all_inputs(draw)
    if register is None and draw.has("register.tsv"):
        register = draw.table("register.tsv")
    firm_id, district, districts = _firms(draw, register)
    cells = load_cells(draw) if draw.has("allocation.tsv") else _open_cell(draw, len(firm_id))
    stratum, strata = _strata(draw, register, cells, len(firm_id))
    drawn = draw.drawn().firm_id if draw.was_drawn else None
    return Lot(
        draw_id=draw.draw_id,
        is_open=draw.is_open,
        commitment_digest=draw.commitment_digest(),
        firm_id=firm_id,
        stratum=stratum,
        strata=strata,
        cells=tuple(sorted(cells, key=lambda cell: (cell.stratum, cell.package))),
        district=district,
        districts=districts,
        ticket_ends=_ticket_ends(draw, firm_id),
        seed=draw.seed() if drawn is not None else "",
        drawn=drawn,
    )


def _expect_all_inputs(draw: Draw) -> None:
    """Raises `RecordError` for a list drawn elsewhere and for a targeted round without salts and strata."""
    if draw.is_external:
        raise RecordError(
            _("draw {draw_id}: expected a draw of our own, got a list drawn elsewhere").format(draw_id=draw.draw_id)
        )
    if not draw.is_open and not (draw.has("register.tsv") and draw.has("secret.json")):
        raise RecordError(
            _("draw {draw_id}: expected the audit record, got one without salts and strata of targeted rounds").format(
                draw_id=draw.draw_id
            )
        )


def _firms(draw: Draw, register: Table | None) -> tuple[Bytes, Numbers, tuple[str, ...]]:
    if register is None:
        firm_id = draw.table("pool.tsv").fixed["firm_id"]
        return firm_id, np.zeros(len(firm_id), dtype=np.int64), ()
    inside, district = pool_mask(register), register.coded["district"]
    names, place = np.unique(np.asarray(district.values), return_inverse=True)
    return register.fixed["firm_id"][inside], place[district.index[inside]].astype(np.int64), tuple(names.tolist())


def _strata(
    draw: Draw, register: Table | None, cells: Sequence[Cell], num_firms: int
) -> tuple[Numbers, tuple[str, ...]]:
    strata = tuple(sorted({cell.stratum for cell in cells}))
    if draw.is_open or register is None:
        return np.zeros(num_firms, dtype=np.int64), (OPEN,)
    place = {name: number for number, name in enumerate(strata)}
    stratum = register.coded["disposition"].positions(place)[pool_mask(register)]
    if len(stratum) and int(stratum.min()) < 0:
        raise draw.record.refuse(
            draw.path("register.tsv"),
            _("draw {draw_id}: expected a cell for every stratum of the pool, got a stratum without").format(
                draw_id=draw.draw_id
            ),
        )
    return stratum, strata


def _open_cell(draw: Draw, num_firms: int) -> tuple[Cell, ...]:
    """The one cell of an open round, as its commitment tells (6.5)."""
    commitment = draw.document("commitment.json")
    cell = Cell(
        stratum=OPEN,
        package=commitment["package"],
        counting=True,
        rest=False,
        num_firms=num_firms,
        visits_micro=commitment["counting_visits"] * MICRO,
    )
    return (cell,)


def _ticket_ends(draw: Draw, firm_id: Bytes) -> list[bytes]:
    ids: list[bytes] = firm_id.tolist()
    if draw.is_open:
        return ids
    keyed, head = Keyed(draw.secret()), prefix("salt", draw.draw_id)
    ends: list[bytes] = []
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        ends += [salt + b"|" + name for salt, name in zip(keyed.hexadecimals(head, part), part, strict=True)]
    return ends
