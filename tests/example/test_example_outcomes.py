"""Tests of the made-up results."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from scheduler.example import ExampleCity, simulate_results
from scheduler.registry.codes import ObjectType

DAY = date(2026, 4, 1)
CLEAN = {"no_problem", "no_activity"}


def _results(city: ExampleCity, firm_ids: list[str], package: str = "T01", seed: str = "r") -> dict[str, list[object]]:
    num = len(firm_ids)
    return simulate_results(city, firm_ids=firm_ids, packages=[package] * num, inspected_on=[DAY] * num, seed=seed)


def _enterprises(city: ExampleCity) -> list[str]:
    chosen = np.flatnonzero(city.frame.operating() & city.frame.of_type(ObjectType.ENTERPRISE))
    return [city.firms["firm_id"][place] for place in chosen]


def _by_visit(columns: dict[str, list[object]]) -> dict[object, dict[object, set[object]]]:
    visits: dict[object, dict[object, set[object]]] = {}
    for firm_id, item_id, category in zip(columns["firm_id"], columns["item_id"], columns["category"], strict=True):
        visits.setdefault(firm_id, {}).setdefault(item_id, set()).add(category)
    return visits


def test_problems_are_found_as_often_as_the_truth_says(city: ExampleCity) -> None:
    """Over 6,000 visits the share with a problem is within four standard errors of the mean true chance."""
    firm_ids = _enterprises(city)
    visits = _by_visit(_results(city, firm_ids))
    found = sum(any(categories - CLEAN for categories in items.values()) for items in visits.values())
    chance = city.truth_probability[city.frame.positions(np.array(firm_ids, dtype="S18"))] / 1e6
    spread = float((chance * (1 - chance)).sum()) ** 0.5
    assert abs(found - float(chance.sum())) < 4 * spread
    gone = sum({"unreachable"} in items.values() for items in visits.values())
    assert 0.055 < gone / len(visits) < 0.09  # Sichuan 2015: 7.4 %


def test_risky_firms_are_found_out_more_often(city: ExampleCity) -> None:
    """The riskiest fifth of the enterprises yields at least three times the findings of the rest."""
    firm_ids = _enterprises(city)
    chance = city.truth_probability[city.frame.positions(np.array(firm_ids, dtype="S18"))]
    order = np.argsort(-chance, kind="stable")
    visits = _by_visit(_results(city, firm_ids))
    found = np.array([any(entry - CLEAN for entry in visits[firm_id].values()) for firm_id in firm_ids])[order]
    fifth = len(found) // 5
    assert found[:fifth].mean() > 3 * found[fifth:].mean()


def test_answer_does_not_depend_on_order_or_company(city: ExampleCity) -> None:
    """Reversed, alone, or among others, a firm's visit finds the same; another seed finds something else."""
    firm_ids = _enterprises(city)[:400]
    forward = _by_visit(_results(city, firm_ids))
    assert _by_visit(_results(city, firm_ids[::-1])) == forward
    alone = _by_visit(_results(city, firm_ids[7:8]))
    assert alone == {firm_ids[7]: forward[firm_ids[7]]}
    assert _by_visit(_results(city, firm_ids, seed="s")) != forward


def test_every_item_of_the_package_gets_an_answer(city: ExampleCity) -> None:
    """A visit of two tasks answers the items of both, in their order; the whole visit is unreachable or none of it."""
    firm_ids = _enterprises(city)[:800]
    columns = _results(city, firm_ids, "T01+T11")
    items = {task.task_id: task.item_ids for task in city.tasks}
    for answers in _by_visit(columns).values():
        assert tuple(answers) == items["T01"] + items["T11"]
        gone = [categories for categories in answers.values() if "unreachable" in categories]
        assert gone in ([], [{"unreachable"}] * len(answers))
        assert all(categories == {"no_problem"} or "no_problem" not in categories for categories in answers.values())
    assert set(columns["inspected_on"]) == {DAY}


def test_categories_fit_their_items(city: ExampleCity) -> None:
    """Only items of publication are not published; some of them are also ordered to be corrected."""
    columns = _results(city, _enterprises(city), "T01+T11")
    visits = _by_visit(columns)
    publication = {"not_published", "false_publication"}
    seen = {item for answers in visits.values() for item, categories in answers.items() if categories & publication}
    assert seen == {"G09", "G10"}
    several = {frozenset(c) for answers in visits.values() for c in answers.values() if len(c) > 1}
    assert several == {frozenset({"not_published", "ordered_to_correct"})}
    idle = {item for answers in visits.values() for item, categories in answers.items() if "no_activity" in categories}
    assert idle == {"K08"}  # the key item of T11


def test_listed_as_unreachable_means_nobody_there(city: ExampleCity) -> None:
    """Among problems at firms listed as unreachable, more than four in five are that nobody is there."""
    listed = {
        firm_id
        for firm_id, kind, ended in zip(
            city.events["firm_id"], city.events["kind"], city.events["ended_on"], strict=True
        )
        if kind == "unreachable_listing" and ended is None
    }
    visits = _by_visit(_results(city, sorted(listed)))
    problems = [items for items in visits.values() if any(entry - CLEAN for entry in items.values())]
    gone = [items for items in problems if {"unreachable"} in items.values()]
    assert len(problems) > 20
    assert len(gone) > 0.8 * len(problems)


def test_other_chances_can_be_given(city: ExampleCity) -> None:
    """With chances of zero nothing is found, with one every visit finds a problem."""
    firm_ids = _enterprises(city)[:100]
    for chance, expected in ((0, 0), (1_000_000, 100)):
        columns = simulate_results(
            city,
            firm_ids=firm_ids,
            packages=["T01"] * 100,
            inspected_on=[DAY] * 100,
            seed="r",
            tasks=city.tasks[:1],
            truth_probability=np.full(len(city.frame), chance, dtype=np.int64),
        )
        visits = _by_visit(columns)
        assert sum(any(c - CLEAN for c in items.values()) for items in visits.values()) == expected


def test_no_visits_make_no_rows(city: ExampleCity) -> None:
    """An empty round has empty results."""
    assert _results(city, []) == {"firm_id": [], "item_id": [], "category": [], "inspected_on": []}


@pytest.mark.parametrize(
    ("firm_id", "package", "match"),
    [
        ("91371000MA3EXAMPLG", "T01", "expected firms of the made-up city, got 91371000MA3EXAMPLG"),
        (None, "T01+T99", r"expected tasks among .*got 'T99' in package 'T01\+T99'"),
    ],
)
def test_strangers_are_refused(city: ExampleCity, firm_id: str | None, package: str, match: str) -> None:
    """A firm that is not of the city and a task that is not of the year are named."""
    with pytest.raises(ValueError, match=match):
        _results(city, [firm_id or city.firms["firm_id"][0]], package)


def test_lists_of_different_length_are_refused(city: ExampleCity) -> None:
    """Every visit needs its firm, package and day."""
    with pytest.raises(ValueError, match="zip"):
        simulate_results(city, firm_ids=city.firms["firm_id"][:2], packages=["T01"] * 2, inspected_on=[DAY], seed="r")
