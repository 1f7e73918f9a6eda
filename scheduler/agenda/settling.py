"""
Finds a day for a visit that fits nowhere: others move along, or all days of the visits concerned are searched.

Both are steps of specification 8.4, bounded so that a verifier in any language ends where this one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.agenda.books import Books, Slot

LONGEST_CHAIN = 100  # visits that move along for one
MOST_QUESTIONS = 50_000  # "does this visit fit on this day?" in one search


def settle(slot: Slot, books: Books) -> bool:
    """
    Puts a visit on a day by moving others along, if a chain of moves is found; else nothing is changed.

    A chain: the visit takes the place of another one, which takes a day on which it fits, or the place of a third, and
    so on. No day of the same teams is looked at twice.
    """
    return _settle(slot, books, set(), 1)


def _settle(slot: Slot, books: Books, looked_at: set[tuple[tuple[int, ...], int]], length: int) -> bool:
    day = books.best(slot)
    if day is not None:
        books.put(slot, day)
        return True
    if length > LONGEST_CHAIN:
        return False
    for day in slot.days:
        if (slot.teams, day) in looked_at:
            continue
        looked_at.add((slot.teams, day))
        for other in books.others(slot, day):
            books.take(other)
            if books.fits(slot, day):
                books.put(slot, day)
                if _settle(other, books, looked_at, length + 1):
                    return True
                books.take(slot)
            books.put(other, day)
    return False


def search_days(ordered: Sequence[Slot], books: Books) -> bool:
    """
    Searches all ways to give these visits their days; keeps the first, or changes nothing if none was found.

    Visits in their order take the first of their days on which they fit; where there is none, the visit before takes
    its next. The search ends without success when nothing is left or after `MOST_QUESTIONS`.
    """
    before = {slot.visit: books.take(slot) for slot in ordered if slot.visit in books.day_of}
    if _search(ordered, books):
        return True
    for slot in ordered:
        if slot.visit in before:
            books.put(slot, before[slot.visit])
    return False


def _search(ordered: Sequence[Slot], books: Books) -> bool:
    questions = iter(range(MOST_QUESTIONS))
    tries: list[Iterator[int]] = [iter(ordered[0].days)]
    while tries:
        slot = ordered[len(tries) - 1]
        if slot.visit in books.day_of:
            books.take(slot)
        if not _put_on_next(slot, tries[-1], books, questions):
            tries.pop()
        elif len(tries) == len(ordered):
            return True
        else:
            tries.append(iter(ordered[len(tries)].days))
    return False


def _put_on_next(slot: Slot, days: Iterator[int], books: Books, questions: Iterator[int]) -> bool:
    """Puts a visit on the next of its days on which it fits; False where none is left, or no question."""
    for day in days:
        if next(questions, None) is None:
            return False
        if books.fits(slot, day):
            books.put(slot, day)
            return True
    return False
