"""The made-up city as training sees it: indicators of a day, and one visit to every firm with its true chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from scheduler.example import ExampleCity
from scheduler.example.truth import true_probability
from scheduler.registry.items import MICRO
from scheduler.risk.catalogue_training import indicator_columns
from scheduler.risk.columns import Column
from scheduler.risk.evaluation import calibration_table, expected_calibration_error
from scheduler.risk.indicators import INDICATORS, indicator_values
from scheduler.risk.leakage import constant_columns
from scheduler.risk.training import Training, TrainingSettings, train_columns

SETTINGS = TrainingSettings(pairs=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCity:
    """Columns a year before the base date, and a card fitted to one visit to every firm on that day."""

    columns: tuple[Column, ...]
    training: Training


def year_before(city: ExampleCity) -> date:
    """The day to fit on: a year before the base date, so that the base date itself is out of time."""
    base = city.parameters.base_date
    return base.replace(year=base.year - 1)


def outcomes_of(city: ExampleCity, day: date, seed: int) -> npt.NDArray[np.int64]:
    """One visit to every firm with its true chance on a day, 1 where it finds a problem, shape (n,)."""
    chance = true_probability(city.parameters.truth, city.frame, city.history, day) / MICRO
    return (np.random.default_rng(seed).random(len(city.frame)) < chance).astype(np.int64)


def columns_of(city: ExampleCity, day: date) -> tuple[Column, ...]:
    """All indicators that vary, as of a day."""
    values = indicator_values(city.frame, city.history, [one.name for one in INDICATORS], day)
    columns = indicator_columns(values)
    constant = constant_columns(columns)
    return tuple(column for column in columns if column.name not in constant)


def fit_city(city: ExampleCity) -> FittedCity:
    """Fits a card to one visit to every firm a year before the base date."""
    day = year_before(city)
    columns = columns_of(city, day)
    training = train_columns(columns, outcomes_of(city, day, 1), None, name="fitted", settings=SETTINGS)
    return FittedCity(columns=columns, training=training)


def out_of_time_error(city: ExampleCity, fitted: FittedCity) -> float:
    """Expected calibration error of the fitted card on one visit to every firm a year after it was fitted."""
    day, card = city.parameters.base_date, fitted.training.card
    given = {column.name: column for column in columns_of(city, day)}
    later = {column.name: _recoded(given[column.name], column) for column in fitted.columns}
    probability = card.probability_micro(card.score_columns(later, len(city.frame)))
    return expected_calibration_error(calibration_table(probability / MICRO, outcomes_of(city, day, 2)))


def _recoded(column: Column, like: Column) -> Column:
    """A column of codes in the codes of another; industries that were not frequent then fall back to the rest."""
    if like.codes is None or column.codes is None:
        return column
    place = {code: number for number, code in enumerate(like.codes)}
    table = np.array([place.get(code, place.get(code[:3], len(like.codes))) for code in column.codes], dtype=np.int64)
    values = np.where(column.values < 0, column.values, table[np.maximum(column.values, 0)])
    return Column(name=column.name, values=values, codes=like.codes)
