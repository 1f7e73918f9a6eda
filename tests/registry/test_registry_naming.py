"""Foreign lists: who is meant, what a cell tells, which rows are left out; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from scheduler.errors import InputError, PolicyError
from scheduler.registry.cells import BadCellError, date_in
from scheduler.registry.columns import Vocabulary
from scheduler.registry.kinds import kind_named
from scheduler.registry.kinds_register import EVENTS
from scheduler.registry.mapping import parse_mapping, with_defaults
from scheduler.registry.naming import RegisteredNames
from scheduler.registry.parsing import Table, parse_sheet
from scheduler.registry.readers import Sheet

MakeSheet = Callable[[Sequence[Sequence[str]]], Sheet]
A, B, C = "91371000MA3EXAMPLG", "91371002MA3EXAMPLD", "371000200001234"
STRANGE = "91370000MA3EXAMPL4"  # reads well, and is on no register here
OLD = "371000200009999"
REGISTER = RegisteredNames(names={A: "甲食品（威海）有限公司", B: "乙商店", C: "乙商店"})
MAPPING = """
format = 1
kind = "events"
optional = ["统一社会信用代码"]
[columns]
"编号" = "detail"
"时间" = "occurred_on"
"统一社会信用代码" = "firm_id"
[firm]
name = "单位"
[defaults]
kind = "complaint"
[dates]
occurred_on = "DD/MM/YYYY"
[[tell]]
field = "kind"
column = "内容"
method = "contains"
names = [["无法联系", "unreachable_listing"], ["列异", "abnormal_listing"]]
[[skip]]
column = "类型"
method = "equals"
texts = ["咨询"]
"""
HEADER = ["编号", "时间", "统一社会信用代码", "单位", "内容", "类型", "投诉人", "联系电话"]


def row(code: str, name: str, content: str = "", kind: str = "投诉") -> list[str]:
    """A complaint of 2 March 2026 with a person's name and telephone."""
    return ["t1", "02/03/2026 09:30", code, name, content, kind, "王某", "13800000000"]


def read(sheet: MakeSheet, known: Vocabulary, rows: Sequence[Sequence[str]], text: str = MAPPING) -> Table:
    """The rows below the header, through the mapping."""
    return parse_sheet(sheet([HEADER, *rows]), EVENTS, known, parse_mapping(text, "m.toml"), (), REGISTER)


def test_firm_is_found_by_code_then_by_a_name_that_one_firm_has(sheet: MakeSheet, known: Vocabulary) -> None:
    """Brackets and spaces of either width make no difference; how many were found so is told."""
    table = read(
        sheet, known, [row(A, "别的名字"), row("", "甲食品(威海) 有限公司"), row(OLD, "甲食品（威海）有限公司")]
    )
    assert table.problems == ()
    assert table.columns["firm_id"] == [A, A, A]
    told = [notice.message for notice in table.notices]
    assert any("2 rows tell no code" in message for message in told)
    assert any(f"by the name it is {A}" in message for message in told)


@pytest.mark.parametrize(
    ("cells", "column", "message", "remedy"),
    [
        (row("", "乙商店"), "单位", "got one that 2 firms have", f"{B}、{C}"),
        (row("", "没有这家"), "单位", "expected the name of a firm on the register", "import the firm first"),
        (row("", ""), "单位", "got neither", "fill one"),
        (row("123", ""), "统一社会信用代码", "18 characters", ""),
        (row(OLD, "乙商店"), "单位", "got one that 2 firms have", B),
        (row("", "王*"), "单位", "expected the name", ""),
    ],
    ids=["two firms", "nobody", "nothing", "bad code", "old code and two firms", "masked name"],
)
def test_who_cannot_be_told_is_a_bad_cell_with_column_value_and_remedy(
    sheet: MakeSheet, known: Vocabulary, cells: list[str], column: str, message: str, remedy: str
) -> None:
    """Never the first of two, never the nearest."""
    (problem,) = read(sheet, known, [cells]).problems
    assert (problem.row, problem.column, problem.value) == (2, column, cells[HEADER.index(column)])
    assert message in problem.message
    assert remedy in problem.remedy


def test_credit_code_of_another_firm_is_never_overruled_by_a_name(sheet: MakeSheet, known: Vocabulary) -> None:
    """The code stays, so that the check against the register refuses the row."""
    table = read(sheet, known, [row(STRANGE, "甲食品（威海）有限公司")])
    assert table.columns["firm_id"] == [STRANGE]


def test_cell_of_another_column_tells_the_kind_and_the_default_does_where_it_is_silent(
    sheet: MakeSheet, known: Vocabulary
) -> None:
    """The first rule that tells wins; dates stand in the mapping's order."""
    table = read(sheet, known, [row(A, "", "列异，无法联系"), row(A, "", "列异"), row(A, "", "缺斤短两")])
    assert table.columns["kind"] == ["unreachable_listing", "abnormal_listing", "complaint"]
    assert table.columns["occurred_on"] == [date(2026, 3, 2)] * 3


def test_rows_not_meant_for_us_are_left_out_and_counted(sheet: MakeSheet, known: Vocabulary) -> None:
    """A question is no complaint, whoever it names; the rows that stay keep their numbers."""
    table = read(sheet, known, [row("", "没有这家", kind="咨询"), row(A, "")])
    assert (table.num_skipped, table.num_read, table.numbers, table.problems) == (1, 2, (3,), ())
    assert any("1 row left out by the mapping" in notice.message for notice in table.notices)
    lacking = MAPPING.replace('"equals"\ntexts = ["咨询"]', '"lacks"\ntexts = ["投诉", "举报"]')
    assert read(sheet, known, [row(A, "", kind="求助"), row(A, "", kind="举报类")], lacking).num_skipped == 1


def test_optional_column_may_be_absent_and_others_may_not(sheet: MakeSheet, known: Vocabulary) -> None:
    """A file without codes is read by names; one without names is another file's."""
    mapping = parse_mapping(MAPPING, "m.toml")
    cells = row("", "甲食品（威海）有限公司")
    table = parse_sheet(sheet([HEADER[:2] + HEADER[3:], cells[:2] + cells[3:]]), EVENTS, known, mapping, (), REGISTER)
    assert table.columns["firm_id"] == [A]
    with pytest.raises(InputError, match="expects a column “单位”"):
        parse_sheet(sheet([[*HEADER[:3], *HEADER[4:]], [*cells[:3], *cells[4:]]]), EVENTS, known, mapping, (), REGISTER)


def test_title_above_a_foreign_header_is_passed_over(sheet: MakeSheet, known: Vocabulary) -> None:
    """The header is the row that knows most of the mapping's headers, even where no column is a field's own."""
    text = 'format = 1\nkind = "events"\n[columns]\n[firm]\nname = "单位"\n[defaults]\nkind = "complaint"\n'
    mapping = with_defaults(parse_mapping(text, "m.toml"), {"occurred_on": "2026-01-02"})
    rows = [["经营异常名录"], ["单位"], ["甲食品（威海）有限公司"]]
    table = parse_sheet(sheet(rows), EVENTS, known, mapping, (), REGISTER)
    assert table.columns["firm_id"] == [A]
    assert table.columns["occurred_on"] == [date(2026, 1, 2)]


def test_columns_that_nobody_named_are_unneeded(sheet: MakeSheet, known: Vocabulary) -> None:
    """Who complained, and their telephone, stand in no place that is kept."""
    table = read(sheet, known, [row(A, "")])
    assert table.unneeded == {HEADER.index("投诉人"), HEADER.index("联系电话")}


def test_hostile_names_are_names(sheet: MakeSheet, known: Vocabulary) -> None:
    """Formulas, tags, hidden marks, paths and 10,000 characters match nobody and break nothing."""
    register = RegisteredNames(names={A: "=cmd|' /C calc'!A0", B: "<script>alert(1)</script>", C: "../../x\ny"})
    mapping = parse_mapping(MAPPING, "m.toml")
    names = ["=cmd|' /C calc'!A0", "<scr\u202eipt>alert(1)</script>\x00", "../../x y", "甲" * 10_000, "😀"]
    table = parse_sheet(sheet([HEADER, *(row("", name) for name in names)]), EVENTS, known, mapping, (), register)
    assert table.columns["firm_id"] == [A, B, C, None, None]
    assert all(len(problem.value) <= 60 for problem in table.problems)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('kind = "events"', 'kind = "firms"'), "expected fields of firms"),
        (('occurred_on = "DD/MM/YYYY"', 'occurred_on = "MM/YYYY"'), "each once"),
        (('optional = ["统一社会信用代码"]', 'optional = ["别的"]'), "optional: expected headers"),
        (('field = "kind"', 'field = "colour"'), "got colour"),
    ],
    ids=["fields", "pattern", "optional", "tell"],
)
def test_mapping_that_contradicts_itself_is_refused(change: tuple[str, str], message: str) -> None:
    """A mistake in a mapping is told before a file is read."""
    with pytest.raises(PolicyError, match=message):
        parse_mapping(MAPPING.replace(*change), "m.toml")


def test_name_finds_no_firm_for_the_register_itself() -> None:
    """A register's rows are the firms: they need their own code."""
    text = 'format = 1\nkind = "firms"\n[columns]\na = "name"\n[firm]\nname = "a"\n'
    with pytest.raises(PolicyError, match="refer to a firm"):
        parse_mapping(text, "m.toml")
    with pytest.raises(PolicyError, match="got colour"):
        with_defaults(parse_mapping(MAPPING, "m.toml"), {"colour": "red"})


def test_dates_are_read_in_the_order_given_and_no_other() -> None:
    """31 April and another order are bad cells."""
    parse = date_in("DD.MM.YY")
    assert parse("1.2.26") == date(2026, 2, 1)
    for text in ("31.4.26", "2026-02-01", "1.2.2026"):
        with pytest.raises(BadCellError, match=r"DD\.MM\.YY"):
            parse(text)


def test_every_kind_of_the_shipped_mappings_exists() -> None:
    """Shipped mappings parse; each is of a kind that can be imported."""
    from scheduler.workflow.mappings import shipped_mappings

    found = shipped_mappings()
    assert {"12315", "12345", "abnormal-list", "serious-dishonesty", "platform-drawn"} <= found.keys()
    assert all(kind_named(mapping.kind) and mapping.note for mapping in found.values())
