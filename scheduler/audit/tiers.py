"""
Claims about the tiers of a draw's register: every score, tier and rule recomputed from bins, flags, points,
matrices and overrides (specification, section 3.4).

Nothing here loops over firms: texts are computed once per distinct cell and spread by index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from scheduler.audit.claims import Group
from scheduler.audit.columns import Coded, Integers, Mask, Table
from scheduler.audit.context import Draw
from scheduler.i18n import gettext as _

BIN_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_POSITIONS = np.zeros(256, dtype=np.int64)
_POSITIONS[np.frombuffer(BIN_CHARACTERS.encode("ascii"), dtype=np.uint8)] = np.arange(len(BIN_CHARACTERS))
OPERATING = frozenset({"operating"})
_EMPTY = frozenset({""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """For each grade of a rating, the tiers for each tier of the score."""

    name: str
    rows: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A scorecard whose parts fit together."""

    base: int
    tiers: tuple[str, ...]
    cuts: tuple[int, ...]
    points: tuple[tuple[int, ...], ...]
    direct_names: tuple[str, ...]
    direct_tiers: tuple[int, ...]
    matrices: tuple[Matrix, ...] = ()

    def scores(self, cells: Sequence[str]) -> tuple[Integers, Mask]:
        """Scores of cells `bins`, and whether each cell has one known bin per indicator (its score is 0 if not)."""
        fits = np.asarray([len(cell) == len(self.points) for cell in cells], dtype=np.bool_)
        joined = "".join(cell for cell, whole in zip(cells, fits.tolist(), strict=True) if whole)
        bins = _POSITIONS[np.frombuffer(joined.encode("ascii"), dtype=np.uint8)].reshape(-1, max(len(self.points), 1))
        totals = np.full(int(np.count_nonzero(fits)), self.base, dtype=np.int64)
        known = np.ones(len(totals), dtype=np.bool_)
        for column, points in enumerate(self.points):
            padded = np.zeros(len(BIN_CHARACTERS), dtype=np.int64)
            padded[: len(points)] = points
            totals += padded[bins[:, column]]
            known &= bins[:, column] < len(points)
        scores = np.zeros(len(cells), dtype=np.int64)
        scores[fits] = np.where(known, totals, 0)
        fits[fits] = known
        return scores, fits

    def tiers_of(self, scores: Integers) -> Integers:
        """Tiers that scores alone give."""
        return np.searchsorted(np.asarray(self.cuts, dtype=np.int64), scores, side="right").astype(np.int64)

    def direct(self, flags: str) -> tuple[int, int]:
        """Highest tier of the direct rules whose flag is 1 and the first of those rules; (-1, -1) where none is."""
        fired = [position for position, flag in enumerate(flags) if flag == "1"]
        if not fired:
            return -1, -1
        tier = max(self.direct_tiers[position] for position in fired)
        return tier, next(position for position in fired if self.direct_tiers[position] == tier)

    def rated(self, cell: str) -> tuple[int, ...] | None:
        """Tier for each tier of the score under the ratings of a cell; None if they are not the matrices' own."""
        if not cell:
            return tuple(range(len(self.tiers)))
        names = [rating.partition(":")[0] for rating in cell.split(";")]
        known = {matrix.name: matrix.rows for matrix in self.matrices}
        if names != sorted(set(names)) or any(name not in known for name in names):
            return None
        rows = [known[name].get(rating.partition(":")[2]) for name, rating in zip(names, cell.split(";"), strict=True)]
        found = [row for row in rows if row is not None]
        return tuple(map(max, zip(*found, strict=True))) if len(found) == len(rows) else None


def load_scorecard(draw: Draw) -> Scorecard:
    """The scorecard of a draw; raises `RecordError` if its parts do not fit together."""
    document = draw.document("scorecard.json")
    if not _parts_fit(document):
        name = draw.path("scorecard.json")
        raise draw.record.refuse(
            name,
            _(
                "{name}: expected different tiers, one cut fewer, ascending, and rules and matrices of these tiers"
            ).format(name=name),
        )
    tiers = tuple(document["tiers"])
    return Scorecard(
        base=document["base"],
        tiers=tiers,
        cuts=tuple(document["cuts"]),
        points=tuple(tuple(entry["points"]) for entry in document["indicators"]),
        direct_names=tuple(rule["name"] for rule in document["direct"]),
        direct_tiers=tuple(tiers.index(rule["tier"]) for rule in document["direct"]),
        matrices=tuple(_matrix(entry, tiers) for entry in document["matrices"]),
    )


def _matrix(entry: dict[str, Any], tiers: tuple[str, ...]) -> Matrix:
    """A matrix with its tiers as positions."""
    rows = zip(entry["grades"], entry["tiers"], strict=True)
    return Matrix(name=entry["name"], rows={grade: tuple(map(tiers.index, row)) for grade, row in rows})


def _parts_fit(document: dict[str, Any]) -> bool:
    """Whether tiers differ, cuts ascend between them, points can be told by a bin, and the rest is of these tiers."""
    tiers, cuts = document["tiers"], document["cuts"]
    return (
        bool(tiers)
        and len(set(tiers)) == len(tiers)
        and len(cuts) == len(tiers) - 1
        and all(rule["tier"] in tiers for rule in document["direct"])
        and all(a < b for a, b in pairwise(cuts))
        and all(len(entry["points"]) <= len(BIN_CHARACTERS) for entry in document["indicators"])
        and _matrices_fit(document["matrices"], tiers)
    )


def _matrices_fit(matrices: Sequence[dict[str, Any]], tiers: Sequence[str]) -> bool:
    """Whether names and grades differ and every grade has a row of one tier for each tier."""
    names = [entry["name"] for entry in matrices]
    return len(set(names)) == len(names) and all(
        len(set(entry["grades"])) == len(entry["grades"]) == len(entry["tiers"])
        and all(len(row) == len(tiers) and set(row) <= set(tiers) for row in entry["tiers"])
        for entry in matrices
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """
    What the scorecard makes of each row.

    Attributes
    ----------
    score, tier, rule
        Score, position of the tier, position of the rule that lifts the firm above score and ratings; -1 for none, and
        where the row is not in order.
    covered
        Whether the classification covers the firm.
    fits
        Whether the row has one known bin per indicator and one flag per direct rule.
    rated
        Whether its ratings are of the matrices and its override is a tier.
    """

    score: Integers
    tier: Integers
    rule: Integers
    covered: Mask
    fits: Mask
    rated: Mask


def classify(register: Table, card: Scorecard) -> Classes:
    """Scores, tiers and rules recomputed from bins, flags, ratings and overrides."""
    bins, direct = register.coded["bins"], register.coded["direct"]
    scores, known = card.scores(bins.values)
    fitting = np.asarray([len(cell) == len(card.direct_names) for cell in direct.values], dtype=np.bool_)
    fired = [
        card.direct(cell) if fits else (-1, -1) for cell, fits in zip(direct.values, fitting.tolist(), strict=True)
    ]
    by_score = _spread(np.where(known, card.tiers_of(scores), -1), bins)
    by_rating, rated = _rated(register.coded["ratings"], card, by_score)
    by_rule = _spread(_integers([tier for tier, _rule in fired]), direct)
    rules = _spread(_integers([rule for _tier, rule in fired]), direct)
    lifted = by_rule > by_rating
    override = register.coded["override"]
    overridden = override.positions({code: place for place, code in enumerate(card.tiers)})
    fits = (_spread(known.astype(np.int64), bins) & _spread(fitting.astype(np.int64), direct)).astype(np.bool_)
    rated = rated & ((overridden >= 0) | override.among(_EMPTY))
    whole = fits & rated  # what is not in order gives no tier, and so no place
    tier = np.where(overridden >= 0, overridden, np.where(lifted, by_rule, by_rating))
    return Classes(
        score=_spread(scores, bins),
        tier=np.where(whole, tier, -1),
        rule=np.where(whole & lifted, rules, -1),
        covered=~register.coded["tier"].among(_EMPTY),
        fits=fits,
        rated=rated,
    )


def _rated(ratings: Coded, card: Scorecard, by_score: Integers) -> tuple[Integers, Mask]:
    """Tiers of score and ratings, and whether the ratings are the matrices' own (the score's tier stands if not)."""
    rows = [card.rated(cell) for cell in ratings.values]
    known = _spread(_integers([row is not None for row in rows]), ratings).astype(np.bool_)
    if not rows:
        return by_score, known
    plain = tuple(range(len(card.tiers)))
    table = np.asarray([row or plain for row in rows], dtype=np.int64)
    return np.where(by_score < 0, -1, table[ratings.index, np.maximum(by_score, 0)]), known


def _spread(values: Integers, column: Coded) -> Integers:
    """Values of the distinct cells of a column, spread over its rows."""
    return values[column.index] if len(values) else np.zeros(len(column), dtype=np.int64)


def _integers(values: Sequence[int]) -> Integers:
    return np.asarray(values, dtype=np.int64)


def check_tiers(group: Group, register: Table, card: Scorecard, classes: Classes) -> None:
    """Claims that every operating firm is classified, and every score, tier and rule follows from bins and flags."""
    _check_bins(group, register, card, classes)
    _check_ratings(group, register, card, classes)
    _check_scores(group, register, classes)
    _check_tiers(group, register, card, classes)
    _check_rules(group, register, card, classes)


def _check_bins(group: Group, register: Table, card: Scorecard, classes: Classes) -> None:
    operating = register.coded["status"].among(OPERATING)
    blank = np.ones(register.num_rows, dtype=np.bool_)
    for name in ("bins", "direct", "score", "rule", "ratings", "override"):
        blank &= register.coded[name].among(_EMPTY)
    _claim(
        group,
        _("every operating firm has one known bin per indicator and one flag per direct rule"),
        register,
        np.where(classes.covered, ~classes.fits, ~blank | operating),
        lambda row: (
            _("{count} bins, {flags} flags").format(count=len(card.points), flags=len(card.direct_names)),
            f"{register.coded['bins'].text(row)!r}, {register.coded['direct'].text(row)!r}",
        ),
    )


def _check_ratings(group: Group, register: Table, card: Scorecard, classes: Classes) -> None:
    _claim(
        group,
        _("every rating is a grade of one of the scorecard's matrices, and every override is a tier"),
        register,
        classes.covered & ~classes.rated,
        lambda row: (
            _("ratings among {names}").format(names=", ".join(matrix.name for matrix in card.matrices) or "—"),
            f"{register.coded['ratings'].text(row)!r}, {register.coded['override'].text(row)!r}",
        ),
    )


def _check_scores(group: Group, register: Table, classes: Classes) -> None:
    found = register.coded["score"]
    _claim(
        group,
        _("every score is the base plus the points of the firm's bins"),
        register,
        classes.covered & ((found.integers() != classes.score) | found.among(_EMPTY)),
        lambda row: (int(classes.score[row]), found.text(row)),
    )


def _check_tiers(group: Group, register: Table, card: Scorecard, classes: Classes) -> None:
    found = register.coded["tier"]
    places = found.positions({code: place for place, code in enumerate(card.tiers)})
    _claim(
        group,
        _("every tier is the override's, or the highest of the direct rules' and that of score and ratings"),
        register,
        classes.covered & (places != classes.tier),
        lambda row: (card.tiers[int(classes.tier[row])] if classes.tier[row] >= 0 else "?", found.text(row)),
    )


def _check_rules(group: Group, register: Table, card: Scorecard, classes: Classes) -> None:
    found = register.coded["rule"]
    rules = ["", *card.direct_names]
    expected = _integers([_first_position(found.values, name) for name in rules])
    _claim(
        group,
        _("every rule named is the first that lifts the firm highest above score and ratings"),
        register,
        classes.covered & (found.index != expected[classes.rule + 1]),
        lambda row: (rules[int(classes.rule[row]) + 1] or _("no rule"), found.text(row) or _("no rule")),
    )


def _first_position(values: tuple[str, ...], name: str) -> int:
    return values.index(name) if name in values else -1


def _claim(group: Group, text: str, register: Table, wrong: Mask, tell: Any) -> None:
    """Writes a claim about all rows that fails with the first wrong one, naming its firm."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        group.passed("3.4", text, _("{count} firms").format(count=register.num_rows))
        return
    row = int(rows[0])
    expected, found = tell(row)
    firm = register.fixed["firm_id"][row].decode("ascii")
    more = _(" (and {count} more)").format(count=len(rows) - 1) if len(rows) > 1 else ""
    group.failed("3.4", text, expected=f"{firm}: {expected}", found=f"{found}{more}")
