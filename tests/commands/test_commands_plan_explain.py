"""`plan explain`, `plan whatif` and `plan compare` as a planner uses them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models.allocation_rows import newest_solution
from models.registry_rows import (
    load_frame,
    load_tasks,
)
from scheduler import i18n
from scheduler.commands.allocation import plan
from scheduler.commands.context import CommandContext
from scheduler.errors import InfeasiblePlanError, PolicyError, StateError, UsageError
from scheduler.example.city import build_city
from scheduler.resources import data_path
from scheduler.workflow.allocation import plan_new, plan_solve
from scheduler.workflow.demo import DemoSummary
from scheduler.workflow.example import load_parameters
from scheduler.workflow.workspace import CHINA, create_workspace, open_workspace
from tests.filled_city import fill

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=CHINA)


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up city of 600 firms with a solved plan."""
    root = tmp_path_factory.mktemp("plan") / "workspace"
    settings = data_path("examples", "double-random.toml").read_text(encoding="utf-8")
    made = create_workspace(root, settings_text=settings, actor="Zhang", now=NOW)
    fill(made, build_city(load_parameters(), num_firms=600, seed="allocation"))
    plan_new(made)
    plan_solve(made)
    made.store.close()
    return root


@pytest.fixture
def root(solved: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(solved, tmp_path / "year")
    return tmp_path / "year"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages in English, and again after each test."""
    i18n.activate("en")
    yield
    i18n.activate("en")


def run(root: Path, *words: str, language: str = "en") -> Result:
    """Runs a command of `plan`."""
    context = CommandContext(root=root, database_url=None, actor="Zhang", now=NOW, language=language)
    return CliRunner().invoke(plan, list(words), obj=context)


def solutions(root: Path) -> int:
    """Number of the newest solution on record."""
    with open_workspace(root, actor="Zhang", now=NOW).transaction() as connection:
        return newest_solution(connection, 2026)


class _Tags(HTMLParser):
    """Checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.num_pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a tag."""
        self.num_pictures += tag == "svg"
        if tag not in ("meta", "rect", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the tag opened last."""
        if tag not in ("rect", "path"):
            assert self.open.pop() == tag


def test_explain_tells_what_binds_and_what_is_found(root: Path) -> None:
    """The plan finds more than drawing blindly, each binding limit has a sentence, and last year is not on record."""
    answer = json.loads(run(root, "explain", "--json").stdout)
    assert answer["mark"] == "内部资料"
    assert answer["expected"]["plan"] > answer["expected"]["uniform"] > 0
    assert answer["expected"]["last_year"] is None
    assert answer["binding"]
    assert all(entry["sentence"] and entry["worth"] for entry in answer["binding"])
    text = run(root, "explain").stdout
    assert "times as many" in text
    assert "no plan of last year" in text
    assert "national floor" in text


def test_one_more_unit_brings_what_the_sentence_says(root: Path) -> None:
    """Solved again with one visit more allowed, a task's greatest ratio brings its worth, and no more."""
    answer = json.loads(run(root, "explain", "--json").stdout)
    entry = next(one for one in answer["binding"] if one["limit"] == "task_greatest")
    workspace = open_workspace(root, actor="Zhang", now=NOW)
    before = plan_solve(workspace, dry_run=True)
    task_id = entry["subject"][0]
    with workspace.transaction() as connection:
        task = next(one for one in load_tasks(connection, 2026) if one.task_id == task_id)
        size = int(task.range.covers(load_frame(connection)).sum())
    after = plan_solve(workspace, relax=[f"task.{task_id}.ratio_max=+{1 / size:.6f}"], dry_run=True)
    assert before.certificate is not None
    assert after.certificate is not None
    gain = before.certificate.cost - after.certificate.cost
    assert 0 < gain <= 2 * entry["worth"] + 1e-6  # whole visits: one more, or two where the ratio was just short of one


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_pages_are_whole_marked_and_self_contained(root: Path, tmp_path: Path, language: str) -> None:
    """Both pages are internal, whole, in their language, and load nothing from elsewhere."""
    i18n.activate(language)
    for words in (["explain"], ["whatif", "--set", "step=0.01"], ["compare", "v1", "1"]):
        path = tmp_path / f"{words[0]}.html"
        result = run(root, *words, "--html", str(path), language=language)
        assert result.exit_code == 0, result.exception
        page = path.read_text(encoding="utf-8")
        tags = _Tags()
        tags.feed(page)
        assert tags.open == []
        assert tags.num_pictures >= 1
        assert page.count("内部资料") >= 2
        assert re.search(r"(src|href)=", page) is None
        assert f'lang="{"en" if language == "en" else "zh-CN"}"' in page


def test_whatif_records_nothing_and_shows_the_difference(root: Path) -> None:
    """A higher ratio draws more, in the numbers beside; policy, plan and solutions stay."""
    before = (root / "double-random.toml").read_bytes()
    answer = json.loads(run(root, "whatif", "--set", "ratio=9%", "--set", "step=0.01", "--json").stdout)
    numbers = {row["name"]: (row["left"], row["right"]) for row in answer["numbers"]}
    left, right = numbers["Enterprises to draw (T)"]
    assert right > left
    assert [change["name"] for change in answer["changes"]] == ["target.ratio", "rates.step"]
    assert (root / "double-random.toml").read_bytes() == before
    assert solutions(root) == 1


def test_whatif_with_more_hours_gives_more_hours(root: Path) -> None:
    """Officer-hours added to a district stand in what is there."""
    answer = json.loads(run(root, "whatif", "--set", "capacity.371082=+200", "--json").stdout)
    numbers = {row["name"]: (row["left"], row["right"]) for row in answer["numbers"]}
    left, right = numbers["Officer-hours there"]
    assert right - left == pytest.approx(200)


def test_whatif_is_what_solving_under_the_figure_gives(root: Path) -> None:
    """Whom a longer look back leaves out is known before it is solved: both give the same numbers."""
    change = "visits.lookback_months=60"
    asked = json.loads(run(root, "whatif", "--set", change, "--json").stdout)["numbers"]
    run(root, "solve", "--relax", change)
    made = json.loads(run(root, "compare", "1", "2", "--json").stdout)["numbers"]
    assert asked == made
    assert any(row["left"] != row["right"] for row in asked)


def test_whatif_counts_anew_what_another_day_counts(root: Path) -> None:
    """N and T are those that the plan would have if it were made so: fewer firms existed then."""
    change = "year.base_date=2020-01-01"
    numbers = json.loads(run(root, "whatif", "--set", change, "--json").stdout)["numbers"]
    run(root, "solve", "--relax", change)
    made = json.loads(run(root, "compare", "1", "2", "--json").stdout)["numbers"]
    (asked,) = (row for row in numbers if row["name"] == "Enterprises to draw (T)")
    (after,) = (row for row in made if row["name"] == "Enterprises to draw (T)")
    assert asked["right"] == after["right"] != asked["left"]


@pytest.mark.parametrize(
    ("words", "error", "match"),
    [
        (["whatif", "--set", "year.year=2027"], UsageError, "expected figures of the plan of 2026"),
        (["whatif"], UsageError, "say --set NAME=VALUE"),
        (["whatif", "--set", "stpe=1"], UsageError, "near it: step"),
        (["whatif", "--set", "step=3"], PolicyError, "expected a ratio from 0 to 1"),
        (["whatif", "--set", "floor.A=90%"], PolicyError, r"expected a floor up to the ceiling 0\.50, got 0\.9$"),
        (["whatif", "--set", "task.T10.ratio_max=5%"], UsageError, r"greatest ratio ≤ 1, got 0\.25 and 0\.05$"),
        (["whatif", "--set", "step=30%"], InfeasiblePlanError, "no plan keeps every limit"),
        (["compare", "v1", "v7"], UsageError, r"expected a solved version or a solution \(2026-v1, 1\), got v7"),
        (["explain", "--html", "page.pdf"], UsageError, ".html"),
    ],
)
def test_refusals_name_what_is_wrong(root: Path, words: list[str], error: type[Exception], match: str) -> None:
    """Wrong names, values, versions and files are told, with the remedy."""
    result = run(root, *words)
    assert isinstance(result.exception, error), result.exception
    assert re.search(match, str(result.exception))


def test_unsolved_and_drawn_plans_are_refused(root: Path, small_year: DemoSummary) -> None:
    """A draft is to be solved first; where every round is drawn there is no other way left."""
    assert run(root, "new").exit_code == 0
    for words in (["explain"], ["whatif", "--set", "step=0"], ["compare", "v1", "1"]):
        refused = run(root, *words)
        assert isinstance(refused.exception, StateError)
        assert "plan solve" in str(refused.exception)
    late = run(small_year.folder / "workspace", "whatif", "--set", "step=0")
    assert isinstance(late.exception, StateError)
    assert "are drawn" in str(late.exception)


def test_infeasible_question_is_answered_with_what_to_ask(root: Path) -> None:
    """A question without a plan tells what to ask along with it, and offers nothing that would change the plan."""
    result = run(root, "whatif", "--set", "step=30%")
    assert isinstance(result.exception, InfeasiblePlanError)
    assert all("--set " in entry.sentence and not entry.name for entry in result.exception.relaxations)
    options = re.findall(r"--set (\S+)\)", " ".join(entry.sentence for entry in result.exception.relaxations))
    again = run(root, "whatif", "--set", "step=30%", *(word for option in options for word in ("--set", option)))
    assert again.exit_code == 0, again.exception


def test_what_a_policy_forbids_is_told_in_chinese(root: Path) -> None:
    """The checks of whole sections speak the language of the command, and no value as Python writes it."""
    i18n.activate("zh")
    answer = run(root, "whatif", "--set", "floor.A=90%", language="zh")
    assert str(answer.exception).endswith("A 类：最低比例应不超过最高比例 0.50，实际为 0.9")
