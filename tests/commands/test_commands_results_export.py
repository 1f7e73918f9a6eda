"""The workbook of results goes out, through LibreOffice, and comes back with nothing lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from models import tables
from models.registry_rows import insert_firms
from models.results_rows import load_results
from models.tables import table_of
from scheduler.commands.results import results
from scheduler.registry.credit_codes import valid_codes
from scheduler.registry.words import RESULT_WORDS
from scheduler.results.findings import FINDINGS
from scheduler.workflow.registry import import_file
from scheduler.workflow.workspace import Workspace
from tests.commands import test_commands_results
from tests.commands.test_commands_results import DRAW, NUM_FIRMS, context, fill
from tests.libreoffice import needs_libreoffice, opened, put, rows_of, saved, sheets_of, texts_of

DAY = date(2026, 4, 10)
TRIED = [
    f"91371002MA3C00{number:03d}{check}" for number in range(NUM_FIRMS) for check in "0123456789ABCDEFGHJKLMNPQRTUWXY"
]
FIRMS = [code for code, valid in zip(TRIED, valid_codes(TRIED), strict=True) if valid]  # one a number: its check fits


@needs_libreoffice
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_results_filled_in_with_libreoffice_come_back_whole(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Every tick, day, note and measure of a filled workbook is recorded; rows left empty are not."""
    monkeypatch.setattr(test_commands_results, "FIRMS", FIRMS)
    fill(workspace)
    with workspace.transaction() as connection:
        constant = {"object_type": "enterprise", "district": "371002", "status": "operating", "registrar": "局"}
        firms: dict[str, Any] = {name: [value] * NUM_FIRMS for name, value in constant.items()}
        insert_firms(connection, {**firms, "firm_id": FIRMS, "name": [f"=甲{code}" for code in FIRMS]})
        connection.execute(sa.delete(table_of(tables.Result)))
    command = context(workspace.root, DAY)
    object.__setattr__(command, "language", language)
    done = CliRunner().invoke(results, ["export", "--out", str(tmp_path / "out")], obj=command)
    assert done.exit_code == 0, done.output
    (path,) = (tmp_path / "out").glob("*.xlsx")
    tree = opened(path, tmp_path)
    sheet = next(iter(sheets_of(tree).values()))
    rows = rows_of(sheet)
    codes = list(RESULT_WORDS.words)
    texts = texts_of(sheet)
    assert texts[0][4 : 4 + len(codes)] == list(RESULT_WORDS.shown(language))
    assert sorted(row[0] for row in texts[1:] if row[0]) == sorted(FIRMS)
    expected, followed = set(), set()
    word, measure = {"en": ("yes", "Case opened")}.get(language, ("是", "立案查处"))
    # The first eight firms: one category each; the ninth: two of them; the others stay empty.
    for number, found in enumerate([*([code] for code in codes), ["not_published", "ordered_to_correct"]], start=1):
        note = f"007 备注 {number}"
        for code in found:
            put(rows[number][4 + codes.index(code)], "✓")
            expected.add((DRAW, texts[number][0], "G01", code, date(2026, 4, 1), note))
        put(rows[number][4 + len(codes)], date(2026, 4, 1))
        put(rows[number][6 + len(codes)], note)
        if set(found) & FINDINGS:  # a finding: its measure, whether it is settled, and by when it must be
            put(rows[number][7 + len(codes)], measure)
            put(rows[number][8 + len(codes)], word)
            put(rows[number][9 + len(codes)], date(2026, 5, number))
            followed.add((texts[number][0], "case", True, date(2026, 5, number)))
    import_file(command.open(), "results", saved(tree, "filled", tmp_path))
    with workspace.transaction() as connection:
        kept = load_results(connection, [DRAW])
        step = table_of(tables.FollowUp).c
        names = (step.firm_id, step.measure, step.settled, step.due_on)
        assert {tuple(row) for row in connection.execute(sa.select(*names))} == followed
    columns = (kept.draw_id, kept.firm_id, kept.item_id, kept.category, kept.inspected_on, kept.note)
    assert set(zip(*columns, strict=True)) == expected
