"""
The workbook to fill in: one sheet per kind of input, made from the declared columns alone.

Cells of codes are text, so that a spreadsheet does not turn them into numbers. The example row is marked in the first
column, and the importer leaves it out as long as it says what it says here.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.binding import EXAMPLE_MARKS, NUMBER_HEADERS
from scheduler.registry.columns import Column, Kind
from scheduler.registry.kinds import TEMPLATE_KINDS
from scheduler.registry.words import CODE_SETS, CodeWords

LISTED_ROWS = 1_048_575  # all rows below the header get drop-down lists
_MADE_ON = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same bytes whenever it is made
_INK, _REQUIRED, _OPTIONAL, _EXAMPLE, _LINE = "#1F2A37", "#1D4F91", "#5B6B7F", "#F3F4F6", "#C9D1DB"
_FONTS = {"zh": "微软雅黑", "en": "Calibri"}
_YES_LIST = {"zh": ("是", "否"), "en": ("yes", "no")}

_NUMBER_FORMATS = {"text": "@", "date": "yyyy-mm-dd", "number": "0", "yes": "@"}
_DISTRICT_TITLE = N_("Districts of the policy")
_SET_TITLES = {
    "object type": N_("Object types"),
    "status": N_("Registration status"),
    "event kind": N_("Event kinds"),
    "item kind": N_("Item kinds"),
    "method": N_("Methods"),
    "result category": N_("Result categories"),
    "measure": N_("Follow-up measures"),
    "speciality": N_("Specialities"),
    "recusal reason": N_("Reasons of recusal"),
    "rating": N_("Ratings"),
    "day kind": N_("Kinds of days"),
}
_PURPOSES = {
    "firms": N_("The register: every firm that can be drawn, with its public data."),
    "events": N_("What became known of a firm and when; the credit-risk classification reads it."),
    "items": N_("The published list of what may be inspected, and on which legal basis."),
    "officers": N_("The roster from which teams are drawn."),
    "recusals": N_("Which officer must not meet which firm, and why."),
    "tasks": N_("The tasks of the year: items, firms in range, ratios and dates."),
    "ratings": N_("Grades that specialised offices gave firms; the scorecard's matrices combine them with the tier."),
    "leave": N_("Days on which officers are away."),
    "holidays": N_("The notice of holidays and make-up days of a year; it is taken whole or not at all."),
    "results": N_("What visits found, item by item; “results export” writes the same with the firms and items drawn."),
    "figures": N_("Values of the binding figures that inspections do not tell, each with its day and its source."),
    "drawn": N_("A list of firms drawn elsewhere, such as by the province; it is taken whole or not at all."),
}

ListPlaces = Mapping[str, str]  # name of a list → its range


def template_bytes(
    language: str, districts: Sequence[tuple[str, str]], kinds: Sequence[Kind] = TEMPLATE_KINDS
) -> bytes:
    """
    Bytes of the workbook.

    Parameters
    ----------
    language
        Language of headers, words and comments.
    districts
        Code and name of each district; empty where no policy says so, then districts have no drop-down list.
    kinds
        Kinds of input that get a sheet.
    """
    tongue = "zh" if language.startswith("zh") else "en"
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"title": _("Input of double-random"), "created": _MADE_ON})
        workbook.formats[0].set_font_name(_FONTS[tongue])
        sheets = [(kind, workbook.add_worksheet(kind.sheet(tongue))) for kind in kinds]
        guide = workbook.add_worksheet(_("Guide"))
        places = _write_lists(workbook, workbook.add_worksheet(_("Code lists")), tongue, districts, _code_sets(kinds))
        for kind, sheet in sheets:
            _write_sheet(workbook, sheet, kind, tongue, places)
        _write_guide(workbook, guide, tongue, kinds)
    return content.getvalue()


def _code_sets(kinds: Sequence[Kind]) -> tuple[CodeWords, ...]:
    """All shared code sets, and those that only the kinds' own columns know."""
    own = (column.words for kind in kinds for column in kind.columns if column.words is not None)
    return tuple({words.name: words for words in (*CODE_SETS, *own)}.values())


def _write_sheet(workbook: xlsxwriter.Workbook, sheet: Worksheet, kind: Kind, tongue: str, places: ListPlaces) -> None:
    number, mark = (names[0 if tongue == "zh" else 1] for names in (NUMBER_HEADERS, EXAMPLE_MARKS))
    body = {form: _format(workbook, tongue, num_format=code) for form, code in _NUMBER_FORMATS.items()}
    example = {
        form: _format(workbook, tongue, num_format=code, bg_color=_EXAMPLE, font_color=_OPTIONAL, italic=True)
        for form, code in _NUMBER_FORMATS.items()
    }
    sheet.freeze_panes(1, 2)
    sheet.set_default_row(19)
    sheet.set_row(0, 30)
    sheet.set_column(0, 0, 9, body["text"])
    sheet.write_string(0, 0, number, _header_format(workbook, tongue, required=False))
    sheet.write_comment(0, 0, _number_comment(mark), _comment_size(_number_comment(mark)))
    sheet.write_string(1, 0, mark, example["text"])
    for place, (column, cell) in enumerate(zip(kind.columns, kind.example(tongue), strict=True), start=1):
        width = max(column.width, _width(column.header(tongue)) + 3)
        sheet.set_column(place, place, width, body[column.form])
        sheet.write_string(0, place, column.header(tongue), _header_format(workbook, tongue, required=column.required))
        sheet.write_comment(0, place, _(column.comment), _comment_size(_(column.comment)))
        _write_example(sheet, place, column, cell, example[column.form])
        _offer_list(sheet, place, column, tongue, places)
    sheet.repeat_rows(0)
    _fit_page(sheet)


def _fit_page(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _write_example(sheet: Worksheet, place: int, column: Column, cell: str, cell_format: Format) -> None:
    if cell and column.form == "date":
        sheet.write_datetime(1, place, date.fromisoformat(cell), cell_format)
    elif cell and column.form == "number":
        sheet.write_number(1, place, int(cell), cell_format)
    else:
        sheet.write_string(1, place, cell, cell_format)


def _offer_list(sheet: Worksheet, place: int, column: Column, tongue: str, places: ListPlaces) -> None:
    """Drop-down list of a code column; where several words may stand together, it only suggests."""
    if column.form == "yes":
        source: str | list[str] = list(_YES_LIST[tongue])
    elif column.words is not None:
        source = places[column.words.name]
    elif column.field in ("district", "districts") and "district" in places:
        source = places["district"]
    else:
        return
    strict = not column.many and column.field not in ("district", "districts")
    rule = {
        "validate": "list",
        "source": source,
        "show_error": strict,
        "error_title": _("Not in the list"),
        "error_message": _("Choose one of the words of the list."),
    }
    sheet.data_validation(1, place, LISTED_ROWS, place, rule)


def _write_lists(
    workbook: xlsxwriter.Workbook,
    sheet: Worksheet,
    tongue: str,
    districts: Sequence[tuple[str, str]],
    code_sets: Sequence[CodeWords],
) -> ListPlaces:
    """Writes words and codes of all code sets, two columns each, and tells where the words stand."""
    lists = [
        (_SET_TITLES[words.name], words.name, list(zip(words.shown(tongue), words.words, strict=True)))
        for words in code_sets
    ]
    if districts:
        lists.append((_DISTRICT_TITLE, "district", [(name, code) for code, name in districts]))
    header = _header_format(workbook, tongue, required=False)
    text = _format(workbook, tongue, num_format="@")
    pale = _format(workbook, tongue, num_format="@", font_color=_OPTIONAL)
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 30)
    sheet.hide_gridlines(2)
    _fit_page(sheet)
    places = {}
    for position, (title, name, rows) in enumerate(lists):
        place = 3 * position
        sheet.write_string(0, place, _(title), header)
        sheet.write_string(0, place + 1, _("Code"), header)
        for number, (word, code) in enumerate(rows, start=1):
            sheet.write_string(number, place, word, text)
            sheet.write_string(number, place + 1, code, pale)
        sheet.set_column(place, place, max(_width(word) for word, _code in [*rows, (_(title), "")]) + 3)
        sheet.set_column(place + 1, place + 1, max(len(code) for _word, code in rows) + 3)
        sheet.set_column(place + 2, place + 2, 2)
        letter = xl_col_to_name(place, col_abs=True)
        places[name] = f"='{sheet.get_name()}'!{letter}$2:{letter}${len(rows) + 1}"
    return places


def _write_guide(workbook: xlsxwriter.Workbook, sheet: Worksheet, tongue: str, kinds: Sequence[Kind]) -> None:
    """Writes how to fill the workbook in, and what each sheet is for."""
    title = _format(workbook, tongue, bold=True, font_size=14)
    text = _format(workbook, tongue, text_wrap=True, valign="top")
    strong = _format(workbook, tongue, bold=True, valign="top")
    sheet.hide_gridlines(2)
    _fit_page(sheet)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 92)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, _("How to fill in this workbook"), title)
    rows = [*_guide_rows(), *((kind.sheet(tongue), _(_PURPOSES[kind.name])) for kind in kinds)]
    for number, (head, sentence) in enumerate(rows, start=2):
        sheet.write_string(number, 0, head, strong)
        sheet.write_string(number, 1, sentence, text)
        if _width(sentence) > 90:
            sheet.set_row(number, 30)


def _guide_rows() -> list[tuple[str, str]]:
    return [
        (_("Headers"), _("Dark blue: required. Grey: may stay empty. Point at a header to read what belongs into it.")),
        (_("Example"), _("The grey row is an example. It is left out when the file is imported; you may delete it.")),
        (_("Codes"), _("Columns of codes are text. Paste values only, so that codes of 18 characters stay whole.")),
        (_("Lists"), _("Where a cell holds several values, separate them by ; — the words are in “Code lists”.")),
        (_("Import"), "double-random import all FILE.xlsx"),
        ("", ""),
    ]


def _format(workbook: xlsxwriter.Workbook, tongue: str, **properties: object) -> Format:
    return workbook.add_format(
        {
            "font_name": _FONTS[tongue],
            "font_size": 10,
            "font_color": _INK,
            "valign": "vcenter",
            "align": "left",
            **properties,
        }
    )


def _header_format(workbook: xlsxwriter.Workbook, tongue: str, *, required: bool) -> Format:
    return _format(
        workbook,
        tongue,
        bold=True,
        font_color="#FFFFFF",
        bg_color=_REQUIRED if required else _OPTIONAL,
        right=1,
        right_color=_LINE,
        num_format="@",
    )


def _number_comment(mark: str) -> str:
    return _("Running number; it means nothing. “{mark}” marks the example, which is not imported.").format(mark=mark)


def _comment_size(comment: str) -> dict[str, object]:
    lines = 1 + _width(comment) // 34
    return {"x_scale": 1.9, "y_scale": max(0.5, 0.27 * lines + 0.1), "font_size": 9, "font_name": "Tahoma"}


def _width(text: str) -> int:
    return sum(1 if character < "⺀" else 2 for character in text)
