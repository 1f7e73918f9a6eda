"""Writes the workbook to fill in, with the districts of the workspace's policy where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scheduler.registry.kinds import TEMPLATE_KINDS, kind_named
from scheduler.registry.template import template_bytes
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import SETTINGS_NAME


def write_template(path: Path, *, root: Path, language: str, kinds: Sequence[str] = ()) -> tuple[str, ...]:
    """
    Writes the workbook and returns the names of its sheets.

    Parameters
    ----------
    root
        Folder whose policy, if it has one, names the districts.
    kinds
        Kinds of input that get a sheet, in this order; without any, those that a year begins with.

    Raises
    ------
    UsageError
        If the file's name does not end in .xlsx, or it cannot be written.
    """
    check_target(path, (".xlsx",))
    chosen = tuple(kind_named(name) for name in dict.fromkeys(kinds)) or TEMPLATE_KINDS
    write_file(path, template_bytes(language, _districts(root / SETTINGS_NAME, language), chosen))
    return tuple(kind.sheet(language) for kind in chosen)


def _districts(policy: Path, language: str) -> list[tuple[str, str]]:
    if not policy.is_file():
        return []
    settings = parse_settings(policy.read_text(encoding="utf-8"), policy.name)
    chinese = language.startswith("zh")
    return [(district.code, district.name if chinese else district.name_en) for district in settings.districts]
