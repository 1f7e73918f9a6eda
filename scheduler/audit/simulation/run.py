"""Simulates a round: many derived seeds, one tally, one report."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.audit.simulation.checks import LEVEL, SimulationReport, all_checks, groupings_of
from scheduler.audit.simulation.lot import Lot, Outcome
from scheduler.audit.simulation.tally import Tally

TICKETS = 30_000_000  # about a minute's hashing
LEAST_DRAWS, MOST_DRAWS = 100, 2_000


def usual_draws(num_firms: int) -> int:
    """
    How many draws are made if nobody says: as many as about a minute allows, between 100 and 2,000.

    Examples
    --------
    >>> usual_draws(1_500), usual_draws(60_000), usual_draws(462_000)
    (2000, 500, 100)
    """
    return max(LEAST_DRAWS, min(MOST_DRAWS, TICKETS // max(num_firms, 1)))


def simulate(
    lot: Lot,
    num_draws: int,
    *,
    series: int = 1,
    level: float = LEVEL,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
    draw: Callable[[str], Outcome] | None = None,
) -> SimulationReport:
    """
    Draws a lot with many seeds and tests what comes out.

    Parameters
    ----------
    num_draws
        Number of seeds.
    series
        Another number derives other seeds.
    level
        How often a fair draw may be called unfair, in (0, 1).
    tell
        Told how many of how many draws are done.
    draw
        What draws with a seed; `lot.draw` by default. Tests hand in draws that are not fair.
    """
    one, tally = draw or lot.draw, Tally(lot, groupings_of(lot))
    for number in range(num_draws):
        tell(number, num_draws)
        tally.add(one(lot.derived_seed(series, number + 1)))
    tell(num_draws, num_draws)
    return SimulationReport(
        draw_id=lot.draw_id,
        is_open=lot.is_open,
        num_firms=len(lot),
        num_draws=num_draws,
        series=series,
        level=level,
        as_recorded=lot.draws_as_recorded(),
        checks=all_checks(tally),
    )
