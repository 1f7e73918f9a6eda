"""Where one firm stood in a draw: its row of the register, its ticket among those of its stratum, what was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.audit.context import Draw, positions_of
from scheduler.audit.simulation.lot import Lot, load_lot

OUT = "out:"
DIGEST_BYTES, ID_BYTES = 32, 18
CLASSIFICATION = ("bins", "direct", "score", "tier", "rule", "ratings", "override")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """
    A firm's ticket among those of its stratum.

    Attributes
    ----------
    ticket
        64 hexadecimal digits.
    rank
        Its place among the stratum's tickets, from 1.
    num_firms, num_drawn
        Firms of the stratum, and how many of them were drawn.
    last_drawn
        Greatest ticket drawn in the stratum; empty if nobody was.
    """

    ticket: str
    rank: int
    num_firms: int
    num_drawn: int
    last_drawn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    One firm in one draw.

    Attributes
    ----------
    disposition
        Stratum, or the reason why it was not in the pool (specification, section 3.4); empty if the register frozen by
        the commitment has no such firm.
    classification
        Cells of the register that tell its tier: bins, direct, score, tier, rule, ratings, override; internal.
    visits_micro, num_firms
        Expected visits of its stratum in 10^-6 over the stratum's firms: its chance; 0 and 0 out of the pool.
    pool_firms, pool_drawn
        Firms in the pool, and how many were drawn; 0 before the draw.
    ticket
        Its ticket; None out of the pool and before the draw.
    package
        What it was drawn for; empty if it was not.
    """

    disposition: str
    classification: Mapping[str, str]
    visits_micro: int
    num_firms: int
    pool_firms: int
    pool_drawn: int
    ticket: Ticket | None
    package: str

    @property
    def in_pool(self) -> bool:
        """Whether it could be drawn."""
        return bool(self.disposition) and not self.disposition.startswith(OUT)


def standing_of(draw: Draw, firm_id: str) -> Standing:
    """
    Where a firm stood in a draw of an audit record.

    Raises
    ------
    RecordError
        If the record does not hold what drawing needs.
    """
    register = draw.table("register.tsv")
    lot = load_lot(draw, register)
    code = firm_id.encode("ascii", "replace")
    name = np.array([code if len(code) <= ID_BYTES else b""], dtype="S18")  # numpy would cut a longer one to a firm's
    row, place = (int(positions_of(ids, name)[0]) for ids in (register.fixed["firm_id"], lot.firm_id))
    drawn = 0 if lot.drawn is None else len(lot.drawn)
    disposition = register.coded["disposition"].text(row) if row >= 0 else ""
    cells = [cell for cell in lot.cells if place >= 0 and cell.stratum == lot.strata[int(lot.stratum[place])]]
    return Standing(
        disposition=disposition,
        classification={column: register.coded[column].text(row) for column in CLASSIFICATION} if row >= 0 else {},
        visits_micro=sum(cell.visits_micro for cell in cells),
        num_firms=cells[0].num_firms if cells else 0,
        pool_firms=len(lot),
        pool_drawn=drawn,
        ticket=_ticket(lot, place) if place >= 0 and lot.drawn is not None else None,
        package=_package(draw, name) if lot.drawn is not None else "",
    )


def _ticket(lot: Lot, place: int) -> Ticket:
    """The ticket, by the order of section 7."""
    members = np.flatnonzero(lot.stratum == lot.stratum[place])
    tickets = lot.tickets(lot.seed, members)
    order = np.argsort(tickets, kind="stable")
    drawn = lot.drawn if lot.drawn is not None else lot.firm_id[:0]
    num_drawn = int(np.count_nonzero(np.isin(lot.firm_id[members], drawn)))
    own = _digits(tickets[int(np.searchsorted(members, place))])
    last = _digits(tickets[order[num_drawn - 1]]) if num_drawn else ""
    rank = int(np.flatnonzero(members[order] == place)[0]) + 1
    return Ticket(ticket=own, rank=rank, num_firms=len(members), num_drawn=num_drawn, last_drawn=last)


def _digits(ticket: bytes) -> str:
    return ticket.ljust(DIGEST_BYTES, b"\0").hex()  # numpy drops zero bytes at the end


def _package(draw: Draw, name: np.ndarray[tuple[int], np.dtype[np.bytes_]]) -> str:
    drawn = draw.drawn()
    at = int(positions_of(drawn.firm_id, name)[0])
    return drawn.package.text(at) if at >= 0 else ""
