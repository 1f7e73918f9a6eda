"""Parameters and cities that the room's tests share."""

from __future__ import annotations

import pytest

from scheduler.example import ExampleCity, ExampleParameters, build_city
from scheduler.workflow.example import load_parameters


@pytest.fixture(scope="session")
def parameters() -> ExampleParameters:
    """The shipped parameters of Weihai."""
    return load_parameters()


@pytest.fixture(scope="session")
def small_city(parameters: ExampleParameters) -> ExampleCity:
    """The city of the shipped workbook: 300 firms."""
    return build_city(parameters, num_firms=300, seed="weihai")


@pytest.fixture(scope="session")
def city(parameters: ExampleParameters) -> ExampleCity:
    """A city large enough for shares to show: 20,000 firms."""
    return build_city(parameters, num_firms=20_000, seed="weihai")
