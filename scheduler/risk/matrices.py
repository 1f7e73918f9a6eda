"""
Matrices that combine the general tier with a specialised rating 专项分级 (food, drugs, special equipment).

General classification does not replace specialised grading (国市监信发〔2022〕6号), so neither rules the other: a
matrix says, for every grade of a rating and every general tier, which tier a firm has. In the scorecard's TOML::

    [[matrices]]
    name = "food"
    grades = ["A", "B", "C", "D"]                  # low to high risk
    combine = { A = ["A", "A", "B", "C"], … }      # tiers of general A, B, C, D

A firm without a rating keeps its general tier; of several ratings the one that gives the highest tier counts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from scheduler.i18n import gettext as _
from scheduler.parameters import Parameters

MOST_GRADES: Final = 35  # so that a grade, or that there is none, is one character
MOST_MATRICES: Final = 20
_NAME = re.compile(r"[a-z0-9_]{1,64}")
_GRADE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,15}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingMatrix:
    """
    How one rating and the general tier make a tier.

    Attributes
    ----------
    name
        Code of the rating, as imports and records show it.
    grades
        Its grades from low to high risk.
    tiers
        For each grade, the tier for each general tier, low to high.
    label, label_en
        What people call the rating, in Chinese and in English.
    source
        Regulation or decision it rests on.
    """

    name: str
    grades: tuple[str, ...]
    tiers: tuple[tuple[str, ...], ...]
    label: str = ""
    label_en: str = ""
    source: str = ""

    def table(self, codes: tuple[str, ...]) -> npt.NDArray[np.int8]:
        """Tier by grade and general tier as indices into `codes`; row 0 is that of no rating, -1 throughout."""
        rows = [[-1] * len(codes), *([codes.index(code) for code in row] for row in self.tiers)]
        return np.array(rows, dtype=np.int8)

    def problems(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Everything that is wrong with the matrix under these tiers, each as a sentence; empty if nothing is."""
        found = [*self._head_problems(), *self._row_problems(codes)]
        return tuple(found or self._order_problems(codes))

    def _head_problems(self) -> list[str]:
        found = []
        if not _NAME.fullmatch(self.name):
            found.append(_("expected a name of a–z, 0–9 and “_”"))
        if not 1 <= len(self.grades) <= MOST_GRADES:
            found.append(_("grades: expected 1 to {most}, got {got}").format(most=MOST_GRADES, got=len(self.grades)))
        found += [
            _("grades: expected codes of letters, digits, “.”, “_” and “-”, got {code!r}").format(code=grade)
            for grade in self.grades
            if not _GRADE.fullmatch(grade)
        ]
        found += [
            _("grades: {code} is there twice").format(code=grade)
            for place, grade in enumerate(self.grades)
            if grade in self.grades[:place]
        ]
        if any(_CONTROL.search(text) for text in (self.label, self.label_en, self.source)):
            found.append(_("expected text in one line, got control characters"))
        return found

    def _row_problems(self, codes: tuple[str, ...]) -> list[str]:
        found = []
        for grade, row in zip(self.grades, self.tiers, strict=False):
            if len(row) != len(codes):
                found.append(
                    _("combine.{grade}: expected {wanted} tiers, one for each of {tiers}, got {got}").format(
                        grade=grade, wanted=len(codes), tiers=", ".join(codes), got=len(row)
                    )
                )
            found += [
                _("combine.{grade}: expected a tier among {tiers}, got {got}").format(
                    grade=grade, tiers=", ".join(codes), got=code
                )
                for code in row
                if code not in codes
            ]
        return found

    def _order_problems(self, codes: tuple[str, ...]) -> list[str]:
        """More risk on either side must never give a lower tier."""
        table = self.table(codes)[1:]
        found = [
            _("combine.{grade}: expected tiers that never fall as the general tier rises, got {got}").format(
                grade=grade, got=", ".join(row)
            )
            for grade, row, line in zip(self.grades, self.tiers, table, strict=True)
            if bool((np.diff(line) < 0).any())
        ]
        found += [
            _("combine.{grade}: expected no tier below that of grade {other}, which stands before it").format(
                grade=grade, other=other
            )
            for (other, left), (grade, right) in pairwise(zip(self.grades, table, strict=True))
            if bool((right < left).any())
        ]
        return found


class MatrixFile(Parameters):
    """A matrix as TOML has it."""

    name: str
    label: str = ""
    label_en: str = ""
    source: str = ""
    grades: tuple[str, ...]
    combine: dict[str, tuple[str, ...]]


def grade_problems(file: MatrixFile) -> list[str]:
    """Grades without a row and rows without a grade, each as a sentence that names the place."""
    place = f"matrices.{file.name}"
    found = [
        _("{place}: expected a row for every grade under “combine”, got none for {grade}").format(
            place=place, grade=grade
        )
        for grade in file.grades
        if grade not in file.combine
    ]
    found += [
        _("{place}: combine.{grade}: there is no such grade under “grades”").format(place=place, grade=grade)
        for grade in file.combine
        if grade not in file.grades
    ]
    return found


def matrix_of(file: MatrixFile) -> RatingMatrix:
    """The matrix that a file tells; every grade must have its row."""
    return RatingMatrix(
        name=file.name,
        grades=file.grades,
        tiers=tuple(file.combine[grade] for grade in file.grades),
        label=file.label,
        label_en=file.label_en,
        source=file.source,
    )


def matrix_lines(matrix: RatingMatrix) -> list[str]:
    """Canonical TOML of one matrix."""
    fields = {name: getattr(matrix, name) for name in ("name", "label", "label_en", "source")}
    lines = ["", "[[matrices]]", *(f"{name} = {_text(value)}" for name, value in fields.items())]
    lines += [f"grades = {_text(list(matrix.grades))}", "", "[matrices.combine]"]
    return lines + [
        f"{_text(grade)} = {_text(list(row))}" for grade, row in zip(matrix.grades, matrix.tiers, strict=True)
    ]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
