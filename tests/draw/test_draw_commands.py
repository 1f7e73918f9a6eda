"""The commands of the draw, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tiny_year import OFFICER_SECRET, SECRET, VALUE, TinyYear

import cli
from scheduler.audit.anchors import parse_anchors
from scheduler.commands.context import CommandContext
from scheduler.commands.draw import draw, parse_source, parse_value, parse_values, read_secrets
from scheduler.draw.commitment import anchor_text
from scheduler.errors import DoubleRandomError, StateError, UsageError
from scheduler.publication.codes import qr_picture
from scheduler.workflow.draw import show_commitment


def run(tiny: TinyYear, day: str, *words: str, typed: str = "") -> Result:
    """Runs `draw …` on a day of 2026."""
    from datetime import datetime

    now = datetime.fromisoformat(f"2026-{day}T09:00:00").replace(tzinfo=cli.CHINA)
    context = CommandContext(root=tiny.workspace.root, database_url=None, actor="tester", now=now, language="en")
    result = CliRunner().invoke(draw, words, obj=context, input=typed)
    if result.exception and not isinstance(result.exception, (SystemExit, DoubleRandomError)):
        raise result.exception
    return result


def test_commit_prints_the_bulletin_and_writes_the_commitment(tiny: TinyYear, tmp_path: Path) -> None:
    """The text for the bulletin goes to stdout, notes to stderr, the commitment to the file asked for."""
    tiny.plan_open()
    out = tmp_path / "commitment.json"
    words = ("commit", "1", "--entropy", "beacon@2026-02-20:beacon:77", "--out", str(out))
    result = run(tiny, "02-10", *words)
    assert result.exit_code == 0
    assert result.stdout.startswith("Commitment to draw 2026-1-1 (open round)\n")
    assert "Note: no value of the day" in result.stderr
    assert json.loads(out.read_text(encoding="utf-8"))["draw_id"] == "2026-1-1"
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_commit_answers_machines(tiny: TinyYear, tmp_path: Path) -> None:
    """With --json the answer is one document; secrets come from the file, and none is shown."""
    tiny.plan_open()
    secrets = tmp_path / "secrets"
    secrets.write_text(f"{SECRET.hex()}\n{OFFICER_SECRET.hex()}\n", encoding="ascii")
    words = ("commit", "1", "--entropy", "beacon@2026-02-20:beacon:77", "--day-value", "index=3301.27", "--json")
    result = run(tiny, "02-10", *words, "--secret-file", str(secrets))
    answer = json.loads(result.stdout)
    assert (answer["draw_id"], answer["num_firms"], answer["dry_run"]) == ("2026-1-1", 12, False)
    assert len(answer["commitment_digest"]) == 64
    assert SECRET.hex() not in result.output
    assert result.stderr == ""


def test_dry_run_of_a_commitment_leaves_nothing(tiny: TinyYear, tmp_path: Path) -> None:
    """A rehearsal says so, writes no file and commits to nothing."""
    tiny.plan_open()
    out = tmp_path / "commitment.json"
    words = ("commit", "1", "--entropy", "beacon@2026-02-20:beacon:77", "--out", str(out), "--dry-run")
    result = run(tiny, "02-10", *words)
    assert "Dry run: nothing was changed" in result.stderr
    assert not out.exists()
    assert "Nothing is committed to yet." in run(tiny, "02-10", "show").stderr


def test_commit_writes_text_and_code_and_tells_them_again(tiny: TinyYear, tmp_path: Path) -> None:
    """Text and QR code are written beside the commitment; `draw bulletin` makes the same files again."""
    tiny.plan_open()
    names = ("commitment.json", "bulletin.txt", "code.svg")
    first, again = tmp_path / "first", tmp_path / "again"
    for folder in (first, again):
        folder.mkdir()

    def files(folder: Path) -> list[str]:
        options = ("--out", "--text", "--qr")
        return [word for pair in zip(options, (str(folder / name) for name in names), strict=True) for word in pair]

    result = run(tiny, "02-10", "commit", "1", "--entropy", "beacon@2026-02-20:beacon:77", *files(first))
    assert (first / "bulletin.txt").read_text(encoding="utf-8") == result.stdout
    code = (first / "code.svg").read_bytes()
    summary = show_commitment(tiny.workspace, 1)
    assert code == qr_picture(anchor_text("2026-1-1", summary.commitment_digest), ".svg")
    told = run(tiny, "02-11", "bulletin", "1", *files(again))
    assert told.stdout == result.stdout
    assert [(again / name).read_bytes() for name in names] == [(first / name).read_bytes() for name in names]


def test_code_of_another_kind_is_refused_before_the_commitment(tiny: TinyYear, tmp_path: Path) -> None:
    """A commitment cannot be taken back, so a wrong file name is found first."""
    tiny.plan_open()
    words = ("commit", "1", "--entropy", "beacon@2026-02-20:beacon:77", "--qr", str(tmp_path / "code.gif"))
    result = run(tiny, "02-10", *words)
    assert isinstance(result.exception, UsageError)
    assert "expected a file .svg or .png" in str(result.exception)
    assert "Nothing is committed to yet." in run(tiny, "02-10", "show").stderr


def test_bulletin_of_a_round_without_commitment_is_refused(tiny: TinyYear) -> None:
    """There is nothing to tell again yet, and the error says what to run."""
    tiny.plan_open()
    result = run(tiny, "02-10", "bulletin", "1")
    assert isinstance(result.exception, StateError)
    assert "draw commit 1" in str(result.exception)


def test_code_says_what_verify_takes_as_an_anchor() -> None:
    """What is scanned from the notice board is a file of anchors as it stands."""
    anchors = parse_anchors(anchor_text("2026-1-1", "a" * 64).encode(), "scanned")
    assert anchors.commitments["2026-1-1"].digest == "a" * 64


def test_targets_asks_before_it_draws(tiny: TinyYear) -> None:
    """The values are shown again; without a yes nothing is drawn."""
    tiny.plan_open()
    tiny.commit()
    words = ("targets", "1", "--entropy", f"beacon={VALUE}")
    refused = run(tiny, "02-20", *words, typed="n\n")
    assert (refused.exit_code, f"beacon = {VALUE}" in refused.stderr) == (1, True)
    assert json.loads(run(tiny, "02-20", "show", "--json").stdout)["draws"][0]["status"] == "committed"
    result = run(tiny, "02-20", *words, typed="y\n")
    assert "Draw 2026-1-1: 3 of 12 firms drawn, 3 of them for the target" in result.stdout
    again = run(tiny, "02-20", *words, "--yes")
    assert isinstance(again.exception, StateError)


def test_targets_answers_machines(tiny: TinyYear) -> None:
    """With --json --yes the answer is one document."""
    tiny.plan_open()
    tiny.commit()
    result = run(tiny, "02-20", "targets", "1", "--entropy", f"beacon={VALUE}", "--yes", "--json")
    answer = json.loads(result.stdout)
    assert (answer["num_drawn"], answer["num_counting"], len(answer["seed"])) == (3, 3, 64)


def test_show_tells_every_attempt(tiny: TinyYear) -> None:
    """Commitment, sources, draw and void of each attempt are shown."""
    tiny.plan_open()
    digest = tiny.commit().commitment_digest
    seed = tiny.draw().seed
    refused = run(tiny, "02-21", "void", "1", "--reason", "a witness objected", typed="n\n")
    assert refused.exit_code == 1
    result = run(tiny, "02-21", "void", "1", "--reason", "a witness objected", "--yes")
    assert "Draw 2026-1-1 is void" in result.stdout
    text = run(tiny, "02-21", "show", "1").stdout
    for part in (
        "Voided",
        digest,
        "beacon, 2026-02-20, Public beacon, 128 bits",
        "3 firms, 3 of them",
        seed,
        "a witness objected",
    ):
        assert part in text
    assert run(tiny, "02-21", "show", "2").stdout == ""


def test_officers_are_drawn_after_the_firms(tiny: TinyYear) -> None:
    """The command hands over to the room of teams; before the firms are drawn it is refused."""
    refused = run(tiny, "02-21", "officers", "1")
    assert isinstance(refused.exception, StateError)
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    rehearsed = run(tiny, "02-21", "officers", "1", "--dry-run")
    assert "Dry run: nothing was changed." in rehearsed.stderr
    result = run(tiny, "02-21", "officers", "1")
    # One officer makes no team of two, so no visit has one.
    assert "Draw 2026-1-1: 0 teams of 0 officers, 3 visits" in result.stdout
    assert "No officers can be found for a department of the visit: 3" in result.stdout
    assert "officers drawn on 2026-02-21" in run(tiny, "02-21", "show").stdout


def test_officers_answer_machines(tiny: TinyYear) -> None:
    """With --json the answer is one document."""
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    answer = json.loads(run(tiny, "02-21", "officers", "1", "--json").stdout)
    assert (answer["num_visits"], answer["dry_run"]) == (3, False)


@pytest.mark.parametrize(
    "text",
    [
        "beacon",
        "beacon@2026-02-20",
        "beacon@2026-02-20:64",
        "beacon@2026-02-30:dice:64",
        "beacon@20260220:dice:64",
        "@2026-02-20:dice:64",
        "a=b@2026-02-20:dice:64",
        "a@2026-02-20:operator:64",
        "a@2026-02-20:declared:64",
        "a@2026-02-20:dice:6 4",
    ],
)
def test_sources_written_otherwise_are_refused(text: str) -> None:
    """The message shows how a source is written."""
    with pytest.raises(UsageError, match="NAME@DATE:KIND:DETAIL"):
        parse_source(text)


def test_sources_may_have_chinese_names_with_colons() -> None:
    """Everything before the @ is the name."""
    source = parse_source("福利彩票：3D@2026-02-20:digits:3")
    assert (source.name, source.bits, source.spoken_on.isoformat()) == ("福利彩票：3D", 9, "2026-02-20")


def test_values_are_split_at_the_first_equals_sign() -> None:
    """Blanks around are not part of a value, and a name stands once."""
    assert parse_value(" beacon = 8a3f ") == ("beacon", "8a3f")
    assert parse_value("a=b=c") == ("a", "b=c")
    with pytest.raises(UsageError, match="expected NAME=VALUE"):
        parse_value("beacon")
    with pytest.raises(UsageError, match="each source once, got a, a"):
        parse_values(["a=1", "a=2"])


@pytest.mark.parametrize(
    "content", [b"", b"00" * 32, b"00" * 32 + b"\n" + b"0g" * 32, b"\xff" * 64 + b"\n" + b"0" * 64]
)
def test_secret_files_written_otherwise_are_refused(content: bytes, tmp_path: Path) -> None:
    """Two lines of 64 digits, nothing else."""
    path = tmp_path / "secrets"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="two lines of 64 hexadecimal digits"):
        read_secrets(path)


def test_every_command_and_option_has_help() -> None:
    """Nothing stands on the command line without a word of help."""
    for command in draw.commands.values():
        assert command.help
        assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []
