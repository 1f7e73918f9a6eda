"""
From three years of public records nobody guesses tiers better than from the register and what was inspected.

The attacker knows the whole register and the true tiers of two firms in three; he reads every public file of three
years. What it adds is held against the same columns shuffled among firms that were drawn and inspected alike. He must
catch records that leak, or the test would show nothing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.store import Store
from models.tables import Draw, table_of
from scheduler.allocation.cells import Cell
from scheduler.draw.hashing import digest, keyed_digest, message
from scheduler.draw.selection import select
from scheduler.draw.tickets import open_tickets
from scheduler.draw.tree import leaf_hash
from scheduler.example.city import ExampleCity, build_city
from scheduler.workflow.example import load_parameters
from scheduler.workflow.workspace import database_url
from tests.attack.attacker import Attacker, Gain, area_of_all, measure_gain, public_files, read_table
from tests.attack.years import YEARS, run_years

NUM_FIRMS = 9_000
NOISE = 4.0  # standard deviations of the shuffled areas; a leak stands far above
TIERS = "ABCD"

Files = dict[str, bytes]
Tiers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """Three years: the city, the public files by year, the audit records beside them, the true tiers by draw."""

    city: ExampleCity
    folder: Path
    public: dict[int, Files]
    tiers: Tiers

    def audit(self, draw_id: str, name: str) -> list[dict[str, str]]:
        """Rows of a table that only auditors have."""
        return read_table((self.folder / draw_id[:4] / "records/audit/draws" / draw_id / name).read_bytes())


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Years:
    """Three years of a city of 9,000 firms."""
    folder = tmp_path_factory.mktemp("years")
    city = build_city(load_parameters(), num_firms=NUM_FIRMS, seed="attack")
    run_years(folder, city)
    empty = Years(city=city, folder=folder, public={}, tiers={})
    draws = [f"{year}-{number}-1" for year in YEARS for number in (2, 3)]
    return dataclasses.replace(
        empty,
        public={year: public_files(folder / str(year)) for year in YEARS},
        tiers={
            draw_id: {row["firm_id"]: row["tier"] for row in empty.audit(draw_id, "register.tsv")} for draw_id in draws
        },
    )


@pytest.fixture(scope="module")
def about_drawn(years: Years) -> Gain:
    """What the public files tell of the firms drawn in targeted rounds."""
    gain = measure_gain(Attacker(years.city.frame, years.public).about_drawn(years.tiers), num_shuffles=10)
    print(gain.line("firms drawn"))
    return gain


def changed(years: Years, change: Callable[[str, bytes, Mapping[str, str]], bytes]) -> float:
    """Area under the attacker's curve when files of draws are published otherwise."""
    public = {}
    for year, files in years.public.items():
        public[year] = dict(files)
        for path, content in files.items():
            found = re.search(r"/(\d{4}-[23]-1)/", path)
            if found is not None:
                public[year][path] = change(path, content, years.tiers[found[1]])
    return area_of_all(Attacker(years.city.frame, public).about_drawn(years.tiers))


def test_public_files_tell_no_more_of_drawn_firms_than_what_was_inspected(about_drawn: Gain) -> None:
    """Places, order, leaves, tickets without salt and mark-up add nothing beyond the noise."""
    assert about_drawn.known > 0.6  # the attacker does learn: that the register tells of tiers is no leak of the record
    assert about_drawn.standardised() < NOISE


def test_results_add_little(about_drawn: Gain) -> None:
    """Results are public by law and hang together with risk; they move the area by less than 0.02."""
    assert about_drawn.results - about_drawn.known < 0.02


def test_pools_tell_nothing_of_all_firms(years: Years) -> None:
    """Being in the pool, its leaf and its place in the file add nothing for the firms of the register."""
    tiers = {draw_id: found for draw_id, found in years.tiers.items() if "-2-" in draw_id}
    gain = measure_gain(Attacker(years.city.frame, years.public).about_all(tiers), num_shuffles=5)
    print(gain.line("all firms"))
    assert gain.known > 0.6
    assert gain.standardised() < NOISE


def test_rows_ordered_by_tier_are_caught(years: Years, about_drawn: Gain) -> None:
    """The attacker sees it when a list is published in the order of tiers."""

    def by_tier(path: str, content: bytes, tiers: Mapping[str, str]) -> bytes:
        if not path.endswith("drawn.tsv"):
            return content
        header, *lines = content.splitlines(keepends=True)
        return header + b"".join(sorted(lines, key=lambda line: tiers[line.split(b"\t")[0].decode()]))

    assert about_drawn.standardised(changed(years, by_tier)) > 3 * NOISE


def test_mark_up_by_tier_is_caught(years: Years, about_drawn: Gain) -> None:
    """The attacker sees it when a row of a page has a class of its own for high tiers."""

    def marked(path: str, content: bytes, tiers: Mapping[str, str]) -> bytes:
        if "/list-" not in path:
            return content
        head, *rows = content.decode("utf-8").split("<tr>")
        classes = [tiers.get((re.search("[0-9A-Z]{18}", row) or [""])[0], "") in {"C", "D"} for row in rows]
        marks = zip(classes, rows, strict=True)
        return (head + "".join(('<tr class="wide">' if high else "<tr>") + row for high, row in marks)).encode()

    assert about_drawn.standardised(changed(years, marked)) > 3 * NOISE


def test_leaves_without_nonce_are_caught(years: Years, about_drawn: Gain) -> None:
    """The attacker sees it when leaves say the stratum in digits that anybody can try."""

    def bare(path: str, content: bytes, tiers: Mapping[str, str]) -> bytes:
        if not path.endswith("pool.tsv"):
            return content
        rows = (row["firm_id"] for row in read_table(content))
        return b"firm_id\tleaf\n" + b"".join(f"{firm}\t{digest('stratum', tiers[firm])}\n".encode() for firm in rows)

    assert about_drawn.standardised(changed(years, bare)) > 3 * NOISE


def records_only(public: Mapping[int, Files]) -> dict[int, Files]:
    """Pools, lists and ceremonies alone: what a draw makes before anybody is inspected."""
    names = ("pool.tsv", "drawn.tsv", "ceremony.json")
    return {
        year: {path: content for path, content in files.items() if path.startswith("records/") and path.endswith(names)}
        for year, files in public.items()
    }


def test_tickets_without_salt_would_tell_tiers(years: Years) -> None:
    """Drawn by tickets that outsiders can compute, high tiers show; drawn by salted ones they do not."""
    salted = records_only(years.public)
    bare = {year: dict(files) for year, files in salted.items()}
    for draw_id in years.tiers:
        bare[int(draw_id[:4])][f"records/public/draws/{draw_id}/drawn.tsv"] = drawn_without_salt(years, draw_id)
    gains = [
        measure_gain(Attacker(years.city.frame, public).about_drawn(years.tiers), num_shuffles=6)
        for public in (salted, bare)
    ]
    print(gains[0].line("tickets with salt"), gains[1].line("tickets without salt"), sep="\n")
    assert gains[0].standardised() < NOISE
    assert gains[1].standardised() > 2 * NOISE


def drawn_without_salt(years: Years, draw_id: str) -> bytes:
    """The list as it would be, by the same pool, quotas and seed, if tickets had no salt."""
    pool = [row for row in years.audit(draw_id, "register.tsv") if not row["disposition"].startswith("out:")]
    rows = years.audit(draw_id, "allocation.tsv")
    cells = [
        Cell(
            stratum=row["stratum"],
            package=row["package"],
            counting=row["counting"] == "1",
            rest=row["rest"] == "1",
            num_firms=int(row["num_firms"]),
            visits_micro=int(row["visits_micro"]),
        )
        for row in rows
    ]
    place = {stratum: index for index, stratum in enumerate(sorted({cell.stratum for cell in cells}))}
    ids = np.array([row["firm_id"] for row in pool], dtype="S18")
    stratum = np.array([place[row["disposition"]] for row in pool], dtype=np.int32)
    ceremony = (years.folder / draw_id[:4] / "records/public/draws" / draw_id / "ceremony.json").read_text()
    seed = re.search(r'"seed": "([0-9a-f]{64})"', ceremony)
    assert seed is not None
    quotas = [int(row["quota"]) for row in years.audit(draw_id, "quotas.tsv")]
    drawn = select(open_tickets(seed[1], ids), stratum, cells, quotas)
    lines = [
        f"{pool[position]['firm_id']}\t\t\t{cells[cell].package}\t{int(cells[cell].counting)}\n"
        for position, cell in zip(drawn.position.tolist(), drawn.cell.tolist(), strict=True)
    ]
    return ("firm_id\tname\tregistrar\tpackage\tcounting\n" + "".join(lines)).encode()


def test_who_holds_the_secret_reads_every_tier_from_the_leaves(years: Years) -> None:
    """With the secret, trying all strata on each leaf gives every firm's own; with another secret, nobody's."""
    draw_id = f"{YEARS[0]}-2-1"
    store = Store(database_url(years.folder / "workspace", None))
    with store.transaction() as connection:
        draw = table_of(Draw)
        secret = connection.execute(draw.select().where(draw.c.draw_id == draw_id)).mappings().one()["secret"]
    store.close()
    register = years.audit(draw_id, "register.tsv")
    truth = {row["firm_id"]: row["disposition"] for row in register if not row["disposition"].startswith("out:")}
    strata = sorted(set(truth.values()))  # an outsider would try all there can be: district, type, tier, tasks
    rows = read_table(years.public[YEARS[0]][f"records/public/draws/{draw_id}/pool.tsv"])[::10]
    found = {row["firm_id"]: strata_of_leaf(draw_id, secret, row, strata) for row in rows}
    assert found == {firm: [truth[firm]] for firm in found}
    assert {stratum.split("/")[2] for (stratum,) in found.values()} == set(TIERS)
    assert not any(strata_of_leaf(draw_id, bytes(32), row, strata) for row in rows[:50])


def strata_of_leaf(draw_id: str, secret: bytes, row: Mapping[str, str], strata: list[str]) -> list[str]:
    """Strata that a leaf can be made of, by section 3.2 of the specification."""
    firm = row["firm_id"]
    salt = keyed_digest(secret, "salt", draw_id, firm)
    nonce = keyed_digest(secret, "stratum-nonce", draw_id, firm)
    return [
        stratum
        for stratum in strata
        if leaf_hash(message("leaf", draw_id, firm, salt, digest("stratum", nonce, stratum))).hex() == row["leaf"]
    ]
