"""Kinds of input about days: leave of officers 休假, and the yearly notice of holidays and make-up days 放假安排."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry import cells, vocabulary
from scheduler.registry.columns import Column, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds_shared import DAY, NOTE, YES, in_order
from scheduler.registry.vocabulary import plain
from scheduler.registry.words import CodeWords

FIRST_WEEKEND_DAY = 5
DAY_KIND_WORDS = CodeWords(
    name="day kind",
    words={
        "off": ("放假", "Day off", "休", "休息", "节假日", "假日"),
        "worked": ("上班", "Worked", "班", "调休上班", "补班", "工作日"),
    },
)


def _check_leave(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
    yield from in_order(columns, "starts_on", "ends_on")


def _check_holidays(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
    for place, (day, kind) in enumerate(zip(columns["day"], columns["kind"], strict=True)):
        if isinstance(day, date) and kind == "worked" and day.weekday() < FIRST_WEEKEND_DAY:
            yield Fault(
                place=place,
                field="kind",
                message=_("expected a make-up day on a Saturday or Sunday, got a weekday"),
                remedy=_("weekdays are worked anyway: leave the row out, or mend the day"),
            )
    for place, (day, year) in enumerate(zip(columns["day"], columns["year"], strict=True)):
        if isinstance(day, date) and isinstance(year, int) and day.year not in (year - 1, year):
            message = _("expected a day of {year} or of the December before, got another year").format(year=year)
            yield Fault(place=place, field="year", message=message, remedy=_("mend the day or the year"))


LEAVE = Kind(
    name="leave",
    zh="休假安排",
    en="Leave",
    synonyms=("休假", "请假", "人员休假", "外出安排"),
    key=("officer_id", "starts_on"),
    in_template=False,
    check=_check_leave,
    columns=(
        Column(
            field="officer_id",
            zh="人员编号",
            en="Officer id",
            synonyms=("编号", "工号"),
            comment=N_("The officer, by the id on the roster. Required."),
            example=("P001", "P001"),
            parser=vocabulary.row_id,
            required=True,
        ),
        Column(
            field="starts_on",
            zh="开始日期",
            en="From",
            synonyms=("起始日期", "休假开始", "自"),
            comment=N_("First day away. Required."),
            example=("2026-07-06", "2026-07-06"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="ends_on",
            zh="结束日期",
            en="To",
            synonyms=("截止日期", "休假结束", "至"),
            comment=N_("Last day away. Required."),
            example=("2026-07-17", "2026-07-17"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="withdrawn",
            zh="取消",
            en="Withdrawn",
            synonyms=("已取消", "销假"),
            comment=N_("Whether this leave is taken back; empty means no."),
            example=("否", "no"),
            parser=YES,
            empty=False,
            form="yes",
        ),
        Column(
            field="note",
            zh="备注",
            en="Note",
            synonyms=("说明", "事由"),
            comment=N_("Remarks; internal."),
            example=("", ""),
            parser=NOTE,
        ),
    ),
)

HOLIDAYS = Kind(
    name="holidays",
    zh="放假安排",
    en="Holidays",
    synonyms=("节假日安排", "节假日", "部分节假日安排"),
    key=("day",),
    whole=True,  # a part of a notice would look like the whole of it
    in_template=False,
    check=_check_holidays,
    columns=(
        Column(
            field="day",
            zh="日期",
            en="Day",
            comment=N_("A weekday off, or a weekend day that is worked. Required."),
            example=("2027-02-05", "2027-02-05"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="kind",
            zh="安排",
            en="Off or worked",
            synonyms=("类型", "类别", "放假或上班"),
            comment=N_("Choose from the list: 放假 or 上班. Required."),
            example=("放假", DAY_KIND_WORDS.words["off"][1]),
            parser=vocabulary.one_of(DAY_KIND_WORDS),
            words=DAY_KIND_WORDS,
            required=True,
        ),
        Column(
            field="year",
            zh="年度",
            en="Year of the notice",
            synonyms=("年份",),
            comment=N_("Year that the notice is for; empty: the year of the day."),
            example=("2027", "2027"),
            parser=plain(cells.whole_number(2004, 2100)),
            empty=None,
            form="number",
        ),
        Column(
            field="source",
            zh="依据",
            en="Notice",
            synonyms=("文号", "来源"),
            comment=N_("Number of the notice, such as 国办发明电〔…〕…号."),
            example=("", ""),
            parser=NOTE,
        ),
    ),
)
