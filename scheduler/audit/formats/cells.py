"""Kinds of columns: what a cell may hold, and how that is said to a reader."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scheduler.audit.columns import Column
from scheduler.audit.formats.words import FIRM_WIDTH

_CODE = r"[0-9A-Za-z._+/:*-]+"


def fixed(name: str, width: int = FIRM_WIDTH) -> Column:
    """Plain text of at most a width: the id of a firm."""
    return Column(name=name, width=width)


def code(name: str) -> Column:
    """A code."""
    return Column(name=name, pattern=re.compile(_CODE), words="a code")


def optional(name: str) -> Column:
    """A code or nothing."""
    return Column(name=name, pattern=re.compile(f"(?:{_CODE})?"), words="a code or nothing")


def text(name: str) -> Column:
    """Any text of bounded length."""
    return Column(name=name, words="text of at most 20,000 characters")


def word(name: str, words: Sequence[str]) -> Column:
    """One of some words."""
    return Column(name=name, pattern=re.compile("|".join(words)), words=", ".join(words))


def flag(name: str) -> Column:
    """Yes or no."""
    return Column(name=name, pattern=re.compile("[01]"), words="0 or 1")


def number(name: str) -> Column:
    """An integer that is not negative."""
    return Column(name=name, pattern=re.compile("0|[1-9][0-9]{0,17}"), words="an integer")


def signed(name: str, *, optional: bool = False) -> Column:
    """An integer of either sign."""
    pattern = "(?:0|-?[1-9][0-9]{0,19})" + ("?" if optional else "")
    return Column(name=name, pattern=re.compile(pattern), words="an integer of at most 20 digits")


def ordinal(name: str) -> Column:
    """The how-many-th of a draw or visit, which sorts as text as it counts."""
    return Column(name=name, pattern=re.compile("[0-9]{3}"), words="three digits")


def place(name: str) -> Column:
    """The how-many-th column or row of the programme, which sorts as text as it counts."""
    return Column(name=name, pattern=re.compile("[0-9]{8}"), words="eight digits")


def day(name: str, *, optional: bool = False) -> Column:
    """A day."""
    pattern = r"(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))" + ("?" if optional else "")
    return Column(name=name, pattern=re.compile(pattern), words="a date YYYY-MM-DD")


def digest(name: str, *, optional: bool = False) -> Column:
    """A SHA-256 digest."""
    pattern = r"(?:[0-9a-f]{64})" + ("?" if optional else "")
    return Column(name=name, pattern=re.compile(pattern), words="64 hexadecimal digits")
