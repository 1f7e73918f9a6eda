"""The open data: whole, described, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest

from scheduler.publication.inputs import PublicInputs
from scheduler.publication.records import assemble_public
from scheduler.publication.site import build_site
from tests.publication.tiny_year import make_inputs


@pytest.fixture
def data(inputs: PublicInputs) -> dict[str, bytes]:
    """Files of the open data of the tiny year, by name."""
    return data_of(inputs)


def data_of(inputs: PublicInputs) -> dict[str, bytes]:
    """Files of the open data of a year."""
    site = build_site(assemble_public(inputs))
    return {path.removeprefix("data/"): content for path, content in site if path.startswith("data/")}


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_package_describes_every_file_and_column(data: dict[str, bytes]) -> None:
    """Each table stands there twice, with the columns in the order that the schema tells, and keys that hold."""
    package = json.loads(data["datapackage.json"])
    assert {entry["path"] for entry in package["resources"]} | {"datapackage.json"} == set(data)
    for entry in package["resources"]:
        names = [field["name"] for field in entry["schema"]["fields"]]
        if entry["format"] == "csv":
            header = data[entry["path"]].decode("utf-8-sig").splitlines()[0]
            assert header == ",".join(names)
            rows = rows_of(data[entry["path"]])
        else:
            rows = json.loads(data[entry["path"]])
            assert all(list(row) == names for row in rows)
        keys = [tuple(row[name] for name in entry["schema"]["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys), entry["path"]
        assert all(field["title"] and field["description"] for field in entry["schema"]["fields"])


def test_tables_hold_what_the_lists_hold(data: dict[str, bytes]) -> None:
    """Three firms of the voided attempt, three of the next, one of the list drawn elsewhere; two have results."""
    drawn = json.loads(data["drawn.json"])
    assert [row["draw_id"] for row in drawn] == ["2026-1-1"] * 3 + ["2026-1-2"] * 3 + ["2026-X1-1"]
    assert {row["counting"] for row in drawn} == {True}
    results = rows_of(data["results.csv"])
    assert {row["draw_id"] for row in results} == {"2026-1-2"}
    assert {row["categories"] for row in results} == {"no_problem", "not_published;ordered_to_correct"}


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_formulas_are_defused_in_csv_and_kept_in_json(name: str) -> None:
    """A spreadsheet sees text; a program sees the name as it is on the list."""
    data = data_of(make_inputs(6, 3, lambda firm: name.replace("\t", " ")))
    assert {row["name"][0] for row in rows_of(data["drawn.csv"])} <= {"'", " "}
    assert {row["name"] for row in json.loads(data["drawn.json"])} == {name.replace("\t", " ")}
