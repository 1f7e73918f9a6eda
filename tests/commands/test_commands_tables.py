"""Tables on the terminal."""

from __future__ import annotations

from rich.console import Console

from scheduler.commands.tables import plain_table


def test_chinese_without_spaces_is_folded_not_cut() -> None:
    """Forty characters in twenty columns take four lines of ten; none is swallowed for an ellipsis."""
    table = plain_table(("说明",))
    table.add_row("检查对象" * 10)
    screen = Console(width=20, record=True)
    with screen.capture() as shown:
        screen.print(table)
    assert "…" not in shown.get()
    assert "".join(shown.get().split()) == "说明" + "检查对象" * 10
