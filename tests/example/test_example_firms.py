"""Tests of the made-up register's columns."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from scheduler.errors import UsageError
from scheduler.example import ExampleCity, ExampleParameters, build_city
from scheduler.example.firms import LEAST_FIRMS, build_register
from scheduler.example.randomness import Chance
from scheduler.registry.codes import FIRM_STATUSES, FirmStatus, ObjectType


@pytest.mark.parametrize("num_firms", [LEAST_FIRMS, 300, 2_000])
def test_small_city_has_everything_a_large_one_has(parameters: ExampleParameters, num_firms: int) -> None:
    """No district is empty, no object type and no special library too small, however small the city."""
    frame = build_register(parameters, Chance("s"), num_firms).frame
    assert len(frame) == num_firms
    assert frame.district_codes == tuple(sorted(entry.code for entry in parameters.districts))
    assert set(frame.district.tolist()) == set(range(9))
    for code in (ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL, ObjectType.COOPERATIVE, ObjectType.REPRESENTATIVE):
        assert frame.of_type(code).sum() >= 8
    for library in parameters.libraries:
        bit = np.uint64(frame.library_codes.index(library.code))
        members = (frame.libraries >> bit) & np.uint64(1) == 1
        assert (members & frame.operating()).sum() >= library.least


def test_too_few_firms_are_refused(parameters: ExampleParameters) -> None:
    """A city that could not have everything is refused, with the least number."""
    with pytest.raises(UsageError, match="at least 200 firms, got 199"):
        build_city(parameters, num_firms=199, seed="s")


def test_shares_are_those_of_the_parameters(city: ExampleCity) -> None:
    """Of 20,000 firms, 31.6 % are enterprises and each district has its weight of firms to the firm."""
    frame = city.frame
    # Σ weight · share of enterprises over the nine districts: 0.31598, so 6,320 firms; one more or less per cell
    assert abs(int(frame.of_type(ObjectType.ENTERPRISE).sum()) - 6_320) <= 9
    counts = dict(zip(frame.district_codes, np.bincount(frame.district).tolist(), strict=True))
    # weights in thousandths of 20,000; largest remainders run over 36 cells, so a district may be off by two
    for entry in city.parameters.districts:
        assert abs(counts[entry.code] - 20 * entry.weight) <= 2
    closed = np.mean(frame.status != FIRM_STATUSES.index(FirmStatus.OPERATING))
    assert 0.03 < closed < 0.05


def test_registrar_does_not_tell_the_district(city: ExampleCity) -> None:
    """Firms of the zones carry the city's registrar, as real ones do, and districts share registrars."""
    registrars: dict[str, set[str]] = {}
    for firm_id, district in zip(city.firms["firm_id"], city.firms["district"], strict=True):
        registrars.setdefault(district, set()).add(firm_id[2:8])
    assert "371000" in set.intersection(*registrars.values())
    assert registrars["371003"] == {"371000", "371003", "371081"}


def test_library_firms_operate_in_the_industries_of_their_library(city: ExampleCity) -> None:
    """Firms of a special library are in operation, of its object types and in one of its industries."""
    frame = city.frame
    for library in city.parameters.libraries:
        bit = np.uint64(frame.library_codes.index(library.code))
        members = (frame.libraries >> bit) & np.uint64(1) == 1
        assert frame.operating()[members].all()
        allowed = np.logical_or.reduce([frame.of_type(code) for code in library.shares])
        assert allowed[members].all()
        if library.industries:
            assert {code.decode() for code in frame.industry[members]} <= set(library.industries)
        expected = sum(float(share) for share in library.shares.values()) * len(frame)
        assert abs(int(members.sum()) - expected) <= 1


def test_dates_lie_before_the_base_date_and_some_columns_are_unknown(city: ExampleCity) -> None:
    """Nobody is established on the base date or later; a few dates, amounts and industries are not told."""
    frame = city.frame
    known = ~np.isnat(frame.established_on)
    assert frame.established_on[known].max() < np.datetime64(city.parameters.base_date)
    assert 0.001 < np.mean(~known) < 0.006
    assert 0.002 < np.mean(frame.industry == b"") < 0.006
    enterprises = frame.of_type(ObjectType.ENTERPRISE)
    assert 0.01 < np.mean(frame.capital_yuan[enterprises] < 0) < 0.03
    assert (frame.capital_yuan[frame.of_type(ObjectType.REPRESENTATIVE)] == -1).all()


def test_names_and_addresses_say_they_are_made_up(city: ExampleCity) -> None:
    """Every name and address carries the mark, most names are different, and forms follow the type."""
    names = city.firms["name"]
    assert all("示例" in name for name in names)
    assert all("（示例）" in address for address in city.firms["address"])
    assert len(set(names)) > 0.95 * len(names)
    by_type: dict[str, set[str]] = {
        code: set() for code in ("enterprise", "individual", "cooperative", "representative")
    }
    for name, code in zip(names, city.firms["object_type"], strict=True):
        by_type[code].add(name)
    assert all(name.endswith("农民专业合作社") for name in by_type["cooperative"])
    assert all(name.endswith("威海代表处") for name in by_type["representative"])
    assert sum(name.endswith("有限公司") for name in by_type["enterprise"]) > 0.8 * len(by_type["enterprise"])


def test_places_belong_to_the_district(city: ExampleCity) -> None:
    """Address and station name a town of the firm's district, and the registrar's name fits its code."""
    towns = {entry.code: (entry.name, entry.towns) for entry in city.parameters.districts}
    firms = city.firms
    rows = zip(firms["firm_id"], firms["district"], firms["address"], firms["station"], firms["registrar"], strict=True)
    for firm_id, district, address, station, registrar in rows:
        name, here = towns[district]
        (town,) = [town for town in here if address.startswith(name + town)]
        assert station == town.removesuffix("街道").removesuffix("镇") + "市场监管所"
        assert registrar == city.parameters.registrars[firm_id[2:8]]


def test_last_inspection_is_the_newest_inspection_event(city: ExampleCity) -> None:
    """The register's column agrees with the history."""
    newest: dict[str, date] = {}
    events = city.events
    for firm_id, kind, day in zip(events["firm_id"], events["kind"], events["occurred_on"], strict=True):
        if kind.startswith("inspection_"):
            newest[firm_id] = max(day, newest.get(firm_id, day))
    expected = [newest.get(firm_id) for firm_id in city.firms["firm_id"]]
    assert city.firms["last_inspected_on"] == expected
    assert 0.15 < sum(day is not None for day in expected) / len(expected) < 0.35


def test_district_without_weight_stays_empty(parameters: ExampleParameters) -> None:
    """A weight of zero means no firm, not one."""
    first, *others = parameters.districts
    shapes = (first.model_copy(update={"weight": 0}), *others)
    frame = build_register(parameters.model_copy(update={"districts": shapes}), Chance("s"), 300).frame
    assert frame.district_codes.index(first.code) not in set(frame.district.tolist())
