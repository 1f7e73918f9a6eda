"""
Words of the made-up register: names, stations and addresses, put together from the parameters' lists.

Every name carries the parameters' mark (示例), so that nobody takes a firm for a real one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scheduler.example.firms import TYPES, Register
from scheduler.example.parameters import ExampleParameters
from scheduler.example.randomness import Chance, Whole
from scheduler.registry.codes import ObjectType

Texts = npt.NDArray[np.object_]
_NUMBERS = 400  # highest number of a house


def firm_names(parameters: ExampleParameters, chance: Chance, register: Register) -> list[str]:
    """Names of all firms: region, brand, mark, trade and form, as the type has them."""
    num = len(register.frame)
    names = np.empty(num, dtype=object)
    brand = _brands(parameters, chance, num)
    region = texts([entry.prefix for entry in parameters.districts])[register.district]
    for index, code in enumerate(TYPES):
        here = np.flatnonzero(register.type == index)
        tail = _tails(parameters, chance, register, code, here)
        if code is ObjectType.REPRESENTATIVE:
            head = _any_of(chance, "name/origin", len(here), parameters.representative_origins)
        else:
            head = region[here]
        names[here] = head + brand[here] + tail
    return list(names)


def stations(parameters: ExampleParameters, chance: Chance, register: Register) -> list[str]:
    """Market regulation station 属地监管所 of every firm."""
    towns, town = _towns(parameters, chance, register)
    named = [name.removesuffix("街道").removesuffix("镇") + "市场监管所" for name in towns]
    return list(texts(named)[town])


def addresses(parameters: ExampleParameters, chance: Chance, register: Register) -> list[str]:
    """Address 住所 of every firm: a real town, a made-up road."""
    _, town = _towns(parameters, chance, register)
    places = [f"{entry.name}{name}" for entry in parameters.districts for name in entry.towns]
    num = len(register.frame)
    road = _any_of(chance, "address/road", num, [f"{name}路（{parameters.mark}）" for name in parameters.roads])
    number = texts([f"{count}号" for count in range(1, _NUMBERS + 1)])
    return list(texts(places)[town] + road + number[chance.below("address/number", num, _NUMBERS)])


def registrar_names(parameters: ExampleParameters, register: Register) -> list[str]:
    """Name of the office that registered every firm."""
    codes = sorted(parameters.registrars)
    position = np.searchsorted(np.array([code.encode("ascii") for code in codes]), register.registrar)
    return list(texts([parameters.registrars[code] for code in codes])[position])


def texts(values: Sequence[str]) -> Texts:
    """Array of Python strings, shape (len(values),): taken from by index, its strings are shared, not copied."""
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def _any_of(chance: Chance, tag: str, num: int, words: Sequence[str]) -> Texts:
    return np.asarray(texts(words)[chance.below(tag, num, len(words))])


def _brands(parameters: ExampleParameters, chance: Chance, num: int) -> Texts:
    first, second, third = (texts(list(row)) for row in parameters.brands)
    short = first[chance.below("name/1", num, len(first))] + second[chance.below("name/2", num, len(second))]
    endings = np.concatenate([third, texts([""] * len(third))])  # half of the brands have a third character
    return np.asarray(short + endings[chance.below("name/3", num, len(endings))] + parameters.mark)


def _tails(parameters: ExampleParameters, chance: Chance, register: Register, code: ObjectType, here: Whole) -> Texts:
    """Ends of the names of firms of one type."""
    num, tag = len(here), f"name/tail/{code.value}"
    if code is ObjectType.REPRESENTATIVE:
        return _any_of(chance, tag, num, [parameters.representative_form])
    if code is ObjectType.COOPERATIVE:
        trades = [trade + parameters.cooperative_form for trade in parameters.cooperative_trades]
        return _any_of(chance, tag, num, trades)
    shapes = parameters.industries.values()
    if code is ObjectType.INDIVIDUAL:
        return _by_industry(chance, tag, register.industry[here], [shape.shops or ("经营部",) for shape in shapes])
    trade = _by_industry(chance, tag, register.industry[here], [shape.trades for shape in shapes])
    form = chance.chosen("name/form", num, [entry.weight for entry in parameters.forms])
    return np.asarray(trade + texts([entry.text for entry in parameters.forms])[form])


def _by_industry(chance: Chance, tag: str, industry: Whole, words: Sequence[Sequence[str]]) -> Texts:
    """One of the words of each firm's industry."""
    counts = np.array([len(row) for row in words], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    flat = texts([word for row in words for word in row])
    return np.asarray(flat[starts[industry] + chance.within(tag, counts[industry])])


def _towns(parameters: ExampleParameters, chance: Chance, register: Register) -> tuple[list[str], Whole]:
    """All towns, district by district, and each firm's town among them."""
    counts = np.array([len(entry.towns) for entry in parameters.districts], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    towns = [name for entry in parameters.districts for name in entry.towns]
    return towns, starts[register.district] + chance.within("town", counts[register.district])
