"""Faults that the results room finds in rows, as problems of the file the rows came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scheduler.errors import InputError, Problem
from scheduler.i18n import ngettext
from scheduler.results.checks import ResultFault
from scheduler.results.rounds import RowFault


def row_problem(row: Mapping[str, Any], fault: ResultFault | RowFault) -> Problem:
    """A fault of a row as a problem of its file."""
    return Problem(
        file=str(row.get("file") or ""),
        sheet=str(row.get("sheet") or ""),
        row=int(row.get("row") or 0),
        column=fault.column,
        value=fault.value[:60],
        message=fault.message,
        remedy=fault.remedy,
    )


def raise_problems(problems: Sequence[Problem]) -> None:
    """
    Raises one error with every problem, each once; nothing where there is none.

    Raises
    ------
    InputError
        If there is a problem.
    """
    if not problems:
        return
    distinct = tuple(dict.fromkeys(problems))
    first = distinct[0]
    number = len({problem.row for problem in distinct})
    message = ngettext(
        "{number} row is bad and nothing was recorded; the first, row {row}: {problem} ({value}); {remedy}",
        "{number} rows are bad and nothing was recorded; the first, row {row}: {problem} ({value}); {remedy}",
        number,
    )
    raise InputError(
        message.format(number=number, row=first.row, problem=first.message, value=first.value, remedy=first.remedy),
        distinct,
    )
