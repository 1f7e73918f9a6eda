"""
Writes `docs/commands.md` from the English help of every command.

``python -m tests.make_command_docs``; a test compares the page with what this makes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "commands.md"
WIDTH = 100
HEAD = """# Commands

The help of every command, in English; `--lang zh` speaks Chinese. Written by `python -m tests.make_command_docs`.
"""


def walk(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Path and help of a command and of all below it."""
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for child in sorted(command.commands):
            yield from walk(command.commands[child], child, context)


def page(root: click.Command) -> str:
    """The whole page for a command tree that speaks English."""
    parts = [HEAD]
    parts += [f"## {path}\n\n```\n{text.rstrip()}\n```\n" for path, text in walk(root, "double-random")]
    return "\n".join(parts)


def english_page() -> str:
    """The page, made in a process of its own: commands keep the language in which they were first imported."""
    words = [sys.executable, "-m", "tests.make_command_docs", "--print"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def main() -> None:
    """Writes the page, or prints it."""
    import cli
    from scheduler import i18n

    i18n.activate("en")
    if "--print" in sys.argv:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.write(page(cli.build()))
    else:
        PAGE.write_text(page(cli.build()), encoding="utf-8")


if __name__ == "__main__":
    main()
