"""The workbook to fill in has everything a person needs, and the importer takes it back."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from scheduler.registry.columns import Vocabulary
from scheduler.registry.kinds import KINDS, TEMPLATE_KINDS
from scheduler.registry.parsing import parse_sheet
from scheduler.registry.readers import read_sheets
from scheduler.registry.template import template_bytes
from scheduler.registry.words import CODE_SETS

DISTRICTS = (("371002", "环翠区"), ("371083", "乳山市"))


def parts(content: bytes) -> dict[str, str]:
    """Text of every XML file of a workbook."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_template_has_a_sheet_for_each_kind_with_its_headers(tmp_path: Path, language: str) -> None:
    """Headers stand in the declared order behind the running number."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(template_bytes(language, DISTRICTS))
    sheets = {sheet.name: sheet for sheet in read_sheets(path)}
    for kind in TEMPLATE_KINDS:
        header = sheets[kind.sheet(language)].rows[0]
        assert list(header[1:]) == [column.header(language) for column in kind.columns]
    assert len(sheets) == len(TEMPLATE_KINDS) + 2  # the guide and the code lists


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_untouched_template_imports_nothing(tmp_path: Path, known: Vocabulary, language: str) -> None:
    """The example row is recognised in every sheet and left out."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(template_bytes(language, DISTRICTS, KINDS))
    for sheet in read_sheets(path):
        for kind in KINDS:
            if kind.is_called(sheet.name):
                table = parse_sheet(sheet, kind, known)
                assert (table.num_examples, table.rows, table.problems) == (1, (), ())


def test_template_has_a_comment_on_every_column_and_frozen_headers() -> None:
    """Number of comments: one for each declared column and one for the running number."""
    files = parts(template_bytes("zh", DISTRICTS))
    for number, kind in enumerate(TEMPLATE_KINDS, start=1):
        assert files[f"xl/comments{number}.xml"].count("<comment ") == len(kind.columns) + 1
        assert 'state="frozen"' in files[f"xl/worksheets/sheet{number}.xml"]


def test_template_offers_lists_for_all_code_columns() -> None:
    """Every column with a code set, yes or no, or districts has a drop-down list over the whole column."""
    files = parts(template_bytes("zh", DISTRICTS))
    for number, kind in enumerate(TEMPLATE_KINDS, start=1):
        expected = sum(
            1
            for column in kind.columns
            if column.words or column.form == "yes" or column.field in ("district", "districts")
        )
        found = re.findall(r'<dataValidation [^>]*sqref="([A-Z]+)2:\1(\d+)"', files[f"xl/worksheets/sheet{number}.xml"])
        assert [last for _letter, last in found] == ["1048576"] * expected


def test_template_without_a_policy_offers_no_districts() -> None:
    """Districts are the policy's; without one there is nothing to offer."""
    files = parts(template_bytes("zh", ()))
    firms = files["xl/worksheets/sheet1.xml"]
    assert firms.count("<dataValidation ") == 2  # object type and status


def test_code_lists_hold_every_word_of_every_set(tmp_path: Path) -> None:
    """The words in the sheet of code lists are those the importer reads."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(template_bytes("zh", DISTRICTS))
    cells = {cell for row in read_sheets(path)[-1].rows for cell in row}
    for words in CODE_SETS:
        assert set(words.shown("zh")) <= cells
        assert set(words.words) <= cells


def test_template_is_the_same_bytes_every_time() -> None:
    """Nothing of the moment gets into the file."""
    assert template_bytes("zh", DISTRICTS) == template_bytes("zh", DISTRICTS)
