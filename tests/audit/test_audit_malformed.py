"""Malformed records get a failed claim that names file and place: never a traceback, a hang or an acceptance."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_builder import Files, Year, document, with_manifest

from scheduler.audit import record as record_module
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_record, verify_source
from scheduler.errors import RecordError

pytestmark = pytest.mark.usefixtures("fast_words")

COMMITMENT = "draws/2026-1-1/commitment.json"
CEREMONY = "draws/2026-1-1/ceremony.json"
POOL = "draws/2026-1-1/pool.tsv"
REGISTER = "draws/2026-2-2/register.tsv"
ALLOCATION = "draws/2026-2-2/allocation.tsv"
SCORECARD = "draws/2026-2-2/scorecard.json"
DEEP = b"[" * 200_000

Bytes = Callable[[bytes], bytes]


def replace(old: str, new: str) -> Bytes:
    """Replaces text once; the text must be there."""

    def change(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return change


def with_key(key: str, value: Any) -> Bytes:
    """Sets a key of a document and writes it in canonical form."""
    return lambda content: document({**json.loads(content), key: value})


DOCUMENTS: list[tuple[str, Bytes, str]] = [
    ("empty", lambda _c: b"", "canonical"),
    ("truncated", lambda c: c[:-10], "canonical"),
    ("not UTF-8", lambda c: c.replace(b"{", b"\xff", 1), "canonical"),
    ("deep", lambda _c: DEEP, "canonical"),
    ("deep but closed", lambda _c: b'{"a":' + DEEP + b"]" * 200_000 + b"}", "canonical"),
    ("NaN", replace('"year": 2026', '"year": NaN'), "canonical"),
    ("infinity", replace('"year": 2026', '"year": Infinity'), "canonical"),
    ("float", replace('"year": 2026', '"year": 2026.0'), "canonical"),
    ("duplicate key", replace('"year": 2026', '"year": 2026,\n  "year": 2026'), "canonical"),
    ("integer of 5,000 digits", replace('"year": 2026', '"year": ' + "9" * 5_000), "canonical"),
    ("integer of 31 digits", with_key("year", 10**30), "an integer from 0"),
    ("integer beyond 2^53", with_key("year", 2**53), "an integer from 0"),
    ("negative integer", with_key("year", -1), "an integer from 0"),
    ("true for an integer", with_key("year", True), "an integer from 0"),
    ("text for an integer", with_key("year", "2026"), "an integer from 0"),
    ("a list", lambda _c: b"[]\n", "canonical"),
    ("null", lambda _c: b"null\n", "canonical"),
    ("no line feed at the end", lambda c: c[:-1], "canonical"),
    ("other indentation", lambda c: c.replace(b"  ", b" ", 1), "canonical"),
    ("lone surrogate", replace("double-random 0.1.0", "\\ud800"), "canonical"),
    ("escaped letter", replace("double-random 0.1.0", "\\u0041"), "canonical"),
    ("unknown key", with_key("zeal", 1), "unknown: zeal"),
    ("missing key", lambda c: document({k: v for k, v in json.loads(c).items() if k != "kind"}), "missing: kind"),
    ("later format", with_key("format", 5), "format: expected 1"),
    ("unknown kind", with_key("kind", "secret"), "kind"),
    ("day that is none", with_key("committed_on", "2026-02-30"), "committed_on: expected a date"),
    ("day in other form", with_key("committed_on", "2026-2-3"), "committed_on: expected a date"),
    ("digest in capitals", with_key("secret", "A" * 64), "secret: expected 64 hexadecimal digits"),
    ("object for a list", with_key("entropy", {}), "entropy: expected a list"),
    ("list for an object", with_key("pool", []), "pool: expected an object"),
    ("text for an object", with_key("window", "x"), "window: expected an object"),
    ("seal missing", with_key("sealed", {}), "sealed: expected the keys"),
    (
        "endless list",
        with_key("entropy", [{"name": "x", "spoken_on": "2026-01-01", "bits": 1}] * 5_001),
        "at most 5000",
    ),
    ("long text", with_key("software", "x" * 30_000), "software: expected text"),
    ("code with a separator", with_key("bureau", "a|b"), "bureau: expected a code"),
]


@pytest.mark.parametrize(("name", "change", "needle"), DOCUMENTS, ids=[case[0] for case in DOCUMENTS])
def test_malformed_document_is_refused_by_name(name: str, change: Bytes, needle: str, public: Files) -> None:
    """A commitment that is not a canonical document of format 1."""
    assert_refused(public, COMMITMENT, change, needle)


def cell_twice(content: bytes) -> bytes:
    """The first cell of a table of cells a second time, with more visits, so that rows still ascend."""
    head, first, *others = content.split(b"\n")
    return b"\n".join([head, first, first + b"0", *others])


def assert_refused(files: Files, path: str, change: Bytes, needle: str) -> Report:
    """The record is rejected because a file cannot be read, and the claim names the file and what is wrong in it."""
    changed = with_manifest({**files, path: change(files[path])})
    report = verify_source(MemorySource(changed), "record")
    assert report.verdict is Verdict.REJECTED
    forms = [claim for claim in report.of_status(Status.FAILED) if claim.section == "1.3, 1.4"]
    assert [claim for claim in forms if path in claim.found and needle in claim.found], (forms, needle)
    assert no_surprise(report)
    return report


def no_surprise(report: Report) -> bool:
    """Whether no check broke down on the way: the guard is for what nobody thought of."""
    return not any("can be computed" in claim.expected for claim in report.of_status(Status.FAILED))


TABLES: list[tuple[str, str, Bytes, str]] = [
    ("empty", POOL, lambda _c: b"", "line 1: expected the columns"),
    ("no header", POOL, lambda c: c[c.index(b"\n") + 1 :], "line 1: expected the columns"),
    ("another header", POOL, replace("leaf", "left"), "line 1: expected the columns"),
    ("truncated", POOL, lambda c: c[:-5], "ends in a line feed"),
    ("carriage returns", POOL, lambda c: c.replace(b"\n", b"\r\n"), "line 1"),
    ("carriage return in a row", POOL, lambda c: c[:-1] + b"\r\n", "without control characters"),
    ("control character", "items.tsv", replace("licence", "lic\x07nce"), "without control characters"),
    ("line separator", "items.tsv", replace("licence", "lic\u2028nce"), "without control characters"),
    ("not UTF-8", "items.tsv", lambda c: c.replace(b"licence", b"lic\xffnce"), "without control characters"),
    ("byte order mark", POOL, lambda c: b"\xef\xbb\xbf" + c, "line 1"),
    ("a cell too many", POOL, lambda c: c[:-1] + b"\tx\n", "line 7: expected 2 cells, got 3"),
    ("a cell too few", POOL, lambda c: c + b"Z\n", "line 8: expected 2 cells, got 1"),
    ("an empty line", POOL, lambda c: c + b"\n", "line 8: expected 2 cells, got 1"),
    (
        "rows out of order",
        POOL,
        lambda c: c + b"A1\t" + b"0" * 64 + b"\n",
        "line 8: expected rows in strictly ascending",
    ),
    ("row twice", POOL, lambda c: c + c[-68:], "line 8: expected rows in strictly ascending"),
    ("long id", POOL, lambda c: c + b"Z" * 19 + b"\t" + b"0" * 64 + b"\n", "line 8, firm_id: expected an id"),
    ("empty id", POOL, lambda c: c[:13] + b"\t" + b"0" * 64 + b"\n" + c[13:], "line 2, firm_id: expected an id"),
    ("id with a separator", POOL, lambda c: c + b"Z|1\t" + b"0" * 64 + b"\n", "line 8, firm_id: expected an id"),
    ("short leaf", POOL, lambda c: c + b"Z\t00\n", "line 8, leaf: expected 64 hexadecimal"),
    ("leaf in capitals", POOL, lambda c: c + b"Z\t" + b"A" * 64 + b"\n", "line 8, leaf: expected 64 hexadecimal"),
    ("leading zero", ALLOCATION, replace("\t400000\n", "\t0400000\n"), "line 2, visits_micro: expected an integer"),
    ("plus sign", ALLOCATION, replace("\t400000\n", "\t+400000\n"), "line 2, visits_micro: expected an integer"),
    ("negative", ALLOCATION, replace("\t400000\n", "\t-400000\n"), "line 2, visits_micro: expected an integer"),
    ("huge integer", ALLOCATION, replace("\t400000\n", f"\t{10**40}\n"), "line 2, visits_micro: expected an integer"),
    ("empty integer", ALLOCATION, replace("\t400000\n", "\t\n"), "line 2, visits_micro: expected an integer"),
    ("exotic digits", ALLOCATION, replace("\t400000\n", "\t４00000\n"), "line 2, visits_micro: expected an integer"),
    ("flag of two", ALLOCATION, replace("T01\t1\t", "T01\t2\t"), "line 2, counting: expected 0 or 1"),
    ("cell twice", ALLOCATION, lambda c: cell_twice(c), "once"),
    ("month 13", "tasks.tsv", replace("2026-12-31", "2026-13-31"), "line 2, ends_on: expected a date"),
    ("capital bin", REGISTER, replace("\t00\t0\t", "\t0A\t0\t"), "line 2, bins"),
    ("score with a point", REGISTER, replace("\t10\t", "\t1.0\t"), "line 2, score"),
    ("disposition missing", REGISTER, lambda c: c.replace(b"out:status", b""), "disposition: expected a code"),
    (
        "long cell",
        "items.tsv",
        lambda c: c.replace(b"licence", b"x" * 20_001),
        "line 2, name: expected text of at most",
    ),
    (
        "tasks without end",
        "tasks.tsv",
        lambda c: c + b"".join(b"U%04d" % n + c[-70:] for n in range(1100)),
        "at most 1000 rows",
    ),
    ("kind of item", "items.tsv", replace("\tkey\t", "\tKey\t"), "line 3, kind: expected general, key"),
    (
        "category",
        "draws/2026-1-1/results.tsv",
        replace("no_problem", "no_problems"),
        "line 2, category: expected no_problem",
    ),
    ("log number", "log.tsv", lambda c: c.replace(b"\n1\t", b"\none\t"), "line 2, number: expected an integer"),
]


@pytest.mark.parametrize(("name", "path", "change", "needle"), TABLES, ids=[case[0] for case in TABLES])
def test_malformed_table_is_refused_by_line(name: str, path: str, change: Bytes, needle: str, audit: Files) -> None:
    """A table that is not in canonical form: file, line and column are named."""
    assert_refused(audit, path, change, needle)


POLICIES: list[tuple[str, bytes, str]] = [
    ("no TOML", b"= 1", "expected TOML"),
    ("not UTF-8", b"\xff", "expected TOML"),
    ("deep", b"a = " + DEEP[:100_000], "expected TOML"),
    ("huge integer", b"a = " + b"9" * 5_000, "expected TOML"),
    ("huge", b"#" * 300_000, "expected at most"),
    ("types as text", b'[target]\nratio = 0.5\nobject_types = "enterprise"\n', "object_types as a list"),
    ("types as numbers", b"[target]\nobject_types = [1]\n", "object_types as a list"),
    ("rounds without dates", b'[target]\nratio=0.5\n[[rounds]]\nnumber = 9\nkind = "targeted"\n', "rounds"),
    ("rounds as numbers", b"rounds = [1]\n", "rounds"),
]


@pytest.mark.parametrize(("name", "content", "needle"), POLICIES, ids=[case[0] for case in POLICIES])
def test_malformed_policy_is_refused(name: str, content: bytes, needle: str, audit: Files) -> None:
    """A policy that is no TOML, or lacks the shape that the checks rely on."""
    assert_refused(audit, "draws/2026-2-2/policy.toml", lambda _content: content, needle)


@pytest.mark.parametrize("content", [b"target = 1\ndraw = 2\nbureau = 3\n", b""], ids=["tables as numbers", "empty"])
def test_policy_without_tables_fails_its_claims(content: bytes, audit: Files) -> None:
    """A policy that is silent or whose tables are none: defaults apply, and the year is not the one it states."""
    files = with_manifest({**audit, "draws/2026-2-2/policy.toml": content})
    report = verify_source(MemorySource(files), "audit")
    assert any("policy sealed states" in claim.text for claim in report.of_status(Status.FAILED))
    assert no_surprise(report)


SCORECARDS: list[tuple[str, Bytes]] = [
    ("no tiers", with_key("tiers", [])),
    ("a tier twice", with_key("tiers", ["A", "A"])),
    ("cuts that fall", lambda c: document({**json.loads(c), "tiers": ["A", "B", "C"], "cuts": [9, 3]})),
    ("a cut too many", with_key("cuts", [1, 2])),
    ("a rule of an unknown tier", with_key("direct", [{"name": "x", "tier": "Z"}])),
    ("more bins than characters", with_key("indicators", [{"name": "x", "points": [0] * 37}])),
]


@pytest.mark.parametrize(("name", "change"), SCORECARDS, ids=[case[0] for case in SCORECARDS])
def test_scorecard_whose_parts_do_not_fit_is_refused(name: str, change: Bytes, audit: Files) -> None:
    """Tiers, cuts and rules that contradict each other."""
    assert_refused(audit, SCORECARD, change, "expected different tiers")


def test_scorecard_of_other_size_fails_the_bins(audit: Files) -> None:
    """A scorecard with other indicators and rules fits no firm's bins, and points may be as large as they like."""
    card = {**json.loads(audit[SCORECARD]), "indicators": [], "direct": [], "base": 2**40}
    report = verify_source(MemorySource(with_manifest({**audit, SCORECARD: document(card)})), "audit")
    assert any("one known bin" in claim.text for claim in report.of_status(Status.FAILED))
    assert no_surprise(report)


MANIFESTS: list[tuple[str, Bytes, str]] = [
    ("empty", lambda _c: b"", "canonical"),
    ("truncated", lambda c: c[:-3], "canonical"),
    ("deep", lambda _c: DEEP, "canonical"),
    ("unknown kind", with_key("kind", "x"), "kind"),
    ("later format", with_key("format", 2), "format"),
    ("files as a list", with_key("files", []), "expected an object"),
    ("digest that is none", with_key("files", {"a": "b"}), "64 hexadecimal"),
    ("name with spaces", with_key("files", {"a b": "0" * 64}), "a code"),
]


@pytest.mark.parametrize(("name", "change", "needle"), MANIFESTS, ids=[case[0] for case in MANIFESTS])
def test_manifest_that_cannot_be_read_is_one_failed_claim(name: str, change: Bytes, needle: str, public: Files) -> None:
    """Without a manifest there is nothing to verify, and that is a rejection."""
    report = verify_source(MemorySource({**public, "manifest.json": change(public["manifest.json"])}), "public")
    assert report.verdict is Verdict.REJECTED
    assert [needle in claim.found for claim in report.claims] == [True]


def test_record_without_a_manifest_is_rejected(public: Files) -> None:
    """A folder of files alone is no record."""
    files = {name: content for name, content in public.items() if name != "manifest.json"}
    report = verify_source(MemorySource(files), "public")
    assert [claim.found for claim in report.claims] == ["expected a record with a manifest.json, got none"]


def test_path_that_leaves_the_record_is_never_opened(public: Files, tmp_path: Path) -> None:
    """A manifest that lists ../secret: the file outside is not read, the record is rejected."""
    outside = tmp_path / "secret"
    outside.write_text("x")
    folder = write(public, tmp_path / "record")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["../secret"] = "0" * 64
    (folder / "manifest.json").write_bytes(document(manifest))
    report = verify_record(folder)
    assert any("../secret in the folder" in claim.expected for claim in report.of_status(Status.FAILED))


def write(files: Files, folder: Path) -> Path:
    """Writes a record to a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("make", ["link", "pipe", "folder", "linked folder"])
def test_only_regular_files_are_read(make: str, public: Files, tmp_path: Path) -> None:
    """A link, a pipe or a folder in place of a file is refused without being followed or waited for."""
    folder = write(public, tmp_path / "record")
    target = folder / "year.json"
    content = target.read_bytes()
    target.unlink()
    (tmp_path / "elsewhere").write_bytes(content)
    if make == "link":
        target.symlink_to(tmp_path / "elsewhere")
    elif make == "pipe":
        os.mkfifo(target)
    elif make == "folder":
        target.mkdir()
    else:
        target.symlink_to(tmp_path, target_is_directory=True)
    report = verify_record(folder)
    assert report.verdict is Verdict.REJECTED
    assert any("year.json" in f"{claim.expected} {claim.found}" for claim in report.of_status(Status.FAILED))
    assert no_surprise(report)


def test_linked_folder_of_draws_is_not_followed(public: Files, tmp_path: Path) -> None:
    """A link in place of the draws folder is one file that nobody listed; what it leads to is not looked at."""
    folder = write(public, tmp_path / "record")
    (folder / "draws").rename(tmp_path / "draws")
    (folder / "draws").symlink_to(tmp_path / "draws", target_is_directory=True)
    report = verify_record(folder)
    assert any("draws/2026-1-1/ceremony.json in the folder" in c.expected for c in report.of_status(Status.FAILED))
    assert report.counts == {}


def test_huge_file_is_refused_unread(public: Files, tmp_path: Path) -> None:
    """A sparse file of 10 GB costs nothing: its size is looked at first."""
    folder = write(public, tmp_path / "record")
    with (folder / POOL).open("r+b") as stream:
        stream.truncate(10 << 30)
    report = verify_record(folder)
    assert any("expected at most" in claim.found and POOL in claim.found for claim in report.of_status(Status.FAILED))


def test_huge_document_is_refused(public: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents have a limit of their own, in memory as in a folder."""
    monkeypatch.setattr(record_module, "MAX_DOCUMENT_BYTES", 1_000_000)
    assert_refused(public, COMMITMENT, lambda c: c + b" " * 1_000_000, "expected at most")


def test_huge_manifest_is_refused(public: Files, tmp_path: Path) -> None:
    """A manifest of 10 GB is one failed claim."""
    folder = write(public, tmp_path / "record")
    with (folder / "manifest.json").open("r+b") as stream:
        stream.truncate(10 << 30)
    assert ["expected at most" in claim.found for claim in verify_record(folder).claims] == [True]


def test_too_many_files_are_refused(public: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of endless files is not walked to its end."""
    monkeypatch.setattr(record_module, "MAX_FILES", 5)
    with pytest.raises(RecordError, match="expected a record of at most 5 files"):
        verify_record(write(public, tmp_path / "record"))


def test_folders_in_folders_are_not_walked_for_ever(public: Files, tmp_path: Path) -> None:
    """Below the fourth level a folder counts as one unlisted file."""
    folder = write(public, tmp_path / "record")
    (folder / "a/b/c/d/e/f").mkdir(parents=True)
    report = verify_record(folder)
    assert any("a/b/c/d/e, not listed" in claim.found for claim in report.of_status(Status.FAILED))


def test_folder_that_cannot_be_listed_is_an_error(
    public: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without permission is a RecordError, not a traceback."""
    folder = write(public, tmp_path / "record")

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(RecordError, match="expected a folder that can be read, got Permission denied"):
        verify_record(folder)


def test_file_that_changes_while_it_is_read_is_refused(public: Files) -> None:
    """A file whose bytes differ between two readings."""

    class Fickle(MemorySource):
        def read(self, name: str, limit: int) -> bytes:
            content = super().read(name, limit)
            self._files = {**self._files, POOL: public[POOL].replace(b"E1", b"E0")} if name == POOL else self._files
            return content

    source = Fickle(public)
    record = record_module.open_record(source)
    record.read(POOL)
    with pytest.raises(RecordError, match="expected the same bytes as before"):
        record.read(POOL)


def test_names_with_control_characters_are_shown_escaped(public: Files) -> None:
    """A file name cannot write to the terminal."""
    report = verify_source(MemorySource({**public, "a\x1b[2Jb": b""}), "public")
    found = [claim.found for claim in report.of_status(Status.FAILED) if "not listed" in claim.found]
    assert found == ["a\\x1b[2Jb, not listed"]


@pytest.fixture(scope="module")
def small() -> Files:
    """The audit record of one targeted round."""
    return Year(draws=("2026-2-1",)).record("audit")


fuzzing = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@fuzzing
@given(data=st.data())
def test_fuzzed_bytes_never_break_the_verifier(data: st.DataObject, small: Files) -> None:
    """Slices of a file cut, doubled or overwritten, the manifest made anew: a report, and no check breaks down."""
    name = data.draw(st.sampled_from(sorted(set(small) - {"manifest.json"})))
    content = small[name]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    middle = data.draw(st.one_of(st.binary(max_size=20), st.just(content[start:end] * 2), st.just(b"")))
    report = verify_source(MemorySource(with_manifest({**small, name: content[:start] + middle + content[end:]})), "x")
    assert no_surprise(report), report.of_status(Status.FAILED)


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.text(max_size=5),
        st.just("2026-01-01"),
        st.just("0" * 64),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@fuzzing
@given(data=st.data())
def test_fuzzed_documents_never_break_the_verifier(data: st.DataObject, small: Files) -> None:
    """One value of a document replaced by any JSON value, in canonical form: refused by place or failed by claim."""
    name = data.draw(
        st.sampled_from([name for name in sorted(small) if name.endswith(".json") and name != "manifest.json"])
    )
    content = json.loads(small[name])
    key = data.draw(st.sampled_from(sorted(content)))
    old = content[key]
    content[key] = data.draw(JSON)
    try:
        changed = document(content)
    except UnicodeEncodeError:
        return
    report = verify_source(MemorySource(with_manifest({**small, name: changed})), "x")
    assert no_surprise(report), report.of_status(Status.FAILED)
    free = {"software", "day_value", "bureau_name", "bureau_name_en", "districts", "base_date", "unknown_years"}
    if content[key] != old and key not in free and report.verdict is not Verdict.REJECTED:
        raise AssertionError(f"{name}: {key} = {content[key]!r} was accepted")


@fuzzing
@given(data=st.data())
def test_fuzzed_cells_never_break_the_verifier(data: st.DataObject, small: Files) -> None:
    """One cell of a table replaced by a number, a code or nothing, rows sorted again."""
    name = data.draw(st.sampled_from([name for name in sorted(small) if name.endswith(".tsv")]))
    header, *lines = small[name].decode().splitlines()
    row = data.draw(st.integers(0, len(lines) - 1)) if lines else 0
    cells = lines[row].split("\t") if lines else []
    if not cells:
        return
    column = data.draw(st.integers(0, len(cells) - 1))
    cells[column] = data.draw(
        st.one_of(
            st.sampled_from(
                ["", "0", "1", "-1", "T01", "T02", "T99", "A/B", "a/b/c/d", "out:x", "9" * 18, "2026-06-03", "x;y", "+"]
            ),
            st.sampled_from([line.split("\t")[column] for line in lines]),
        )
    )
    lines[row] = "\t".join(cells)
    changed = ("\n".join([header, *(lines if name == "log.tsv" else sorted(lines))]) + "\n").encode()
    report = verify_source(MemorySource(with_manifest({**small, name: changed})), "x")
    assert no_surprise(report), report.of_status(Status.FAILED)
