"""The template's one tie to a workspace: its districts."""

from __future__ import annotations

from pathlib import Path

import pytest
import python_calamine

from scheduler.errors import UsageError
from scheduler.registry.kinds import TEMPLATE_KINDS
from scheduler.workflow.templates import write_template
from scheduler.workflow.workspace import Workspace


def test_template_outside_a_workspace_has_every_sheet(tmp_path: Path) -> None:
    """Whoever has no workspace yet can fill in lists already; there are no districts to offer."""
    path = tmp_path / "inputs.xlsx"
    names = write_template(path, root=tmp_path, language="en")
    assert names == tuple(kind.sheet("en") for kind in TEMPLATE_KINDS)
    sheets = python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names
    assert [name for name in sheets if name in names] == list(names)


def test_template_in_a_workspace_offers_its_districts(workspace: Workspace, tmp_path: Path) -> None:
    """The district names are in the file of the workspace's template and not in the other."""
    inside, outside = tmp_path / "inside.xlsx", tmp_path / "outside.xlsx"
    write_template(inside, root=workspace.root, language="zh_CN")
    write_template(outside, root=tmp_path, language="zh_CN")
    assert "综合保税区" in _cells(inside)
    assert "综合保税区" not in _cells(outside)


def test_template_under_another_name_than_a_workbook_is_refused(tmp_path: Path) -> None:
    """A CSV could not hold the sheets."""
    with pytest.raises(UsageError, match=r"ends in \.xlsx"):
        write_template(tmp_path / "inputs.csv", root=tmp_path, language="en")


def _cells(path: Path) -> set[object]:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
