"""The kind of input about specialised ratings 专项分级 of firms: food, drugs, special equipment and others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry import cells
from scheduler.registry.cells import BadCellError
from scheduler.registry.columns import Column, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds_shared import DAY, code_column, in_order
from scheduler.registry.text import clean_code, fold
from scheduler.registry.vocabulary import plain
from scheduler.registry.words import CodeWords

RATING_WORDS = CodeWords(
    name="rating",
    words={
        "food": ("食品", "Food", "食品安全", "食品安全风险分级", "食品生产经营风险分级"),
        "drug": ("药品", "Drugs", "药品安全", "药品安全信用分级"),
        "special_equipment": ("特种设备", "Special equipment", "特种设备安全", "特种设备安全风险分级"),
    },
)
_NAME = re.compile(r"[a-z0-9_]{1,64}")
_GRADE = re.compile(r"([0-9A-Za-z][0-9A-Za-z._-]{0,15})级?")


def parse_rating(text: str) -> str:
    """
    Code of a rating: one of the known words, or a code of one's own, as the scorecard's matrices name it.

    Examples
    --------
    >>> parse_rating("食品"), parse_rating("fire_safety")
    ('food', 'fire_safety')
    """
    code = RATING_WORDS.codes.get(fold(text)) or clean_code(text)
    if not _NAME.fullmatch(code):
        raise BadCellError(
            _("expected a rating, got something else"),
            _("write one of: {words}, or a code of a–z, 0–9 and “_”").format(words="、".join(RATING_WORDS.shown("zh"))),
        )
    return code


def parse_grade(text: str) -> str:
    """
    Grade of a rating; the word 级 behind it is left out.

    Examples
    --------
    >>> parse_grade("B级"), parse_grade("2")
    ('B', '2')
    """
    found = _GRADE.fullmatch(clean_code(text))
    if found is None:
        raise BadCellError(
            _("expected a grade of letters, digits, “.”, “_” and “-”, got something else"),
            _("write the grade as the scorecard's matrix names it, such as B"),
        )
    return found[1]


def _check(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
    return in_order(columns, "rated_on", "valid_until")


RATINGS = Kind(
    name="ratings",
    zh="专项分级",
    en="Ratings",
    synonyms=("专业分级", "专项风险分级", "风险分级"),
    key=("firm_id", "rating", "rated_on"),
    check=_check,
    in_template=False,
    columns=(
        code_column(N_("The firm; it must be on the register. Required.")),
        Column(
            field="rating",
            zh="分级类别",
            en="Rating",
            synonyms=("专项类别", "分级领域"),
            comment=N_("What is rated: food, drugs, special equipment, or a code of your own. Required."),
            example=("食品", "Food"),
            parser=plain(parse_rating),
            words=RATING_WORDS,
            many=True,
            required=True,
        ),
        Column(
            field="grade",
            zh="等级",
            en="Grade",
            synonyms=("风险等级", "分级结果", "评定等级"),
            comment=N_("Grade as the scorecard's matrix names it. Required."),
            example=("B", "B"),
            parser=plain(parse_grade),
            required=True,
        ),
        Column(
            field="rated_on",
            zh="评定日期",
            en="Rated on",
            synonyms=("分级日期", "评级日期"),
            comment=N_("Day from which it holds; a newer one takes its place. Required."),
            example=("2026-01-05", "2026-01-05"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="valid_until",
            zh="有效期至",
            en="Valid until",
            comment=N_("Last day it holds; empty until the next rating."),
            example=("", ""),
            parser=plain(cells.parse_end),
            empty=None,
            form="date",
        ),
    ),
)
