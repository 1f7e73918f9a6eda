"""
Parses one column of cells.

Cells are parsed by distinct text, so that half a million rows cost as much as their different values; credit codes,
which all differ, are checked as arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scheduler.i18n import gettext as _
from scheduler.registry.cells import BadCellError, Noticed, ParseCell
from scheduler.registry.columns import Column, Fault
from scheduler.registry.credit_codes import explain_code, valid_codes
from scheduler.registry.mapping import Mapping
from scheduler.registry.text import clean_code, clean_text


@dataclass(slots=True, kw_only=True)
class Findings:
    """
    Collects faults and notices while a sheet is read.

    `for_all` holds notices about all rows: column, message, remedy.
    """

    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    for_all: list[tuple[str, str, str]] = field(default_factory=list)


def parse_column(
    column: Column, parse: ParseCell, texts: Sequence[str] | None, findings: Findings, mapping: Mapping | None
) -> list[object]:
    """
    Values of the cells, None in bad ones; faults and notices go to `findings`.

    Parameters
    ----------
    parse
        Parser of one cleaned, non-empty cell.
    mapping
        May declare that what cannot be read counts as empty.
    """
    cells = texts or ()
    if column.unified_code:
        return _parse_codes(column, cells, findings)
    lenient = mapping is not None and column.field in mapping.unreadable_as_empty
    outcomes = {text: _outcome(column, parse, text, lenient) for text in set(cells)}
    values = [outcomes[text] for text in cells]
    if any(isinstance(outcome, BadCellError | Noticed) for outcome in outcomes.values()):
        for place, outcome in enumerate(values):
            if isinstance(outcome, BadCellError):
                values[place] = None
                findings.faults.append(_fault(place, column, outcome))
            elif isinstance(outcome, Noticed):
                values[place] = outcome.value
                findings.notices.append(_fault(place, column, outcome))
    return values


def _outcome(column: Column, parse: ParseCell, text: str, lenient: bool) -> object:
    cleaned = clean_text(text)
    if not cleaned:
        if column.required:
            return BadCellError(_("expected a value, got an empty cell"), _("fill the cell"))
        return Noticed(column.empty, _(column.empty_notice), "") if column.empty_notice else column.empty
    try:
        return parse(cleaned)
    except BadCellError as error:
        if lenient:
            return Noticed(column.empty, _("{message}; it counts as unknown").format(message=error.message), "")
        return error


def _parse_codes(column: Column, texts: Sequence[str], findings: Findings) -> list[object]:
    codes = [clean_code(text) for text in texts]
    valid = valid_codes(codes)
    values: list[object] = list(codes)
    if not valid.all():
        for place in (~valid).nonzero()[0].tolist():
            message, remedy = (
                explain_code(codes[place])
                if codes[place]
                else (_("expected a value, got an empty cell"), _("fill the cell"))
            )
            values[place] = None
            findings.faults.append(Fault(place=place, field=column.field, message=message, remedy=remedy))
    for place, (code, text) in enumerate(zip(codes, texts, strict=True)):
        if code != text and code != text.strip() and values[place] is not None:
            message = _("full-width or hidden characters and spaces were taken out of the code")
            findings.notices.append(Fault(place=place, field=column.field, message=message, remedy=""))
    return values


def _fault(place: int, column: Column, outcome: BadCellError | Noticed) -> Fault:
    return Fault(place=place, field=column.field, message=outcome.message, remedy=outcome.remedy)
