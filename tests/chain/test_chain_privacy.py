"""Nothing public lets a tier, score, stratum, salt, secret or a targeted round's ticket through."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.draw_rows import get_file
from models.registry_rows import load_officers
from models.store import Store
from models.tables import Draw, table_of
from scheduler.draw.hashing import keyed_digest
from scheduler.draw.pool import firm_salts
from scheduler.draw.tickets import targeted_tickets
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.workspace import database_url


def public_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that a demo publishes: pages, public record, and the parts of the workbook, unpacked."""
    for part in ("records/public", "site"):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path.read_bytes()
    for path in folder.glob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{path.name}/{name}", archive.read(name)


def rows_of(folder: Path, draw_id: str, name: str) -> list[dict[str, str]]:
    """Rows of a table of the audit record."""
    text = (folder / "records" / "audit" / "draws" / draw_id / name).read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


@pytest.fixture(scope="module")
def secrets_of(small_year: DemoSummary) -> dict[str, set[bytes]]:
    """What must not be public, by kind, as bytes to look for."""
    folder = small_year.folder
    store = Store(database_url(folder / "workspace", None))
    kinds = ("stratum", "salt", "ticket", "nonce", "secret", "officer", "bins")
    found: dict[str, set[bytes]] = {name: set() for name in kinds}
    with store.transaction() as connection:
        for draw in connection.execute(table_of(Draw).select()).mappings():
            found["secret"] |= {draw["secret"].hex().encode(), draw["officer_secret"].hex().encode()}
            rows = rows_of(folder, draw["draw_id"], "register.tsv")
            found["bins"] |= {row["bins"].encode() for row in rows if row["bins"]}
            if draw["draw_id"].startswith("2026-1-"):
                continue  # an open round's tickets are everybody's
            strata = {row["disposition"] for row in rows if not row["disposition"].startswith("out:")}
            found["nonce"] |= {
                keyed_digest(draw["secret"], "threshold-nonce", draw["draw_id"], stratum).encode() for stratum in strata
            }
            found["stratum"] |= {stratum.encode() for stratum in strata}
            pool = [row["firm_id"] for row in rows if not row["disposition"].startswith("out:")]
            ids = np.array(pool, dtype="S18")
            salts = firm_salts(draw["draw_id"], draw["secret"], ids)
            found["salt"] |= {salt.tobytes().hex().encode() for salt in salts}
            found["ticket"] |= {row.tobytes().hex().encode() for row in targeted_tickets(draw["seed"], salts, ids)}
            assert get_file(connection, draw["draw_id"], "register.tsv")
        found["officer"] = {officer.name.encode() for officer in load_officers(connection)}
        found["officer"] |= {officer.certificate_no.encode() for officer in load_officers(connection)} - {b""}
    store.close()
    return found


def test_the_search_would_find_a_leak(small_year: DemoSummary, secrets_of: dict[str, set[bytes]]) -> None:
    """What is searched for is there to be found: in the audit record, all kinds but salts, tickets and nonces."""
    assert all(len(needles) > 1 for needles in secrets_of.values())
    audit = b"\n".join(
        path.read_bytes() for path in (small_year.folder / "records" / "audit").rglob("*") if path.is_file()
    )
    for kind in ("stratum", "secret", "bins"):
        assert all(needle in audit for needle in secrets_of[kind]), kind


@pytest.mark.parametrize("kind", ["stratum", "salt", "ticket", "nonce", "secret", "officer"])
def test_nothing_public_holds(small_year: DemoSummary, secrets_of: dict[str, set[bytes]], kind: str) -> None:
    """No page, list or public record contains one of them."""
    for name, content in public_files(small_year.folder):
        assert not [needle for needle in secrets_of[kind] if needle in content], name


def test_public_tables_have_no_column_for_tiers_scores_or_officers(small_year: DemoSummary) -> None:
    """Public tables have the columns of the specification and no other; a tier or score has nowhere to stand."""
    expected = {
        "drawn.tsv": "firm_id\tname\tregistrar\tpackage\tcounting",
        "pool.tsv": "firm_id\tleaf",
        "results.tsv": "firm_id\titem_id\tcategory\tinspected_on",
    }
    tables = list((small_year.folder / "records" / "public" / "draws").rglob("*.tsv"))
    assert {path.name for path in tables} == set(expected)
    for path in tables:
        assert path.read_text(encoding="utf-8").split("\n", 1)[0] == expected[path.name]


def test_pages_do_not_tell_a_firms_tier(small_year: DemoSummary) -> None:
    """Two drawn firms of different tiers with the same package have the same page rows but for names and codes."""
    folder = small_year.folder
    tiers = {row["firm_id"]: row["tier"] for row in rows_of(folder, "2026-2-1", "register.tsv")}
    text = (folder / "records" / "public" / "draws" / "2026-2-1" / "drawn.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    by_tier = {tiers[row[0]]: tuple(row[3:]) for row in rows if row[3] == "T01"}
    assert len(by_tier) > 1  # firms of several tiers were drawn for the same task
    assert len(set(by_tier.values())) == 1
