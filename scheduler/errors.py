"""
Every error that double-random raises on purpose, as one tree.

A message says what was expected, then what was found, names the place (file, sheet, row, column, value) and ends
with the remedy. `cli.py` is the only place that turns an error into an exit status.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class DoubleRandomError(Exception):
    """Base of all errors raised on purpose: the data or the state of the year refuses what was asked."""

    exit_status: ClassVar[int] = 1


class UsageError(DoubleRandomError):
    """The command was called with words that do not fit together."""

    exit_status: ClassVar[int] = 2


class StateError(DoubleRandomError):
    """The step asked for does not follow from where the year stands, such as drawing a round twice."""


class PolicyError(DoubleRandomError):
    """A parameter file (policy, scorecard, mapping) says something impossible; the message names file and key."""


class TrainingError(DoubleRandomError):
    """A scorecard cannot be fitted to these data, or must not be: they leak the outcome; names the column."""


class StoreError(DoubleRandomError):
    """The database cannot be opened, is of another version, or changed under a running command."""


class RecordError(DoubleRandomError):
    """A published record cannot be read: truncated, of unknown format, or not in canonical form."""


class VerificationError(DoubleRandomError):
    """A record was read and at least one of its claims does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One bad cell of an input file.

    Attributes
    ----------
    file, sheet, row, column
        Where it stands; `row` counts from 1 with the header as row 1, `sheet` is empty for CSV.
    value
        The cell as read, cut to 60 characters.
    message
        What was expected and what was found.
    remedy
        What to do about it.
    """

    file: str
    sheet: str
    row: int
    column: str
    value: str
    message: str
    remedy: str


class InputError(DoubleRandomError):
    """One or more cells of an input file are bad; `problems` lists every one of them."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """
    One limit that gives way.

    Attributes
    ----------
    name, change
        The limit's name in the policy and its new value, or what is added to it, as `--relax NAME=VALUE` takes them;
        both empty where no figure of the policy can help.
    sentence
        The same for people.
    """

    name: str = ""
    change: str = ""
    sentence: str

    @property
    def option(self) -> str:
        """As the command line takes it."""
        return f"{self.name}={self.change}"


class InfeasiblePlanError(DoubleRandomError):
    """No plan keeps every limit; `relaxations` are the fewest limits to relax, each by how much."""

    def __init__(self, message: str, relaxations: tuple[Relaxation, ...] = ()) -> None:
        super().__init__(message)
        self.relaxations = relaxations
