"""What a firm is told before a draw, after it, and when it was voided."""

from __future__ import annotations

from tiny_year import ENTERPRISES, HOUSEHOLDS, TinyYear

from scheduler.commands.explain_words import coming_words, firm_lines
from scheduler.workflow.draw import void_draw
from scheduler.workflow.explaining import explain_to_auditor, explain_to_firm


def test_states_follow_the_round(tiny: TinyYear) -> None:
    """Nothing committed to, committed, voided with its reason, drawn in the next attempt."""
    firm = ENTERPRISES[0]
    answer = explain_to_firm(tiny.on(2, 1), firm)
    assert answer.rounds == ()
    assert "round 1 (from " in coming_words(answer.coming)
    tiny.plan_open(visits=12)
    tiny.commit()
    answer = explain_to_firm(tiny.workspace, firm)
    assert [entry.state for entry in answer.rounds] == ["waiting"]
    assert "still to come" in firm_lines(answer.rounds[0])[0]
    assert 1 not in [number for number, _day in answer.coming]
    void_draw(tiny.workspace, 1, "The hall burnt down.")
    entry = explain_to_firm(tiny.workspace, firm).rounds[0]
    assert (entry.state, "The hall burnt down." in firm_lines(entry)[0]) == ("voided", True)
    tiny.commit(month=3, name="second")
    tiny.draw(month=3, name="second")
    states = [entry.state for entry in explain_to_firm(tiny.workspace, firm).rounds]
    assert states == ["voided", "drawn"]  # all twelve enterprises were drawn
    assert [entry.state for entry in explain_to_firm(tiny.workspace, HOUSEHOLDS[0]).rounds] == ["voided", "out_type"]


def test_only_the_auditor_leaves_a_trace(tiny: TinyYear) -> None:
    """What is public is told without an entry in the log; what is internal has its number on it."""
    tiny.plan_open()
    tiny.commit()
    first = explain_to_auditor(tiny.workspace, ENTERPRISES[0]).mark.log_number
    explain_to_firm(tiny.workspace, ENTERPRISES[0])
    second = explain_to_auditor(tiny.workspace, ENTERPRISES[0]).mark.log_number
    assert first is not None
    assert second == first + 1
