"""
The command `double-random`: assembles the rooms' commands.

This is the one place that knows terminal, clock, environment, language and exit status. The language is chosen before
the command modules are imported, because click keeps help texts as they were when a command was made.
"""

from __future__ import annotations

import getpass
import importlib
import os
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from scheduler import __version__, i18n
from scheduler.commands.context import PROGRAM, CommandContext
from scheduler.commands.help import lay_out
from scheduler.errors import DoubleRandomError, InfeasiblePlanError, InputError, Problem
from scheduler.workflow.workspace import CHINA

COMMAND_MODULES = (
    "workspace",
    "keys",
    "status",
    "registry",
    "mappings",
    "risk",
    "allocation",
    "draw",
    "replacements",
    "causes",
    "agenda",
    "results",
    "report",
    "figures",
    "trace",
    "publication",
    "audit",
    "example",
    "demo",
)
SHOWN_PROBLEMS = 10


class TerminalProgress:
    """Progress bars on stderr; nothing where stderr is not a terminal."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bars = RichProgress(
            *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
        )  # redirected, the command's answer would go to stderr with the bars
        self._tasks: dict[str, TaskID] = {}

    def report(self, description: str, done: int, total: int) -> None:
        """Moves the bar of a step, which takes the place of the step's before it."""
        if not sys.stderr.isatty():
            return
        for other in self._tasks.values():
            self._bars.update(other, visible=False)
        if not self._bars.live.is_started:
            self._bars.start()
        if description not in self._tasks:
            self._tasks[description] = self._bars.add_task(description, total=total)
        self._bars.update(self._tasks[description], completed=done, total=total, visible=True)
        if done >= total:
            self.close()  # what is said after a step has the terminal for itself

    def close(self) -> None:
        """Takes the bars off the terminal."""
        if self._bars.live.is_started:
            self._bars.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 refused by the data, 2 called wrongly."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    i18n.activate(chosen_language(words))
    try:
        status = build().main(args=words, prog_name="double-random", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo(i18n.gettext("Aborted: nothing was changed by the step that was running."), err=True)
        sys.exit(130)
    except DoubleRandomError as error:
        show_error(error)
        sys.exit(error.exit_status)
    if isinstance(status, int):
        sys.exit(status)  # where click is not standalone, it hands the status of Exit back


def chosen_language(words: Sequence[str]) -> str:
    """
    Language asked for by ``--lang``, or else by the locale.

    Parameters
    ----------
    words
        The command line's arguments.
    """
    for position, word in enumerate(words):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else None
        if word == "--lang" and position + 1 < len(words):
            value = words[position + 1]
        if value is not None:
            return "zh_CN" if value.startswith("zh") else "en"
    return i18n.language_from(os.environ)


def build() -> click.Group:
    """Builds the whole command tree in the active language."""
    _ = i18n.gettext

    @click.group(
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=_(
            "Double-random inspections: risk tiers, an exact plan, a draw nobody can bend, records anybody can check."
        ),
    )
    @click.version_option(__version__, message="%(prog)s %(version)s")
    @click.option("--lang", type=click.Choice(["zh", "en"]), help=_("Language; otherwise the locale decides."))
    @click.option(
        "--workspace",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(),
        envvar="DOUBLE_RANDOM_WORKSPACE",
        help=_("Folder of the workspace; otherwise the current one."),
    )
    @click.option(
        "--database-url",
        envvar="DOUBLE_RANDOM_DATABASE_URL",
        help=_("Database, such as postgresql://…; otherwise the SQLite file in the workspace."),
    )
    @click.option(
        "--actor",
        envvar="DOUBLE_RANDOM_ACTOR",
        help=_("Who works, for the log (self-declared); otherwise the name of the account."),
    )
    @click.option(
        "--now",
        envvar="DOUBLE_RANDOM_NOW",
        type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
        help=_("Time to work at, Beijing time, for rehearsals; otherwise the clock."),
    )
    @click.pass_context
    def root(
        click_context: click.Context,
        lang: str | None,
        workspace: Path,
        database_url: str | None,
        actor: str | None,
        now: datetime | None,
    ) -> None:
        del lang  # read before the commands were built, see chosen_language
        progress = TerminalProgress()
        click_context.call_on_close(progress.close)
        click_context.obj = CommandContext(
            root=workspace,
            database_url=database_url,
            actor=actor or getpass.getuser(),
            now=now.replace(tzinfo=CHINA) if now else datetime.now(CHINA),
            language=i18n.active_language(),
            progress=progress,
            invocation=invocation(click_context, workspace),
        )
        if click_context.invoked_subcommand is None:
            click_context.invoke(root.commands["status"])

    for name in COMMAND_MODULES:
        for command in importlib.import_module(f"scheduler.commands.{name}").COMMANDS:
            root.add_command(command)
    lay_out(root)
    return root


def invocation(click_context: click.Context, workspace: Path) -> str:
    """How to call the program again for the same workspace: it is named where the command line named it."""
    if click_context.get_parameter_source("workspace") is not ParameterSource.COMMANDLINE:
        return PROGRAM
    return f"{PROGRAM} --workspace {shlex.quote(str(workspace))}"


def show_error(error: DoubleRandomError) -> None:
    """Prints an error and its remedies to stderr."""
    click.echo(i18n.gettext("Error: {message}").format(message=error), err=True)
    if isinstance(error, InfeasiblePlanError):
        for relaxation in error.relaxations:
            click.echo(f"  - {relaxation.sentence}", err=True)
        options = " ".join(f"--relax {shlex.quote(entry.option)}" for entry in error.relaxations if entry.name)
        if options:
            words = i18n.gettext("To have them give way: {program} plan solve {options}")
            click.echo(words.format(program=PROGRAM, options=options), err=True)
    if isinstance(error, InputError):
        for problem in error.problems[:SHOWN_PROBLEMS]:
            click.echo(f"  - {describe_problem(problem)}", err=True)
        more = len(error.problems) - SHOWN_PROBLEMS
        if more > 0:
            click.echo(i18n.gettext("  … and {number} more").format(number=more), err=True)


def describe_problem(problem: Problem) -> str:
    """One line about a bad cell: place, what was expected, the value, the remedy."""
    _ = i18n.gettext
    place = ", ".join(part for part in (problem.file, problem.sheet) if part)
    return _("{place}, row {row}, {column}: {message} “{value}”. {remedy}").format(
        place=place,
        row=problem.row,
        column=problem.column,
        message=problem.message,
        value=problem.value,
        remedy=problem.remedy,
    )


if __name__ == "__main__":
    main()
