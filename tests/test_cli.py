"""The command line as people meet it: languages, help, errors and exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import cli
from scheduler import i18n
from scheduler.errors import InfeasiblePlanError, InputError, Problem, Relaxation

HELP_OF_ALL = """
import json, sys
import click
import cli
from scheduler import i18n
i18n.activate(sys.argv[1])
def walk(command, path, context):
    child = click.Context(command, info_name=path[-1], parent=context)
    yield " ".join(path), command.get_help(child)
    for name in getattr(command, "commands", {}):
        yield from walk(command.commands[name], [*path, name], child)
print(json.dumps(dict(walk(cli.build(), ["double-random"], None)), ensure_ascii=False))
"""


def help_texts(language: str) -> dict[str, str]:
    """Help of every command, built in a process of its own in one language."""
    words = [sys.executable, "-c", HELP_OF_ALL, language]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=cli.__file__.rsplit("/", 1)[0])
    return dict(json.loads(done.stdout))


def has_chinese(text: str) -> bool:
    """Whether a text has any Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_every_command_has_help_in_chinese_and_english() -> None:
    """The help of each command differs between the languages, and each option's own words are translated."""
    chinese, english = help_texts("zh_CN"), help_texts("en")
    assert set(chinese) == set(english)
    assert len(chinese) > 25
    for path, text in chinese.items():
        body = [line for line in text.splitlines() if line.strip()]
        assert has_chinese(body[1]), f"{path}: the description is not Chinese: {body[1]}"
        assert "Usage" not in text and "Options" not in text and "Show this message" not in text, path
        assert not has_chinese(english[path]), path


def test_every_option_and_argument_of_every_command_has_help() -> None:
    """No option is left to be guessed."""

    def walk(command: click.Command, path: str) -> list[str]:
        bare = [
            f"{path} {parameter.name}"
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.help
        ]
        for name, child in getattr(command, "commands", {}).items():
            bare += walk(child, f"{path} {name}")
        return bare

    assert walk(cli.build(), "double-random") == []


@pytest.mark.parametrize(
    ("words", "environment", "expected"),
    [
        (["--lang", "zh", "status"], {"LANG": "en_US.UTF-8"}, "zh_CN"),
        (["--lang=en", "status"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["status"], {"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        (["status"], {"LC_ALL": "zh_TW", "LANG": "en_US"}, "zh_CN"),
        (["status"], {"LANG": "de_DE.UTF-8"}, "en"),
        (["status", "--lang"], {}, "en"),
    ],
)
def test_chosen_language_is_asked_for_or_the_locales(
    words: list[str], environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option wins over the locale; a locale we have no words for means English."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cli.chosen_language(words) == expected


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--workspace", "nowhere", "status"], 1, "is not a workspace"),
        (["nonsense"], 2, "No such command"),
        (["--version"], 0, ""),
        (["--help"], 0, ""),
    ],
)
def test_main_exits_with_the_status_of_the_error(
    words: list[str],
    status: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refusal of the data is 1, a wrong call 2, and neither shows a traceback."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as leaving:
        cli.main(words)
    assert leaving.value.code == status
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_main_speaks_chinese_about_errors(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Errors are in the language asked for, click's own included."""
    with pytest.raises(SystemExit):
        cli.main(["--lang", "zh", "--workspace", str(tmp_path), "status"])
    assert has_chinese(capsys.readouterr().err)
    with pytest.raises(SystemExit):
        cli.main(["--lang", "zh", "--no-such-option"])
    assert has_chinese(capsys.readouterr().err)


def test_show_error_lists_remedies(capsys: pytest.CaptureFixture[str]) -> None:
    """An infeasible plan's relaxations are listed under the error."""
    hours = Relaxation(name="capacity.371082.round2", change="+3", sentence="take 3 hours more in 371082")
    cli.show_error(InfeasiblePlanError("no plan", (hours,)))
    assert capsys.readouterr().err == (
        "Error: no plan\n  - take 3 hours more in 371082\n"
        "To have them give way: double-random plan solve --relax capacity.371082.round2=+3\n"
    )
    cli.show_error(InfeasiblePlanError("no plan", (Relaxation(sentence="nothing helps"),)))
    assert capsys.readouterr().err == "Error: no plan\n  - nothing helps\n"


def test_show_error_lists_bad_cells(capsys: pytest.CaptureFixture[str]) -> None:
    """Bad cells are shown with their place, the first ten of them on screen."""
    problems = tuple(
        Problem(file="f.csv", sheet="", row=row, column="code", value="x", message="bad code", remedy="mend it")
        for row in range(2, 14)
    )
    cli.show_error(InputError("12 bad cells", problems))
    shown = capsys.readouterr().err
    assert "f.csv, row 2, code: bad code" in shown
    assert "mend it" in shown
    assert shown.count("bad code") == 10
    assert "2 more" in shown


def test_interrupted_command_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends with a sentence and status 130."""

    def interrupted() -> click.Group:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "build", interrupted)
    with pytest.raises(SystemExit) as leaving:
        cli.main([])
    assert leaving.value.code == 130
    assert "Aborted" in capsys.readouterr().err


def test_init_and_log_verify_work_through_the_command_line(tmp_path: Path) -> None:
    """A new workspace has an unbroken log; making it twice is refused."""
    runner = CliRunner()
    folder = ["--workspace", str(tmp_path / "new")]
    made = runner.invoke(cli.build(), [*folder, "init"])
    assert made.exit_code == 0, made.output
    checked = runner.invoke(cli.build(), [*folder, "log", "verify", "--json"])
    assert json.loads(checked.stdout)["entries"] == 1  # the entry of init itself
    plain = runner.invoke(cli.build(), [*folder, "log", "verify"])
    assert "chain unbroken" in plain.stdout


def test_terminal_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Bars never reach a pipe."""
    progress = cli.TerminalProgress()
    progress.report("step", 1, 2)
    progress.close()
    assert capsys.readouterr().err == ""


def test_activate_changes_the_language_of_messages() -> None:
    """Messages follow the active language, and `translator` ignores it."""
    i18n.activate("zh_CN")
    assert i18n.active_language() == "zh_CN"
    assert has_chinese(i18n.gettext("Round"))
    assert i18n.translator("en")("Round") == "Round"
    assert has_chinese(i18n.translator("zh_CN")("Round"))


def test_progress_is_silent_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs of nightly runs hold no bars."""
    progress = cli.TerminalProgress()
    progress.report("drawing", 1, 2)
    progress.close()
    assert capsys.readouterr() == ("", "")


def test_progress_shows_a_bar_on_a_terminal_and_takes_it_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar names its step on stderr; stdout stays the command's answer."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = cli.TerminalProgress()
    progress.report("drawing", 1, 2)
    progress.report("drawing", 2, 2)
    progress.close()
    said = capsys.readouterr()
    assert said.out == ""
    assert "drawing" in said.err


def test_progress_leaves_stdout_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer given while a bar is shown still goes to stdout; the bar returns for a step after a finished one."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # makes a terminal of the console
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = cli.TerminalProgress()
    progress.report("drawing", 1, 2)
    click.echo("answer")
    progress.report("drawing", 2, 2)
    progress.report("inspecting", 0, 1)
    progress.close()
    said = capsys.readouterr()
    assert said.out == "answer\n"
    assert "drawing" in said.err and "inspecting" in said.err
