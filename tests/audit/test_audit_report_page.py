"""The report for people: every claim, every row, what was not provable; in both languages, and safe to open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from record_builder import Files, Year, with_manifest

from scheduler.audit.accounts import Account
from scheduler.audit.claims import Claim, Report, Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.report_page import report_page
from scheduler.audit.verifier import verify_source
from scheduler.i18n import activate, active_language


@pytest.fixture
def chinese() -> Iterator[None]:
    """Messages in Chinese."""
    before = active_language()
    activate("zh_CN")
    yield
    activate(before)


def report_of(files: Files, name: str = "audit") -> Report:
    """Report on a record."""
    return verify_source(MemorySource(files), name)


def one(group: str, status: Status, *, text: str = "a claim", expected: str = "", found: str = "") -> Claim:
    """A claim; its number is that of its draw."""
    number = int(group.split("-")[1]) if "-" in group else 9
    return Claim(number=number, group=group, section="7", text=text, status=status, expected=expected, found=found)


def page_of(*claims: Claim, kind: str = "public") -> str:
    """Page about two draws, and some claims."""
    accounts = tuple(Account(draw_id=f"2026-{number}-1", kind="open") for number in (1, 2))
    report = Report(
        name="x", kind=kind, bureau="b", year=1, record_digest="", claims=claims, counts={}, accounts=accounts
    )
    return report_page([report])


def items(page: str) -> list[str]:
    """Texts of the entries of all lists."""
    return [unescape(re.sub(r"<[^>]+>", "", entry)) for entry in re.findall(r"<li.*?</li>", page)]


def numbers_listed(page: str) -> list[int]:
    """Numbers of the claims under "Every claim", ascending."""
    found = re.findall(r"<span class=at>§[^(]*\(([\d, ]+)\)</span>", page)
    return sorted(int(number) for numbers in found for number in numbers.split(", "))


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_every_claim_stands_on_the_page_once(year: Year, kind: str) -> None:
    """Each number from 1 to the last is listed exactly once, and each claim that was not checked says why."""
    report = report_of(year.record(kind), kind)
    page = report_page([report])
    assert numbers_listed(page) == list(range(1, len(report.claims) + 1))
    told = " ".join(items(page))
    for claim in report.of_status(Status.NOT_CHECKED):
        assert claim.text in told
        assert re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1…", claim.found) in told


def test_claims_of_several_draws_stand_once_with_their_values() -> None:
    """Values in the order of the draws, once if they are the same, with the draw where not all have the claim."""
    first, second = "2026-1-1", "2026-2-1"
    both = page_of(one(first, Status.PASSED, found="3"), one(second, Status.PASSED, found="4"))
    assert "✓a claim §7 (1, 2) 3 · 4" in items(both)
    equal = page_of(*(one(draw, Status.PASSED, expected="5", found="5") for draw in (first, second)))
    assert "✓a claim §7 (1, 2) = 5" in items(equal)
    single = page_of(one(first, Status.PASSED, found="3"), one(second, Status.PASSED, text="other", found="4"))
    assert "✓other §7 (2) 4" in items(single)
    mixed = page_of(one(first, Status.PASSED, found="3"), one(second, Status.NOT_CHECKED, found="no file"))
    assert "○a claim §7 (1, 2) 3 · ○ 2026-2-1" in items(mixed)
    assert "§7 a claim (2): no file" in items(mixed)


def test_failed_claim_says_what_was_expected_and_found_of_which_draw() -> None:
    """In the list at the top, and where it stands among the claims; the whole claim is marked as failed."""
    page = page_of(one("2026-1-1", Status.PASSED), one("2026-2-1", Status.FAILED, expected="144", found="143"))
    assert "(2, §7, 2026-2-1) a claim: expected 144, got 143" in items(page)
    assert "✗a claim §7 (1, 2) ✗ 2026-2-12026-2-1: expected 144, got 143" in items(page)
    assert '<li class="failed">' in page
    assert 'class="verdict rejected"' in page


def test_rows_are_accounted_for_from_import_to_list(audit: Files, public: Files) -> None:
    """
    The tiny year: 9 rows imported, 2 set aside, 1 of these mended; 9 on the register, of which the open round leaves
    out 1 for its status and 2 for their types: 6 in the pool, 1 drawn, 5 not. The public record tells of the pool on.
    """
    first = report_of(audit).accounts[0]
    assert first.rows == {
        **{"imported": 9, "quarantined": 2, "released": 1},
        **{"register": 9, "out:status": 1, "out:type": 2},
        **{"pool": 6, "drawn": 1, "not_drawn": 5, "counting": 1},
    }
    assert (first.kind, first.state, first.adds_up) == ("open", "drawn", True)
    page = report_page([report_of(audit)])
    assert "rows put into quarantine before, as the log tells" in page
    closed = report_of(public, "public")
    assert set(closed.accounts[0].rows) == {"pool", "drawn", "not_drawn", "counting"}
    assert "only the audit record tells" in report_page([closed])
    assert [account.state for account in closed.accounts] == ["drawn", "voided", "drawn"]


def test_list_with_a_firm_from_outside_the_pool_does_not_add_up(public: Files) -> None:
    """One row of the list names a firm that the pool does not hold: 6 are not drawn, 1 is, and 7 are not 6."""
    files = dict(public)
    name = "draws/2026-1-1/drawn.tsv"
    header, row = files[name].decode().splitlines()
    files[name] = f"{header}\n99{row[2:]}\n".encode()
    account = report_of(with_manifest(files), "public").accounts[0]
    assert (account.rows["not_drawn"], account.adds_up) == (6, False)
    assert "✗" in report_page([report_of(with_manifest(files), "public")])


@pytest.mark.parametrize("number", ["-1", "true", '"9"', "1.5", "1e400", str(2**62), "[]", "{}", "null"])
def test_numbers_of_the_log_that_are_none_are_not_added(audit: Files, number: str) -> None:
    """What an entry claims to have imported is added only if it is a number of rows."""
    files = dict(audit)
    files["log.tsv"] = files["log.tsv"].replace(b'"new":9', f'"new":{number}'.encode())
    assert report_of(with_manifest(files)).accounts[0].rows["imported"] == 0


def test_what_no_record_proves_is_told_first(audit: Files, public: Files) -> None:
    """Each kind of record says what it proves at all, and that its keeper could have made it anew."""
    for files, kind, words in (
        (public, "public", "not that each firm was drawn by its ticket"),
        (audit, "audit", "as far as what was imported is true and complete"),
    ):
        page = report_page([report_of(files, kind)])
        assert words in page
        assert "could have made all these bytes anew" in page
        assert "Compare the commitments below" in page
    anchored = Report(
        **{
            **{name: getattr(report_of(audit), name) for name in Report.__slots__},
            "anchored": True,
        }
    )
    assert anchored.verdict is Verdict.ANCHORED
    assert "They were compared with what was published elsewhere" in report_page([anchored])


@pytest.mark.usefixtures("chinese")
def test_page_speaks_chinese(audit: Files, public: Files) -> None:
    """Headings, verdict, claims and rows in Chinese; nothing in English is left but names of files and codes."""
    page = report_page([report_of(audit), report_of(public, "public")], made_at="2026-12-31 09:00+08:00")
    for words in ("验证报告 · 审计记录", "凭这些文件无法证明的内容", "各次抽取", "名录库各条记录的去向", "全部验证项"):
        assert words in page
    assert '<html lang="zh-CN">' in page
    plain = unescape(re.sub(r"<[^>]+>|<style>.*?</style>", " ", page, flags=re.DOTALL))
    assert not re.findall(r"\b(?:the|drawn before|of these|claim|every|record)\b(?!\.)", plain)


def test_hostile_texts_are_escaped_and_nothing_is_fetched(audit: Files) -> None:
    """No markup from a record reaches the page, nor any outside address."""
    claims = tuple(
        Claim(number=n, group="<g>", section="<s>", text="<b>", status=status, expected="<i>", found="<script>")
        for n, status in enumerate(Status, start=1)
    )
    account = Account(
        draw_id="<d>",
        kind="<k>",
        committed_on="<c>",
        drawn_on="<o>",
        commitment_digest="<m>",
        seed="<e>",
        rows={"<n>": 1},
    )
    bad = Report(
        name="<x>",
        kind="<y>",
        bureau="<u>",
        year=1,
        record_digest="<r>",
        claims=claims,
        counts={},
        accounts=(account,),
        bureau_name="<w>",
    )
    page = report_page([bad], made_at="<t>")
    shown = set(re.findall(r"&lt;(\w+)&gt;", page))
    assert not set(re.findall(r"<(\w+)>", page)) & {"g", "s", "script", "d", "k", "c", "o", "m", "e", "n", "x", "y"}
    assert {"g", "s", "b", "i", "script", "d", "c", "o", "m", "e", "n", "x", "u", "r", "w", "t"} <= shown
    assert "http" not in report_page([report_of(audit)])


def test_unreadable_record_has_a_page_too() -> None:
    """Nothing but the failed claim and the verdict."""
    report = report_of({"manifest.json": b"{"})
    page = report_page([report])
    assert "What does not hold" in page
    assert report.accounts == ()


def test_accounts_are_told_to_machines(audit: Files) -> None:
    """The JSON answer holds them."""
    document = json.loads(json.dumps(report_of(audit).document()))
    assert [account["draw_id"] for account in document["accounts"]] == ["2026-1-1", "2026-2-1", "2026-2-2"]
    assert document["accounts"][0]["rows"]["register"] == 9
