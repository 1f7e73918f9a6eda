"""
The made-up city, whole: register, history, truth, lists and roster, from parameters and a seed alone.

Same parameters, size and seed, same city: on every machine and with every version of Python and numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.example.firms import Register, build_register
from scheduler.example.history import History, build_history
from scheduler.example.lists import build_items, build_tasks
from scheduler.example.officers import build_officers, build_recusals
from scheduler.example.parameters import ExampleParameters
from scheduler.example.randomness import Chance, Whole
from scheduler.example.truth import true_probability
from scheduler.example.wording import addresses, firm_names, registrar_names, stations, texts
from scheduler.registry.codes import EVENT_KINDS, FIRM_STATUSES, OBJECT_TYPES, EventKind
from scheduler.registry.frame import Dates, Events, Frame, Ids
from scheduler.registry.items import InspectionItem, Task
from scheduler.teams.roster import Officer, Recusal

Columns: TypeAlias = dict[str, list[Any]]
Positions: TypeAlias = npt.NDArray[np.integer[Any]]
_CHUNK = 100_000  # event ids made at once, to keep memory low
_INSPECTIONS = (EventKind.INSPECTION_CLEAN, EventKind.INSPECTION_PROBLEM, EventKind.INSPECTION_REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleCity:
    """
    A made-up city.

    Attributes
    ----------
    parameters, seed
        What it was made from.
    firms, events
        Columns of the tables `firm` and `event`: one Python list per column. Firms are in ascending order of their ids.
    items, tasks, officers, recusals
        Item list, tasks of the year and roster.
    frame, history
        The same firms and events as the rooms see them, firm for firm and event for event.
    truth_probability
        Chance, in 10⁻⁶, that a visit finds a problem at each firm as it stands on the base date, shape (n,), in the
        order of `firms`. No command shows it: it is there to hold classifiers and estimators against.
    """

    parameters: ExampleParameters
    seed: str
    firms: Columns
    events: Columns
    items: tuple[InspectionItem, ...]
    tasks: tuple[Task, ...]
    officers: tuple[Officer, ...]
    recusals: tuple[Recusal, ...]
    frame: Frame
    history: Events
    truth_probability: Whole


def build_city(parameters: ExampleParameters, *, num_firms: int, seed: str | int) -> ExampleCity:
    """
    Makes the city.

    Parameters
    ----------
    num_firms
        Firms on the register, 200 or more.
    seed
        Any text or number; another seed makes another city.

    Raises
    ------
    UsageError
        If so few firms are asked for that not every district, type and library can have one.
    """
    chance = Chance(str(seed))
    register = build_register(parameters, chance, num_firms)
    history = build_history(parameters, chance, register)
    officers = build_officers(parameters, chance, register)
    firms = _firm_columns(parameters, chance, register, history.events)
    return ExampleCity(
        parameters=parameters,
        seed=str(seed),
        firms=firms,
        events=_event_columns(parameters, firms["firm_id"], register.frame.firm_id, history),
        items=build_items(parameters),
        tasks=build_tasks(parameters),
        officers=officers,
        recusals=build_recusals(parameters, chance, register, officers),
        frame=register.frame,
        history=history.events,
        truth_probability=true_probability(parameters.truth, register.frame, history.events, parameters.base_date),
    )


def _firm_columns(parameters: ExampleParameters, chance: Chance, register: Register, events: Events) -> Columns:
    frame = register.frame
    num = len(frame)
    return {
        "firm_id": frame.firm_id.astype("U18").tolist(),
        "name": firm_names(parameters, chance, register),
        "object_type": _taken([code.value for code in OBJECT_TYPES], frame.object_type),
        "district": _taken(frame.district_codes, frame.district),
        "status": _taken([code.value for code in FIRM_STATUSES], frame.status),
        "registrar": registrar_names(parameters, register),
        "station": stations(parameters, chance, register),
        "industry": _shared_texts(frame.industry),
        "established_on": _date_objects(frame.established_on),
        "capital_yuan": _numbers(frame.capital_yuan),
        "address": addresses(parameters, chance, register),
        "libraries": _library_texts(frame),
        "last_inspected_on": _date_objects(_last_inspections(frame, events)),
        "source": [parameters.source] * num,
    }


def _event_columns(parameters: ExampleParameters, firm_ids: list[str], ids: Ids, history: History) -> Columns:
    events = history.events
    return {
        "event_id": _event_ids(ids, history),
        "firm_id": _taken(firm_ids, events.firm),
        "kind": _taken([code.value for code in EVENT_KINDS], events.kind),
        "occurred_on": _date_objects(events.occurred_on),
        "ended_on": _date_objects(events.ended_on),
        "amount": _numbers(events.amount),
        "detail": _details(parameters, history),
        "source": [parameters.source] * len(events),
    }


def _taken(values: Sequence[str], positions: Positions) -> list[str]:
    """Values at positions; the strings are shared, not copied."""
    return list(texts(values)[positions])


def _shared_texts(column: Ids) -> list[str]:
    values, positions = np.unique(column, return_inverse=True)
    return _taken([value.decode("ascii") for value in values], positions)


def _date_objects(column: Dates) -> list[date | None]:
    """Dates as Python objects, None for NaT; equal ones are shared."""
    values, positions = np.unique(column, return_inverse=True)
    objects = np.empty(len(values), dtype=object)
    objects[:] = values.astype("datetime64[D]").tolist()
    return list(objects[positions])


def _numbers(column: Whole) -> list[int | None]:
    """Numbers as Python objects, None for −1; equal ones are shared."""
    values, positions = np.unique(column, return_inverse=True)
    objects = np.empty(len(values), dtype=object)
    objects[:] = [value if value >= 0 else None for value in values.tolist()]
    return list(objects[positions])


def _library_texts(frame: Frame) -> list[str]:
    values, positions = np.unique(frame.libraries, return_inverse=True)
    joined = [
        ";".join(code for bit, code in enumerate(frame.library_codes) if int(value) >> bit & 1) for value in values
    ]
    return _taken(joined, positions)


def _last_inspections(frame: Frame, events: Events) -> Dates:
    """Day of the newest inspection among each firm's events, NaT where there is none."""
    kinds = [EVENT_KINDS.index(kind) for kind in _INSPECTIONS]
    seen = np.isin(events.kind, kinds)
    days = np.full(len(frame), np.iinfo(np.int64).min, dtype=np.int64)  # the integer of NaT
    np.maximum.at(days, events.firm[seen], events.occurred_on[seen].astype(np.int64))
    return days.astype("datetime64[D]")


def _event_ids(ids: Ids, history: History) -> list[str]:
    """``E``, the firm's id, two digits of the kind, three of the slot: unique, and 24 characters long."""
    event_ids: list[str] = []
    for start in range(0, len(history.slot), _CHUNK):
        part = slice(start, start + _CHUNK)
        event_ids += _event_id_chunk(ids[history.events.firm[part]], history.events.kind[part], history.slot[part])
    return event_ids


def _event_id_chunk(firm_ids: Ids, kind: Positions, slot: Whole) -> list[str]:
    text = np.zeros((len(firm_ids), 24), dtype=np.uint8)
    text[:, 0] = ord("E")
    text[:, 1:19] = np.ascontiguousarray(firm_ids).view(np.uint8).reshape(-1, 18)
    number = kind.astype(np.int64) * 1000 + slot
    text[:, 19:] = ord("0") + number[:, None] // 10 ** np.arange(4, -1, -1) % 10
    return list(text.view("S24").reshape(-1).astype("U24").tolist())


def _details(parameters: ExampleParameters, history: History) -> list[str]:
    """Details of events: those of the event's kind, that of repairs, in one list of words."""
    words = [parameters.repair.detail]
    starts = np.zeros(len(EVENT_KINDS), dtype=np.int64)
    for kind, shape in parameters.history.items():
        starts[EVENT_KINDS.index(kind)] = len(words)
        words += shape.details
    return _taken(words, starts[history.events.kind] + history.detail)
