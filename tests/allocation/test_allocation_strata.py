"""Who can still be visited for what, and the strata that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from allocation_cities import ENTERPRISE, INDIVIDUAL, NOTHING_DRAWN, T01, TIERS, frame_of, task

from scheduler.allocation.strata import DrawnSoFar, build_strata, capped, recently_inspected, task_sets
from scheduler.registry.codes import FirmStatus
from scheduler.registry.frame import Frame

FULL = task("T02", "K1", libraries=("L0",), full=True)
LATE = task("T-03", "K2", libraries=("L1",))
TASKS = (T01, FULL, LATE)


def drawn(*rows: tuple[int, str, bool], targeted: tuple[bool, ...] | None = None) -> DrawnSoFar:
    """Draws of firms by their number."""
    return DrawnSoFar(
        firm_id=np.array([f"F{number:08d}" for number, _, _ in rows], dtype="S18"),
        package=tuple(package for _, package, _ in rows),
        counting=np.array([counting for _, _, counting in rows], dtype=np.bool_),
        targeted=None if targeted is None else np.array(targeted, dtype=np.bool_),
    )


def five() -> Frame:
    """Four enterprises, of which one owes T02, one is in T-03's range and one in both; an individual; one is gone."""
    return frame_of(
        ["371003", "371002", "371002", "371002", "371002", "unknown"],
        [ENTERPRISE] * 4 + [INDIVIDUAL, ENTERPRISE],
        [0, 1, 2, 3, 0, 1],
        [FirmStatus.OPERATING] * 5 + [FirmStatus.DEREGISTERED],
    )


TIER = np.array([0, 1, 1, 3, 0, -1], dtype=np.int8)


def test_build_strata_writes_keys_ascending_and_leaves_out_who_has_no_task() -> None:
    """Keys follow section 1.6; an individual without a task and a firm that is gone stand in no stratum."""
    strata = build_strata(five(), TIER, TIERS, task_sets(five(), TASKS, NOTHING_DRAWN))
    assert strata.keys == (
        "371002/enterprise/B/T-03+T01",
        "371002/enterprise/B/T01+T02",
        "371002/enterprise/D/T-03+T01+T02",
        "371003/enterprise/A/T01",
    )
    assert strata.firm_stratum.tolist() == [3, 1, 0, 2, -1, -1]
    assert strata.size.tolist() == [1, 1, 1, 1]
    assert not strata.visited.any()


def test_task_sets_drawn_for_discretionary_task_leaves_only_full_coverage() -> None:
    """Firm 3 was drawn for T01 and still owes T02; firm 0 was drawn for T01 and is done."""
    sets = task_sets(five(), TASKS, drawn((3, "T01", True), (0, "T01", True)))
    strata = build_strata(five(), TIER, TIERS, sets)
    assert strata.keys[strata.firm_stratum[3]] == "371002/enterprise/D/T02"
    assert strata.firm_stratum[0] == -1
    assert strata.visited.tolist() == [True, False, False, False, False, False]


def test_task_sets_served_full_coverage_is_owed_no_more() -> None:
    """Firm 1 was drawn for T02 alone and keeps T01; firm 3 was drawn for both and has nothing left."""
    sets = task_sets(five(), TASKS, drawn((1, "T02", False), (3, "T01+T02", True)))
    strata = build_strata(five(), TIER, TIERS, sets)
    assert strata.keys[strata.firm_stratum[1]] == "371002/enterprise/B/T01"
    assert strata.firm_stratum[3] == -1


def test_task_sets_full_coverage_of_a_past_task_is_no_discretionary_visit() -> None:
    """A visit for a full-coverage task whose rounds are over does not use up the firm's discretionary visit."""
    sets = task_sets(five(), TASKS, drawn((1, "T02", False)), still={"T01"})
    strata = build_strata(five(), TIER, TIERS, sets)
    assert strata.keys == (
        "371002/enterprise/B/T01",
        "371002/enterprise/D/T01",
        "371003/enterprise/A/T01",
    )


@pytest.mark.parametrize("package", ["", "X9", "T-03"])
def test_task_sets_unknown_package_uses_up_the_visit(package: str) -> None:
    """A list drawn elsewhere that tells no package, or an unknown one, is a discretionary visit."""
    sets = task_sets(five(), TASKS, drawn((0, package, False)))
    assert not sets.left[:, 0].any()


def test_task_sets_drops_firms_that_left_the_register() -> None:
    """A draw of a firm that is not on the register changes nothing."""
    assert np.array_equal(
        task_sets(five(), TASKS, drawn((99, "T01", True))).left, task_sets(five(), TASKS, NOTHING_DRAWN).left
    )


def test_build_strata_counts_firms_drawn_in_targeted_rounds_alone() -> None:
    """Of two alike firms one was drawn in a targeted round: its stratum remembers it; open draws do not count."""
    frame = frame_of(["1", "1", "1"], [ENTERPRISE] * 3)
    tier = np.zeros(3, dtype=np.int8)
    for targeted, expected in (((True,), 1), ((False,), 0)):
        sets = task_sets(frame, (T01,), drawn((1, "T01", True), targeted=targeted))
        (stratum,) = build_strata(frame, tier, TIERS, sets).strata
        assert (stratum.num_firms, stratum.num_drawn) == (2, expected)


def test_build_strata_refuses_firm_without_tier() -> None:
    """Every firm of the pool must be classified."""
    with pytest.raises(ValueError, match="tier"):
        build_strata(five(), np.full(6, -1, dtype=np.int8), TIERS, task_sets(five(), TASKS, NOTHING_DRAWN))


def test_build_strata_of_nobody_is_empty() -> None:
    """Without tasks nobody is in the pool."""
    strata = build_strata(five(), TIER, TIERS, task_sets(five(), (), NOTHING_DRAWN))
    assert strata.keys == ()
    assert strata.size.tolist() == []


def test_build_strata_separates_sets_of_more_than_forty_tasks() -> None:
    """Sets of 60 tasks are told apart, although one integer cannot hold so many flags and the rest of the key."""
    frame = frame_of(["1"] * 60, [ENTERPRISE] * 60)
    tasks = tuple(task(f"T{number:02d}", districts=("1",)) for number in range(60))
    sets = task_sets(frame, tasks, NOTHING_DRAWN)
    left = sets.left & ~np.eye(60, dtype=np.bool_)
    strata = build_strata(frame, np.zeros(60, dtype=np.int8), TIERS, replace(sets, left=left))
    assert len(strata.keys) == 60


def test_drawn_so_far_refuses_uneven_columns() -> None:
    """Columns must be of one length."""
    with pytest.raises(ValueError, match="one length"):
        DrawnSoFar(firm_id=np.zeros(1, dtype="S18"), package=(), counting=np.zeros(1, dtype=np.bool_))


def test_recently_inspected_counts_months_back_from_the_base_date() -> None:
    """Six months before 31 August end on the last day of February; an unknown day is not recent."""
    days = np.array(["2026-02-27", "2026-02-28", "2026-09-09", "NaT"], dtype="datetime64[D]")
    assert recently_inspected(days, date(2026, 8, 31), 6).tolist() == [False, True, True, False]
    assert not recently_inspected(days, date(2026, 8, 31), 0).any()


def test_capped_counts_visits_of_every_kind() -> None:
    """A firm in two lists has had two visits; without a cap nobody is left out."""
    frame = frame_of(["1", "1", "1"], [ENTERPRISE] * 3)
    visits = drawn((0, "T01", True), (0, "T02", False), (1, "T02", False))
    assert capped(frame, visits, 2).tolist() == [True, False, False]
    assert not capped(frame, visits, None).any()


def test_spared_firms_owe_full_coverage_alone() -> None:
    """Who is spared keeps the full-coverage task and loses the others."""
    frame = frame_of(["1", "1"], [ENTERPRISE] * 2)
    tasks = (task("T01", types=(ENTERPRISE,)), task("T03", "K1", full=True))
    sets = task_sets(frame, tasks, NOTHING_DRAWN, spared=np.array([True, False]))
    assert sets.left.tolist() == [[False, True], [True, True]]
