"""
A firm that was drawn gives way to the next ticket of its stratum, if one is left (specification, section 7.1).

The list as drawn stays in its file; who was withdrawn and who was added stand beside it, and are paired only in the
file that auditors get: a pair would tell that two firms are of one stratum.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from scheduler.draw.bulk import Digests
from scheduler.draw.canonical import table_bytes
from scheduler.draw.files import DRAWN_COLUMNS
from scheduler.draw.pool import Strata
from scheduler.draw.selection import ticket_order
from scheduler.resources import data_path

SUBSTITUTES_NAME, WITHDRAWN_NAME, ADDED_NAME = "substitutes.tsv", "withdrawn.tsv", "added.tsv"
SUBSTITUTES_COLUMNS = ("number", "firm_out", "firm_in", "reason", "gone_on", "decided_on")
WITHDRAWN_COLUMNS = ("firm_id", "reason")
REASONS_FILE = "replacement-reasons.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmReplacement:
    """
    One firm that gave way to another.

    Attributes
    ----------
    number
        1, 2, … of the draw.
    firm_out, firm_in
        Who was withdrawn, and whose ticket came next; nobody, where no ticket of the stratum was left.
    reason
        Code of the sourced list, see `replacement_reasons`.
    gone_on
        Day on which it held, before the base date.
    decided_on
        Day of the decision.
    note, author, log_number
        In a sentence if wanted, by whom, and the log's entry.
    """

    draw_id: str
    number: int
    firm_out: str
    firm_in: str
    reason: str
    gone_on: date
    decided_on: date
    note: str
    author: str
    log_number: int


def replacement_reasons() -> tuple[str, ...]:
    """
    Codes of the reasons for which a firm may be replaced, as the sourced list has them.

    Examples
    --------
    >>> replacement_reasons()
    ('deregistered', 'moved_out', 'revoked')
    """
    content = tomllib.loads(data_path(REASONS_FILE).read_text(encoding="utf-8"))
    return tuple(entry["code"] for entry in content["reasons"])


def ticket_at(ticket: Digests, stratum: Strata, code: int, rank: int) -> int | None:
    """
    Position in the pool of the firm with a rank (from 0) among the tickets of a stratum; None if it has fewer firms.

    Examples
    --------
    >>> tickets = np.zeros((3, 32), dtype=np.uint8)
    >>> tickets[0] = 1
    >>> ticket_at(tickets, np.zeros(3, dtype=np.int32), 0, 2), ticket_at(tickets, np.zeros(3, dtype=np.int32), 0, 3)
    (0, None)
    """
    members = np.flatnonzero(stratum == code)
    if rank >= len(members):
        return None
    return int(members[ticket_order(ticket[members], stratum[members])][rank])


def substitutes_bytes(entries: Sequence[FirmReplacement]) -> bytes:
    r"""
    `substitutes.tsv`: who gave way to whom, why and when; for auditors alone.

    Examples
    --------
    >>> substitutes_bytes([])
    b'number\tfirm_out\tfirm_in\treason\tgone_on\tdecided_on\n'
    """
    return table_bytes(
        SUBSTITUTES_COLUMNS,
        (
            (
                *(f"{entry.number:03d}", entry.firm_out, entry.firm_in, entry.reason),
                *(entry.gone_on.isoformat(), entry.decided_on.isoformat()),
            )
            for entry in entries
        ),
    )


def withdrawn_bytes(entries: Sequence[FirmReplacement]) -> bytes:
    r"""
    `withdrawn.tsv`: who is no longer on the list, and why.

    Examples
    --------
    >>> withdrawn_bytes([])
    b'firm_id\treason\n'
    """
    return table_bytes(WITHDRAWN_COLUMNS, sorted((entry.firm_out, entry.reason) for entry in entries))


def added_bytes(rows: Sequence[tuple[str, str, str, str, str]]) -> bytes:
    r"""
    `added.tsv`: who came onto the list, with the columns of `drawn.tsv`.

    Examples
    --------
    >>> added_bytes([("92", "Shop", "Bureau", "T01", "1")]).splitlines()[1]
    b'92\tShop\tBureau\tT01\t1'
    """
    return table_bytes(DRAWN_COLUMNS, sorted(rows))
