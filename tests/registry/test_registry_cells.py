"""Single cells in the forms of real files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.registry import cells, vocabulary
from scheduler.registry.cells import BadCellError, Noticed
from scheduler.registry.codes import ResultCategory
from scheduler.registry.columns import Vocabulary
from scheduler.registry.text import fold
from scheduler.registry.vocabulary import parse_round
from scheduler.registry.words import CODE_SETS, EVENT_KIND_WORDS

KNOWN = Vocabulary(
    bureau="371000",
    districts={"371002": ("环翠区", "Huancui"), "371083": ("乳山市", "Rushan")},
    year=2026,
    items={"名称规范使用情况的检查": "G01"},
)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "2026年3月1日",
        "２０２６年３月１日",
        "20260301",
        "2026-03-01 00:00:00",
        "2026-03-01T12:30",
        "46082",  # days since 30 December 1899
        "46082.5",
    ],
)
def test_parse_date_reads_the_forms_of_real_files(text: str) -> None:
    """All of them are 1 March 2026."""
    assert cells.parse_date(text) == date(2026, 3, 1)


@given(st.dates(date(1930, 1, 1), date(2170, 1, 1)))
def test_parse_date_reads_every_spreadsheet_serial(day: date) -> None:
    """A serial number is the number of days since 30 December 1899."""
    assert cells.parse_date(str((day - date(1899, 12, 30)) // timedelta(days=1))) == day


@pytest.mark.parametrize(
    "text", ["2026-02-30", "1/2/2026", "26-03-01", "2026年3月", "2026", "0001-01-01", "昨天", "9" * 10_000, "2026-3/1"]
)
def test_parse_date_refuses_what_is_no_day(text: str) -> None:
    """Impossible and ambiguous dates are bad cells."""
    with pytest.raises(BadCellError, match="expected a date"):
        cells.parse_date(text)


def test_long_term_is_the_last_day_or_no_end() -> None:
    """长期 on a certificate is the calendar's last day, on a recusal no end."""
    assert cells.parse_last_day("长期") == date(9999, 12, 31)
    assert cells.parse_end("长期") is None
    assert cells.parse_end("2026-01-02") == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("233.6000(万元人民币)", 2_336_000),
        ("1,286.5000(万)", 12_865_000),
        ("84万人民币", 840_000),
        ("84 万 元", 840_000),
        ("５００万元", 5_000_000),
        ("26万元", 260_000),
        ("1.5亿元", 150_000_000),
        ("840000元", 840_000),
        ("人民币50万元", 500_000),
        ("¥1,000元", 1_000),
        ("0万人民币", 0),
    ],
)
def test_amount_is_exact_in_yuan(text: str, yuan: int) -> None:
    """Amounts of the real registers become whole yuan without any float."""
    assert cells.amount_in(None)(text) == yuan


@pytest.mark.parametrize(
    "text",
    ["84", "万人民币", "一百万", "", "1,2,3万", "1E99万元", "84万万元", "-5万元", "9" * 10_000, "NaN", "84万卢比"],
)
def test_amount_without_sense_or_unit_is_refused(text: str) -> None:
    """A bare number could be yuan or 万元, and nonsense is nonsense."""
    with pytest.raises(BadCellError, match="expected an amount with its unit"):
        cells.amount_in(None)(text)


def test_amount_takes_a_bare_number_where_the_header_names_the_unit() -> None:
    """84 under 万元 is 840,000 yuan, under 元 it is 84."""
    assert cells.amount_in(10_000)("84") == 840_000
    assert cells.amount_in(1)("84") == 84
    assert cells.amount_in(1)("84万元") == 840_000


@pytest.mark.parametrize("text", ["10万美元", "10(万美元)", "6.9万港元", "100万日元"])
def test_foreign_currency_is_unknown_and_noticed(text: str) -> None:
    """No rate of exchange is guessed."""
    value = cells.amount_in(None)(text)
    assert isinstance(value, Noticed)
    assert value.value is None
    assert "not converted" in value.message


def test_fractions_of_a_yuan_are_rounded_and_noticed() -> None:
    """59455.932269 万元 is 594,559,322.69 yuan, half a yuan rounds up."""
    value = cells.amount_in(None)("59455.932269万元")
    assert isinstance(value, Noticed)
    assert value.value == 594_559_323
    half = cells.amount_in(1)("0.5")
    assert isinstance(half, Noticed)
    assert half.value == 1


@pytest.mark.parametrize(
    ("text", "micro"),
    [("8%", 80_000), ("８％", 80_000), ("0.08", 80_000), ("0.000001", 1), ("100%", 1_000_000), ("1", 1_000_000)],
)
def test_parse_ratio_is_exact(text: str, micro: int) -> None:
    """Ratios are integers of a millionth."""
    assert cells.parse_ratio(text) == micro


@pytest.mark.parametrize("text", ["8", "101%", "0.0000001", "-1%", "八", "1.5"])
def test_parse_ratio_refuses_what_is_no_share(text: str) -> None:
    """A bare 8 could be 8 % or 800 %."""
    with pytest.raises(BadCellError, match="expected a ratio"):
        cells.parse_ratio(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("是", True), ("✓", True), ("√", True), ("YES", True), ("否", False), ("×", False), ("0", False)],
)
def test_parse_yes_reads_words_and_ticks(text: str, value: bool) -> None:
    """Both languages and the usual ticks are understood."""
    assert cells.parse_yes(text) is value


def test_parse_yes_refuses_other_words() -> None:
    """Perhaps is neither."""
    with pytest.raises(BadCellError, match="expected yes or no"):
        cells.parse_yes("也许")


def test_whole_number_keeps_its_bounds() -> None:
    """Spreadsheets show whole numbers with decimals; bounds hold."""
    parse = cells.whole_number(2, 20)
    assert parse("2") == parse("2.0") == 2
    for text in ("1", "21", "2.5", "二", "9" * 10_000):
        with pytest.raises(BadCellError, match="from 2 to 20"):
            parse(text)


def test_every_word_of_every_code_set_is_understood() -> None:
    """Words that templates offer, in both languages, and codes themselves, all lead to their code."""
    for words in CODE_SETS:
        parse = cells.word_of(words.codes, "")
        for code, (chinese, english, *others) in words.words.items():
            assert {parse(word) for word in (code, chinese, english, *others)} == {code}, words.name


def test_no_word_means_two_codes() -> None:
    """A word of two codes would be silently read as one of them."""
    for words in CODE_SETS:
        seen: dict[str, str] = {}
        for code, names in words.words.items():
            for name in names:
                assert seen.setdefault(fold(name), code) == code


def test_word_of_offers_the_words_in_its_remedy() -> None:
    """A wrong word is answered with right ones."""
    with pytest.raises(BadCellError) as caught:
        vocabulary.one_of(EVENT_KIND_WORDS)(KNOWN)("迟到")
    assert "行政处罚" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F5211", "F5211"),
        ("5211", "F5211"),
        ("f52", "F52"),
        ("C", "C"),
        ("F5225 西药零售", "F5225"),
        ("0111", "A0111"),
        ("97", "T97"),
    ],
)
def test_parse_industry_finds_the_letter(text: str, code: str) -> None:
    """The letter follows from the division (GB/T 4754-2017)."""
    assert vocabulary.parse_industry(text) == code


@pytest.mark.parametrize("text", ["A5211", "零售业", "F5", "00", "98", "F52111"])
def test_parse_industry_refuses_what_no_classification_has(text: str) -> None:
    """A letter that does not fit the division is a mistake in one of the two."""
    with pytest.raises(BadCellError, match="expected an industry code"):
        vocabulary.parse_industry(text)


def test_lists_are_sorted_and_each_part_stands_once() -> None:
    """A list in a cell has no order, so that its order changes nothing."""
    parse = cells.list_of(vocabulary.parse_industry)
    assert parse("F52、C13；5211，F52") == ("C13", "F52", "F5211")


def test_parse_results_reads_categories_that_contain_separators() -> None:
    """公示信息隐瞒真实情况、弄虚作假 is one category although it has a 、 in it."""
    text = "公示信息隐瞒真实情况、弄虚作假；通过登记的住所（经营场所）无法联系"
    assert vocabulary.parse_results(text) == (ResultCategory.FALSE_PUBLICATION, ResultCategory.UNREACHABLE)
    assert vocabulary.parse_results("no_problem") == (ResultCategory.NO_PROBLEM,)
    with pytest.raises(BadCellError, match="expected result categories"):
        vocabulary.parse_results("未发现问题；很好")


def test_districts_are_known_by_code_and_both_names() -> None:
    """A firm's unknown district is noticed, an officer's or a task's is refused."""
    parse = vocabulary.firm_district(KNOWN)
    assert parse("环翠区") == parse("371002") == parse("huancui") == "371002"
    assert parse("未定") == "unknown"
    old = parse("371081")
    assert isinstance(old, Noticed)
    assert old.value == "unknown"
    assert vocabulary.served_district(KNOWN)("371000") == "371000"
    with pytest.raises(BadCellError):
        vocabulary.served_district(KNOWN)("文登市")
    assert vocabulary.districts(KNOWN)("乳山市;371002") == ("371002", "371083")


def test_items_are_known_by_id_and_name() -> None:
    """A task may name its items as the published list does."""
    assert vocabulary.items(KNOWN)("名称规范使用情况的检查；K2") == ("G01", "K2")
    assert vocabulary.one_item(KNOWN)("名称规范使用情况的检查") == "G01"
    with pytest.raises(BadCellError, match="ASCII letters"):
        vocabulary.items(KNOWN)("没有的事项")


def test_libraries_are_short_names_without_plus() -> None:
    """A plus joins task ids in records, so no library has one."""
    assert vocabulary.parse_libraries("药店; 小作坊") == ("小作坊", "药店")
    for text in ("a+b", "甲" * 41):
        with pytest.raises(BadCellError, match="special libraries"):
            vocabulary.parse_libraries(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "1"),
        ("02", "2"),
        ("3.0", "3"),
        ("Ｘ１", "X1"),
        ("x12", "X12"),
        ("2026-X1", "2026-X1"),
        ("2026-1-2", "2026-1-2"),
    ],
)
def test_round_is_named_by_number_or_id(text: str, name: str) -> None:
    """A round drawn elsewhere, which has an X, can be named too."""
    assert parse_round(text) == name


@pytest.mark.parametrize("text", ["第一批", "-1", "1.5", "X", "123", "1-"])
def test_what_names_no_round_is_refused(text: str) -> None:
    """Anything else gets the remedy."""
    with pytest.raises(BadCellError, match="number of a round"):
        parse_round(text)
