"""The kind of input about binding figures 约束性指标 that inspections do not tell: values with day and source."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.cells import BadCellError, ParseCell, text_up_to
from scheduler.registry.columns import NAME_LENGTH, Column, Columns, Fault, Kind, Vocabulary, listed
from scheduler.registry.kinds_shared import DAY, NOTE
from scheduler.registry.text import clean_code, fold
from scheduler.registry.vocabulary import plain

PERCENT = "%"
_VALUE = re.compile(r"(\d{1,7})(?:\.(\d{1,4}))?(%?)", re.ASCII)
_PERCENT_DECIMALS = 2


def parse_value(text: str) -> str:
    """
    Value of a figure as plain digits, with ``%`` behind it where the cell has one.

    Examples
    --------
    >>> parse_value("99.50%"), parse_value("0.03"), parse_value("18.0")
    ('99.5%', '0.03', '18')
    """
    found = _VALUE.fullmatch(clean_code(text))
    if found is None:
        raise BadCellError(
            _("expected a number with at most four decimals, got something else"),
            _("write digits only, or a percentage such as 99.5%; leave the row out where the value is not known"),
        )
    decimals = (found[2] or "").rstrip("0")
    return f"{int(found[1])}{'.' * bool(decimals)}{decimals}{found[3]}"


def one_figure(vocabulary: Vocabulary) -> ParseCell:
    """Parser of one figure, by its number in the plan or its name."""
    codes = {fold(name): code for name, code in vocabulary.figures.items()}
    numbers = listed(tuple(dict.fromkeys(vocabulary.figures.values())))

    def parse(text: str) -> str:
        code = codes.get(fold(text))
        if code is None:
            raise BadCellError(
                _("expected a binding figure that inspections do not tell, got another"),
                _("write one of the numbers {numbers}, or the name as “figure list” shows it").format(numbers=numbers),
            )
        return code

    return parse


def _check(columns: Columns, vocabulary: Vocabulary) -> Iterable[Fault]:
    for place, (code, value) in enumerate(zip(columns["figure"], columns["value"], strict=True)):
        if isinstance(code, str) and isinstance(value, str):
            wrong = _wrong_percentage(value) if code in vocabulary.percentages else _wrong_number(value)
            if wrong is not None:
                yield Fault(place=place, field="value", message=wrong[0], remedy=wrong[1])


def _wrong_percentage(value: str) -> tuple[str, str] | None:
    whole, _point, decimals = value.rstrip(PERCENT).partition(".")
    if len(decimals) > _PERCENT_DECIMALS or (int(whole), decimals) > (100, ""):
        return (
            _("expected a percentage from 0 to 100 with at most two decimals, got another"),
            _("write it such as 99.5%"),
        )
    if not value.endswith(PERCENT) and ((whole == "0" and decimals) or value == "1"):
        # A spreadsheet keeps 99.5 % as 0.995: guessing would be wrong by a hundred times once in a while.
        return _("expected a percentage, got a number that may be a fraction"), _(
            "write it with its sign, such as 99.5%"
        )
    return None


def _wrong_number(value: str) -> tuple[str, str] | None:
    if value.endswith(PERCENT):
        return _("expected a number in the figure's own unit, got a percentage"), _("write the number without a sign")
    return None


FIGURES = Kind(
    name="figures",
    zh="约束性指标",
    en="Binding figures",
    synonyms=("约束性指标数值", "指标完成情况"),
    key=("figure", "as_of"),
    in_template=False,
    check=_check,
    columns=(
        Column(
            field="figure",
            zh="指标",
            en="Figure",
            synonyms=("指标名称", "指标序号", "约束性指标"),
            comment=N_("The figure, by its number in the plan or its name. Required."),
            example=("10", "10"),
            parser=one_figure,
            required=True,
            width=30,
        ),
        Column(
            field="value",
            zh="数值",
            en="Value",
            synonyms=("实际值", "完成值", "完成数", "实现数"),
            comment=N_("The value in the figure's unit; percentages with their sign, such as 99.5%. Required."),
            example=("0.02", "0.02"),
            parser=plain(parse_value),
            required=True,
        ),
        Column(
            field="as_of",
            zh="数据截至日期",
            en="As of",
            synonyms=("截至日期", "统计截至日期", "数据日期"),
            comment=N_("Last day that the value tells of; it counts for this day's year. Required."),
            example=("2026-12-31", "2026-12-31"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="source",
            zh="数据来源",
            en="Source",
            synonyms=("来源", "来源单位"),
            comment=N_("Office and document that the value is from; no persons' names. Required."),
            example=("特种设备科年度统计", "Yearly statistics of special equipment"),
            parser=plain(text_up_to(NAME_LENGTH)),
            required=True,
            width=34,
        ),
        Column(
            field="reason",
            zh="更正原因",
            en="Reason of correction",
            synonyms=("更正理由",),
            comment=N_("Why a value that is entered already is changed. Required for that, otherwise empty."),
            example=("", ""),
            parser=NOTE,
        ),
    ),
)
