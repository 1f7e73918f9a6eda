"""Tests of the made-up roster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from scheduler.example import ExampleCity, ExampleParameters
from scheduler.example.firms import build_register
from scheduler.example.lists import build_items, build_tasks
from scheduler.example.officers import build_officers
from scheduler.example.randomness import Chance
from scheduler.registry.items import MICRO
from scheduler.teams.roster import Officer

LAST_DAY = date(2026, 11, 30)
HOURS_PER_OFFICER = 400
HOURS_PER_JOURNEY = 1.5


def _eligible(officers: tuple[Officer, ...]) -> list[Officer]:
    return [one for one in officers if one.active and not one.expert and one.certified_on(LAST_DAY)]


def _by_district(officers: tuple[Officer, ...]) -> Iterator[tuple[str, list[Officer]]]:
    for code in sorted({one.district for one in officers}):
        yield code, [one for one in _eligible(officers) if one.district == code]


@pytest.mark.parametrize("which", ["small_city", "city"])
def test_every_district_can_make_teams_for_every_visit(which: str, request: pytest.FixtureRequest) -> None:
    """Eight or more officers can inspect in each district, two in five may lead, and no speciality is missing."""
    city: ExampleCity = request.getfixturevalue(which)
    needed = {item.speciality for item in city.items} - {""}
    places = dict(_by_district(city.officers))
    assert set(places) == {*city.frame.district_codes, "371000"}
    for code, here in places.items():
        assert len(here) >= (4 if code == "371000" else 8)
        assert sum(one.lead_qualified for one in here) >= 0.4 * len(here)
        assert needed <= {code for one in here for code in one.specialities}


def test_most_teams_of_two_cover_a_visit(city: ExampleCity) -> None:
    """Dealt as the specification says, in the order of ids, at least half of the teams can do each speciality."""
    for _code, here in _by_district(city.officers):
        leads = [one for one in here if one.lead_qualified]
        num_teams = min(len(leads), len(here) // 2)
        others = [one for one in here if one not in leads[:num_teams]]
        teams = [{*lead.specialities} for lead in leads[:num_teams]]
        for place, one in enumerate(others):
            teams[place % num_teams].update(one.specialities)
        for speciality in ("food", "drug", "special_equipment", "metrology", "product_quality"):
            assert sum(speciality in team for team in teams) >= num_teams / 2
        assert any({"metrology", "product_quality"} <= team for team in teams)


@pytest.mark.parametrize(("num_firms", "least"), [(462_000, 0.60), (20_000, 0.0), (2_000, 0.0)])
def test_hours_suffice_in_every_district(parameters: ExampleParameters, num_firms: int, least: float) -> None:
    """
    A year's visits need at most three quarters of a district's hours, at city size at least three fifths.

    In smaller cities the least number of officers leaves more.
    """
    chance = Chance("weihai")
    register = build_register(parameters, chance, num_firms)
    officers = build_officers(parameters, chance, register)
    minutes = {item.item_id: item.effort_minutes for item in build_items(parameters)}
    need = dict.fromkeys(register.frame.district_codes, 0.0)
    for task in build_tasks(parameters):
        hours = 2 * (HOURS_PER_JOURNEY + sum(minutes[item_id] for item_id in task.item_ids) / 60)
        ratio = 0.08 if task.task_id == "T01" else task.ratio_max_micro / MICRO
        reached = register.frame.district[task.range.covers(register.frame)]
        for place, code in enumerate(register.frame.district_codes):
            need[code] += hours * ratio * int((reached == place).sum())
    for code, here in _by_district(officers):
        if code != "371000":
            assert least <= need[code] / (HOURS_PER_OFFICER * len(here)) <= 0.75
    if num_firms == 462_000:
        assert 1_280 <= len(officers) <= 1_340


def test_roster_has_those_who_must_not_inspect(parameters: ExampleParameters) -> None:
    """A city of 100,000 has certificates that ran out or will in the year, officers on leave, experts and partners."""
    chance = Chance("weihai")
    officers = build_officers(parameters, chance, build_register(parameters, chance, 100_000))
    lapsed = [one for one in officers if not one.expert and not one.certified_on(LAST_DAY)]
    assert lapsed
    assert sum(not one.active for one in officers) > 0
    experts = [one for one in officers if one.expert]
    assert len(experts) >= 2
    assert not any(one.lead_qualified for one in experts)
    partners = [one for one in officers if one.department in parameters.roster.partner_departments]
    assert partners
    assert all(not one.lead_qualified and not one.specialities for one in partners)
    police = next(one for one in partners if one.department == "公安局")
    assert police.item_ids == ("K10",)  # the one item of the list that is theirs


def test_ids_and_certificates_are_unique_and_sorted(city: ExampleCity) -> None:
    """Officers come in order of their ids; ids and certificate numbers do not repeat."""
    ids = [one.officer_id for one in city.officers]
    numbers = [one.certificate_no for one in city.officers if one.certificate_no]
    assert ids == sorted(set(ids))
    assert len(set(numbers)) == len(numbers)
    assert all("例" in one.name for one in city.officers)


def test_recusals_are_of_officers_and_enterprises_of_one_district(city: ExampleCity) -> None:
    """Each pair is an officer and an operating enterprise of the officer's own district, for a known reason."""
    districts = dict(zip(city.firms["firm_id"], city.firms["district"], strict=True))
    types = dict(zip(city.firms["firm_id"], city.firms["object_type"], strict=True))
    served = {one.officer_id: one.district for one in city.officers}
    assert len(city.recusals) == 6
    for entry in city.recusals:
        assert districts[entry.firm_id] == served[entry.officer_id]
        assert types[entry.firm_id] == "enterprise"
        assert entry.reason in city.parameters.roster.recusal_reasons
        assert (entry.valid_until is not None) == (entry.reason == "former_employer")


def test_city_size_has_a_few_dozen_recusals(parameters: ExampleParameters) -> None:
    """At 1,300 officers there are 36 to 60 pairs, and no officer has two."""
    from scheduler.example.officers import build_recusals

    chance = Chance("weihai")
    register = build_register(parameters, chance, 462_000)
    recusals = build_recusals(parameters, chance, register, build_officers(parameters, chance, register))
    assert 36 <= len(recusals) <= 60
    assert len({entry.officer_id for entry in recusals}) == len(recusals)
