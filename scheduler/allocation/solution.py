"""What solving a problem gives: the cells of each round, and the certificate that they are good."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.allocation.cells import Cell
from scheduler.allocation.certificate import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """
    An answer of the programme.

    Attributes
    ----------
    cells
        Of each targeted round still to draw, in ascending order of (stratum, package).
    certificate
        The programme with dual values and what became of every limit; None where there was no round to solve.
    findings
        Expected findings of all visits.
    """

    cells: tuple[tuple[Cell, ...], ...]
    certificate: Certificate | None
    findings: float


NOTHING_TO_SOLVE = Solved(cells=(), certificate=None, findings=0.0)
