"""What every command gets: the folder it works in, who works, the clock, and how to speak."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from scheduler.progress import SILENT, Progress
from scheduler.workflow.workspace import Workspace, open_workspace

PROGRAM = "double-random"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """
    The command line's answers to what commands ask of the world.

    Attributes
    ----------
    root, database_url
        Where the workspace is; no URL means the SQLite file in the folder.
    actor
        Who works, self-declared.
    now
        Time of the command, with its offset.
    language
        One of `scheduler.i18n.LANGUAGES`.
    progress
        Listener of long steps (stderr).
    invocation
        How to call the program again for this workspace, as a shell takes it.
    """

    root: Path
    database_url: str | None
    actor: str
    now: datetime
    language: str
    progress: Progress = SILENT
    invocation: str = PROGRAM

    def open(self) -> Workspace:
        """Opens the workspace; raises `StateError` where there is none."""
        return open_workspace(self.root, actor=self.actor, now=self.now, url=self.database_url, progress=self.progress)

    def pasteable(self, sentence: str) -> str:
        """Sentence whose commands name this workspace, so that they can be pasted as they stand."""
        return sentence.replace(f"{PROGRAM} ", f"{self.invocation} ")


pass_command_context = click.make_pass_decorator(CommandContext)


def say(message: str) -> None:
    """Speaks to the person at the terminal (stderr), so that stdout stays the command's answer."""
    click.echo(message, err=True)


def print_json(document: Mapping[str, Any]) -> None:
    """Prints an answer for machines: JSON with sorted keys on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2, default=str))
