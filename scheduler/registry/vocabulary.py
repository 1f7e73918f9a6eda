"""Parsers that need to know the bureau's own words: districts, items, industries, and the shapes of ids."""

from __future__ import annotations

import re

from scheduler.i18n import gettext as _
from scheduler.i18n import noop
from scheduler.registry.cells import BadCellError, Noticed, ParseCell, identifier, list_of, word_of
from scheduler.registry.codes import UNKNOWN_DISTRICT, ResultCategory
from scheduler.registry.columns import ParserFor, Vocabulary, district_names, listed
from scheduler.registry.text import clean_code, fold
from scheduler.registry.words import RESULT_WORDS, CodeWords

_DIVISIONS = (
    (5, "A"), (12, "B"), (43, "C"), (46, "D"), (50, "E"), (52, "F"), (60, "G"), (62, "H"), (65, "I"), (69, "J"),
    (70, "K"), (72, "L"), (75, "M"), (79, "N"), (82, "O"), (83, "P"), (85, "Q"), (90, "R"), (96, "S"), (97, "T"),
)  # fmt: skip
_INDUSTRY = re.compile(r"([A-Ta-t]?)(\d{2,4})?(?:[^0-9A-Za-z].*)?", re.ASCII)
_ROUND = re.compile(
    r"(?P<year>\d{4}-)?(?P<drawn_elsewhere>X?)(?P<number>\d{1,2})(?:\.0+)?(?P<attempt>(?<=\d)-\d{1,2})?", re.ASCII
)
_ID = r"[0-9A-Za-z][0-9A-Za-z-]{0,31}"

_FIELDS_OF_ID = noop("a code of ASCII letters, digits and hyphens, at most 32")


def plain(parse: ParseCell) -> ParserFor:
    """Parser that needs no vocabulary."""
    return lambda _vocabulary: parse


def one_of(words: CodeWords) -> ParserFor:
    """Parser of one code of a set."""
    return lambda _vocabulary: word_of(words.codes, listed(words.shown("zh")))


def some_of(words: CodeWords) -> ParserFor:
    """Parser of a list of codes of a set."""
    return lambda _vocabulary: list_of(word_of(words.codes, listed(words.shown("zh"))))


def row_id(_vocabulary: Vocabulary) -> ParseCell:
    """Parser of ids such as ``T01``."""
    return identifier(_ID, lambda: _(_FIELDS_OF_ID))


def row_ids(vocabulary: Vocabulary) -> ParseCell:
    """Parser of lists of ids."""
    return list_of(row_id(vocabulary))


def parse_round(text: str) -> str:
    """
    Name of a round of the year: its number, its id, or the id of its draw; lists drawn elsewhere have an X.

    Examples
    --------
    >>> parse_round("02"), parse_round("x1"), parse_round("2026-X1")
    ('2', 'X1', '2026-X1')
    """
    found = _ROUND.fullmatch(clean_code(text).upper())
    if not found:
        raise BadCellError(
            _("expected the number of a round such as 2, or X1 for a list drawn elsewhere, got something else"),
            _("write the number of the round, or leave the cell empty where the firm was drawn once"),
        )
    return f"{found['year'] or ''}{found['drawn_elsewhere']}{int(found['number'])}{found['attempt'] or ''}"


def firm_district(vocabulary: Vocabulary) -> ParseCell:
    """Parser of a firm's district: what no name or code tells is unknown, with a notice, never guessed."""
    names = district_names(vocabulary)

    def parse(text: str) -> str | Noticed:
        code = names.get(fold(text))
        if code is not None:
            return code
        return Noticed(
            UNKNOWN_DISTRICT,
            _("the district is none of the policy's, the firm's district counts as unknown"),
            _("write one of: {words}").format(words=listed(tuple(vocabulary.districts))),
        )

    return parse


def served_district(vocabulary: Vocabulary) -> ParseCell:
    """Parser of an officer's district, which may be the bureau's own code: every district."""
    names = district_names(vocabulary) | {fold(vocabulary.bureau): vocabulary.bureau}
    return word_of(names, listed((*vocabulary.districts, vocabulary.bureau)))


def districts(vocabulary: Vocabulary) -> ParseCell:
    """Parser of a list of districts."""
    return list_of(word_of(district_names(vocabulary), listed(tuple(vocabulary.districts))))


def items(vocabulary: Vocabulary) -> ParseCell:
    """Parser of a list of items, by id or by their names on the list."""
    ids = {fold(name): item_id for name, item_id in vocabulary.items.items()}
    parse_id = row_id(vocabulary)
    parse_names = list_of(lambda part: ids.get(fold(part)) or parse_id(part))
    return lambda text: (ids[fold(text)],) if fold(text) in ids else parse_names(text)


def one_item(vocabulary: Vocabulary) -> ParseCell:
    """Parser of one item, by id or by its name on the list."""
    ids = {fold(name): item_id for name, item_id in vocabulary.items.items()}
    parse_id = row_id(vocabulary)
    return lambda text: ids.get(fold(text)) or parse_id(text)


def parse_industry(text: str) -> str:
    """
    Industry code of GB/T 4754-2017 with its letter; the letter is found where only digits are given.

    Examples
    --------
    >>> parse_industry("5211"), parse_industry("F5211 粮油零售"), parse_industry("f")
    ('F5211', 'F5211', 'F')
    """
    found = _INDUSTRY.fullmatch(text.strip())
    if found and (found[1] or found[2]):
        letter, digits = found[1].upper(), found[2] or ""
        expected = _section(int(digits[:2])) if digits else letter
        if expected and letter in ("", expected):
            return expected + digits
    raise BadCellError(
        _("expected an industry code of GB/T 4754-2017 such as F5211, got something else"),
        _("write the letter and two to four digits, or leave the cell empty"),
    )


def parse_industries(text: str) -> tuple[object, ...]:
    """List of industry codes."""
    return list_of(parse_industry)(text)


def parse_results(text: str) -> tuple[object, ...]:
    """List of result categories; some have list separators in their names, so whole names are looked for first."""
    rest, found = fold(text), []
    for word in sorted(RESULT_WORDS.codes, key=len, reverse=True):
        if word in rest:
            rest = rest.replace(word, ";")
            found.append(ResultCategory(RESULT_WORDS.codes[word]))
    if not found or rest.strip(";,、，；|"):
        raise BadCellError(
            _("expected result categories of the list, got something else"),
            _("write one or more of: {words}, separated by ;").format(words="；".join(RESULT_WORDS.shown("zh"))),
        )
    return tuple(sorted(set(found)))


def parse_libraries(text: str) -> tuple[object, ...]:
    """List of special libraries, each a short name or code."""
    return list_of(_parse_library)(text)


def _parse_library(part: str) -> str:
    code = clean_code(part)
    if len(code) > 40 or "+" in code:
        raise BadCellError(
            _("expected names of special libraries of at most 40 characters without +, got something else"),
            _("separate them by ;"),
        )
    return code


def _section(division: int) -> str:
    if division < 1:
        return ""
    return next((letter for last, letter in _DIVISIONS if division <= last), "")
