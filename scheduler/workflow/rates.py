"""What the year has drawn so far, by tier and by district. Tiers make it internal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.allocation_rows import load_drawn_so_far, load_plan
from models.registry_rows import load_frame
from models.risk_rows import load_classification
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Frame, Mask
from scheduler.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Firms of one group that the target counts, and how many of them were drawn."""

    code: str
    num_firms: int
    num_drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRates:
    """
    The year against its target.

    Attributes
    ----------
    num_enterprises, target, num_drawn
        N, T and the distinct firms drawn so far that count towards T.
    tiers, districts
        Rates by tier, low to high, and by district, in the order of the settings.
    num_visits
        Firms drawn in the year for whatever task.
    """

    num_enterprises: int
    target: int
    num_drawn: int
    tiers: tuple[Rate, ...]
    districts: tuple[Rate, ...]
    num_visits: int


def year_rates(workspace: Workspace) -> YearRates:
    """
    Counts what the year's draws have drawn; voided draws do not count.

    Raises
    ------
    StateError
        If there is no plan or no classification yet.
    """
    year = workspace.settings.year.year
    with workspace.transaction() as connection:
        plan = load_plan(connection, year)
        classification = load_classification(connection)
        if plan is None or classification is None:
            raise StateError(_("rates need a plan and a classification; make them first"))
        frame = load_frame(connection)
        visits = load_drawn_so_far(connection, year)
    drawn = np.zeros(len(frame), dtype=bool)
    positions = frame.positions(visits.firm_id)
    drawn[positions[visits.counting & (positions >= 0)]] = True
    counted = frame.operating() & np.logical_or.reduce(
        [frame.of_type(code) for code in workspace.settings.target.object_types]
    )
    tier = np.full(len(frame), -1)
    known = frame.positions(classification.firm_id)
    tier[known[known >= 0]] = classification.tier[known >= 0]
    codes = classification.scorecard.tiers
    return YearRates(
        num_enterprises=plan.num_enterprises,
        target=plan.target,
        num_drawn=int(np.count_nonzero(drawn)),
        tiers=tuple(_rate(code, counted & (tier == index), drawn) for index, code in enumerate(codes)),
        districts=_by_district(frame, counted, drawn, [entry.code for entry in workspace.settings.districts]),
        num_visits=len(visits),
    )


def _by_district(frame: Frame, counted: Mask, drawn: npt.NDArray[np.bool_], ordered: list[str]) -> tuple[Rate, ...]:
    codes = [code for code in ordered if code in frame.district_codes]
    codes += [code for code in frame.district_codes if code not in ordered]
    rates = (_rate(code, counted & (frame.district == frame.district_codes.index(code)), drawn) for code in codes)
    return tuple(rate for rate in rates if rate.num_firms or rate.num_drawn)


def _rate(code: str, group: Mask, drawn: npt.NDArray[np.bool_]) -> Rate:
    return Rate(code=code, num_firms=int(np.count_nonzero(group)), num_drawn=int(np.count_nonzero(group & drawn)))
