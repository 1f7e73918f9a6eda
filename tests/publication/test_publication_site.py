"""The public site: whole, linked, in two languages, harmless, and made of the public record alone."""

from __future__ import annotations

import dataclasses
import html
import itertools
import json
import posixpath
import re
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scheduler import i18n
from scheduler.draw.hashing import digest
from scheduler.errors import RecordError
from scheduler.publication.inputs import AuditInputs, PublicInputs, ResultColumns
from scheduler.publication.reading import read_public_record
from scheduler.publication.records import assemble_audit, assemble_public
from scheduler.publication.site import build_site
from scheduler.publication.site.links import ENGLISH, relative, slug
from scheduler.publication.site.lists import pages_of
from scheduler.publication.site.pages import days_ahead, round_rows
from scheduler.publication.site.pictures import thousandths
from scheduler.publication.site.words import Words, percent, share
from tests.publication.tiny_year import OFFICER_SECRET, SECRET, VALUES, make_inputs

RLO = "\u202e"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|'/c calc'!A1",
    f"{RLO}gnp.exe\u202c\u2066x\ufeff",
    "{{ 7 * 7 }}{% raw %}",
    "&amp;&lt;b>",
    "長" * 10_000,
    "🏴\u200d☠️ co",
    "' onmouseover='x",
)
VOID_ELEMENTS = {"meta", "link", "br", "img", "input", "hr"}


class PageParser(HTMLParser):
    """Collects what the tests ask of a page, and refuses elements that are not closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lang = ""
        self.links: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag."""
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += list(values.items())
        if tag == "html":
            self.lang = values["lang"]
        self.links += [values[name] for name in ("href", "src") if name in values]
        self.ids += [values["id"]] if "id" in values else []
        self.headings += [tag] if re.fullmatch("h[1-6]", tag) else []
        if tag not in VOID_ELEMENTS and tag != "rect":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Refuses a tag that closes another one."""
        if tag != "rect":
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Notes text."""
        self.text += data


def parse(content: bytes) -> PageParser:
    """A page, parsed."""
    page = PageParser()
    page.feed(content.decode("utf-8"))
    page.close()
    assert page.open == []
    return page


@pytest.fixture
def site(record: dict[str, bytes]) -> dict[str, bytes]:
    """The site of the tiny year."""
    return dict(build_site(record))


def pages_in(site: Mapping[str, bytes]) -> dict[str, PageParser]:
    """All pages of a site, parsed."""
    return {path: parse(content) for path, content in site.items() if path.endswith(".html")}


def test_site_has_every_page_twice_and_the_record_once(site: dict[str, bytes], record: dict[str, bytes]) -> None:
    """Each Chinese page has its English twin; style and record stand there once."""
    pages = {path for path in site if path.endswith(".html")}
    chinese = {path for path in pages if not path.startswith("en/")}
    assert pages == chinese | {f"en/{path}" for path in chinese}
    assert chinese >= {
        *("index.html", "items.html", "plan.html", "draws.html", "results.html", "verify.html"),
        *("firms.html", "firms/1.html", "data.html"),
        *("tasks/T01.html", "tasks/T02.html"),
        *("draws/2026-1-1/index.html", "draws/2026-1-1/list-1.html"),
        *("draws/2026-1-2/index.html", "draws/2026-1-2/list-1.html", "draws/2026-1-2/results-1.html"),
        *("draws/2026-2-1/index.html", "draws/2026-X1-1/index.html", "draws/2026-X1-1/list-1.html"),
    }
    lists = {f"draws/{draw_id}/list.js" for draw_id in ("2026-1-1", "2026-1-2", "2026-X1-1")}
    tables = {
        f"data/{name}.{form}" for name in ("items", "tasks", "draws", "drawn", "results") for form in ("csv", "json")
    }
    own = {"style.css", "site.js", "verify.js", "verify-page.js", "firms.js", "data/datapackage.json"} | lists | tables
    assert set(site) - pages == own | {f"record/{path}" for path in record}
    assert site["record/manifest.json"] == record["manifest.json"]


def test_every_page_has_a_language_a_title_of_its_own_and_one_main_heading(site: dict[str, bytes]) -> None:
    """What screen readers and search engines ask of a page; headings never skip a level."""
    titles = set()
    for path, page in pages_in(site).items():
        assert page.lang == ("en" if path.startswith("en/") else "zh-CN"), path
        assert page.headings.count("h1") == 1, path
        assert page.headings[0] == "h1", path
        levels = [int(tag[1]) for tag in page.headings]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), path
        assert len(page.ids) == len(set(page.ids)), path
        match = re.search(r"<title>(.+)</title>", site[path].decode())
        assert match is not None, path
        titles.add((page.lang, match[1]))
    assert len(titles) == len(pages_in(site))


def test_every_internal_link_resolves_and_none_leads_outside(site: dict[str, bytes]) -> None:
    """Links are relative, stay in the site, and lead to files and headings that exist."""
    pages = pages_in(site)
    num_links = 0
    for path, page in pages.items():
        for link in page.links:
            if link == "data:,":
                continue
            target, _hash, fragment = link.partition("#")
            resolved = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            assert resolved in site, (path, link)
            assert not fragment or fragment in pages[resolved].ids, (path, link)
            num_links += 1
    assert num_links > 300


def test_every_page_switches_to_its_own_twin(site: dict[str, bytes]) -> None:
    """The switch leads to the same page in the other language, and back."""
    for path in (path for path in site if path.endswith(".html") and not path.startswith("en/")):
        assert relative(path, f"en/{path}") in parse(site[path]).links
        assert relative(f"en/{path}", path) in parse(site[f"en/{path}"]).links


def test_site_asks_nothing_of_the_network_and_runs_only_its_own_script(site: dict[str, bytes]) -> None:
    """No script but the site's own file, no event handler, no address with a scheme, no url() in the style."""
    for path, page in pages_in(site).items():
        scripts = re.findall(r"<script[^>]*>", site[path].decode())
        own = [[], ["site.js"], ["verify.js", "verify-page.js"]]
        assert scripts in [[f'<script src="{relative(path, name)}" defer>' for name in names] for names in own], path
        assert b"script-src 'self'" in site[path], path
        assert not [name for name, _value in page.attributes if name.startswith("on")], path
        assert not [link for link in page.links if re.match(r"[a-z]+:|//", link) and link != "data:,"], path
    assert not re.search(rb"url\(|@import", site["style.css"])


def test_site_is_the_same_for_the_same_record_in_any_language(
    record: dict[str, bytes], site: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The language of the command does not reach the pages."""
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    i18n.activate("zh_CN")
    assert dict(build_site(record)) == site


def test_site_holds_nothing_internal(site: dict[str, bytes], inputs: PublicInputs, audit_inputs: AuditInputs) -> None:
    """Words of the audit record, the keys among them, are searched for in every file of the site."""
    audit = b"".join(assemble_audit(inputs, audit_inputs).values())
    for word in (
        b"TIER-D",
        b"STRATUM-X",
        b"OFFICER-7",
        b"TEAM-9",
        SECRET.hex().encode(),
        OFFICER_SECRET.hex().encode(),
    ):
        assert word in audit
        assert not [path for path, content in site.items() if word in content]


def test_front_page_tells_where_the_year_stands(site: dict[str, bytes]) -> None:
    """Four of twelve enterprises are drawn (33.3 %), two of four firms have a result; the bars say so in words."""
    text = site["en/index.html"].decode()
    # positions 1 and 2 of the three firms of draw 2026-1-2 have results, the list drawn elsewhere has none
    assert 'aria-label="4 of 12 enterprises drawn, 33.3%"' in text
    assert 'aria-label="2 of 4 firms have a public result, 50%"' in text
    assert "The binding target is 8% of the 6 enterprises in operation on 2026-01-01, that is 12." in text


def test_drawn_list_has_the_columns_of_the_regulation(site: dict[str, bytes]) -> None:
    """序号, 市场主体名称, 统一社会信用代码/注册号, 登记机关 and the task, by ascending code."""
    text = site["en/draws/2026-1-2/list-1.html"].decode()
    heads = re.findall(r'<th scope="col">([^<]+)', text)
    assert heads == ["No.", "Name of market entity", "Credit code or registration number", "Registrar", "Task"]
    codes = re.findall(r'<td class="code"[^>]*>([^<]+)', text)
    assert len(codes) == 3
    assert codes == sorted(codes)
    assert "企业登记事项与公示信息抽查; 加油站成品油质量抽查" in text


def test_results_put_items_with_the_same_result_together(site: dict[str, bytes]) -> None:
    """Two firms with three items each: the two clean ones in one row, the one with problems in another."""
    text = site["en/draws/2026-1-2/results-1.html"].decode()
    assert text.count('<tr><th scope="row"') == 2 * 2
    assert "营业执照（登记证）规范使用情况的检查; 名称规范使用情况的检查" in text
    problems = ("Did not publish information it must publish", "Problem found, ordered to correct")
    assert text.count("; ".join(f"<strong>{words}</strong>" for words in problems)) == 2


def test_results_fold_many_items_behind_their_number(inputs: PublicInputs) -> None:
    """A firm with five clean items shows “5 items”, and their names when asked; three are shown at once."""
    draw = next(draw for draw in inputs.draws if draw.draw_id == "2026-1-2")
    firm = draw.results.firm_id[0]
    results = ResultColumns(
        firm_id=[firm] * 5,
        item_id=["G01", "G02", "K01", "X04", "X05"],
        category=["no_problem"] * 5,
        inspected_on=["2026-03-05"] * 5,
    )
    record = assemble_public(dataclasses.replace(inputs, draws=(dataclasses.replace(draw, results=results),)))
    text = dict(build_site(record))["en/draws/2026-1-2/results-1.html"].decode()
    assert '<details class="fold"><summary>5 items</summary>营业执照（登记证）规范使用情况的检查; ' in text
    assert "年度报告公示信息的检查; X04; X05</details>" in text


def test_commands_of_an_open_draw_give_the_answers_shown(site: dict[str, bytes], tmp_path: Path) -> None:
    """Every command on the ceremony page is run by a real shell in the record's folder and answers as the page says."""
    for path, content in site.items():
        if path.startswith("record/"):
            target = tmp_path / path.removeprefix("record/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    text = site["en/draws/2026-1-2/index.html"].decode()
    pattern = (
        r'<pre class="command" tabindex="0"><code>([^<]*)</code></pre>\n'
        r'<p class="command-label">[^<]*</p>\n<p class="digest"><code>([^<]*)</code>'
    )
    steps = re.findall(pattern, text)
    assert len(steps) == 6  # commitment file, commitment, entropy, seed, ticket, list
    for command, answer in steps:
        assert _shell(html.unescape(command), tmp_path).split()[0] == answer
    ceremony = json.loads(site["record/draws/2026-1-2/ceremony.json"])
    assert [answer for _command, answer in steps][1] == ceremony["commitment_digest"]
    assert [answer for _command, answer in steps][3] == ceremony["seed"]
    assert [answer for _command, answer in steps][5] == ceremony["drawn_digest"]
    whole = re.findall(r"<code>(tail [^<]*)</code>", text)
    assert _shell(html.unescape(whole[0]), tmp_path).strip() == "same"


def _shell(command: str, folder: Path) -> str:
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_threshold_separates_the_drawn_from_the_others(site: dict[str, bytes], inputs: PublicInputs) -> None:
    """The greatest ticket drawn, as shown, is below every ticket of a firm that was not drawn."""
    files = next(draw.files for draw in inputs.draws if draw.draw_id == "2026-1-2")
    seed = json.loads(files["ceremony.json"])["seed"]
    pool = [line.split("\t")[0] for line in files["pool.tsv"].decode().splitlines()[1:]]
    tickets = sorted(digest("ticket", seed, firm) for firm in pool)
    assert tickets[2] in site["en/draws/2026-1-2/index.html"].decode()
    assert len(tickets) == 6


def test_targeted_draw_shows_no_ticket(site: dict[str, bytes]) -> None:
    """The page of a draw that waits tells what was fixed, and offers commands for that only."""
    text = site["en/draws/2026-2-1/index.html"].decode()
    assert text.count('<pre class="command"') == 2
    assert "Not spoken yet" in text
    assert "ticket" not in text


def test_voided_draw_and_list_drawn_elsewhere_say_so(site: dict[str, bytes]) -> None:
    """A voided draw shows its reason, escaped; a foreign list says that it cannot be verified here."""
    voided = site["en/draws/2026-1-1/index.html"].decode()
    assert "This draw was voided and does not count." in voided
    assert "名录库更新 &lt;b&gt;before&lt;/b&gt; the lot" in voided
    assert "Not verifiable here." in site["en/draws/2026-X1-1/index.html"].decode()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_come_out_harmless(name: str) -> None:
    """Whatever a register holds stays text: no new element, no handler, nothing hidden, no page without end."""
    site = dict(build_site(assemble_public(make_inputs(6, 3, lambda firm: name))))
    plain = dict(build_site(assemble_public(make_inputs(6, 3))))
    for path in (path for path in site if path.endswith(".html")):
        page = parse(site[path])
        assert page.tags == parse(plain[path]).tags, path
        assert not [attribute for attribute, _value in page.attributes if attribute.startswith("on")], path
        assert not re.search("[\u202a-\u202e\u2066-\u2069\ufeff]", site[path].decode()), path
        assert len(site[path]) < 60_000, path
    if not name.startswith("長"):
        shown = name.replace(RLO, "[U+202E]").replace("\u202c", "[U+202C]").replace("\u2066", "[U+2066]")
        assert shown.replace("\ufeff", "[U+FEFF]") in parse(site["draws/2026-1-2/list-1.html"]).text


def test_hostile_codes_never_leave_the_site() -> None:
    """A task id that would climb out of its folder gets another file name."""
    assert slug("T01") == "T01"
    for code in ("../../x", "a/b", "", ".", "con fig", "x" * 65, "\u202e", "-rf"):
        assert re.fullmatch("x-[0-9a-f]{16}", slug(code))
    assert slug("../a") != slug("../b")


def test_relative_links_go_up_and_down() -> None:
    """Links between pages of one folder are short, others climb no higher than needed."""
    assert relative("draws/a/index.html", "draws/a/list-1.html") == "list-1.html"
    assert relative("draws/a/index.html", "en/draws/a/index.html") == "../../en/draws/a/index.html"
    assert relative("index.html", "index.html") == "index.html"
    assert relative("en/a.html", "en/b/c.html") == "b/c.html"


def test_pages_of_a_long_list_cover_it_once() -> None:
    """Five rows by two: three pages, each with its first and last code; no row is lost or told twice."""
    pages = pages_of(["A", "B", "C", "D", "E"], 2)
    assert [(page.start, page.stop, page.first, page.last) for page in pages] == [
        (0, 2, "A", "B"),
        (2, 4, "C", "D"),
        (4, 5, "E", "E"),
    ]
    assert {page.total for page in pages} == {3}
    assert [(page.number, page.total, page.first) for page in pages_of([], 2)] == [(1, 1, "")]


def test_long_list_is_paged_and_findable_by_code() -> None:
    """With 1,001 firms drawn there are three pages, linked in a row, and a finder by code on each."""
    site = dict(build_site(assemble_public(make_inputs(1_100, 1_001))))
    rows = [site[f"draws/2026-1-2/list-{number}.html"].count(b"<tr><td") for number in (1, 2, 3)]
    assert rows == [500, 500, 1]
    second = parse(site["draws/2026-1-2/list-2.html"])
    assert second.links.count("list-1.html") == 3  # twice in the pagers, once in the finder
    assert second.links.count("list-3.html") == 3
    assert "list-4.html" not in second.links


def test_days_ahead_follow_from_states(record: dict[str, bytes]) -> None:
    """Round 1 is drawn and not all reported, round 2 waits for its lot, round 3 is planned."""
    ahead = days_ahead(round_rows(read_public_record(record)))
    assert [(entry.day, entry.what, entry.round_name) for entry in ahead] == [
        ("2026-02-20", "lot", "2"),
        ("2026-02-21", "lot", "2"),
        ("2026-05-29", "ends", "1"),
        ("2026-06-01", "starts", "2"),
        ("2026-08-31", "ends", "2"),
        ("2026-09-01", "starts", "3"),
        ("2026-11-30", "ends", "3"),
    ]
    assert ahead[0].detail == VALUES[0]["name"]


@pytest.mark.parametrize(
    ("least", "most", "full", "expected"),
    [
        (0, 80_000, False, "At most 8% in the year"),
        (30_000, 80_000, False, "3% to 8% in the year"),
        (50_000, 50_000, False, "5%"),
        (0, 1_000_000, False, "No fixed ratio"),
        (0, 1_000_000, True, "100%, every firm once in the year"),
    ],
)
def test_ratio_of_a_task_in_words(record: dict[str, bytes], least: int, most: int, full: bool, expected: str) -> None:
    """抽查比例及频次 is told from the bounds."""
    read = read_public_record(record)
    words = Words.of(read, ENGLISH, str)
    task = dataclasses.replace(read.tasks[0], ratio_min_micro=least, ratio_max_micro=most, full_coverage=full)
    assert words.ratio(task) == expected


def test_range_of_a_task_in_words(record: dict[str, bytes]) -> None:
    """抽查对象范围 names districts in the language of the page; a task without limits reaches everybody."""
    read = read_public_record(record)
    words = Words.of(read, ENGLISH, str)
    assert words.range(read.tasks[0]) == "Enterprise; districts: Huancui; industries (GB/T 4754): F52"
    free = dataclasses.replace(read.tasks[0], object_types=(), districts=(), industries=(), libraries=("oil",))
    assert words.range(free) == "special libraries: oil"
    assert words.range(dataclasses.replace(free, libraries=())) == "All inspection objects"


def test_shares_are_cut_and_never_claim_too_much() -> None:
    """99.96 % is shown as 99.9 %, a bar that is almost full is not full, one firm in 5,000 is not nothing."""
    assert share(2_499, 2_500) == "99.9%"
    assert share(0, 0) == "0%"
    assert thousandths(9_999, 10_000) == 999
    assert thousandths(1, 5_000) == 1
    assert thousandths(3, 2) == 1_000
    assert percent(123_456) == "12.3456%"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("year.json", None),
        ("items.tsv", b"item_id\nG01\n"),
        ("tasks.tsv", None),
        ("draws/2026-1-2/drawn.tsv", b"\xff\n"),
        ("draws/2026-1-2/results.tsv", b"firm_id\titem_id\tcategory\tinspected_on\nNOBODY\tG01\tpending\t2026-03-05\n"),
    ],
    ids=["no-year", "bad-items", "no-tasks", "bad-list", "result-of-nobody"],
)
def test_record_that_cannot_be_read_is_refused_in_words(
    record: dict[str, bytes], path: str, content: bytes | None
) -> None:
    """A record with a missing or broken file makes no site and no traceback."""
    broken = {name: value for name, value in record.items() if name != path}
    if content is not None:
        broken[path] = content
    with pytest.raises(RecordError):
        dict(build_site(broken))


def test_front_page_tells_each_district_against_the_ratio(site: dict[str, bytes]) -> None:
    """Three of four enterprises in Huancui, none of one in the zone, one of one elsewhere; the line marks 8 %."""
    text = site["en/index.html"].decode()
    for words in (
        "Huancui: 3 of 4 enterprises drawn, 75%",
        "Bonded Zone: 0 of 1 enterprises drawn, 0%",
        "District unknown: 1 of 1 enterprises drawn, 100%",
        "The red line marks 8%.",
    ):
        assert words in text


def test_front_page_of_a_record_without_district_numbers_has_no_such_table(inputs: PublicInputs) -> None:
    """A year.json of format 1 tells names of districts only."""
    older = dataclasses.replace(inputs, year=dataclasses.replace(inputs.year, elsewhere=None))
    site = dict(build_site(assemble_public(older)))
    assert b'"format": 1' in site["record/year.json"]
    assert b'id="districts"' not in site["index.html"]
