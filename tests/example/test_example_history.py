"""Tests of the made-up events."""

from __future__ import annotations

from datetime import date

import numpy as np

from scheduler.example import ExampleCity, build_city
from scheduler.example.parameters import with_history
from scheduler.registry.codes import EVENT_KINDS, EventKind
from scheduler.registry.frame import Mask


def _of(city: ExampleCity, *kinds: EventKind, days: int = 4 * 365 + 9) -> Mask:
    """Events of kinds in the days before the base date."""
    events = city.history
    since = np.datetime64(city.parameters.base_date) - np.timedelta64(days, "D")
    return np.isin(events.kind, [EVENT_KINDS.index(kind) for kind in kinds]) & (events.occurred_on > since)


def _share(city: ExampleCity, chosen: Mask) -> float:
    """Share of operating firms with at least one of the events chosen."""
    firms = np.unique(city.history.firm[chosen])
    operating = city.frame.operating()
    return float(operating[firms].sum() / operating.sum())


def test_events_lie_between_birth_and_base_date(city: ExampleCity) -> None:
    """No event is older than four years, older than its firm, or of the base date and later."""
    events, base = city.history, np.datetime64(city.parameters.base_date)
    assert events.occurred_on.max() < base
    assert events.occurred_on.min() >= base - np.timedelta64(4 * 365 + 8, "D")
    born = city.frame.established_on[events.firm]
    assert (np.isnat(born) | (born < events.occurred_on)).all()


def test_listings_end_after_they_began_or_stand(city: ExampleCity) -> None:
    """Only listings end, after they began and before the base date, and some still stand."""
    events = city.history
    ended = ~np.isnat(events.ended_on)
    assert (events.ended_on[ended] > events.occurred_on[ended]).all()
    assert events.ended_on[ended].max() < np.datetime64(city.parameters.base_date)
    lifted = {code for code, shape in city.parameters.history.items() if shape.lifted}
    assert {EVENT_KINDS[kind] for kind in np.unique(events.kind[ended])} <= lifted
    abnormal = _of(city, EventKind.ABNORMAL_LISTING)
    assert 0.3 < float(np.mean(np.isnat(events.ended_on[abnormal]))) < 0.7


def test_no_firm_has_two_events_of_a_kind_on_one_day(city: ExampleCity) -> None:
    """Events can be told apart by firm, kind and day alone, credit repairs of two listings excepted."""
    events = city.history
    plain = events.kind != EVENT_KINDS.index(EventKind.CREDIT_REPAIR)
    keys = np.stack([events.firm, events.kind, events.occurred_on.astype(np.int64)])[:, plain]
    assert np.unique(keys, axis=1).shape == keys.shape


def test_annual_reports_are_late_on_the_first_of_july(city: ExampleCity) -> None:
    """A kind with a day of its own happens on that day, in any of the four years."""
    days = {str(day) for day in city.history.occurred_on[_of(city, EventKind.LATE_ANNUAL_REPORT)]}
    assert days == {"2022-07-01", "2023-07-01", "2024-07-01", "2025-07-01"}


def test_repairs_follow_lifted_listings(city: ExampleCity) -> None:
    """Every credit repair falls on the day on which a listing of the same firm was lifted."""
    events = city.history
    listed = np.isin(events.kind, [EVENT_KINDS.index(kind) for kind in city.parameters.repair.kinds])
    lifted = {(int(firm), str(day)) for firm, day in zip(events.firm[listed], events.ended_on[listed], strict=True)}
    repaired = _of(city, EventKind.CREDIT_REPAIR)
    repairs = set(zip(events.firm[repaired].tolist(), map(str, events.occurred_on[repaired]), strict=True))
    assert repairs
    assert repairs <= lifted


def test_amounts_belong_to_penalties(city: ExampleCity) -> None:
    """Penalties, and nothing else, have an amount."""
    events = city.history
    assert ((events.amount >= 0) == (events.kind == EVENT_KINDS.index(EventKind.PENALTY))).all()


def test_rates_are_near_those_aimed_at(city: ExampleCity) -> None:
    """About 1.4 % listed or dishonest now, 8.5 % punished in three years, 16 % complained of in one."""
    standing = np.isnat(city.history.ended_on)
    listings = _of(city, EventKind.ABNORMAL_LISTING, EventKind.UNREACHABLE_LISTING, EventKind.SERIOUS_DISHONESTY)
    assert 0.010 < _share(city, listings & standing) < 0.018
    assert 0.07 < _share(city, _of(city, EventKind.PENALTY, days=1095)) < 0.10
    assert 0.14 < _share(city, _of(city, EventKind.COMPLAINT, days=365)) < 0.18
    assert 1.9 < len(city.history) / len(city.frame) < 2.4  # about a million in a city of 462,000


def test_careless_firms_are_careless_in_everything(city: ExampleCity) -> None:
    """Firms with a penalty have at least 1.5 times the complaints of the others: one cause stands behind both."""
    num = len(city.frame)
    punished = np.bincount(city.history.firm[_of(city, EventKind.PENALTY)], minlength=num) > 0
    complaints = np.bincount(city.history.firm[_of(city, EventKind.COMPLAINT)], minlength=num)
    assert complaints[punished].mean() > 1.5 * complaints[~punished].mean()


def test_event_ids_are_unique_and_short(city: ExampleCity) -> None:
    """Every event has an id of its own of at most 32 characters, which begins with its firm."""
    ids = city.events["event_id"]
    assert len(set(ids)) == len(ids)
    assert {len(event_id) for event_id in ids} == {24}
    assert all(event_id[1:19] == firm_id for event_id, firm_id in zip(ids, city.events["firm_id"], strict=True))
    assert {type(day) for day in city.events["occurred_on"]} == {date}


def test_longer_history_has_the_same_years_and_ids_of_their_own(city: ExampleCity) -> None:
    """
    Nine years: the last four have about as many events of firms as old, each event its own id.

    Complaints are the most frequent kind, so that a careless firm would run out of slots if they did not grow.
    """
    parameters = with_history(city.parameters, 9)
    assert parameters.history[EventKind.COMPLAINT].slots == 18  # 8 · 9 / 4
    longer = build_city(parameters, num_firms=len(city.frame), seed=city.seed)
    assert len(set(longer.events["event_id"])) == len(longer.events["event_id"])
    base = np.datetime64(city.parameters.base_date)
    assert longer.history.occurred_on.min() < base - np.timedelta64(8 * 365, "D")
    before, now = (int(_of(one, EventKind.COMPLAINT).sum()) for one in (city, longer))
    assert abs(before - now) < 4 * np.sqrt(before + now)
    assert longer.frame.established_on.tolist() == city.frame.established_on.tolist()
