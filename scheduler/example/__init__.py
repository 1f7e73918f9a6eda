"""The made-up Weihai: a city of fictional firms whose outcomes truly depend on their history."""

from __future__ import annotations

from scheduler.example.city import ExampleCity, build_city
from scheduler.example.outcomes import simulate_results
from scheduler.example.parameters import ExampleParameters, parse_example_parameters

__all__ = ["ExampleCity", "ExampleParameters", "build_city", "parse_example_parameters", "simulate_results"]
