"""Sheets become columns; every bad cell is told, and what is kept never depends on the order of rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from scheduler.errors import InputError, PolicyError
from scheduler.registry.columns import Vocabulary
from scheduler.registry.kinds import KINDS, TEMPLATE_KINDS, kind_named
from scheduler.registry.kinds_lists import TASKS
from scheduler.registry.kinds_register import EVENTS, FIRMS
from scheduler.registry.kinds_returns import RESULTS
from scheduler.registry.kinds_roster import OFFICERS
from scheduler.registry.mapping import parse_mapping
from scheduler.registry.parsing import Table, parse_sheet
from scheduler.registry.readers import Sheet
from scheduler.registry.text import fold
from scheduler.resources import data_path

MakeSheet = Callable[[Sequence[Sequence[str]]], Sheet]
HEADER = ["统一社会信用代码/注册号", "名称", "检查对象类型", "登记状态", "所属区市"]
A, B = "91371000MA3EXAMPLG", "91371002MA3EXAMPLD"
FIRM_A = [A, "甲公司", "企业", "存续", "环翠区"]
FIRM_B = [B, "乙公司", "企业", "注销", "乳山市"]


def places(table: Table) -> list[tuple[int, str]]:
    """Row and column of each bad cell."""
    return [(problem.row, problem.column) for problem in table.problems]


def test_official_headers_are_known_with_titles_above_and_columns_in_any_order(
    sheet: MakeSheet, known: Vocabulary
) -> None:
    """A list from an office begins with its title; the header is found below it."""
    table = parse_sheet(
        sheet([["威海市检查对象名录"], ["填报单位：信用科"], HEADER[::-1], FIRM_A[::-1], FIRM_B[::-1]]), FIRMS, known
    )
    assert table.problems == ()
    assert table.columns["firm_id"] == [A, B]
    assert table.columns["object_type"] == ["enterprise", "enterprise"]
    assert table.columns["status"] == ["operating", "deregistered"]
    assert table.columns["district"] == ["371002", "371083"]
    assert table.columns["capital_yuan"] == [None, None]
    assert table.numbers == (4, 5)


@pytest.mark.parametrize("kind", TEMPLATE_KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_examples_of_all_kinds_are_good_rows_in_both_languages(
    sheet: MakeSheet, known: Vocabulary, kind: object, language: str
) -> None:
    """An example that the importer itself refuses would teach mistakes."""
    chosen = kind_named(kind.name)  # type: ignore[attr-defined]
    header = [column.header(language) for column in chosen.columns]
    table = parse_sheet(sheet([header, list(chosen.example(language))]), chosen, known)
    assert table.problems == ()
    assert table.good == [True]
    assert table.present == {column.field for column in chosen.columns}


def test_english_headers_and_words_mean_the_same(sheet: MakeSheet, known: Vocabulary) -> None:
    """The English template leads to the same values."""
    english = [FIRMS.column(name).en for name in ("firm_id", "name", "object_type", "status", "district")]
    table = parse_sheet(sheet([english, [A, "X", "enterprise", "Operating", "Huancui"]]), FIRMS, known)
    chinese = parse_sheet(sheet([HEADER, [A, "X", "企业", "存续", "环翠区"]]), FIRMS, known)
    assert table.columns == chinese.columns


def test_every_bad_cell_is_told_with_row_column_value_and_remedy(sheet: MakeSheet, known: Vocabulary) -> None:
    """Two bad cells in one row and one in another are three problems, in the order of rows and columns."""
    bad_one = [A.lower(), "", "企业", "存续", "环翠区"]
    bad_two = [B, "乙公司", "企业", "睡着了", "乳山市"]
    table = parse_sheet(sheet([HEADER, FIRM_A, bad_one, bad_two]), FIRMS, known)
    assert places(table) == [(3, HEADER[0]), (3, "名称"), (4, "登记状态")]
    assert table.good == [True, False, False]
    assert table.problems[0].value == A.lower()
    assert A in table.problems[0].remedy
    assert "存续" in table.problems[2].remedy
    assert table.good_columns()["name"] == ["甲公司"]
    assert table.good_numbers() == [2]


def test_hostile_text_is_text(sheet: MakeSheet, known: Vocabulary) -> None:
    """A formula is a name like any other; hidden characters go; a name of 10,000 characters is a bad cell."""
    names = ["=cmd|' /C calc'!A0", "<script>\x00\u202e", "甲" * 10_000]
    codes = [A, B, "371000200001234"]
    rows = [[code, name, "企业", "存续", "环翠区"] for code, name in zip(codes, names, strict=True)]
    table = parse_sheet(sheet([HEADER, *rows]), FIRMS, known)
    assert table.columns["name"] == ["=cmd|' /C calc'!A0", "<script>", None]
    assert places(table) == [(4, "名称")]
    assert len(table.problems[0].value) == 60


def test_district_that_cannot_be_told_is_unknown_and_noticed(sheet: MakeSheet, known: Vocabulary) -> None:
    """Neither an empty cell nor an old code makes an error, and the credit code is never asked."""
    table = parse_sheet(sheet([HEADER, [*FIRM_A[:4], ""], [*FIRM_B[:4], "371081"]]), FIRMS, known)
    assert table.problems == ()
    assert table.columns["district"] == ["unknown", "unknown"]
    assert [(notice.row, notice.column) for notice in table.notices] == [(2, "所属区市"), (3, "所属区市")]


def test_absent_district_column_is_noticed_once(sheet: MakeSheet, known: Vocabulary) -> None:
    """A file without districts gives unknown districts and one notice, not one per row."""
    table = parse_sheet(sheet([HEADER[:4], FIRM_A[:4], FIRM_B[:4]]), FIRMS, known)
    assert table.columns["district"] == ["unknown", "unknown"]
    assert len(table.notices) == 1
    assert "no such column" in table.notices[0].message
    assert "district" not in table.present


def test_code_in_full_width_is_taken_and_noticed(sheet: MakeSheet, known: Vocabulary) -> None:
    """Width is mended, and said to be."""
    wide = "".join(chr(ord(character) + 0xFEE0) for character in A)
    table = parse_sheet(sheet([HEADER, [wide, *FIRM_A[1:]]]), FIRMS, known)
    assert table.columns["firm_id"] == [A]
    assert "full-width" in table.notices[0].message


def test_equal_rows_count_once_and_contradicting_rows_are_all_bad_in_any_order(
    sheet: MakeSheet, known: Vocabulary
) -> None:
    """Which firms are imported is the same for every order of the rows."""
    other = [B, "丙公司", "企业", "存续", "乳山市"]
    for order in itertools.permutations([FIRM_A, FIRM_A, FIRM_B, other]):
        table = parse_sheet(sheet([HEADER, *order]), FIRMS, known)
        assert table.good_columns()["firm_id"] == [A]
        assert table.num_repeated == 1
        assert len(table.problems) == 2
        assert "that differ" in table.problems[0].message


def test_missing_required_column_is_refused_with_what_was_found(sheet: MakeSheet, known: Vocabulary) -> None:
    """The message names the missing headers in both languages and the headers that are there."""
    with pytest.raises(InputError, match=r"登记状态 \(Registration status\).*got .*名称"):
        parse_sheet(sheet([HEADER[:3], FIRM_A[:3]]), FIRMS, known)
    with pytest.raises(InputError, match="expected a header row"):
        parse_sheet(sheet([]), FIRMS, known)


def test_two_columns_for_one_field_are_refused_unless_one_is_the_official_one(
    sheet: MakeSheet, known: Vocabulary
) -> None:
    """Two synonyms could contradict each other; the official header beats a synonym."""
    with pytest.raises(InputError, match="got “企业名称” and “单位名称”"):
        parse_sheet(sheet([["注册号", "企业名称", "单位名称", "类型", "状态"], FIRM_A]), FIRMS, known)
    table = parse_sheet(sheet([[*HEADER[:4], "企业名称"], [*FIRM_A[:4], "别名"]]), FIRMS, known)
    assert table.columns["name"] == ["甲公司"]
    assert "企业名称" in table.notices[0].message


def test_row_with_more_cells_than_headers_is_bad(sheet: MakeSheet, known: Vocabulary) -> None:
    """A comma without quotation marks moves all cells after it; fewer cells are empty cells."""
    table = parse_sheet(sheet([HEADER, [*FIRM_A, "多余"], FIRM_B[:4]]), FIRMS, known)
    assert [problem.row for problem in table.problems] == [2]
    assert "expected 5 cells, got 6" in table.problems[0].message
    assert table.columns["district"][1] == "unknown"


def test_untouched_example_is_left_out_and_a_touched_one_is_refused(sheet: MakeSheet, known: Vocabulary) -> None:
    """A mark on a real row would lose it in silence, so it is a bad cell."""
    header = ["序号", *(column.zh for column in FIRMS.columns)]
    example = ["示例", *FIRMS.example("zh")]
    real = ["示例", A, "真公司", *FIRMS.example("zh")[2:]]
    table = parse_sheet(sheet([header, example, real, ["1", *FIRMS.example("zh")]]), FIRMS, known)
    assert table.num_examples == 1
    assert table.numbers == (3, 4)
    assert [problem.row for problem in table.problems] == [3]
    assert "clear the mark" in table.problems[0].remedy


def test_capital_header_that_names_its_unit_gives_bare_numbers_a_meaning(sheet: MakeSheet, known: Vocabulary) -> None:
    """注册资本（万元） makes 84 into 840,000 yuan; 注册资本 alone refuses it."""
    table = parse_sheet(sheet([[*HEADER, "注册资本（万元）"], [*FIRM_A, "84"]]), FIRMS, known)
    assert table.columns["capital_yuan"] == [840_000]
    assert places(parse_sheet(sheet([[*HEADER, "注册资本"], [*FIRM_A, "84"]]), FIRMS, known)) == [(2, "注册资本")]


def test_event_that_ends_before_it_begins_is_bad(sheet: MakeSheet, known: Vocabulary) -> None:
    """Checks between cells are told like bad cells."""
    header = ["注册号", "事件类型", "发生日期", "结束日期"]
    table = parse_sheet(sheet([header, [A, "行政处罚", "2025-02-02", "2025-02-01"]]), EVENTS, known)
    assert places(table) == [(2, "结束日期")]


def test_expert_who_leads_is_bad(sheet: MakeSheet, known: Vocabulary) -> None:
    """An outside expert never counts as an officer."""
    header = ["人员编号", "姓名", "单位", "服务区市", "主检资格", "专家"]
    table = parse_sheet(
        sheet([header, ["P1", "甲", "局", "371000", "是", "是"], ["P2", "乙", "局", "环翠区", "是", ""]]),
        OFFICERS,
        known,
    )
    assert places(table) == [(2, "主检资格")]
    assert table.columns["active"] == [True, True]


TASK_HEADER = [
    "任务编号",
    "抽查任务名称",
    "抽查事项",
    "开始日期",
    "结束日期",
    "发起部门",
    "最低抽查比例",
    "最高抽查比例",
    "全覆盖",
]


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        (["2025-03-01", "2026-05-01", "科", "", "", ""], ["开始日期"]),
        (["2026-06-01", "2026-05-01", "科", "", "", ""], ["结束日期"]),
        (["2026-03-01", "2026-05-01", "科", "30%", "3%", ""], ["最低抽查比例"]),
        (["2026-03-01", "2026-05-01", "科", "", "50%", "是"], ["全覆盖"]),
        (["2026-03-01", "2026-05-01", "科", "100%", "100%", "是"], []),
    ],
)
def test_task_that_contradicts_itself_is_bad(
    sheet: MakeSheet, known: Vocabulary, cells: list[str], columns: list[str]
) -> None:
    """Year, dates, ratios and full coverage must fit together."""
    table = parse_sheet(sheet([TASK_HEADER, ["T01", "任务", "G01", *cells]]), TASKS, known)
    assert [column for _row, column in places(table)] == columns


RESULT_HEADER = ["注册号", "事项编号", "检查完成日期"]


def test_results_are_read_from_ticks_and_from_words(sheet: MakeSheet, known: Vocabulary) -> None:
    """One ticked column per category, or a list in one cell, or both."""
    ticks = ["发现问题已责令改正", "发现问题待后续处理"]
    table = parse_sheet(
        sheet([[*RESULT_HEADER, "检查结果", *ticks], [A, "G01", "2026-04-01", "通过登记的住所无法联系", "√", ""]]),
        RESULTS,
        known,
    )
    assert table.problems == ()
    assert table.columns["categories"] == [("ordered_to_correct", "unreachable")]
    assert table.columns["round"] == [None]


def test_results_not_filled_in_are_left_out_and_half_filled_ones_are_bad(sheet: MakeSheet, known: Vocabulary) -> None:
    """A form half done can be imported as it is; a day without a result cannot."""
    header = [*RESULT_HEADER, "未发现问题", "发现问题待后续处理"]
    rows = [
        [A, "G01", "", "", ""],
        [A, "G02", "2026-04-01", "", ""],
        [A, "G03", "2026-04-01", "√", "√"],
        [A, "G04", "2026-04-01", "也许", ""],
    ]
    table = parse_sheet(sheet([header, *rows]), RESULTS, known)
    assert table.num_blank == 1
    assert [problem.row for problem in table.problems] == [3, 4, 5, 5]
    assert "at least one" in table.problems[0].message
    assert "alone" in table.problems[1].message


MAPPING = """
format = 1
kind = "firms"
empty = ["N/A"]
unreadable_as_empty = ["capital_yuan"]
[columns]
code = "firm_id"
who = "name"
money = "capital_yuan"
[units]
capital_yuan = "万元"
[values.name]
"乙" = "乙公司"
[defaults]
status = "operating"
[object_type]
prefixes = { 91 = "enterprise" }
[[district]]
column = "where"
method = "contains"
names = [["乳山市", "371083"], ["环翠区", "371002"]]
"""


def test_mapping_tells_everything_and_reports_what_it_decided(sheet: MakeSheet, known: Vocabulary) -> None:
    """Headers, words, empty texts, units, defaults, object types and districts come from the mapping."""
    rows = [
        ["code", "who", "money", "where", "rest"],
        [A, "甲公司", "84", "威海市环翠区", "x"],
        [B, "乙", "N/A", "乳山市环翠区路", "x"],
        ["371000200001234", "丙", "很多", "别处", "x"],
    ]
    table = parse_sheet(sheet(rows), FIRMS, known, parse_mapping(MAPPING, "m.toml"))
    assert table.problems == ()
    assert table.columns["name"] == ["甲公司", "乙公司", "丙"]
    assert table.columns["capital_yuan"] == [840_000, None, None]
    assert table.columns["status"] == ["operating"] * 3
    assert table.columns["object_type"] == ["enterprise", "enterprise", "other"]
    assert table.columns["district"] == ["371002", "371083", "unknown"]  # the first name of the list that fits
    messages = " ".join(notice.message for notice in table.notices)
    for words in ("begin with 37", "counts as operating", "left out, because nobody asked for them: rest"):
        assert words in messages
    assert {"status", "district", "object_type"} <= table.present


def test_mapping_of_another_file_is_refused(sheet: MakeSheet, known: Vocabulary) -> None:
    """A column that the mapping names must be there."""
    with pytest.raises(InputError, match="the mapping expects a column “where”"):
        parse_sheet(sheet([["code", "who", "money"], [A, "甲", "1"]]), FIRMS, known, parse_mapping(MAPPING, "m.toml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format = 1\nkind = 'nothing'\ncolumns = {}", "expected one of firms"),
        ("format = 1\nkind = 'firms'\ncolumns = { a = 'firm' }", "expected fields of firms"),
        ("format = 1\nkind = 'firms'\ncolumns = { a = 'name', b = 'name' }", "got name twice"),
        ("format = 2\nkind = 'firms'\ncolumns = {}", "format"),
        ("format = 1\nkind = 'firms'\ncolumns = {}\nmisspelt = 1", "misspelt"),
        ("not toml", "expected TOML"),
    ],
)
def test_bad_mapping_is_refused(text: str, message: str) -> None:
    """A mapping is checked before the file is read."""
    with pytest.raises(PolicyError, match=message):
        parse_mapping(text, "m.toml")


@pytest.mark.parametrize("name", ["mapping-weihai.toml", "mapping-shandong.toml"])
def test_shipped_mappings_are_good(name: str) -> None:
    """The mappings in data/examples parse."""
    assert parse_mapping(data_path("examples", name).read_text(encoding="utf-8"), name).kind == "firms"


def test_no_header_means_two_columns_of_a_kind() -> None:
    """A header claimed twice would be read as one of the two."""
    for kind in KINDS:
        own: dict[str, str] = {}
        for column in kind.columns:
            for header in (column.field, column.zh, column.en):
                assert own.setdefault(fold(header), column.field) == column.field, (kind.name, header)


def test_values_are_what_tables_hold(sheet: MakeSheet, known: Vocabulary) -> None:
    """Dates are dates, lists are tuples, codes are plain text."""
    header = [*HEADER, "成立日期", "专项库", "行业代码"]
    table = parse_sheet(sheet([header, [*FIRM_A, "2019年5月20日", "药店；小作坊", "5225"]]), FIRMS, known)
    assert table.columns["established_on"] == [date(2019, 5, 20)]
    assert table.columns["libraries"] == [("小作坊", "药店")]
    assert table.columns["industry"] == ["F5225"]
    assert type(table.columns["object_type"][0]) is str
