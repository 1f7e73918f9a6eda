"""`classify report`, `override`, `object` and `overrides` as people meet them, on a small year with outcomes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import CHINA
from models.outcome_rows import load_outcomes
from scheduler import i18n
from scheduler.commands.context import CommandContext
from scheduler.commands.risk import classify
from scheduler.resources import data_path
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.workspace import open_workspace

NOW = datetime(2026, 12, 31, 10, 0, tzinfo=CHINA)
Run = Callable[..., Result]


def context(root: Path, language: str = "en") -> CommandContext:
    """What the command line hands to a command, at the end of the year."""
    return CommandContext(root=root, database_url=None, actor="审计员", now=NOW, language=language)


@pytest.fixture
def root(small_year: DemoSummary, tmp_path: Path) -> Path:
    """A copy of the small year's workspace."""
    return Path(shutil.copytree(small_year.folder / "workspace", tmp_path / "workspace"))


@pytest.fixture
def run(root: Path) -> Run:
    """Runs `classify` with words."""
    return lambda *words: CliRunner().invoke(classify, list(words), obj=context(root))


def worsen(root: Path) -> list[str]:
    """Puts three firms in operation, in A, on the serious-dishonesty list on 30 December."""
    with sqlite3.connect(root / "double-random.db") as database:
        query = "select f.firm_id from firm f join firm_tier t using (firm_id) where status='operating' and tier='A'"
        firms = [row[0] for row in database.execute(f"{query} order by firm_id limit 3")]
        for number, firm in enumerate(firms):
            values = (f"w{number}", firm, "serious_dishonesty", "2026-12-30")
            database.execute(
                "insert into event (event_id, firm_id, kind, occurred_on, detail, source) values (?, ?, ?, ?, '', '')",
                values,
            )
    return firms


def test_outcomes_carry_problems_and_inverse_chances(root: Path) -> None:
    """Every visit of the year has one row; a weight is never below one, and problems are some but not all."""
    workspace = open_workspace(root, actor="t", now=NOW)
    with workspace.transaction() as connection:
        outcomes = load_outcomes(connection)
    workspace.store.close()
    with sqlite3.connect(root / "double-random.db") as database:
        (visited,) = database.execute("select count(distinct draw_id || firm_id) from result").fetchone()
    assert sum(map(len, outcomes)) == visited > 50
    assert all(float(one.weight.min()) >= 1 for one in outcomes)
    assert 0 < sum(int(one.problem.sum()) for one in outcomes) < visited


def test_report_judges_the_year_and_finds_who_jumped(run: Run, root: Path) -> None:
    """Mix, figures, drift and the three firms that rose to D, for machines; the base is told by run or by day."""
    firms = worsen(root)
    assert run("run", "--as-of", "2026-12-31").exit_code == 0
    document = json.loads(run("report", "--json").stdout)
    found = document["evaluation"]
    # some hundred outcomes give an area a standard error of about 0.06, and the year's lots decide whose they are
    assert found["num_outcomes"] > 50 and found["auc"] > 0.5 and 0 < found["ks"] < 1
    assert found["lift_8"] > 1 and found["lift_20"] > 1 and 0 <= found["ece"] < 0.2
    assert sum(one["share_of_problems"] for one in found["capture"]) == pytest.approx(1)
    assert {one["firm_id"] for one in document["jumps"] if one["rule"] == "serious_dishonesty"} >= set(firms)
    assert document["jumps"][0] | {"before": "A", "after": "D", "steps": 3, "decided": "rule"} == document["jumps"][0]
    moves = document["stability"]["moves"]
    assert sum(map(sum, moves)) == sum(document["by_tier"].values()) and moves[0][3] >= 3
    assert document["internal"]["mark"] == "内部资料" and document["internal"]["log_number"] > 1
    for words in (("--run", "1"), ("--since", "2026-06-30")):
        assert json.loads(run("report", "--json", *words).stdout)["base"]["classification_id"] == 1


def test_report_prints_tables(run: Run, root: Path) -> None:
    """Mark, mix, figures, capture, calibration; after a second run drift and the list of jumps."""
    first = run("report").output
    assert first.startswith("内部资料 INTERNAL, not for publication · 审计员") and "There is no earlier run" in first
    assert all(words in first for words in ("AUC 0.", "KS 0.", "Lift at 8 %", "Share of problems", "Observed"))
    firms = worsen(root)
    run("run", "--as-of", "2026-12-31")
    second = run("report").output
    assert "PSI of scores" in second and firms[0] in second and "A → D" in second


def test_report_without_outcomes_says_so(workspace: object, tmp_path: Path) -> None:
    """Before anything is classified there is nothing to report on."""
    result = CliRunner().invoke(classify, ["report"], obj=context(tmp_path / "workspace"))
    assert "no firm has a tier yet" in str(result.exception)


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--run", "9"), "expected an earlier run (none), got 9"),
        (("--since", "2020-01-01"), "no earlier run as of 2020-01-01"),
        (("--run", "1", "--since", "2026-01-01"), "got both"),
        (("--html", "/nowhere/x.html"), "cannot be written"),
    ],
    ids=["run", "since", "both", "file"],
)
def test_report_refuses_what_cannot_be(words: tuple[str, ...], match: str, run: Run) -> None:
    """Each refusal names what was expected."""
    assert match in str(run("report", *words).exception)


class Page(HTMLParser):
    """Counts what a page holds and what it would load from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps pictures and addresses."""
        values = dict(attrs)
        if tag == "svg":
            self.pictures.append(values)
        self.outside += [str(value) for name, value in attrs if name in ("src", "href") and value]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Every end closes the newest beginning."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_page_is_self_contained_and_marked(language: str, run: Run, root: Path, tmp_path: Path) -> None:
    """Well-formed, nothing from elsewhere, four pictures with words, mark with exporter, time and log number."""
    worsen(root)
    run("run", "--as-of", "2026-12-31")
    i18n.activate(language)
    path = tmp_path / "report.html"
    result = CliRunner().invoke(classify, ["report", "--html", str(path)], obj=context(root, language))
    assert result.exit_code == 0, result.output
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == [] and page.outside == [] and "<script" not in text and "url(" not in text
    assert len(page.pictures) == 4
    assert all(one["role"] == "img" and len(one["aria-label"] or "") > 20 for one in page.pictures)
    assert text.count("内部资料") >= 3 and "审计员" in text and "2026-12-31 10:00+08:00" in text
    assert f'lang="{"en" if language == "en" else "zh-CN"}"' in text and "A → D" in text
    assert ("环翠区" in text) == (language != "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "56 outcomes of the rarer kind for 10 fitted weights"), ("zh_CN", "只有 56 条，拟合的权重却有 10 个")],
)
def test_warnings_of_the_scorecard_stand_on_terminal_and_page(
    language: str, words: str, run: Run, root: Path, tmp_path: Path
) -> None:
    """Once each, in the reader's language, and in JSON as code and numbers."""
    text = data_path("scorecard-expert.toml").read_text(encoding="utf-8")
    warnings = 'warnings = [{ code = "few_outcomes", num_rarer = 56, num_fitted = 10 }]'
    (root / "own.toml").write_text(text.replace("[[indicators]]", f"{warnings}\n[[indicators]]", 1), encoding="utf-8")
    settings = root / "double-random.toml"
    named = '\n[classify]\nscorecard = "own.toml"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + named, encoding="utf-8")
    i18n.activate(language)
    spoken = [run("run", "--as-of", "2026-12-31").output, run("show").output, run("scorecard").output]
    spoken.append(run("report").output)
    path = tmp_path / "report.html"
    run("report", "--html", str(path))
    page = path.read_text(encoding="utf-8")
    bare = "".join(words.split())
    assert ["".join(one.split()).count(bare) for one in (*spoken, page)] == [1] * 5
    assert f"<p class=warning role=note>{'Warning: ' if language == 'en' else '警告：'}" in page
    told = json.loads(run("report", "--json").stdout)["warnings"]
    assert told[0] | {"code": "few_outcomes", "num_rarer": 56, "num_fitted": 10} == told[0]


def test_override_is_made_listed_explained_and_ended(run: Run, root: Path) -> None:
    """By hand, with everything in the list and in the explanation; JSON has the same."""
    firm = worsen(root)[0]
    made = run("override", firm, "C", "--reason", "现场[核查]", "--until", "2027-06-30")
    assert made.exit_code == 0 and "Tier C (by hand) until 2027-06-30: 现场[核查]" in made.output
    run("run", "--as-of", "2026-12-31")
    told = run("explain", firm).output
    assert "By override; without it" in told and "the override would have to end" in told
    assert "no longer: on the serious-dishonesty list" in told and "C by hand, 审计员: 现场[核查]" in told
    assert "in force" in run("overrides").output
    assert json.loads(run("overrides", "--json").stdout)["overrides"][0]["in_force"] is True
    ended = run("override", firm, "--end")
    assert ended.exit_code == 0 and "has ended" in ended.output and "ended 2026-12-31" in run("overrides").output
    rejected = json.loads(run("object", firm, "--rejected", "--reason", "证据不足", "--json").stdout)
    assert rejected["override"] is None and rejected["internal"]["mark"] == "内部资料"
    assert "turned down" in run("object", firm, "--rejected", "--reason", "证据不足").output


@pytest.mark.parametrize(
    ("words", "match"),
    [(("X", "--end", "--until", "2027-01-01"), "takes neither"), (("X", "C"), "expected a tier, --reason and --until")],
    ids=["end with a day", "no day"],
)
def test_override_refuses_words_that_do_not_fit(words: tuple[str, ...], match: str, run: Run) -> None:
    """The usage is told."""
    assert match in str(run("override", *words).exception)
