"""Tests of the made-up city as a whole: same seed, same city, everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.tables import Event, Firm, table_of
from scheduler.example import ExampleCity, ExampleParameters, build_city
from scheduler.registry.codes import EVENT_KINDS, FIRM_STATUSES, OBJECT_TYPES
from scheduler.registry.credit_codes import valid_codes
from tests.example.city_digest import digest_of

# Digest of the city of 300 firms and seed "weihai". It changes when parameters or generator change (then the shipped
# workbook must be made again too, see test_example_workbook); another machine, Python or numpy must not change it.
DIGEST = "431c15933907a1eea821204b07a0ca164245667c36e585dac09d074536166209"


def test_city_has_the_digest_it_always_had(small_city: ExampleCity) -> None:
    """Parameters and seed alone make the city, whatever the machine and the versions of Python and numpy."""
    assert digest_of(small_city) == DIGEST


@pytest.mark.parametrize("hash_seed", ["0", "2", "7"])
def test_city_does_not_depend_on_the_hash_seed(hash_seed: str) -> None:
    """A fresh process with another PYTHONHASHSEED makes the same city."""
    program = Path(__file__).with_name("city_digest.py")
    root = str(program.parents[2])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
    answer = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == DIGEST


def test_another_seed_makes_another_city(parameters: ExampleParameters, small_city: ExampleCity) -> None:
    """No firm is in two cities of different seeds; a number is as good a seed as its text."""
    other = build_city(parameters, num_firms=300, seed=7)
    assert not set(other.firms["firm_id"]) & set(small_city.firms["firm_id"])
    assert digest_of(other) == digest_of(build_city(parameters, num_firms=300, seed="7"))


def test_columns_are_those_of_the_tables(city: ExampleCity) -> None:
    """Firms and events come as lists under exactly the columns of their tables, all of one length."""
    assert list(city.firms) == [column.name for column in table_of(Firm).columns]
    assert list(city.events) == [column.name for column in table_of(Event).columns]
    assert {len(column) for column in city.firms.values()} == {20_000}
    assert {len(column) for column in city.events.values()} == {len(city.history)}
    assert all(type(column) is list for columns in (city.firms, city.events) for column in columns.values())


def test_firms_are_the_frame_in_words(city: ExampleCity) -> None:
    """Row by row, the columns say what the frame says."""
    frame, firms = city.frame, city.firms
    assert firms["firm_id"] == [code.decode("ascii") for code in frame.firm_id]
    assert firms["firm_id"] == sorted(firms["firm_id"])
    assert firms["object_type"] == [OBJECT_TYPES[code].value for code in frame.object_type]
    assert firms["status"] == [FIRM_STATUSES[code].value for code in frame.status]
    assert firms["district"] == [frame.district_codes[code] for code in frame.district]
    assert firms["industry"] == [code.decode("ascii") for code in frame.industry]
    told = [np.datetime64(day if day else "NaT", "D") for day in firms["established_on"]]
    assert np.array_equal(np.array(told), frame.established_on, equal_nan=True)
    assert [-1 if yuan is None else yuan for yuan in firms["capital_yuan"]] == frame.capital_yuan.tolist()
    for text, bits in zip(firms["libraries"], frame.libraries.tolist(), strict=True):
        assert sum(1 << frame.library_codes.index(code) for code in text.split(";") if code) == bits


def test_events_are_the_history_in_words(city: ExampleCity) -> None:
    """Row by row, the event columns say what the history says."""
    history, events = city.history, city.events
    assert events["firm_id"] == [city.firms["firm_id"][place] for place in history.firm]
    assert events["kind"] == [EVENT_KINDS[kind].value for kind in history.kind]
    assert np.array_equal(np.array(events["occurred_on"], dtype="datetime64[D]"), history.occurred_on)
    ended = [np.datetime64(day if day else "NaT", "D") for day in events["ended_on"]]
    assert np.array_equal(np.array(ended), history.ended_on, equal_nan=True)
    assert [-1 if yuan is None else yuan for yuan in events["amount"]] == history.amount.tolist()
    details = {shape.details for shape in city.parameters.history.values()}
    words = {word for entry in details for word in entry} | {city.parameters.repair.detail}
    assert set(events["detail"]) == words


def test_codes_pass_the_register_s_own_check(city: ExampleCity) -> None:
    """All 20,000 codes are valid for the importer, and prefixes follow the type."""
    assert bool(valid_codes(city.firms["firm_id"]).all())
    prefixes = set(zip(city.firms["object_type"], (c[:2] for c in city.firms["firm_id"]), strict=True))
    assert prefixes == {
        ("enterprise", "91"),
        ("individual", "92"),
        ("cooperative", "93"),
        ("representative", "91"),
    }
