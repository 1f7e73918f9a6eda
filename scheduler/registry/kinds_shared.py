"""What several kinds of input share: parsers, the column of the firm's code, checks between cells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.i18n import gettext as _
from scheduler.registry import cells
from scheduler.registry.cells import text_up_to
from scheduler.registry.columns import NOTE_LENGTH, Column, Columns, Fault
from scheduler.registry.vocabulary import plain

NOTE = plain(text_up_to(NOTE_LENGTH))
YES = plain(cells.parse_yes)
DAY = plain(cells.parse_date)
_EXAMPLE_CODE = "91371000MA3EXAMPLG"


def code_column(comment: str) -> Column:
    """Column of the firm's code; `comment` says what it is for (source text for the catalogues)."""
    return Column(
        field="firm_id",
        zh="统一社会信用代码/注册号",
        en="Credit code or registration number",
        synonyms=(
            "统一社会信用代码",
            "统一社会信用代码（注册号）",
            "统一代码",
            "社会信用代码",
            "信用代码",
            "注册号",
            "uscc",
        ),
        comment=comment,
        example=(_EXAMPLE_CODE, _EXAMPLE_CODE),
        required=True,
        unified_code=True,
        width=24,
    )


def in_order(columns: Columns, first: str, last: str) -> Iterable[Fault]:
    """Rows whose last day lies before their first."""
    for place, (start, end) in enumerate(zip(columns[first], columns[last], strict=True)):
        if isinstance(end, date) and isinstance(start, date) and end < start:
            message = _("expected a day not before {day}, got an earlier one").format(day=start)
            yield Fault(place=place, field=last, message=message, remedy=_("mend one of the two"))
