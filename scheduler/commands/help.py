"""
How help is laid out: by the columns that characters take on a terminal.

click counts characters, so that Chinese help, two columns to a character, runs over the edge and its options do not
stand in line; and it cuts the sentence of a command in a list of commands where the line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import click
from rich.cells import cell_len

_WIDE = "\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60"
_OPENING, _CLOSING = "（“《(", "，。；：、）”》！？,.;:)"
_UNIT = re.compile(rf"\s+|[{_OPENING}]*(?:[{_WIDE}](?<![（《])|[^\s{_WIDE}]+)[{_CLOSING}]*|\S")
_SENTENCE = re.compile(r"(.+?)(?:。|\.(?=\s|$)|$)", re.DOTALL)


class WideHelpFormatter(click.HelpFormatter):
    """Formatter of help that knows wide characters."""

    def write_text(self, text: str) -> None:
        """Writes paragraphs within the current indentation."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" if number else "")
            for line in wrap(paragraph, max(self.width - self.current_indent, 11)):
                self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Writes names and what they mean in two columns; a name too long has a line of its own."""
        rows = tuple(rows)
        left = min(max((cell_len(name) for name, _text in rows), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, text in rows:
            lines = wrap(text, max(self.width - self.current_indent - left, 10)) or [""]
            fits = cell_len(name) <= left - col_spacing
            head = name + " " * (left - cell_len(name)) + lines.pop(0) if fits else name
            for line in (head, *(" " * left + line for line in lines)):
                self.write(f"{indent}{line}".rstrip() + "\n")


def wrap(text: str, width: int) -> list[str]:
    """
    Breaks text into lines of at most `width` columns: at spaces and between wide characters.

    Examples
    --------
    >>> wrap("one two three", 8)
    ['one two', 'three']
    >>> wrap("抽取检查对象。", 8)
    ['抽取检查', '对象。']
    """
    lines, line = [], ""
    for unit in _UNIT.findall(" ".join(text.split())):
        if line and cell_len(line + unit.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += unit if line else unit.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def first_sentence(text: str) -> str:
    """
    First sentence of a text, without its full stop.

    Examples
    --------
    >>> first_sentence("Write FILE.xlsx. It needs no workspace.")
    'Write FILE.xlsx'
    >>> first_sentence("新建工作区。随后导入。")
    '新建工作区'
    """
    found = _SENTENCE.match(text.strip())
    return found[1] if found else ""


def lay_out(command: click.Command) -> None:
    """Makes all help of a command tree known to wide characters and its lists of commands whole sentences."""
    click.Context.formatter_class = WideHelpFormatter
    if command.help and not command.short_help:
        command.short_help = first_sentence(command.help)
    for child in getattr(command, "commands", {}).values():
        lay_out(child)
