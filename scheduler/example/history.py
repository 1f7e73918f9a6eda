"""
Dated events of the made-up firms.

Every firm has a hidden carelessness z, roughly standard normal and shifted by its industry. It multiplies the rate of
every kind of event by exp(slope · z): so indicators that count events carry signal, and related ones go together. z
itself is never told; outcomes depend on events alone (`truth`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from scheduler.example.firms import TYPES, Register
from scheduler.example.parameters import ExampleParameters, KindShape
from scheduler.example.randomness import Chance, Whole, exponentials_micro
from scheduler.parameters import micro
from scheduler.registry.codes import EVENT_KINDS, EventKind
from scheduler.registry.frame import Dates, Events
from scheduler.registry.items import MICRO

_REACH = 450  # hundredths beyond which carelessness no longer matters
_NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """
    All events before the base date, by firm, then kind, then slot; shape (m,) each.

    Attributes
    ----------
    events
        What is recorded of them.
    slot
        Number that tells events of one firm and kind apart.
    detail
        Position in the details of the event's kind.
    """

    events: Events
    slot: Whole
    detail: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    firm: Whole
    kind: int
    slot: Whole
    occurred_on: Dates
    ended_on: Dates
    amount: Whole
    detail: Whole


def build_history(parameters: ExampleParameters, chance: Chance, register: Register) -> History:
    """Makes the events of all firms, credit repairs included."""
    hidden = _carelessness(parameters, chance, register)
    batches = []
    for kind, shape in parameters.history.items():
        batch = _batch(parameters, chance, register, hidden, kind, shape)
        batches.append(batch)
        if kind in parameters.repair.kinds:
            batches.append(_repairs(parameters, chance, batch))
    return _joined(batches)


def _carelessness(parameters: ExampleParameters, chance: Chance, register: Register) -> Whole:
    """Hidden carelessness of every firm, in hundredths."""
    shift = np.array([shape.latent for shape in parameters.industries.values()], dtype=np.int64)
    hidden = chance.bell("carelessness", len(register.frame)) + shift[register.industry]
    return np.asarray(np.clip(hidden, -_REACH, _REACH))


def _batch(
    parameters: ExampleParameters,
    chance: Chance,
    register: Register,
    hidden: Whole,
    kind: EventKind,
    shape: KindShape,
) -> _Batch:
    """Events of one kind: in each slot one happens with an equal part of the chance of the years."""
    rates = np.array([micro(shape.rates.get(code, Decimal(0))) for code in TYPES], dtype=np.int64)
    factors = exponentials_micro(shape.slope, _REACH)
    expected = rates[register.type] * parameters.history_years // shape.slots * factors[hidden + _REACH] // MICRO
    firm = [np.flatnonzero(chance.happens(f"{kind.value}/{slot}", expected)) for slot in range(shape.slots)]
    slot = np.repeat(np.arange(shape.slots, dtype=np.int64), [len(found) for found in firm])
    found = np.concatenate(firm)
    occurred_on = _days(parameters, chance, kind, shape, len(found))
    kept = _plausible(register.frame.established_on[found], found, occurred_on)
    found, slot, occurred_on = found[kept], slot[kept], occurred_on[kept]
    num = len(found)
    amounts = np.array(shape.amounts or (-1,), dtype=np.int64)
    return _Batch(
        firm=found,
        kind=EVENT_KINDS.index(kind),
        slot=slot,
        occurred_on=occurred_on,
        ended_on=_endings(parameters, chance, kind, shape, occurred_on),
        amount=amounts[chance.below(f"{kind.value}/amount", num, len(amounts))],
        detail=chance.below(f"{kind.value}/detail", num, len(shape.details)),
    )


def _plausible(born: Dates, firm: Whole, occurred_on: Dates) -> Whole:
    """Events after the firm was established, and no second one of a firm on one day."""
    lived = np.flatnonzero(np.isnat(born) | (born < occurred_on))
    same = (firm * 100_000 + occurred_on.astype(np.int64))[lived]
    return np.asarray(lived[np.sort(np.unique(same, return_index=True)[1])])


def _days(parameters: ExampleParameters, chance: Chance, kind: EventKind, shape: KindShape, num: int) -> Dates:
    """Days before the base date: any of the years of the history, or the one day a year on which the kind happens."""
    base = np.datetime64(parameters.base_date, "D")
    if not shape.on:
        back = 1 + chance.below(f"{kind.value}/day", num, parameters.history_years * 365)
        return np.asarray(base - back.astype("timedelta64[D]"))
    years = range(parameters.base_date.year - parameters.history_years - 1, parameters.base_date.year + 1)
    every = np.array([f"{year}-{shape.on}" for year in years], dtype="datetime64[D]")
    days = every[every < base][-parameters.history_years :]
    return np.asarray(days[chance.below(f"{kind.value}/day", num, len(days))])


def _endings(
    parameters: ExampleParameters, chance: Chance, kind: EventKind, shape: KindShape, occurred_on: Dates
) -> Dates:
    """Days on which listings were lifted, before the base date; NaT where they stand, or cannot be lifted."""
    num = len(occurred_on)
    least, most = shape.days
    after = least + chance.below(f"{kind.value}/until", num, most - least + 1)
    ended_on = occurred_on + after.astype("timedelta64[D]")
    lifted = chance.happens(f"{kind.value}/lifted", np.full(num, micro(shape.lifted), dtype=np.int64))
    ended_on[~lifted | (ended_on >= np.datetime64(parameters.base_date, "D"))] = _NEVER
    return np.asarray(ended_on)


def _repairs(parameters: ExampleParameters, chance: Chance, listed: _Batch) -> _Batch:
    """Credit repairs of lifted listings; their slots start at a multiple of the listing's kind, so that none meet."""
    stride = max(10, *(shape.slots for shape in parameters.history.values()))
    lifted = np.flatnonzero(~np.isnat(listed.ended_on))
    share = np.full(len(lifted), micro(parameters.repair.share), dtype=np.int64)
    repaired = lifted[chance.happens(f"repair/{listed.kind}", share)]
    num = len(repaired)
    return _Batch(
        firm=listed.firm[repaired],
        kind=EVENT_KINDS.index(EventKind.CREDIT_REPAIR),
        slot=stride * (1 + listed.kind) + listed.slot[repaired],
        occurred_on=listed.ended_on[repaired],
        ended_on=np.full(num, _NEVER),
        amount=np.full(num, -1, dtype=np.int64),
        detail=np.zeros(num, dtype=np.int64),
    )


def _joined(batches: list[_Batch]) -> History:
    firm = np.concatenate([batch.firm for batch in batches])
    kind = np.concatenate([np.full(len(batch.firm), batch.kind, dtype=np.int16) for batch in batches])
    slot = np.concatenate([batch.slot for batch in batches])
    order = np.argsort((firm * 100 + kind) * 1000 + slot)
    events = Events(
        firm=firm[order],
        kind=kind[order],
        occurred_on=np.concatenate([batch.occurred_on for batch in batches])[order],
        ended_on=np.concatenate([batch.ended_on for batch in batches])[order],
        amount=np.concatenate([batch.amount for batch in batches])[order],
    )
    return History(events=events, slot=slot[order], detail=np.concatenate([batch.detail for batch in batches])[order])
