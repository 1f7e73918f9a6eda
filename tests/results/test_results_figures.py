"""Figures that bind: the shipped ones, targets by year, and what counts as reached."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scheduler.errors import PolicyError
from scheduler.resources import data_path
from scheduler.results.figures import FigureStanding, PlanFigure, parse_plan_figures

ONE = '[[figures]]\nname = "抽查"\nname_en = "Ratio"\nsource = "plan"\n'


def shipped() -> tuple[PlanFigure, ...]:
    """The figures of Weihai's plan and of the rules."""
    return parse_plan_figures(data_path("plan-figures.toml").read_text(encoding="utf-8"), "plan-figures.toml")


def test_shipped_figures_hold_every_binding_indicator_of_the_plan() -> None:
    """The ten indicators marked 约束性 in the plan's table, each with its number, target and source."""
    by_number = {figure.number: figure.target for figure in shipped() if figure.number}
    assert by_number == {
        **dict.fromkeys(("5", "6", "7", "8", "9", "17"), Decimal(100)),
        "1": Decimal(8),
        "10": Decimal("0.03"),
        "14": Decimal(8),
        "18": Decimal(18),
    }
    assert all(figure.source for figure in shipped())


def test_path_is_a_straight_line_from_seven_to_eight() -> None:
    """A fifth of a point a year from 2020 on: 7.6 in 2023; the ends stand before and after."""
    (figure,) = (figure for figure in shipped() if figure.path)
    due = [figure.due(year) for year in (2018, 2020, 2023, 2025, 2026)]
    assert due == [Decimal(7), Decimal(7), Decimal("7.6"), Decimal(8), Decimal(8)]


@pytest.mark.parametrize(("reached", "met"), [(79, False), (80, True), (81, True)])
def test_reached_is_decided_exactly(reached: int, met: bool) -> None:
    """8 % of 1,000 firms are 80 firms; one less is not."""
    (figure,) = (figure for figure in shipped() if figure.path)
    assert FigureStanding(figure=figure, due=Decimal(8), num_reached=reached, num_all=1000).met is met


def test_figure_of_other_systems_has_no_standing() -> None:
    """Neither what nobody counts here, nor a library without a firm, is called reached or missed."""
    figure = shipped()[0]
    assert FigureStanding(figure=figure, due=Decimal(8)).met is None
    assert FigureStanding(figure=figure, due=Decimal(8), num_reached=0, num_all=0).met is None


@pytest.mark.parametrize(
    ("number", "value", "met"),
    [("17", "99.99", False), ("17", "100", True), ("10", "0.03", True), ("10", "0.031", False), ("18", "18", True)],
)
def test_entered_value_is_set_against_its_target(number: str, value: str, met: bool) -> None:
    """At least 100 % of complaints; at most 0.03 deaths and 18 months; what equals the target reaches it."""
    (figure,) = (figure for figure in shipped() if figure.number == number)
    assert FigureStanding(figure=figure, due=figure.target, value=Decimal(value)).met is met


def test_figures_of_investigations_are_not_public() -> None:
    """Offices publish the others themselves."""
    entered = [figure for figure in shipped() if not figure.measure]
    assert len(entered) == 8
    assert {figure.number for figure in entered if not figure.public} == {"6", "7", "8"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('unit = "%"\nto = 8\npath = true', "path from one year"),
        ('unit = "%"\nto = 8\nmeasure = "library"', "expected a library"),
        ('unit = "件"\nto = 8\nmeasure = "drawn"', "per cent"),
        ('unit = "%"', "to"),
    ],
    ids=["path without ends", "library without code", "no share", "no target"],
)
def test_bad_figures_are_refused(lines: str, words: str) -> None:
    """What cannot be set against a target is named."""
    with pytest.raises(PolicyError, match=words):
        parse_plan_figures(f"format = 1\n{ONE}{lines}\n", "figures.toml")
