"""Words for codes."""

from __future__ import annotations

from enum import StrEnum

import pytest

from scheduler import labels
from scheduler.registry import codes

SETS: tuple[type[StrEnum], ...] = (
    codes.ObjectType,
    codes.FirmStatus,
    codes.ItemKind,
    codes.ItemMethod,
    codes.RoundKind,
    codes.EventKind,
    codes.ResultCategory,
)


@pytest.mark.parametrize("codes_of_set", SETS, ids=lambda value: value.__name__)
def test_label_of_every_code_is_words(codes_of_set: type[StrEnum]) -> None:
    """Every code of every set has words of its own, different from the code."""
    words = [labels.label(code, str) for code in codes_of_set]
    assert all(word[0].isupper() for word in words)
    assert len(set(words)) == len(words)


def test_label_codes_of_different_sets_never_collide() -> None:
    """One code never stands for two things, because `label` is not told the set."""
    every = [code for codes_of_set in SETS for code in codes_of_set]
    assert len({str(code) for code in every}) == len(every)


def test_label_unknown_code_is_shown_as_it_is() -> None:
    """A code that nobody gave words to is shown itself."""
    assert labels.label("new-code", str) == "new-code"


def test_label_uses_the_translator_given() -> None:
    """The words come out of the translator that was passed."""
    assert labels.label("general", str.upper) == "GENERAL INSPECTION ITEM"


def test_label_without_translator_speaks_the_active_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a translator the active language decides; English needs no catalogue."""
    monkeypatch.setenv("LANGUAGE", "en")
    assert labels.label("key") == "Key inspection item"
