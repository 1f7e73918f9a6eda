"""A firm gives way to the next ticket: which one, when it is refused, what a rehearsal leaves."""

from __future__ import annotations

import json
from datetime import date

import plain_draw as plain
import pytest
import sqlalchemy as sa
from test_draw_commands import run
from tiny_year import ENTERPRISES, TinyYear

import scheduler.commands.replacements  # noqa: F401 - adds the command to its group
from models.allocation_rows import load_drawn_so_far
from models.draw_rows import get_file, list_files
from models.tables import DrawnFirm, FirmReplacement, LogEntry, Round, Visit, table_of
from scheduler.errors import StateError, UsageError
from scheduler.workflow.firm_replacements import replace_firm

GONE_ON = date(2025, 12, 1)


@pytest.fixture
def drawn(tiny: TinyYear) -> TinyYear:
    """Three of twelve firms drawn in an open round on the twentieth of February."""
    tiny.plan_open()
    tiny.commit()
    tiny.draw()
    return tiny


def by_ticket(seed: str) -> list[str]:
    """The pool in the order of its tickets, hashed plainly."""
    return sorted(ENTERPRISES, key=lambda firm: (plain.h("ticket", seed, firm), firm))


def seed_of(tiny: TinyYear) -> str:
    """Seed of the open draw."""
    from models.tables import Draw

    return str(tiny.columns(Draw, "seed")[0][0])


def test_next_tickets_come_one_after_the_other(drawn: TinyYear) -> None:
    """The fourth ticket comes for the first firm, the fifth for the newcomer; visits follow."""
    order = by_ticket(seed_of(drawn))
    first = replace_firm(drawn.on(2, 21), 1, order[0], reason="moved_out", gone_on=GONE_ON)
    second = replace_firm(drawn.workspace, 1, order[3], reason="revoked", gone_on=GONE_ON, note="吊销公告")
    assert (first.firm_in, second.firm_in) == (order[3], order[4])
    visits = {row[0] for row in drawn.columns(Visit, "firm_id")}
    assert visits == {order[1], order[2], order[4]}
    kept = drawn.columns(FirmReplacement, "number", "reason", "note", "author")
    assert kept == [(1, "moved_out", "", "tester"), (2, "revoked", "吊销公告", "tester")]


def test_rehearsal_changes_nothing(drawn: TinyYear) -> None:
    """With --dry-run it is told who would come; no row, file or entry of the log is left."""
    order = by_ticket(seed_of(drawn))
    before = [drawn.count(model) for model in (DrawnFirm, FirmReplacement, LogEntry)]
    words = ("replace-firm", "1", order[0], "--reason", "deregistered", "--gone-on", "2025-12-01", "--json")
    answer = json.loads(run(drawn, "02-21", *words, "--dry-run").stdout)
    assert (answer["firm_in"], answer["dry_run"]) == (order[3], True)
    assert [drawn.count(model) for model in (DrawnFirm, FirmReplacement, LogEntry)] == before
    with drawn.workspace.transaction() as connection:
        assert "withdrawn.tsv" not in list_files(connection, "2026-1-1")
    done = run(drawn, "02-21", *words[:-1])
    assert f"{order[3]}" in done.stdout
    assert "do not pair them" in done.stderr


def test_replacement_is_refused_where_it_would_bend_the_list(drawn: TinyYear) -> None:
    """A firm that is not listed, one that was there on the base date, and a list that a commitment builds on."""
    order = by_ticket(seed_of(drawn))
    drawn.on(2, 21)
    with pytest.raises(StateError, match="expected a firm on the list"):
        replace_firm(drawn.workspace, 1, order[7], reason="revoked", gone_on=GONE_ON)
    with pytest.raises(UsageError, match="before the base date 2026-01-01, got 2026-01-01"):
        replace_firm(drawn.workspace, 1, order[0], reason="revoked", gone_on=date(2026, 1, 1))
    drawn.plan_targeted()
    drawn.commit(2, 5)
    with pytest.raises(StateError, match=r"builds on the list of draw 2026-1-1.* “double-random result add”"):
        replace_firm(drawn.workspace, 1, order[0], reason="revoked", gone_on=GONE_ON)


def test_unreachable_is_no_reason(drawn: TinyYear) -> None:
    """The command knows the sourced reasons alone."""
    words = ("replace-firm", "1", ENTERPRISES[0], "--reason", "unreachable", "--gone-on", "2025-12-01")
    result = run(drawn, "02-21", *words)
    assert result.exit_code == 2
    assert "'deregistered', 'moved_out', 'revoked'" in result.output


def test_firm_is_withdrawn_alone_where_no_ticket_is_left(tiny: TinyYear) -> None:
    """Eleven of twelve are drawn: one comes; after that nobody does, and the visit no longer counts as drawn."""
    tiny.plan_open(visits=11)
    tiny.commit()
    tiny.draw()
    order = by_ticket(seed_of(tiny))
    tiny.on(2, 21)
    first = replace_firm(tiny.workspace, 1, order[0], reason="revoked", gone_on=GONE_ON)
    assert first.firm_in == order[11]
    words = ("replace-firm", "1", order[11], "--reason", "deregistered", "--gone-on", "2025-12-01")
    done = run(tiny, "02-21", *words)
    assert f"{order[11]} is withdrawn; no ticket" in done.stdout
    assert "bring the register up to date and solve the plan anew" in done.stderr
    assert {row[0] for row in tiny.columns(Visit, "firm_id")} == set(order[1:11])
    with tiny.workspace.transaction() as connection:
        assert get_file(connection, "2026-1-1", "added.tsv").count(b"\n") == 2
        assert f"002\t{order[11]}\t\tderegistered".encode() in get_file(connection, "2026-1-1", "substitutes.tsv")
        counted = load_drawn_so_far(connection, 2026)
        assert set(counted.firm_id.astype(str).tolist()) == set(order[1:11])


def test_plan_solved_before_is_refused_when_a_visit_is_owed_again(tiny: TinyYear) -> None:
    """The programme has to be solved on what is still owed before the next round is committed to."""
    tiny.plan_open(visits=12)
    tiny.commit()
    tiny.draw()
    replace_firm(tiny.on(2, 21), 1, ENTERPRISES[0], reason="revoked", gone_on=GONE_ON)
    with pytest.raises(StateError, match="owed again; run “double-random plan solve”"):
        tiny.commit(2, 5)


def test_last_round_keeps_a_firm_for_whom_nobody_is_left(tiny: TinyYear) -> None:
    """Without a round that could make up for the visit, the firm stays on the list."""
    tiny.plan_open(visits=12)
    tiny.commit()
    tiny.draw()
    table = table_of(Round)
    with tiny.workspace.transaction() as connection:
        connection.execute(sa.delete(table).where(table.c.round_id != "2026-1"))
    with pytest.raises(StateError, match="no round is to come"):
        replace_firm(tiny.on(2, 21), 1, ENTERPRISES[0], reason="revoked", gone_on=GONE_ON)
