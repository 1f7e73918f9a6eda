"""How a long step tells how far it is, without knowing whether a terminal, a file or nobody listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Listener of long steps."""

    def report(self, description: str, done: int, total: int) -> None:
        """Tells that `done` of `total` units of the step called `description` (already translated) are done."""


class Silent:
    """Listener that drops everything."""

    def report(self, description: str, done: int, total: int) -> None:
        """Drops the report."""


SILENT = Silent()
