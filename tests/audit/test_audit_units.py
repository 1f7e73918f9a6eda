"""The verifier's parts by themselves: columns, hashes, tickets, days, matching, reports."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import Files

from scheduler.audit import columns as columns_module
from scheduler.audit.claims import Claim, Ledger, Report, Status, shown
from scheduler.audit.columns import Coded, parse_columns
from scheduler.audit.context import guarded, positions_of
from scheduler.audit.days_1 import Dealt, Due, days_of, deal_days
from scheduler.audit.formats.tables import TABLES
from scheduler.audit.hashes import Keyed, digests
from scheduler.audit.matching_1 import Matching, deal
from scheduler.audit.officers import Need, Officer, Offices, Team
from scheduler.audit.quotas import Cell, round_cells
from scheduler.audit.record import MemorySource
from scheduler.audit.report import report_lines
from scheduler.audit.sampling import select, ticket_order
from scheduler.audit.tiers import Scorecard
from scheduler.audit.verifier import verify_source
from scheduler.draw.hashing import prefix
from scheduler.errors import RecordError


@pytest.mark.parametrize("size", [1, 32, 64, 65, 200])
def test_keyed_hashes_are_hmac(size: int) -> None:
    """Copied states give what RFC 2104 gives, for keys shorter and longer than a block."""
    key = bytes(range(256))[:size]
    expected = [hmac.new(key, b"double-random/1/salt|d|" + end, hashlib.sha256).hexdigest() for end in (b"", b"E1")]
    assert [entry.decode() for entry in Keyed(key).hexadecimals(prefix("salt", "d"), [b"", b"E1"])] == expected
    assert [entry.hex() for entry in Keyed(key).digests(prefix("salt", "d"), [b"", b"E1"])] == expected


def test_many_digests_are_sha256() -> None:
    """Prefix and end are hashed as one message."""
    assert digests(b"a|", [b"b"]) == [hashlib.sha256(b"a|b").digest()]


def test_table_read_in_many_chunks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunk borders change nothing: order and keys are checked across them."""
    rows = [f"F{number:03d}\t{hashlib.sha256(bytes([number])).hexdigest()}" for number in range(200)]
    content = ("firm_id\tleaf\n" + "\n".join(rows) + "\n").encode()
    whole = parse_columns(content, TABLES["pool.tsv"], "pool.tsv")
    monkeypatch.setattr(columns_module, "CHUNK_BYTES", 100)
    parts = parse_columns(content, TABLES["pool.tsv"], "pool.tsv")
    assert parts.num_rows == whole.num_rows == 200
    assert np.array_equal(parts.fixed["leaf"], whole.fixed["leaf"])
    swapped = content.replace(b"F101", b"FXXX").replace(b"F100", b"F101").replace(b"FXXX", b"F100")
    with pytest.raises(RecordError, match=r"line 103: expected rows in strictly ascending order, got 'F100'"):
        parse_columns(swapped, TABLES["pool.tsv"], "pool.tsv")


def test_bad_cell_of_a_later_chunk_is_found_by_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coded cell that is wrong in the third chunk is named by its own line."""
    monkeypatch.setattr(columns_module, "CHUNK_BYTES", 40)
    rows = [f"S{number}\tT01\t{'x' if number == 7 else number}" for number in range(10)]
    content = ("stratum\tpackage\tquota\n" + "\n".join(rows) + "\n").encode()
    with pytest.raises(RecordError, match=r"quotas.tsv, line 9, quota: expected an integer, got 'x'"):
        parse_columns(content, TABLES["quotas.tsv"], "quotas.tsv")


def test_table_without_rows_has_empty_columns() -> None:
    """A header line alone is a table."""
    table = parse_columns(b"firm_id\tleaf\n", TABLES["pool.tsv"], "pool.tsv")
    assert table.num_rows == 0
    assert table.rows("firm_id", "leaf") == []
    empty = Coded(values=(), index=np.zeros(0, dtype=np.int32))
    assert (
        len(empty.integers()) == len(empty.among(frozenset("a"))) == len(empty.positions({"a": 1})) == len(empty) == 0
    )


def test_positions_of_ids_in_an_empty_pool() -> None:
    """Nobody stands in an empty register."""
    empty = np.zeros(0, dtype="S18")
    assert positions_of(empty, np.asarray([b"E1"], dtype="S18")).tolist() == [-1]


def test_tickets_that_share_64_bits_are_ordered_by_the_rest() -> None:
    """Two tickets equal in their first eight bytes: the other 24 decide; equal tickets: the firm id decides."""
    head = bytes(8)
    tickets = np.asarray([head + b"\x02" * 24, head + b"\x01" * 24, b"\xff" * 32, b"\xff" * 32], dtype="S32")
    ids = np.asarray([b"A", b"B", b"C", b"D"], dtype="S18")
    stratum = np.zeros(4, dtype=np.int64)
    assert ticket_order(ids, tickets, stratum).tolist() == [1, 0, 2, 3]


def test_tickets_that_end_in_zero_bytes_keep_their_order() -> None:
    """Fixed-width text drops trailing zeros when shown; the order must not."""
    tickets = np.asarray([b"\x01" + bytes(31), b"\x00" * 31 + b"\x01", b"\x01" + bytes(30) + b"\x01"], dtype="S32")
    assert ticket_order(np.asarray([b"A", b"B", b"C"], dtype="S18"), tickets, np.zeros(3, dtype=np.int64)).tolist() == [
        1,
        0,
        2,
    ]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 3), st.binary(min_size=32, max_size=32)), min_size=1, max_size=40), st.data())
def test_selection_takes_the_least_tickets(firms: list[tuple[int, bytes]], data: st.DataObject) -> None:
    """Against sorting each stratum in plain Python: the first quota gets the first package, the next the second."""
    names = [f"s{number}" for number in range(4)]
    ids = [f"F{number:02d}" for number in range(len(firms))]
    quotas: dict[tuple[str, str], int] = {}
    expected = {}
    for number, name in enumerate(names):
        waiting = sorted(
            (ticket, firm) for firm, (stratum, ticket) in zip(ids, firms, strict=True) if stratum == number
        )
        for package in ("p", "q"):
            quota = data.draw(st.integers(0, len(waiting)))
            quotas[name, package] = quota
            for _ticket, firm in waiting[:quota]:
                expected[firm] = (name, package)
            waiting = waiting[quota:]
    found = select(
        np.asarray(ids, dtype="S18"),
        np.asarray([ticket for _stratum, ticket in firms], dtype="S32"),
        np.asarray([stratum for stratum, _ticket in firms], dtype=np.int64),
        names,
        quotas,
    )
    assert found == expected


def test_selection_never_reaches_into_the_next_stratum() -> None:
    """A quota above the stratum's size takes what is there and no firm of another stratum."""
    ids = np.asarray([b"A", b"B"], dtype="S18")
    tickets = np.asarray([b"\x01" * 32, b"\x02" * 32], dtype="S32")
    found = select(ids, tickets, np.asarray([0, 1]), ["s", "t"], {("s", "p"): 2, ("x", "p"): 1, ("t", "p"): 0})
    assert found == {"A": ("s", "p")}


def test_quotas_hit_whole_lines_and_rests_exactly() -> None:
    """Cells of 0.5, 0.7 and 0.8 counting visits make two; the rest of a stratum of four visits is what is left."""
    cells = [
        Cell(stratum=stratum, package=package, counting=counting, rest=rest, num_firms=9, visits_micro=micro)
        for stratum, package, counting, rest, micro in (
            ("d/e/A/T1+T2", "T1", True, False, 500_000),
            ("d/e/A/T1+T2", "T2", False, True, 3_500_000),
            ("d/e/B/T1", "T1", True, False, 700_000),
            ("d/f/B/T1", "T1", True, False, 800_000),
        )
    ]
    for seed in ("ab", "cd", "ef"):
        quotas = round_cells(cells, seed)
        assert sum(quotas[c.stratum, c.package] for c in cells if c.counting) == 2
        assert quotas["d/e/A/T1+T2", "T2"] == 4 - quotas["d/e/A/T1+T2", "T1"]


def test_scorecard_without_indicators_scores_its_base() -> None:
    """No indicator, no bins: the base alone; a cell with a bin does not fit."""
    card = Scorecard(base=7, tiers=("A", "B"), cuts=(7,), points=(), direct_names=(), direct_tiers=())
    scores, fits = card.scores(["", "0"])
    assert (scores.tolist(), fits.tolist()) == ([7, 0], [True, False])
    assert card.tiers_of(scores).tolist() == [1, 0]


def test_first_rule_of_the_highest_tier_is_named() -> None:
    """Rules 1 and 2 both lift to the highest tier that fired: the first of them is named, though rule 0 fired too."""
    card = Scorecard(
        base=0, tiers=("A", "B", "C"), cuts=(5, 9), points=(), direct_names=("x", "y", "z"), direct_tiers=(1, 2, 2)
    )
    assert card.direct("111") == (2, 1)
    assert card.direct("100") == (1, 0)
    assert card.direct("000") == (-1, -1)


NEED = Need(specialities=frozenset(), officers_required=2, starts_on="2026-03-03", ends_on="2026-03-05")
DAYS = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-09")


def test_days_of_a_visit_are_those_of_its_tasks_or_all() -> None:
    """Two working days lie in the tasks' window; a window without any opens all days, outside the window."""
    assert days_of(NEED, DAYS) == (("2026-03-03", "2026-03-04"), False)
    assert days_of(Need(specialities=frozenset(), officers_required=2, starts_on="2027", ends_on="2027"), DAYS) == (
        DAYS,
        True,
    )


def due(firm: str, *days: str, outside: bool = False) -> Due:
    """A visit whose lot is its firm's name."""
    return Due(firm_id=firm, days=days, lot=firm, outside=outside)


def test_overloaded_days_are_dealt_anew() -> None:
    """
    One visit a day. A and B may have day 1 or 2, C only day 2; A and B spread to 1 and 2, C overloads day 2.

    Dealt anew, day 1 takes the most urgent that may have it (A, last day 2), day 2 takes B before C by lot, and C is
    left over: it gets its only day, as an overload.
    """
    dealt = deal_days([due("A", "1", "2"), due("B", "1", "2"), due("C", "2")], ["1", "2"], 1, 0)
    assert {firm: entry.visit_on for firm, entry in dealt.items()} == {"A": "1", "B": "2", "C": "2"}
    assert {firm for firm, entry in dealt.items() if "overload" in entry.exceptions} == {"C"}


def test_visit_outside_its_tasks_windows_says_so() -> None:
    """The exception `window` goes with the day."""
    assert deal_days([due("A", "1", outside=True)], ["1"], 1, 0) == {
        "A": Dealt(visit_on="1", exceptions=frozenset({"window"}))
    }


def test_shift_turns_a_team_s_days() -> None:
    """With shift 1 the only visit of a team starts at its second day."""
    assert deal_days([due("A", "1", "2", "3")], ["1", "2", "3"], 1, 1)["A"].visit_on == "2"


def officer(officer_id: str, *, lead: bool = False) -> Officer:
    """An officer who may do anything."""
    return Officer(
        officer_id=officer_id,
        department="",
        item_ids=frozenset(),
        district="d",
        certificate_valid_until="2030-01-01",
        specialities=frozenset(),
        lead_qualified=lead,
        expert=False,
        active=True,
    )


def test_dealing_needs_a_lead_and_two_officers() -> None:
    """Nobody leads, or there is only one: no team. Five officers with three leads make two teams of three and two."""
    assert deal([officer("a"), officer("b")]) == []
    assert deal([officer("a", lead=True)]) == []
    teams = deal(
        [officer("a"), officer("b", lead=True), officer("c", lead=True), officer("d", lead=True), officer("e")]
    )
    assert [[member.officer_id for member in team] for team in teams] == [["b", "a", "e"], ["c", "d"]]


def offices(teams: Mapping[str, str], districts: Mapping[str, str], recused: Mapping[str, frozenset[str]]) -> Offices:
    """Teams of two by district, and firms to visit; the bureau's own code is `all`."""
    return Offices(
        draw=None,  # type: ignore[arg-type]
        seed="ab",
        secret=b"secret",
        bureau="all",
        window={},
        document={},
        roster={},
        teams={
            name: Team(team_id=name, district=district, officer_ids=(f"{name}1", f"{name}2"), specialities=frozenset())
            for name, district in teams.items()
        },
        needs={"p": Need(specialities=frozenset(), officers_required=2, starts_on="", ends_on="")},
        visits={},
        districts=districts,
        packages=dict.fromkeys(districts, "p"),
        recused=recused,
    )


def test_matching_asks_own_district_then_bureau_then_others() -> None:
    """North has its own team; south has none and takes the bureau's, or a neighbour's where that is recused."""
    found = Matching(
        offices(
            {"N": "north", "B": "all"},
            {"F1": "north", "F2": "south", "F3": "south", "F4": "north"},
            {"F3": frozenset({"B2"}), "F4": frozenset({"N1", "B1"})},
        )
    ).run()
    assert found == {"F1": ("N", ""), "F2": ("B", ""), "F3": ("N", "borrowed"), "F4": ("", "unmet")}


def test_matching_keeps_loads_even() -> None:
    """Four visits and two equal teams: two each, whatever the lot."""
    found = Matching(offices({"N": "d", "M": "d"}, dict.fromkeys(("F1", "F2", "F3", "F4"), "d"), {})).run()
    assert sorted(team for team, _exception in found.values()) == ["M", "M", "N", "N"]


def test_package_without_needs_is_unmet() -> None:
    """A package that officers.json does not know fits no team."""
    without = offices({"N": "d"}, {"F1": "d"}, {})
    assert Matching(Offices(**{**_fields(without), "needs": {}})).run() == {"F1": ("", "unmet")}


def _fields(value: Offices) -> dict[str, Any]:
    return {name: getattr(value, name) for name in Offices.__dataclass_fields__}


def test_guard_fails_what_breaks_down() -> None:
    """An error nobody thought of fails the claim instead of ending the report; one about a file leaves it unchecked."""

    def surprise() -> None:
        raise ZeroDivisionError("x")

    def unreadable() -> None:
        raise RecordError("pool.tsv, line 2: bad")

    ledger = Ledger()
    group = ledger.group("record")
    guarded(group, "1", "one", surprise)
    guarded(group, "1", "two", unreadable)
    first, second = ledger.claims()
    assert (first.status, first.found) == (Status.FAILED, "ZeroDivisionError: x")
    assert second.status is Status.NOT_CHECKED
    assert "pool.tsv, line 2: bad" in second.found


def test_values_of_different_kinds_are_not_equal() -> None:
    """1 and True, 1 and "1": a claim of equality takes neither for the other."""
    ledger = Ledger()
    group = ledger.group("record")
    group.equal("1", "x", expected=1, found=True)
    group.equal("1", "x", expected=1, found="1")
    assert [claim.status for claim in ledger.claims()] == [Status.FAILED, Status.FAILED]


def test_shown_values_are_short_and_cannot_steer_a_terminal() -> None:
    """Control and right-to-left marks are escaped, long values cut."""
    assert shown("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\\n"
    assert len(shown("x" * 1000)) == 300


def claims(*statuses: Status) -> tuple[Claim, ...]:
    """Claims of some statuses."""
    return tuple(
        Claim(number=n, group="2026-1-1", section="7", text="<b>", status=status, expected="<i>", found="<script>")
        for n, status in enumerate(statuses, start=1)
    )


def test_report_lines_show_failed_claims_in_full_and_the_verdict_last(audit: Files) -> None:
    """Passed claims are short, failed ones say expected and found, reasons stand once."""
    report = Report(name="x", kind="audit", bureau="b", year=1, record_digest="", claims=claims(*Status), counts={})
    lines = report_lines(report)
    assert "  FAILS (2, §7, 2026-1-1) <b>: expected <i>, got <script>" in lines
    assert "  holds (1, §7) <b>: <script>" in lines
    assert "  NOT CHECKED (3, §7) <b>" in lines
    assert "  (3) <b>: <script>" in lines
    assert lines[-1].startswith("Verdict: rejected")
    good = report_lines(verify_source(MemorySource(audit), "audit"))
    assert good[-1].startswith("Verdict: consistent")
    assert sum("working_days are the Chinese working days of the window: no record" in line for line in good) == 1
