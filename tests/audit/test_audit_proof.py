"""A firm's proof: what it shows holds, whatever is changed in it shows, and no bytes make the verifier stumble."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_builder import SECRET, Files, H, K, Year, document, parse, sha
from test_audit_anchors import anchors_of, failed_texts

from scheduler.audit.anchors import parse_anchors
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.proof import verify_proof
from scheduler.draw.proof import Chance, ProvenDraw, firm_proof
from scheduler.draw.thresholds import outcome_root

pytestmark = pytest.mark.usefixtures("fast_words")

ALL = ("C1", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "I1", "A0", "Z9")
POOL = "the firm's leaf is under the root of the pool committed to"
TICKET = "the firm's ticket follows from the seed"
LISTED = "the firm is on the list drawn"
UNLISTED = "the firm is not on the list drawn: its neighbours there stand next to each other"
SEAL = "the stratum opened is the one sealed in the firm's leaf"
FORM = "the proof is in its form"


def proven(files: Files, draw_id: str, firm_id: str) -> ProvenDraw:
    """What the bureau proves of a draw of the tiny year."""
    folder = f"draws/{draw_id}/"
    register = {row[0]: row[11] for row in parse(files[f"{folder}register.tsv"])[1]}
    cells = [row for row in parse(files[f"{folder}allocation.tsv"])[1] if row[0] == register.get(firm_id)]
    return ProvenDraw(
        commitment=json.loads(files[f"{folder}commitment.json"]),
        ceremony=json.loads(files[f"{folder}ceremony.json"]),
        pool=files[f"{folder}pool.tsv"],
        drawn=files[f"{folder}drawn.tsv"],
        secret=SECRET,
        thresholds=thresholds(files, draw_id),
        chance=Chance(
            stratum=cells[0][0], chance_micro=sum(int(row[5]) for row in cells), chance_firms=int(cells[0][4])
        )
        if cells
        else None,
    )


def thresholds(files: Files, draw_id: str) -> dict[str, str]:
    """Greatest ticket drawn in each stratum, by the words of section 7.2."""
    folder = f"draws/{draw_id}/"
    seed, is_open = json.loads(files[f"{folder}ceremony.json"])["seed"], draw_id == "2026-1-1"
    greatest = {row[0]: "" for row in parse(files[f"{folder}allocation.tsv"])[1]}
    for firm_id, stratum, *_rest in parse(files[f"{folder}selected.tsv"])[1]:
        salt = () if is_open else (K(SECRET, "salt", draw_id, firm_id),)
        greatest[stratum] = max(greatest[stratum], H("ticket", seed, *salt, firm_id))
    return greatest


def proof_of(files: Files, firm_id: str, *, open_chance: bool = False) -> bytes:
    """Proof about both draws of the tiny year that were drawn."""
    draws = [proven(files, draw_id, firm_id) for draw_id in ("2026-1-1", "2026-2-2")]
    return firm_proof(firm_id, draws, open_chance=open_chance)


def remade(proof: dict[str, Any]) -> bytes:
    """A proof whose own digest was made anew, as whoever lies does."""
    rest = {key: value for key, value in proof.items() if key != "proof_digest"}
    return document({**rest, "proof_digest": sha(document(rest))} if "proof_digest" in proof else proof)


def test_any_bit_of_a_proof_that_is_another_rejects_it(audit: Files) -> None:
    """Also where no claim but that of its digest speaks of it: one bit in 97, all with ``EVERY_BYTE=1``."""
    content = proof_of(audit, "E1", open_chance=True)
    for at in range(0, 8 * len(content), 1 if os.environ.get("EVERY_BYTE") else 97):
        changed = bytearray(content)
        changed[at // 8] ^= 1 << at % 8
        assert report_of(bytes(changed)).verdict is Verdict.REJECTED, at


def report_of(content: bytes) -> Report:
    """Report on a proof."""
    return verify_proof(content, "proof.json")


@pytest.mark.parametrize("open_chance", [False, True])
@pytest.mark.parametrize("firm_id", ALL)
def test_proof_of_every_firm_is_consistent_and_tells_its_outcome(audit: Files, firm_id: str, open_chance: bool) -> None:
    """Drawn, not drawn or out of the pool, first, last or unknown: what the proof says is what the lists say."""
    content = proof_of(audit, firm_id, open_chance=open_chance)
    report = report_of(content)
    assert failed_texts(report) == []
    assert report.verdict is Verdict.CONSISTENT
    for entry in json.loads(content)["draws"]:
        folder = f"draws/{entry['draw_id']}/"
        drawn, pool = ({row[0] for row in parse(audit[folder + name])[1]} for name in ("drawn.tsv", "pool.tsv"))
        outcome = "drawn" if firm_id in drawn else "not_drawn" if firm_id in pool else "not_in_pool"
        assert entry["outcome"] == outcome
        assert (entry["chance"] is not None) is (open_chance and firm_id in pool)


def test_tiny_year_has_every_outcome_in_a_targeted_round(audit: Files) -> None:
    """The other tests look at each of them."""
    outcomes = {json.loads(proof_of(audit, firm))["draws"][1]["outcome"] for firm in ALL}
    assert outcomes == {"drawn", "not_drawn", "not_in_pool"}


def test_proof_without_opening_holds_neither_tier_nor_stratum_nor_secret(audit: Files) -> None:
    """The words of strata are nowhere in it, and the salts of others neither."""
    for firm_id in ALL:
        content = proof_of(audit, firm_id)
        assert b"/enterprise/" not in content
        assert SECRET.hex().encode() not in content
        assert all(entry["chance"] is None for entry in json.loads(content)["draws"])


def test_ticket_in_the_proof_is_the_one_that_draws(audit: Files, year: Year) -> None:
    """Sorted by the tickets of their proofs, the firms of the open round are drawn from the least."""
    entries = {firm: json.loads(proof_of(audit, firm))["draws"][0] for firm in ALL}
    tickets = sorted((entry["ticket"], firm) for firm, entry in entries.items() if entry["ticket"])
    assert [entries[firm]["outcome"] for _ticket, firm in tickets] == ["drawn"] + ["not_drawn"] * (len(tickets) - 1)


def firm_with(audit: Files, outcome: str) -> str:
    """A firm with an outcome in the targeted round."""
    return next(firm for firm in ALL if json.loads(proof_of(audit, firm))["draws"][1]["outcome"] == outcome)


def flipped(text: str) -> str:
    """Hexadecimal digits of which the first is another."""
    return ("0" if text[0] != "0" else "1") + text[1:]


def changed(path: tuple[Any, ...], change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    """Changes one value of the targeted round's entry."""

    def edit(entry: dict[str, Any]) -> None:
        place: Any = entry
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = change(place[path[-1]])

    return edit


LIES: dict[str, tuple[str, Callable[[dict[str, Any]], None], str]] = {
    # name: (outcome of the firm, the lie, sentence that does not hold)
    "another salt": ("not_drawn", changed(("opened", "salt"), flipped), POOL),
    "another seal": ("not_drawn", changed(("opened", "stratum_seal"), flipped), POOL),
    "another place in the pool": ("not_drawn", changed(("pool", "index"), lambda index: index ^ 1), POOL),
    "a place beyond the pool": ("not_drawn", changed(("pool", "index"), lambda _index: 2**50), POOL),
    "a path cut short": ("not_drawn", changed(("pool", "path"), lambda path: path[:-1]), POOL),
    "a path too long": ("not_drawn", changed(("pool", "path"), lambda path: [*path, "0" * 64]), POOL),
    "another path": ("not_drawn", changed(("pool", "path"), lambda path: [flipped(path[0]), *path[1:]]), POOL),
    "no leaf": ("not_drawn", changed(("pool",), lambda _pool: None), POOL),
    "no salt": ("not_drawn", changed(("opened",), lambda _opened: None), POOL),
    "another ticket": ("not_drawn", changed(("ticket",), flipped), TICKET),
    "no ticket": ("not_drawn", changed(("ticket",), lambda _ticket: ""), TICKET),
    "drawn said to be not": ("drawn", changed(("outcome",), lambda _outcome: "not_drawn"), UNLISTED),
    "not drawn said to be": ("not_drawn", changed(("outcome",), lambda _outcome: "drawn"), LISTED),
    "in the pool said to be not": ("not_drawn", changed(("outcome",), lambda _outcome: "not_in_pool"), POOL),
    "a ticket out of the pool": ("not_in_pool", changed(("ticket",), lambda _ticket: "0" * 64), TICKET),
    "no row": ("drawn", changed(("rows",), lambda _rows: []), LISTED),
    "no neighbours": ("not_drawn", changed(("rows",), lambda _rows: []), UNLISTED),
    "one neighbour left out": (
        "not_drawn",
        changed(("rows",), lambda rows: rows[:-1]),
        UNLISTED,
    ),
    "another row": ("drawn", changed(("rows", 0, "row"), lambda row: row + "x"), LISTED),
    "another path of the row": ("drawn", changed(("rows", 0, "path"), lambda path: [*path, "0" * 64]), LISTED),
    "another seed": ("drawn", changed(("ceremony", "seed"), flipped), "the seed follows from commitment and entropy"),
    "another root of the list": ("drawn", changed(("ceremony", "drawn_root"), flipped), LISTED),
    "another root of the pool": ("drawn", changed(("commitment", "pool", "root"), flipped), POOL),
    "another bureau": (
        "drawn",
        changed(("commitment", "bureau"), lambda _code: "1"),
        "the commitment speaks of this bureau, year and draw",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_lie_in_a_proof_is_rejected(audit: Files, name: str) -> None:
    """One value changed: the sentence it stands for does not hold."""
    outcome, lie, sentence = LIES[name]
    proof = json.loads(proof_of(audit, firm_with(audit, outcome)))
    honest = copy.deepcopy(proof)
    lie(proof["draws"][1])
    assert proof != honest
    report = report_of(remade(proof))
    assert report.verdict is Verdict.REJECTED
    assert sentence in failed_texts(report)


def test_proof_of_one_firm_is_none_of_another(audit: Files) -> None:
    """A name put over another's proof holds neither in the pool nor on the list."""
    proof = json.loads(proof_of(audit, firm_with(audit, "drawn")))
    other = firm_with(audit, "not_drawn")
    assert {POOL, TICKET, LISTED} <= set(failed_texts(report_of(remade({**proof, "firm_id": other}))))


BOUND = "the threshold is the one bound in the ceremony"
RIGHTLY = "the firm's ticket is at most the threshold exactly if the firm was drawn"
BY_THRESHOLD = "the firm was rightly drawn, or not, by the threshold of its stratum"


@pytest.mark.parametrize("firm_id", ALL)
def test_opened_threshold_shows_that_the_firm_was_rightly_drawn_or_not(audit: Files, firm_id: str) -> None:
    """In every round with the firm in its pool once it is opened; closed, in an open round alone, and else why not."""
    contents = [proof_of(audit, firm_id, open_chance=chance) for chance in (True, False)]
    inside = [entry["draw_id"] for entry in json.loads(contents[0])["draws"] if entry["pool"]]
    told = [
        [claim.group for claim in report_of(content).of_status(Status.PASSED) if claim.text == RIGHTLY]
        for content in contents
    ]
    assert told == [inside, [draw_id for draw_id in inside if draw_id == "2026-1-1"]]
    left = [claim for claim in report_of(contents[1]).of_status(Status.NOT_CHECKED) if claim.text == BY_THRESHOLD]
    reasons = {claim.group: claim.found for claim in left}
    if "2026-2-2" in inside:
        assert reasons["2026-2-2"] == "the proof does not open it: it tells the chance"


THRESHOLD_LIES: dict[str, tuple[Callable[[dict[str, Any]], None], set[str]]] = {
    "another threshold": (changed(("threshold", "ticket"), lambda _ticket: "f" * 64), {BOUND}),
    "another nonce": (changed(("threshold", "nonce"), flipped), {BOUND}),
    "another number of strata": (changed(("threshold", "size"), lambda size: size + 1), {BOUND}),
    "another place": (changed(("threshold", "index"), lambda index: index + 1), {BOUND}),
    "a path too long": (changed(("threshold", "path"), lambda path: [*path, "0" * 64]), {BOUND}),
    "no threshold": (changed(("threshold",), lambda _value: None), {BOUND}),
    "a threshold of a closed chance": (changed(("chance",), lambda _value: None), {BOUND}),
    "another root": (changed(("ceremony", "outcome_root"), flipped), {BOUND}),
    "another outcome": (changed(("outcome",), lambda _value: "not_drawn"), {UNLISTED, RIGHTLY}),
}


@pytest.mark.parametrize("name", THRESHOLD_LIES)
def test_lie_about_the_threshold_is_rejected(audit: Files, name: str) -> None:
    """Nobody is told that it was rightly drawn by another bound than the one in the ceremony."""
    lie, sentences = THRESHOLD_LIES[name]
    proof = json.loads(proof_of(audit, firm_with(audit, "drawn"), open_chance=True))
    lie(proof["draws"][1])
    assert set(failed_texts(report_of(remade(proof)))) & {*sentences, RIGHTLY} >= sentences


def test_threshold_too_low_is_told_by_a_firm_drawn_above_it(audit: Files) -> None:
    """A bureau that binds another threshold has every path right, and yet the ticket of a firm drawn lies above it."""
    draw = proven(audit, "2026-2-2", firm_with(audit, "drawn"))
    low = dict.fromkeys(draw.thresholds, "0" * 64)
    ceremony = {**draw.ceremony, "outcome_root": outcome_root("2026-2-2", SECRET, low)}
    bent = replace(draw, ceremony=ceremony, thresholds=low)
    assert failed_texts(report_of(firm_proof(firm_with(audit, "drawn"), [bent], open_chance=True))) == [RIGHTLY]


def test_proof_of_format_1_is_verified_as_before(audit: Files) -> None:
    """It has no threshold, and says so."""
    proof = json.loads(proof_of(audit, "E1", open_chance=True))
    for draw in proof["draws"]:
        del draw["threshold"]
    del proof["proof_digest"]
    report = report_of(document({**proof, "format": 1}))
    assert failed_texts(report) == []
    assert [claim.found for claim in report.of_status(Status.NOT_CHECKED) if claim.text == BY_THRESHOLD] == [
        "proof or ceremony is of an earlier format, without a threshold"
    ] * 2


@pytest.mark.parametrize("key", ["stratum", "stratum_nonce"])
def test_another_stratum_than_the_sealed_one_is_rejected(audit: Files, key: str) -> None:
    """Who opens the chance cannot tell another class than the one in the leaf."""
    proof = json.loads(proof_of(audit, firm_with(audit, "drawn"), open_chance=True))
    chance = proof["draws"][1]["chance"]
    chance[key] = flipped(chance[key])
    assert SEAL in failed_texts(report_of(remade(proof)))


def test_chance_of_a_firm_out_of_the_pool_is_rejected(audit: Files) -> None:
    """There is no leaf that could seal it."""
    proof = json.loads(proof_of(audit, firm_with(audit, "not_in_pool")))
    proof["draws"][1]["chance"] = {"stratum": "open", "stratum_nonce": "", "chance_micro": 1, "chance_firms": 1}
    assert failed_texts(report_of(remade(proof))) == [SEAL]


def test_ceremony_without_root_leaves_the_outcome_to_the_list(audit: Files) -> None:
    """Old draws name no root: the proof says where the list is."""
    draw = proven(audit, "2026-2-2", "E1")
    ceremony = {key: value for key, value in draw.ceremony.items() if key != "drawn_root"}
    old = ProvenDraw(
        commitment=draw.commitment,
        ceremony=ceremony,
        pool=draw.pool,
        drawn=draw.drawn,
        secret=draw.secret,
        chance=draw.chance,
    )
    report = report_of(firm_proof("E1", [old]))
    assert failed_texts(report) == []
    assert any("drawn.tsv" in claim.found for claim in report.of_status(Status.NOT_CHECKED))


def test_proof_agrees_with_anchors_or_is_rejected(audit: Files) -> None:
    """A commitment published elsewhere that is another one rejects the proof; right ones never anchor all of it."""
    content = proof_of(audit, "E1")
    anchors = anchors_of(audit)
    report = verify_proof(content, "proof.json", parse_anchors(json.dumps(anchors).encode(), "a.json"))
    assert failed_texts(report) == []
    assert report.verdict is Verdict.CONSISTENT
    anchors["commitments"]["2026-2-2"]["digest"] = "0" * 64
    report = verify_proof(content, "proof.json", parse_anchors(json.dumps(anchors).encode(), "a.json"))
    assert failed_texts(report) == ["the commitment to 2026-2-2 is the one published elsewhere"]


def test_open_round_has_no_nonce_to_open(audit: Files) -> None:
    """Nothing is sealed there, so whatever stands in its place was put there."""
    proof = json.loads(proof_of(audit, "E1", open_chance=True))
    proof["draws"][0]["chance"]["stratum_nonce"] = "0" * 64
    assert failed_texts(report_of(remade(proof))) == [SEAL]


@pytest.mark.parametrize("order", [[], [1, 0], [0, 0]])
def test_draws_missing_out_of_order_or_repeated_are_rejected(audit: Files, order: list[int]) -> None:
    """A proof of nothing proves nothing."""
    proof = json.loads(proof_of(audit, "E1"))
    proof["draws"] = [proof["draws"][place] for place in order]
    assert "the proof speaks of one draw or more, each once" in failed_texts(report_of(remade(proof)))


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "a list": b"[]\n",
    "spaces": b'{"format": 1}',
    "too big": b" " * (9 << 20),
    "deep": b"[" * 200_000,
    "NaN": b'{\n  "format": NaN\n}\n',
    "a huge integer": b'{\n  "format": ' + b"9" * 100_000 + b"\n}\n",
    "a key twice": b'{\n  "format": 1,\n  "format": 1\n}\n',
    "half a pair of surrogates": b'{\n  "format": "\\ud800"\n}\n',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_proof_is_rejected_by_its_form(name: str) -> None:
    """One claim fails, and it says what was expected; no traceback."""
    report = report_of(MALFORMED[name])
    assert failed_texts(report) == [FORM]
    assert len(report.claims) == 1


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=8)
    | st.sampled_from(["0" * 64, "drawn", "not_in_pool", "2026-1-1", "2026-02-30", "../x", "\t"])
    | st.lists(st.integers(0, 3), max_size=3)
    | st.dictionaries(st.sampled_from(["index", "path", "salt", "row"]), st.integers(0, 3), max_size=3)
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values in a document, its own left out."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for step, inner in steps:
        found += [(*path, step), *paths_of(inner, (*path, step))]
    return found


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_is_judged_without_a_stumble(data: st.DataObject) -> None:
    """Whatever stands in the place of a value, the report is made; what was changed is never called consistent."""
    files = fuzzed_year()
    proof = json.loads(proof_of(files, data.draw(st.sampled_from(ALL)), open_chance=data.draw(st.booleans())))
    honest = copy.deepcopy(proof)
    path = data.draw(st.sampled_from(paths_of(proof)))
    place: Any = proof
    for step in path[:-1]:
        place = place[step]
    if data.draw(st.booleans()):
        place[path[-1]] = data.draw(VALUES)
    else:
        del place[path[-1]]
    try:
        content = document(proof) if path == ("proof_digest",) else remade(proof)
    except UnicodeEncodeError:  # half a pair of surrogates cannot be written at all
        return
    report = report_of(content)
    # what the proof says and no claim in it proves: the chance, and what the ceremony says beside seed and root
    told = {"chance_micro", "chance_firms", "drawn_digest", "num_counting", "drawn_on"}
    left_out = path == ("draws", 0) or path == ("draws", 1)  # a proof of one draw is one
    older = path[-1] == "drawn_root" and "drawn_root" not in place  # as a ceremony of before is, with less to prove
    closed = path[-1] == "chance" and place.get("chance", 0) is None  # as if it had not been opened
    sealed = path[-1] == "outcome_root" and proof["draws"][path[1]].get("threshold") is None  # nothing opens it here
    if proof != honest and path[-1] not in told and not (left_out or older or closed or sealed):
        assert report.verdict is Verdict.REJECTED, path


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=80))
def test_any_bytes_are_rejected(content: bytes) -> None:
    """Noise is no proof."""
    assert report_of(content).verdict is Verdict.REJECTED


_YEAR: list[Files] = []


def fuzzed_year() -> Files:
    """The honest tiny year, made once (hypothesis and fixtures of a function do not go together)."""
    if not _YEAR:
        _YEAR.append(Year().record("audit"))
    return _YEAR[0]
