"""What a person does with a workbook in LibreOffice: opens it, types into cells, saves it; without a screen."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, iterparse, parse, register_namespace

import pytest

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
TABLE, OFFICE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "office", "text"))
_COLUMNS = 40  # of a row that are written out one by one
_REPEATED = f"{TABLE}number-columns-repeated"
_ROWS_REPEATED = f"{TABLE}number-rows-repeated"

Typed = str | int | date


@cache
def _profile() -> Path:
    """A profile for all conversions of this process: LibreOffice takes a while to make one."""
    folder = Path(tempfile.mkdtemp(prefix="double-random-libreoffice-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def convert(path: Path, kind: str, folder: Path) -> Path:
    """The file as LibreOffice writes it in another format."""
    return convert_all([path], kind, folder)[0]


def convert_all(paths: Sequence[Path], kind: str, folder: Path) -> list[Path]:
    """The files as LibreOffice, started once, writes them in another format."""
    words = ["soffice", f"-env:UserInstallation={_profile().as_uri()}", "--headless", "--convert-to", kind]
    words += ["--outdir", str(folder), *map(str, paths)]
    subprocess.run(words, check=True, capture_output=True, timeout=240)
    return [folder / f"{path.stem}.{kind}" for path in paths]


def opened(path: Path, folder: Path) -> ElementTree[Element]:
    """The workbook as LibreOffice reads it."""
    sheet = convert(path, "fods", folder)
    for _event, (prefix, address) in iterparse(sheet, events=["start-ns"]):  # noqa: S314 - our own file
        register_namespace(prefix, address)  # LibreOffice knows the format by its prefixes
    return parse(sheet)  # noqa: S314 - our own file


def saved(tree: ElementTree[Element], name: str, folder: Path) -> Path:
    """The workbook as LibreOffice saves it: as its own format first, then for Excel."""
    path = folder / f"{name}.fods"
    tree.write(path, encoding="utf-8", xml_declaration=True)
    return convert(convert(path, "ods", folder), "xlsx", folder)


def cells_of(row: Element) -> list[Element]:
    """Cells of a row, those that stand for several written out."""
    cells: list[Element] = []
    for cell in list(row):
        number = int(cell.attrib.pop(_REPEATED, "1"))
        row.remove(cell)
        cells += [cell, *(deepcopy(cell) for _place in range(min(number, _COLUMNS - len(cells)) - 1))]
    row.extend(cells)
    return cells


def put(cell: Element, value: Typed) -> None:
    """Types a text, a number or a day into a cell, which keeps its format."""
    style = cell.get(f"{TABLE}style-name")
    cell.clear()
    if style:
        cell.set(f"{TABLE}style-name", style)
    kind = {str: "string", int: "float", date: "date"}[type(value)]
    cell.set(f"{OFFICE}value-type", kind)
    if isinstance(value, date):
        cell.set(f"{OFFICE}date-value", value.isoformat())
    elif isinstance(value, int):
        cell.set(f"{OFFICE}value", str(value))
    for line in str(value).split("\n"):
        SubElement(cell, f"{TEXT}p").text = line


def sheets_of(tree: ElementTree[Element]) -> dict[str, Element]:
    """Sheets by name."""
    return {sheet.get(f"{TABLE}name", ""): sheet for sheet in tree.getroot().iter(f"{TABLE}table")}


def rows_of(sheet: Element) -> list[list[Element]]:
    """Cells of a sheet's rows, without those that only stand for empty rows."""
    return [cells_of(row) for row in sheet.iter(f"{TABLE}table-row") if _ROWS_REPEATED not in row.attrib]


def texts_of(sheet: Element) -> list[list[str]]:
    """Texts of the cells, comments left out."""
    return [["".join(p.text or "" for p in cell.findall(f"{TEXT}p")).strip() for cell in row] for row in rows_of(sheet)]


def add_rows(sheet: Element, rows: Sequence[Mapping[str, Typed]]) -> None:
    """Types rows below the last one, each value below its header; the empty rows there become fewer."""
    headers = texts_of(sheet)[0]
    parents = {child: parent for parent in sheet.iter() for child in parent}
    empty = next(row for row in sheet.iter(f"{TABLE}table-row") if _ROWS_REPEATED in row.attrib)
    empty.set(_ROWS_REPEATED, str(int(empty.get(_ROWS_REPEATED, "1")) - len(rows)))
    parent = parents[empty]
    for values in rows:
        row = Element(f"{TABLE}table-row")
        for header in headers:
            cell = SubElement(row, f"{TABLE}table-cell")
            if header in values:
                put(cell, values[header])
        parent.insert(list(parent).index(empty), row)
