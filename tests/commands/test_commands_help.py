"""How help is laid out: by the columns of a terminal, in whole sentences."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

import cli
from scheduler import i18n
from scheduler.commands.help import first_sentence, lay_out, wrap


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_help_fits_eighty_columns(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line of the main help is wider than the terminal, though a Chinese character takes two columns."""
    monkeypatch.setenv("COLUMNS", "80")
    i18n.activate(language)
    try:
        text = CliRunner().invoke(cli.build(), ["--help"]).stdout
    finally:
        i18n.activate("en")
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "..." not in text.split("[ARGS]...")[1]


def test_options_stand_in_line_beside_wide_words() -> None:
    """The help of each option begins in the same column: 2 + the widest name (--folder 目录: 13) + 2."""
    command = click.Command(
        "c",
        params=[
            click.Option(["--folder"], metavar="目录", help="first"),
            click.Option(["--name"], metavar="N", help="second"),
        ],
    )
    lay_out(command)
    lines = CliRunner().invoke(command, ["--help"]).stdout.splitlines()
    first, second = (next(line for line in lines if word in line) for word in ("first", "second"))
    assert cell_len(first[: first.index("first")]) == cell_len(second[: second.index("second")]) == 17


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, []),
        ("抽取检查对象。", 12, ["抽取检查对", "象。"]),  # a stop never begins a line
        ("由“名录库”抽取", 6, ["由“名", "录库”", "抽取"]),  # “ and ” take one column each
        ("KIND 为 firms，或 all", 12, ["KIND 为", "firms，或", "all"]),
        ("supercalifragilistic word", 8, ["supercalifragilistic", "word"]),
    ],
)
def test_wrap_breaks_between_words_and_wide_characters(text: str, width: int, lines: list[str]) -> None:
    """Lines are as full as the width allows, and punctuation stays with its word."""
    assert wrap(text, width) == lines


def test_first_sentence_ends_at_a_full_stop_not_inside_a_file_name() -> None:
    """A point inside a name is none, and a text without a stop is one sentence."""
    assert first_sentence("Make double-random.toml. Then import.") == "Make double-random.toml"
    assert first_sentence("导入 CSV 文件。重复导入无变化。") == "导入 CSV 文件"
    assert first_sentence("No stop") == "No stop"
