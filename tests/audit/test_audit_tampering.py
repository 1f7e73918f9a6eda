"""
Tampering that remakes what it can: the right claim fails and says what should stand there and what does.

An *outsider* changes files and makes the manifest anew. A *keyholder* remakes everything that follows from the change:
seals, commitment, seed, draw, officers, manifest (the hooks of the builder).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from record_builder import (
    FIRMS,
    SECRET,
    Attempt,
    Files,
    H,
    Row,
    Year,
    document,
    parse,
    table,
    with_manifest,
)

from scheduler.audit.claims import Claim, Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source

pytestmark = pytest.mark.usefixtures("fast_words")

OPEN, VOID, TARGETED = "draws/2026-1-1/", "draws/2026-2-1/", "draws/2026-2-2/"
Edit = Callable[[Files], None]
Rows = list[Row]


@dataclass(frozen=True)
class Case:
    """A way to tamper, and the claim that must fail: section, words of its text, words of what it says it found."""

    name: str
    change: Any
    section: str
    text: str
    needle: str
    kind: str = "audit"


def rows(path: str, change: Callable[[Rows], Rows | None]) -> Edit:
    """Edits the rows of a table."""

    def edit(files: Files) -> None:
        header, old = parse(files[path])
        new = change(old)
        files[path] = table(header, old if new is None else new, ordered=False)

    return edit


def fields(path: str, **changes: Any) -> Edit:
    """Edits keys of a document; a value that is a function gets the old value."""

    def edit(files: Files) -> None:
        content = json.loads(files[path])
        for key, value in changes.items():
            content[key] = value(content[key]) if callable(value) else value
        files[path] = document(content)

    return edit


def both(*edits: Edit) -> Edit:
    """Several edits, one after the other."""

    def edit(files: Files) -> None:
        for one in edits:
            one(files)

    return edit


def cell(row: int, column: int, value: str) -> Callable[[Rows], None]:
    """Changes one cell."""

    def change(old: Rows) -> None:
        assert old[row][column] != value
        old[row][column] = value

    return change


def swap(column: int, first: int = 0, second: int = 1) -> Callable[[Rows], None]:
    """Swaps two cells of a column."""

    def change(old: Rows) -> None:
        old[first][column], old[second][column] = old[second][column], old[first][column]

    return change


def move_quota(old: Rows) -> None:
    """Takes a visit from the first cell that has one and gives it to the next, so that the total stays."""
    giver = next(row for row in old if row[2] != "0")
    taker = next(row for row in old if row is not giver)
    giver[2], taker[2] = str(int(giver[2]) - 1), str(int(taker[2]) + 1)


def redigest(folder: str) -> Edit:
    """Makes the ceremony's digest and numbers fit the list drawn again."""

    def edit(files: Files) -> None:
        drawn = files[f"{folder}drawn.tsv"]
        _header, old = parse(drawn)
        fields(
            f"{folder}ceremony.json",
            drawn_digest=sha256(drawn).hexdigest(),
            num_drawn=len(old),
            num_counting=sum(row[4] == "1" for row in old),
        )(files)

    return edit


def reseed(folder: str) -> Edit:
    """Makes the seed fit commitment and entropy again."""

    def edit(files: Files) -> None:
        ceremony = json.loads(files[f"{folder}ceremony.json"])
        inner = sha256(document({"entropy": ceremony["entropy"]})).hexdigest()
        text = f"double-random/1/seed|{ceremony['commitment_digest']}|{inner}"
        ceremony["seed"] = sha256(text.encode()).hexdigest()
        files[f"{folder}ceremony.json"] = document(ceremony)

    return edit


def reroll(files: Files) -> None:
    """Tries lottery numbers, each with the seed it gives, until another firm has the least ticket of the open round."""
    _header, drawn = parse(files[f"{OPEN}drawn.tsv"])
    _header, pool = parse(files[f"{OPEN}pool.tsv"])
    least = drawn[0][0]
    for number in range(100):
        fields(f"{OPEN}ceremony.json", entropy=lambda e, n=number: [{**e[0], "value": f"{n}"}, e[1]])(files)
        reseed(OPEN)(files)
        seed = json.loads(files[f"{OPEN}ceremony.json"])["seed"]
        least = min((H("ticket", seed, firm), firm) for firm, _leaf in pool)[1]
        if least != drawn[0][0]:
            return
    raise AssertionError("no other firm in a hundred lotteries")


def other_firm(old: Rows) -> None:
    """Puts another enterprise of the pool into the open round's list."""
    old[0][0] = next(firm for firm in ("E2", "E3") if firm != old[0][0])


def remove(*paths: str) -> Edit:
    """Takes files out of the record."""

    def edit(files: Files) -> None:
        for path in [name for name in files if name.startswith(paths)]:
            del files[path]

    return edit


def add(path: str, content: bytes = b"x\n") -> Edit:
    """Puts a file into the record."""

    def edit(files: Files) -> None:
        files[path] = content

    return edit


def rehash_log(old: Rows) -> Rows:
    """Drops the first entry of the log and numbers the others anew, without their hashes."""
    return [[str(number), *row[1:]] for number, row in enumerate(old[1:], start=1)]


def shift_voided(files: Files) -> None:
    """Removes the voided attempt for good: its folder and its line in year.json."""
    remove(VOID)(files)
    fields("year.json", draws=lambda ids: [entry for entry in ids if entry != "2026-2-1"])(files)


OUTSIDER = [
    Case("drop a row of the pool", rows(f"{OPEN}pool.tsv", lambda old: old[1:]), "4", "as many firms", "6"),
    Case("drop a row of the pool: root", rows(f"{OPEN}pool.tsv", lambda old: old[1:]), "3.3", "the root", "", "public"),
    Case(
        "repeat a row", rows(f"{TARGETED}pool.tsv", lambda o: [o[0], *o]), "1.3, 1.4", "canonical", "line 3", "public"
    ),
    Case(
        "swap rows", rows(f"{TARGETED}drawn.tsv", lambda o: [o[1], o[0], *o[2:]]), "1.3, 1.4", "canonical", "ascending"
    ),
    Case("swap leaves", rows(f"{OPEN}pool.tsv", swap(1)), "3.2", "every leaf", "E1", "public"),
    Case("swap salted leaves", rows(f"{TARGETED}pool.tsv", swap(1)), "3.2", "salt and sealed stratum", "C1"),
    Case("a firm not in the pool", rows(f"{OPEN}pool.tsv", cell(0, 0, "E0")), "3.1", "exactly the firms", "E1"),
    Case("move a quota", rows(f"{TARGETED}quotas.tsv", move_quota), "6.3", "every quota", ""),
    Case("drop a quota", rows(f"{TARGETED}quotas.tsv", lambda o: o[1:]), "6.3", "every quota", "no such row"),
    Case("a tier in the register", rows(f"{OPEN}register.tsv", cell(1, 9, "B")), "3.4", "every tier", "E1: A"),
    Case(
        "a tier breaks the seal", rows(f"{OPEN}register.tsv", cell(1, 9, "B")), "1.5", "sealed before", "register.tsv"
    ),
    Case("a score", rows(f"{OPEN}register.tsv", cell(2, 8, "11")), "3.4", "every score", "E2: 12"),
    Case("a rule", rows(f"{OPEN}register.tsv", cell(5, 10, "")), "3.4", "every rule", "E5: dishonest"),
    Case("a bin", rows(f"{OPEN}register.tsv", cell(1, 6, "02")), "3.4", "every score", "E1: 19"),
    Case(
        "left out of pool and register",
        both(
            rows(f"{TARGETED}register.tsv", cell(6, 11, "out:no-task")),
            rows(f"{TARGETED}pool.tsv", lambda old: [row for row in old if row[0] != "E6"]),
        ),
        "3.1",
        "left out for the first reason",
        "E6",
    ),
    Case(
        "entropy alone",
        fields(f"{OPEN}ceremony.json", entropy=lambda e: [{**e[0], "value": "1"}, e[1]]),
        "5",
        "seed",
        "",
    ),
    Case(
        "entropy with its seed",
        reroll,
        "7",
        "least tickets",
        "not drawn",
        "public",
    ),
    Case("sources swapped", fields(f"{OPEN}ceremony.json", entropy=lambda e: e[::-1]), "5", "in its order", "dice"),
    Case("seed", fields(f"{OPEN}ceremony.json", seed="0" * 64), "5", "the seed follows", "0000", "public"),
    Case(
        "list drawn with its digest, open, public",
        both(rows(f"{OPEN}drawn.tsv", other_firm), redigest(OPEN)),
        "7",
        "least tickets",
        "not drawn",
        "public",
    ),
    Case(
        "firm outside the pool drawn, public",
        both(rows(f"{TARGETED}drawn.tsv", cell(0, 0, "A9")), redigest(TARGETED)),
        "7",
        "stands in the pool",
        "A9",
        "public",
    ),
    Case(
        "package drawn, with digest",
        both(rows(f"{TARGETED}drawn.tsv", cell(0, 3, "T01")), redigest(TARGETED)),
        "7",
        "least tickets",
        "C1: T02",
    ),
    Case(
        "package that is none, public",
        both(rows(f"{TARGETED}drawn.tsv", cell(0, 3, "T02+T01")), redigest(TARGETED)),
        "1.6",
        "tasks of the year",
        "T02+T01",
        "public",
    ),
    Case(
        "other package in the open round, public",
        both(rows(f"{OPEN}drawn.tsv", cell(0, 3, "T02")), redigest(OPEN)),
        "1.6",
        "tasks of the year",
        "T01",
        "public",
    ),
    Case(
        "visit that counts",
        both(rows(f"{TARGETED}drawn.tsv", cell(0, 4, "1")), redigest(TARGETED)),
        "4",
        "count towards T",
        "3",
        "public",
    ),
    Case(
        "open visit that does not count",
        both(rows(f"{OPEN}drawn.tsv", cell(0, 4, "0")), redigest(OPEN)),
        "1.6",
        "tasks of the year",
        "counting 1",
        "public",
    ),
    Case(
        "list without its digest", rows(f"{OPEN}drawn.tsv", cell(0, 1, "x")), "5", "digest of the list", "drawn_digest"
    ),
    Case("chance", rows(f"{TARGETED}selected.tsv", cell(0, 3, "1")), "7", "chance on record", "C1"),
    Case(
        "stratum selected", rows(f"{TARGETED}selected.tsv", cell(0, 1, "a/b/c/d")), "7", "chance on record", "a/b/c/d"
    ),
    Case("roster", rows(f"{OPEN}roster.tsv", cell(9, 5, "2031-01-01")), "1.5", "sealed before", "roster.tsv"),
    Case("recusal dropped", rows(f"{OPEN}recusals.tsv", lambda o: o[1:]), "1.5", "sealed before", "recusals.tsv"),
    Case(
        "leader",
        rows(f"{OPEN}teams.tsv", lambda o: [[*r[:2], str(1 - int(r[2])), r[3]] for r in o]),
        "8.9",
        "lot",
        "lead",
    ),
    Case("team member dropped", rows(f"{OPEN}teams.tsv", lambda o: o[1:]), "8.9", "lot", "not a member"),
    Case(
        "day",
        rows(f"{OPEN}visits.tsv", lambda o: [[*r[:2], "2026-03-09", r[3]] for r in o]),
        "8.7",
        "day",
        "2026-03-09",
    ),
    Case("visit dropped", rows(f"{TARGETED}visits.tsv", lambda o: o[1:]), "8.9", "one visit", "C1"),
    Case("visit added", rows(f"{TARGETED}visits.tsv", lambda o: [["A1", "", "", ""], *o]), "8.9", "one visit", "A1"),
    Case("exception", rows(f"{TARGETED}visits.tsv", cell(0, 3, "unmet")), "8.9", "fewest visits", "unmet"),
    Case("exception of a day", rows(f"{TARGETED}visits.tsv", cell(0, 3, "overload")), "8.7", "day", "overload"),
    Case("unknown exception", rows(f"{TARGETED}visits.tsv", cell(0, 3, "mercy")), "8.7", "day", "mercy"),
    Case("result of a stranger", rows(f"{OPEN}results.tsv", cell(0, 0, "I1")), "2", "every result", "I1", "public"),
    Case("result of another item", rows(f"{OPEN}results.tsv", cell(0, 1, "K01")), "2", "every result", "K01", "public"),
    Case(
        "result before the draw",
        rows(f"{OPEN}results.tsv", cell(0, 3, "2026-01-01")),
        "2",
        "every result",
        "2026-01-01",
    ),
    Case("log detail", rows("log.tsv", cell(0, 4, '{"num":8}')), "2", "entry of the log", "entry 1"),
    Case("log detail in other form", rows("log.tsv", cell(0, 4, '{"num": 9}')), "2", "entry of the log", "one-line"),
    Case("log detail that is no JSON", rows("log.tsv", cell(0, 4, "x")), "2", "entry of the log", "not JSON"),
    Case("log entry dropped", rows("log.tsv", lambda o: o[1:]), "2", "entry of the log", "entry 1"),
    Case("log renumbered", rows("log.tsv", rehash_log), "2", "entry of the log", "previous_hash"),
    Case("log cut before a commitment", rows("log.tsv", lambda o: o[:1]), "4", "an entry of the log", "log.tsv"),
    Case("target", fields("year.json", target=2), "2", "T = ", "3", "public"),
    Case("N", fields("year.json", num_enterprises=4), "2", "T = ", "2", "public"),
    Case("drawn so far", fields("year.json", drawn_enterprises=4), "2", "drawn_enterprises", "3", "public"),
    Case("bureau", fields("year.json", bureau="370600"), "2", "same bureau", "370600", "public"),
    Case(
        "round's kind",
        fields("year.json", rounds=lambda r: [{**r[0], "kind": "targeted"}, r[1]]),
        "4",
        "window",
        "kind",
    ),
    Case(
        "round's window",
        fields("year.json", rounds=lambda r: [{**r[0], "ends_on": "2026-03-31"}, r[1]]),
        "4",
        "window",
        "",
    ),
    Case("round dropped", fields("year.json", rounds=lambda r: r[:1]), "5", "attempts", "2026-2-1", "public"),
    Case(
        "rounds numbered",
        fields("year.json", rounds=lambda r: [r[0], {**r[1], "number": 3}]),
        "2",
        "numbered 1, 2",
        "3",
    ),
    Case(
        "round's visits",
        fields("year.json", rounds=lambda r: [{**r[0], "counting_visits": 2}, r[1]]),
        "2",
        "counting visits",
        "2026-1-1: 1",
        "public",
    ),
    Case("voided attempt removed", shift_voided, "5", "without gaps", "of round 2", "public"),
    Case("voided attempt hidden", remove(VOID), "2", "lists the draws", "2026-2-1", "public"),
    Case(
        "void undone", fields(f"{VOID}ceremony.json", status="drawn", void_reason=""), "5", "without gaps", "2026-2-1"
    ),
    Case("void without reason", fields(f"{VOID}ceremony.json", void_reason=""), "5", "opens this", "reason", "public"),
    Case(
        "list in an undrawn void",
        fields(f"{VOID}ceremony.json", num_drawn=3),
        "5",
        "voided before",
        "num_drawn",
        "public",
    ),
    Case(
        "ceremony of another draw",
        fields(f"{OPEN}ceremony.json", draw_id="2026-9-1"),
        "5",
        "opens this",
        "draw_id",
        "public",
    ),
    Case(
        "ceremony of another kind", fields(f"{OPEN}ceremony.json", kind="targeted"), "5", "opens this", "kind", "public"
    ),
    Case(
        "commitment",
        fields(f"{OPEN}commitment.json", software="other"),
        "5",
        "opens this",
        "commitment_digest",
        "public",
    ),
    Case("secret", fields(f"{OPEN}secret.json", secret="00" * 32), "4", "secrets opened", "secret"),
    Case(
        "officers' secret",
        fields(f"{OPEN}secret.json", officer_secret="00" * 32),
        "4",
        "secrets opened",
        "officer_secret",
    ),
    Case("file missing", remove(f"{OPEN}results.tsv", f"{OPEN}quotas.tsv"), "2", "draws ask for", "quotas.tsv"),
    Case("officers' file missing", remove(f"{OPEN}visits.tsv"), "2", "draws ask for", "visits.tsv"),
    Case("file nobody knows", add("notes.txt"), "2", "draws ask for", "notes.txt"),
    Case("draw folder nobody knows", add("draws/x/y.tsv"), "2", "draws ask for", "draws/x/y.tsv"),
    Case("draw of another year", add("draws/2025-1-1/pool.tsv"), "5", "attempts", "2025-1-1"),
    Case("log in a public record", add("log.tsv"), "2", "draws ask for", "log.tsv", "public"),
    Case("register in a public record", add(f"{OPEN}register.tsv"), "2", "draws ask for", "register.tsv", "public"),
    Case("task without an item", rows("tasks.tsv", cell(0, 2, "G99")), "2", "items of the list", "G99", "public"),
    Case(
        "task that ends before it starts",
        rows("tasks.tsv", cell(0, 11, "2025-12-31")),
        "2",
        "items of",
        "T01",
        "public",
    ),
]


@pytest.mark.parametrize("case", OUTSIDER, ids=lambda case: case.name)
def test_outsider_s_tampering_fails_the_right_claim(case: Case, year: Year) -> None:
    """Files changed and the manifest made anew: the claim about what was changed fails and says how."""
    files = dict(year.record(case.kind))
    case.change(files)
    assert_fails(case, with_manifest(files))


def assert_fails(case: Case, files: Files) -> Report:
    """The record is rejected by the claim of the case."""
    report = verify_source(MemorySource(files), case.kind)
    assert report.verdict is Verdict.REJECTED
    failed = report.of_status(Status.FAILED)
    assert any(matches(case, claim) for claim in failed), [(c.section, c.text, c.expected, c.found) for c in failed]
    assert not any("can be computed" in claim.expected for claim in failed), failed
    return report


def matches(case: Case, claim: Claim) -> bool:
    """Whether a failed claim is the one the case asks for."""
    return (
        claim.section == case.section and case.text in claim.text and case.needle in f"{claim.expected} {claim.found}"
    )


def put(firm: str, column: int, value: str) -> Callable[[Rows], Rows]:
    """Changes one cell of a firm's row."""
    return lambda old: [[*row[:column], value, *row[column + 1 :]] if row[0] == firm else row for row in old]


def moved(old: Rows) -> Rows:
    """Moves E3 into tier B and its stratum."""
    return [[*r[:9], "B", "", r[11].replace("/A/", "/B/"), *r[12:]] if r[0] == "E3" else r for r in old]


def visit(firm: str, team: str) -> Callable[[dict[str, tuple[str, str]]], dict[str, tuple[str, str]]]:
    """Sends a team to a firm."""
    return lambda visits: {**visits, firm: (team, "")}


def key(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Changes one key of a document; a function gets the old value."""
    return lambda content: {**content, name: value(content[name]) if callable(value) else value}


def swap_chosen(chosen: list[tuple[Row, str, str]]) -> list[tuple[Row, str, str]]:
    """Replaces the open round's firm by another enterprise."""
    taken = chosen[0][0][0]
    other = next(firm for firm in FIRMS if firm[1] == "enterprise" and firm[0] != taken)
    return [([*other, "", "", "", "open"], *chosen[0][1:])]


def first_cell(column: int, value: str) -> Callable[[Rows], Rows]:
    """Changes a cell of the first row."""
    return lambda old: [[*old[0][:column], value, *old[0][column + 1 :]], *old[1:]]


def shift_visits(old: Rows) -> Rows:
    """Gives a rest cell a tenth of a visit more, so that its stratum has no whole number of visits."""
    rest = next(row for row in old if row[3] == "1")
    return [[*row[:5], str(int(row[5]) + 100_000)] if row is rest else row for row in old]


def uncounted(old: Rows) -> Rows:
    """Lets the counting flag go over to cells that may not count."""
    return [[*row[:2], "1", *row[3:]] if row[1] == "T02" else row for row in old]


def split_quota(quotas: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Gives a visit of a petrol stratum to its other package."""
    stratum = next(stratum for stratum, package in quotas if package == "T01+T02")
    both, one = quotas[stratum, "T01+T02"], quotas[stratum, "T02"]
    step = 1 if one else -1
    return {**quotas, (stratum, "T01+T02"): both + step, (stratum, "T02"): one - step}


def key_item(old: Rows) -> Rows:
    """Makes the general item a key item."""
    return [[*row[:4], "key", *row[5:]] for row in old]


T = "2026-2-2"
KEYHOLDER = [
    Case("tier and stratum moved", {f"register@{T}": moved}, "3.4", "every tier", "E3: A"),
    Case(
        "tier and stratum moved: place",
        {f"register@{T}": moved},
        "3.1",
        "left out for the first",
        "371002/enterprise/A",
    ),
    Case("left out of the pool", {f"register@{T}": put("C1", 11, "out:no-task")}, "3.1", "left out for", "C1"),
    Case(
        "left out of the open pool", {"register@2026-1-1": put("E3", 11, "out:type")}, "3.1", "left out for", "E3: open"
    ),
    Case("put into the open pool", {"register@2026-1-1": put("I1", 11, "open")}, "3.1", "left out for", "I1: out:type"),
    Case(
        "revoked firm in the pool",
        {"register@2026-1-1": put("E7", 11, "open")},
        "3.1",
        "left out for",
        "E7: out:status",
    ),
    Case("operating firm unclassified", {"firms": put("E3", 6, "")}, "3.4", "one known bin", "E3"),
    Case("unknown bin", {"register": put("E3", 6, "19")}, "3.4", "one known bin", "E3"),
    Case("one bin too few", {"register": put("E3", 6, "1")}, "3.4", "one known bin", "E3"),
    Case("one flag too many", {"register": put("E3", 7, "00")}, "3.4", "one known bin", "E3"),
    Case("score of an unclassified firm", {"register": put("E7", 8, "3")}, "3.4", "one known bin", "E7"),
    Case("libraries out of order", {"firms": put("E1", 5, "petrol;fair")}, "3.4", "libraries", "petrol;fair"),
    Case("salt of another draw", {f"pool@{T}": first_cell(1, "ab" * 32)}, "3.2", "every leaf", "C1"),
    Case(
        "stratum of strangers", {f"allocation@{T}": first_cell(0, "x/y/A/T02")}, "6.4", "strata are those", "x/y/A/T02"
    ),
    Case("number of firms", {f"allocation@{T}": first_cell(4, "9")}, "6.4", "strata are those", "9"),
    Case("package of another stratum", {f"allocation@{T}": first_cell(1, "T02")}, "6.1", "packages of their", "T02"),
    Case("rest of no whole visits", {f"allocation@{T}": shift_visits}, "6.4", "run out of firms", ""),
    Case("counting where it may not", {f"allocation@{T}": uncounted}, "6.1", "count only where", "counting 0"),
    Case("more counting visits", {f"allocation@{T}": uncounted}, "6.4", "sum to the visits", "2000000"),
    Case("open cell", {"allocation@2026-1-1": first_cell(5, "2000000")}, "6.5", "one cell", "2000000"),
    Case("quotas", {f"quotas@{T}": split_quota}, "6.3", "quota", "T01+T02"),
    Case("firm chosen by hand", {"chosen@2026-1-1": swap_chosen}, "7", "least tickets", "not drawn", "public"),
    Case("chance", {f"selected@{T}": first_cell(3, "1")}, "7", "chance on record", " 1 "),
    Case("policy's bits", {"policy": lambda p: p.replace("64", "65")}, "5", "least number of bits", "64"),
    Case("policy's bits as text", {"policy": lambda p: p.replace("64", '"64"')}, "5", "least number of bits", "64"),
    Case("policy's ratio", {"policy": lambda p: p.replace("0.5", "0.4")}, "2", "policy sealed", "400000"),
    Case(
        "policy's types", {"policy": lambda p: p.replace("enterprise", "individual")}, "3.1", "left out", "E1: out:type"
    ),
    Case(
        "policy's types: cells",
        {"policy": lambda p: p.replace("enterprise", "other")},
        "6.1",
        "count only",
        "counting 0",
    ),
    Case(
        "committed after the lottery",
        {"commitment": key("committed_on", "2026-12-01")},
        "5",
        "speaks after",
        "lottery",
        "public",
    ),
    Case(
        "lottery after the draw",
        {"ceremony@2026-1-1": key("drawn_on", "2026-02-02")},
        "5",
        "not after the draw",
        "2026-02-02",
    ),
    Case("no source", {"commitment@2026-2-1": key("entropy", [])}, "5", "speaks after", "none", "public"),
    Case(
        "window backwards",
        {"commitment": key("window", {"starts_on": "2026-03-02", "ends_on": "2026-03-01"})},
        "4",
        "window",
        "",
    ),
    Case(
        "same sources again",
        {
            f"commitment@{T}": key(
                "entropy", [{"name": n, "spoken_on": "2026-05-05", "bits": 32} for n in ("lottery", "dice")]
            )
        },
        "5",
        "no earlier attempt",
        "lottery",
        "public",
    ),
    Case(
        "earlier draw unnamed", {f"commitment@{T}": key("drawn_before", [])}, "3.1", "stood when", "2026-2-2", "public"
    ),
    Case(
        "earlier draw invented",
        {"commitment@2026-1-1": key("drawn_before", ["2026-7-1"])},
        "3.1",
        "stood when",
        "2026-7-1",
    ),
    Case(
        "voided draw named",
        {f"commitment@{T}": key("drawn_before", ["2026-1-1", "2026-2-1"])},
        "3.1",
        "stood when",
        "voided",
    ),
    Case("later draw named", {"commitment@2026-1-1": key("drawn_before", [T])}, "3.1", "stood when", "drawn before"),
    Case(
        "earlier draws unordered",
        {f"commitment@{T}": key("drawn_before", ["2026-1-1", "2026-1-1"])},
        "3.1",
        "stood",
        "ascending",
    ),
    Case("log head", {"commitment@2026-1-1": key("log_head", "0" * 64)}, "4", "entry of the log", "000"),
    Case(
        "pool's number",
        {"commitment": key("pool", lambda p: {**p, "num_firms": 7})},
        "4",
        "as many firms",
        "7",
        "public",
    ),
    Case("counting visits", {"commitment@2026-1-1": key("counting_visits", 2)}, "4", "count towards T", "2", "public"),
    Case("working day outside", {"officers": key("working_days", ["2026-12-24"])}, "8.5", "its window", "2026-12-24"),
    Case(
        "working days unordered", {"officers": key("working_days", lambda d: d[::-1])}, "8.5", "its window", "ascending"
    ),
    Case("officers before the firms", {"officers": key("drawn_on", "2026-01-01")}, "8.5", "its window", "drawn_on"),
    Case("officers' seed", {"officers": key("seed", "0" * 64)}, "8.5", "its window", "seed"),
    Case("needs missing", {"officers": key("packages", lambda p: p[:1])}, "8.5", "its packages", "T01"),
    Case("cuts that fall", {"scorecard": key("cuts", [])}, "1.3, 1.4", "canonical", "scorecard.json"),
    Case("policy's base date", {"policy": lambda p: p.replace("01-01", "01-02")}, "2", "policy sealed", "2026-01-02"),
    Case("open round of a key item", {"items": key_item}, "1.6", "tasks of the year", "general item", "public"),
    Case("target missed", {"year": key("target", 3), "chosen": lambda c: c[:-1]}, "2", "hit exactly", "3"),
]


@pytest.mark.parametrize("case", KEYHOLDER, ids=lambda case: case.name)
def test_keyholder_s_tampering_fails_the_right_claim(case: Case) -> None:
    """Everything remade after the change, seals, commitment and seed included: the rule that was broken still shows."""
    assert_fails(case, Year(hooks=case.change).record(case.kind))


def test_leaving_a_firm_out_with_all_remade_fails_its_place_alone() -> None:
    """A firm left out of register, pool, commitment and draw by the keyholder: one rule is broken, one claim fails."""
    files = Year(hooks={"register@2026-1-1": put("E3", 11, "out:type")}).record("audit")
    report = verify_source(MemorySource(files), "audit")
    assert [(claim.group, claim.section) for claim in report.of_status(Status.FAILED)] == [("2026-1-1", "3.1")]


def test_moving_a_tier_with_all_remade_fails_tier_and_place_alone() -> None:
    """A firm put into a higher tier by the keyholder: tier and stratum are not what bins and points give."""
    files = Year(hooks={f"register@{T}": moved}).record("audit")
    report = verify_source(MemorySource(files), "audit")
    assert {(claim.group, claim.section) for claim in report.of_status(Status.FAILED)} == {(T, "3.4"), (T, "3.1")}


def test_expired_certificate_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An officer whose certificate ends before the window does is put into a team: claim 8.1 names officer and day."""
    original = Attempt._teams
    monkeypatch.setattr(Attempt, "_teams", lambda self, _last_day: original(self, "2026-01-31"))
    case = Case("", None, "8.9", "certified", "certificate valid until 2026-01-31")
    assert_fails(case, Year().record("audit"))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [(10, "0", "not active"), (9, "1", "an expert"), (5, "", "no day on record")],
    ids=["inactive", "expert", "no certificate"],
)
def test_officer_who_may_not_inspect_is_named(
    column: int, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer who is off duty, an expert or without certificate is put into a team: claim 8.1 says why not."""
    roster = {"roster": put("O3", column, value)}
    monkeypatch.setattr(Attempt, "_teams", _teams_of_all)
    assert_fails(Case("", None, "8.9", "on duty", words), Year(hooks=roster).record("audit"))


def _teams_of_all(attempt: Attempt, _last_day: str) -> None:
    attempt.teams = {f"{attempt.draw_id}-371002-001": [row[0] for row in attempt.roster]}


def test_officer_nobody_knows_is_named() -> None:
    """A team member who is not on the roster at all."""
    hooks = {"team_rows": lambda rows: [*rows, [rows[0][0], "O99", "0", "0"]]}
    assert_fails(Case("", None, "8.9", "on duty", "not on the roster"), Year(hooks=hooks).record("audit"))


def test_recused_officer_is_named() -> None:
    """A visit given to the team of an officer recused from the firm: claim 8.3 names officer, team and firm."""
    honest = Year().files[f"{TARGETED}teams.tsv"]
    # the team that O1 is in depends on the seed alone, and the match does not change the seed
    team = next(row[0] for row in parse(honest)[1] if row[1] == "O1")
    case = Case("", None, "8.9", "recused", f"O1 in {team}")
    report = assert_fails(case, Year(hooks={f"match@{T}": visit("E1", team)}).record("audit"))
    assert any("E1" in claim.expected for claim in report.of_status(Status.FAILED) if "recused" in claim.text)


def test_recusal_that_ended_before_the_window_binds_nobody(year: Year) -> None:
    """O2's recusal from E1 ended on 31 January; the round began in June, so O2's team may go (and does)."""
    team = next(row[0] for row in parse(year.files[f"{TARGETED}teams.tsv"])[1] if row[1] == "O2")
    assert next(row for row in parse(year.files[f"{TARGETED}visits.tsv"])[1] if row[0] == "E1")[1] == team


def test_team_that_does_not_fit_is_named() -> None:
    """A petrol visit given to a team without the speciality: claim 8.3 names the firm and what it needs."""
    case = Case("", None, "8.9", "specialities", "fuel")
    assert_fails(case, Year(hooks={f"match@{T}": visit("E2", f"{T}-371082-001")}).record("audit"))


def test_team_nobody_knows_is_named() -> None:
    """A visit given to a team that does not exist."""
    case = Case("", None, "8.9", "specialities", "no such team")
    assert_fails(case, Year(hooks={f"match@{T}": visit("E1", "T-X")}).record("audit"))


def test_more_load_than_even_is_named() -> None:
    """A visit given to a fit team that has more visits than another fit team: the matching is not the even one."""
    honest = {row[0]: row[1] for row in parse(Year().files[f"{TARGETED}visits.tsv"])[1]}
    other = {"001": "002", "002": "001"}
    firm, team = next((f, t) for f, t in honest.items() if "371002" in t and f != "E1")
    case = Case("", None, "8.9", "fewest visits", firm)
    assert_fails(case, Year(hooks={f"match@{T}": visit(firm, team[:-3] + other[team[-3:]])}).record("audit"))


def test_secret_of_the_builder_is_committed_to(year: Year) -> None:
    """The secret in the record is the one that the builder salts with, so that tests of salts test something."""
    assert json.loads(year.files[f"{OPEN}secret.json"])["secret"] == SECRET.hex()


def test_manifest_that_hides_a_file_is_rejected(audit: Files) -> None:
    """A file in the folder that the manifest does not list, and a listed one that is not there."""
    report = verify_source(MemorySource({**audit, "extra.tsv": b""}), "audit")
    assert any("extra.tsv, not listed" in claim.found for claim in report.of_status(Status.FAILED))
    less = {name: content for name, content in audit.items() if name != "items.tsv"}
    report = verify_source(MemorySource(less), "audit")
    assert any("items.tsv in the folder" in claim.expected for claim in report.of_status(Status.FAILED))


def test_manifest_with_a_wrong_digest_of_itself_is_rejected(audit: Files) -> None:
    """The record's digest is recomputed."""
    manifest = {**json.loads(audit["manifest.json"]), "record_digest": "0" * 64}
    report = verify_source(MemorySource({**audit, "manifest.json": document(manifest)}), "audit")
    assert [claim.text for claim in report.of_status(Status.FAILED)] == ["the manifest carries its own digest"]


def test_public_record_dressed_as_audit_is_rejected(public: Files) -> None:
    """A public record that calls itself an audit record lacks what an audit record opens."""
    report = verify_source(MemorySource(with_manifest(public, "audit")), "public")
    assert any(
        "draws ask for" in claim.text and "allocation.tsv" in claim.expected
        for claim in report.of_status(Status.FAILED)
    )


def test_task_list_changed_after_the_draws_changes_no_draw() -> None:
    """The year's lists may grow and change; a draw is checked by the lists that its commitment froze."""

    def later(files: Files) -> Files:
        header, old = parse(files["tasks.tsv"])
        narrowed = [old[0], [*old[1][:4], "371002", *old[1][5:]], ["T03", "new", *old[0][2:]]]
        return {**files, "tasks.tsv": table(header, narrowed)}

    report = verify_source(MemorySource(Year({"record": later}).record("audit")), "record")
    assert report.verdict is Verdict.CONSISTENT


def test_item_made_easier_after_the_draw_fails_its_needs() -> None:
    """Nobody may choose the teams by editing what a visit needs: the frozen items say it."""

    def needs(content: dict[str, Any]) -> dict[str, Any]:
        packages = [{**entry, "officers_required": 1} for entry in content["packages"]]
        return {**content, "packages": packages}

    report = verify_source(MemorySource(Year({"officers": needs}).record("audit")), "record")
    assert "8.5" in {claim.section for claim in report.of_status(Status.FAILED)}


def test_draw_taken_out_of_the_record_is_missed_by_the_log() -> None:
    """Dropping the last draw with its files leaves its entries in the chain."""
    year = Year()
    kept = {name: content for name, content in year.record("audit").items() if "2026-2-2" not in name}
    content = json.loads(kept["year.json"])
    kept["year.json"] = document({**content, "draws": ["2026-1-1", "2026-2-1"], "drawn_enterprises": 1})
    report = verify_source(MemorySource(with_manifest(kept)), "record")
    failed = report.of_status(Status.FAILED)
    assert [claim.expected for claim in failed] == ["2026-2-2 in the record"] * 2  # the log says so, and the draw log


def test_draw_left_out_of_drawn_before_is_missed_by_the_log() -> None:
    """A pool that forgets an earlier draw contradicts the order of the log."""
    year = Year({"commitment@2026-2-2": lambda content: {**content, "drawn_before": []}})
    failed = verify_source(MemorySource(year.record("audit")), "record").of_status(Status.FAILED)
    assert "2026-2-2, drawn_before: 2026-1-1" in [claim.expected for claim in failed]


def test_attempt_committed_before_the_one_it_repeats_was_drawn_is_refused() -> None:
    """Only who knows the outcome of a draw may want another: the next attempt cannot be older."""
    year = Year({"commitment@2026-2-2": lambda content: {**content, "committed_on": "2026-05-03"}})
    failed = verify_source(MemorySource(year.record("public")), "record").of_status(Status.FAILED)
    assert [claim.expected for claim in failed if claim.section == "5" and claim.group == "year"] == [
        "2026-2-2 committed to on 2026-05-04 or later"
    ]


def test_results_of_a_voided_draw_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draw that was carried out cannot be voided."""

    def carried_out(attempt: Attempt) -> None:
        attempt.draw()
        ceremony = json.loads(attempt.read("ceremony.json"))
        attempt.put_document("ceremony.json", {**ceremony, "status": "voided", "void_reason": "unwelcome"})
        attempt.put("results.tsv", b"firm_id\titem_id\tcategory\tinspected_on\n")
        digest = sha256(attempt.read("ceremony.json")).hexdigest()
        attempt.year.append_log("draw void", {"draw_id": attempt.draw_id}, digest)
        del attempt.year.drawn[attempt.draw_id]

    monkeypatch.setattr(Attempt, "void", carried_out)
    failed = verify_source(MemorySource(Year().record("public")), "record").of_status(Status.FAILED)
    assert [claim.expected for claim in failed] == ["2026-2-1 without results, because it is voided"]


def test_firm_counted_before_is_missed_in_an_open_pool_by_anybody() -> None:
    """The public record tells that a firm drawn before stands in an open round's pool, or counts again."""
    year = Year({"commitment@2026-1-1": lambda content: {**content, "drawn_before": ["2026-2-2"]}})
    failed = verify_source(MemorySource(year.record("public")), "record").of_status(Status.FAILED)
    assert "a firm that no earlier draw counted towards T" in [claim.expected for claim in failed]


def test_firm_spared_from_full_coverage_fails_the_last_round() -> None:
    """One compulsory visit fewer, all remade: a favoured firm would slip through the law's full coverage."""

    def spare(cells: Rows) -> Rows:
        row = next(row for row in cells if row[1] == "T02" and row[2] == "0" and int(row[5]) >= 1_000_000)
        return [[*old[:5], str(int(old[5]) - 1_000_000)] if old is row else old for old in cells]

    failed = verify_source(MemorySource(Year({"allocation@2026-2-2": spare}).record("audit")), "record").of_status(
        Status.FAILED
    )
    assert [claim.text for claim in failed] == [
        "full coverage whose last round this is reaches every firm that still owes it"
    ]
