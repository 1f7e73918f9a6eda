"""
Claims about the register of a draw: every tier recomputed from bins, points and rules, every firm's place in the pool
recomputed from the tasks' ranges and from what was drawn before (specification, sections 3.1 and 3.4).

Nothing here loops over firms: texts are computed once per distinct cell and spread by index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.audit.claims import Group
from scheduler.audit.columns import Bytes, Coded, Index, Integers, Mask, Table
from scheduler.audit.context import Draw, Lists, Task, positions_of
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.i18n import gettext as _

BIN_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_POSITIONS = np.zeros(256, dtype=np.int64)
_POSITIONS[np.frombuffer(BIN_CHARACTERS.encode("ascii"), dtype=np.uint8)] = np.arange(len(BIN_CHARACTERS))
OPERATING = frozenset({"operating"})
OUT = "out:"
_EMPTY = frozenset({""})
REASONS = ("", "out:status", "out:type", "out:no-task", "out:visited")
_STATUS, _TYPE, _NO_TASK, _VISITED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A scorecard whose parts fit together."""

    base: int
    tiers: tuple[str, ...]
    cuts: tuple[int, ...]
    points: tuple[tuple[int, ...], ...]
    direct_names: tuple[str, ...]
    direct_tiers: tuple[int, ...]

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


def load_scorecard(draw: Draw) -> Scorecard:
    """The scorecard of a draw; raises `RecordError` if its parts do not fit together."""
    document = draw.document("scorecard.json")
    tiers = tuple(document["tiers"])
    unknown = [rule["tier"] for rule in document["direct"] if rule["tier"] not in tiers]
    ordered = all(a < b for a, b in zip(document["cuts"], document["cuts"][1:], strict=False))
    too_long = any(len(entry["points"]) > len(BIN_CHARACTERS) for entry in document["indicators"])
    if (
        not tiers
        or len(set(tiers)) != len(tiers)
        or len(document["cuts"]) != len(tiers) - 1
        or unknown
        or not ordered
        or too_long
    ):
        name = draw.path("scorecard.json")
        raise draw.record.refuse(
            name,
            _("{name}: expected different tiers, one cut fewer, ascending, and rules of these tiers").format(name=name),
        )
    return Scorecard(
        base=document["base"],
        tiers=tiers,
        cuts=tuple(document["cuts"]),
        points=tuple(tuple(entry["points"]) for entry in document["indicators"]),
        direct_names=tuple(rule["name"] for rule in document["direct"]),
        direct_tiers=tuple(tiers.index(rule["tier"]) for rule in document["direct"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """
    What the scorecard makes of each row.

    Attributes
    ----------
    score, tier, rule
        Score, position of the tier, position of the rule that lifted the firm to it; -1 where there is none.
    covered
        Whether the classification covers the firm.
    fits
        Whether the row has one known bin per indicator and one flag per direct rule.
    """

    score: Integers
    tier: Integers
    rule: Integers
    covered: Mask
    fits: Mask


def classify(register: Table, card: Scorecard) -> Classes:
    """Scores, tiers and rules recomputed from bins and flags."""
    bins, direct = register.coded["bins"], register.coded["direct"]
    scores, known = card.scores(bins.values)
    fitting = np.asarray([len(cell) == len(card.direct_names) for cell in direct.values], dtype=np.bool_)
    fired = [
        card.direct(cell) if fits else (-1, -1) for cell, fits in zip(direct.values, fitting.tolist(), strict=True)
    ]
    by_score = _spread(np.where(known, card.tiers_of(scores), -1), bins)
    by_rule = _spread(_integers([tier for tier, _rule in fired]), direct)
    rules = _spread(_integers([rule for _tier, rule in fired]), direct)
    decided = by_rule > by_score
    return Classes(
        score=_spread(scores, bins),
        tier=np.where(decided, by_rule, by_score),
        rule=np.where(decided, rules, -1),
        covered=~register.coded["tier"].among(_EMPTY),
        fits=(_spread(known.astype(np.int64), bins) & _spread(fitting.astype(np.int64), direct)).astype(np.bool_),
    )


def _spread(values: Integers, column: Coded) -> Integers:
    """Values of the distinct cells of a column, spread over its rows."""
    return values[column.index] if len(values) else np.zeros(len(column), dtype=np.int64)


def _integers(values: Sequence[int]) -> Integers:
    return np.asarray(values, dtype=np.int64)


def check_tiers(group: Group, register: Table, card: Scorecard, classes: Classes) -> None:
    """Claims that every operating firm is classified, and every score, tier and rule follows from bins and flags."""
    covered = classes.covered
    tier_codes = dict(zip(card.tiers, range(len(card.tiers)), strict=True))
    found_tier = register.coded["tier"].positions(tier_codes)
    operating = register.coded["status"].among(OPERATING)
    blank = np.ones(register.num_rows, dtype=np.bool_)
    for name in ("bins", "direct", "score", "rule"):
        blank &= register.coded[name].among(_EMPTY)
    unfit = np.where(covered, ~classes.fits, ~blank | operating)
    _claim(
        group,
        _("every operating firm has one known bin per indicator and one flag per direct rule"),
        register,
        unfit,
        lambda row: (
            _("{count} bins, {flags} flags").format(count=len(card.points), flags=len(card.direct_names)),
            f"{register.coded['bins'].text(row)!r}, {register.coded['direct'].text(row)!r}",
        ),
    )
    scores = register.coded["score"].integers()
    _claim(
        group,
        _("every score is the base plus the points of the firm's bins"),
        register,
        covered & ((scores != classes.score) | register.coded["score"].among(_EMPTY)),
        lambda row: (int(classes.score[row]), register.coded["score"].text(row)),
    )
    _claim(
        group,
        _("every tier is the highest of the score's and the direct rules'"),
        register,
        covered & (found_tier != classes.tier),
        lambda row: (card.tiers[int(classes.tier[row])], register.coded["tier"].text(row)),
    )
    rules = ["", *card.direct_names]
    found_rule = register.coded["rule"]
    expected_rule = [_first_position(found_rule.values, name) for name in rules]
    _claim(
        group,
        _("every rule named is the first that lifts the firm to its tier"),
        register,
        covered & (found_rule.index != _integers(expected_rule)[classes.rule + 1]),
        lambda row: (rules[int(classes.rule[row]) + 1] or _("no rule"), found_rule.text(row) or _("no rule")),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """
    Where the rules put every firm.

    Attributes
    ----------
    reason
        Position in `REASONS`; 0 for a firm of the pool.
    tasks
        Position in `task_sets` of the tasks it can still be visited for.
    task_sets
        Task ids joined by ``+``.
    """

    reason: npt.NDArray[np.int8]
    tasks: Index
    task_sets: tuple[str, ...]


def place_open(register: Table, object_types: frozenset[str], counted: Bytes) -> Places:
    """Places in an open round: operating, of the target's types, not drawn before with counting = 1."""
    reason = np.zeros(register.num_rows, dtype=np.int8)
    before = np.zeros(register.num_rows, dtype=np.bool_)
    at = positions_of(register.fixed["firm_id"], counted)
    before[at[at >= 0]] = True
    reason[before] = _VISITED
    reason[~register.coded["object_type"].among(object_types)] = _TYPE
    reason[~register.coded["status"].among(OPERATING)] = _STATUS
    return Places(reason=reason, tasks=np.zeros(register.num_rows, dtype=np.int32), task_sets=("",))


def place_targeted(
    register: Table, lists: Lists, windows: Sequence[tuple[str, str]], drawn: Sequence[tuple[Bytes, Coded]]
) -> Places:
    """
    Places in a targeted round: in the range of a waiting task the firm can still be visited for.

    Parameters
    ----------
    windows
        First and last day of this round and of the targeted rounds after it; a task waits if it meets one of them.
    drawn
        Ids and packages of what was drawn before.
    """
    waiting = [task for task in lists.tasks.values() if any(task.meets(*window) for window in windows)]
    operating = register.coded["status"].among(OPERATING)
    served, discretionary = _served(register, lists, waiting, drawn)
    code: Integers = np.zeros(register.num_rows, dtype=np.int64)
    sets: list[tuple[str, ...]] = [()]
    in_range = np.zeros(register.num_rows, dtype=np.bool_)
    for position, task in enumerate(waiting):
        inside = operating & _inside(register, task)
        in_range |= inside
        pair = code * 2 + (inside & ~(served[position] if task.full_coverage else discretionary))
        present = np.flatnonzero(np.bincount(pair, minlength=1))
        renumbered = np.zeros(2 * len(sets), dtype=np.int64)
        renumbered[present] = np.arange(len(present))
        code = renumbered[pair]
        sets = [(*sets[old // 2], task.task_id) if old % 2 else sets[old // 2] for old in present.tolist()]
    texts = tuple("+".join(entry) for entry in sets)
    none_left = np.asarray([not text for text in texts], dtype=np.bool_)[code]
    reason = np.zeros(register.num_rows, dtype=np.int8)
    reason[none_left] = _VISITED
    reason[~in_range] = _NO_TASK
    reason[~operating] = _STATUS
    return Places(reason=reason, tasks=code.astype(np.int32), task_sets=texts)


def _served(
    register: Table, lists: Lists, tasks: Sequence[Task], drawn: Sequence[tuple[Bytes, Coded]]
) -> tuple[list[Mask], Mask]:
    """Per task the rows it was served to before, and the rows whose one discretionary visit is spent."""
    discretionary = np.zeros(register.num_rows, dtype=np.bool_)
    served = [np.zeros(register.num_rows, dtype=np.bool_) for _task in tasks]
    for firm_id, package in drawn:
        at = positions_of(register.fixed["firm_id"], firm_id)
        known = at >= 0
        spent = frozenset(value for value in package.values if lists.is_discretionary(value))
        discretionary[at[package.among(spent) & known]] = True
        for mask, task in zip(served, tasks, strict=True):
            with_task = frozenset(value for value in package.values if task.task_id in value.split("+"))
            mask[at[package.among(with_task) & known]] = True
    return served, discretionary


def _inside(register: Table, task: Task) -> Mask:
    """Rows in the range of a task by its four lists."""
    inside = np.ones(register.num_rows, dtype=np.bool_)
    for column, wanted in (("object_type", task.object_types), ("district", task.districts)):
        if wanted:
            inside &= register.coded[column].among(frozenset(wanted))
    if task.industries:
        industry = register.coded["industry"]
        inside &= industry.among(frozenset(value for value in industry.values if value.startswith(task.industries)))
    if task.libraries:
        libraries, wanted_set = register.coded["libraries"], frozenset(task.libraries)
        inside &= libraries.among(frozenset(value for value in libraries.values if wanted_set & set(split_list(value))))
    return inside


def check_places(
    group: Group, register: Table, card: Scorecard, classes: Classes, places: Places, *, is_open: bool
) -> None:
    """Claims that every disposition is the one that ranges, status and what was drawn before ask for (section 3.1)."""
    district, object_type = register.coded["district"], register.coded["object_type"]
    disposition = register.coded["disposition"]
    if is_open:
        expected_code: Integers = places.reason.astype(np.int64)
        names = ["open", *REASONS[1:]]
    else:
        key = district.index.astype(np.int64)
        for part, size in ((object_type.index, len(object_type.values)), (classes.tier + 1, len(card.tiers) + 1)):
            key = key * size + part
        key = (key * len(places.task_sets) + places.tasks) * len(REASONS) + places.reason
        key[places.reason > 0] = -places.reason[places.reason > 0].astype(np.int64)
        distinct, first, expected_code = np.unique(key, return_index=True, return_inverse=True)
        names = [
            REASONS[-number] if number < 0 else _stratum(register, card, classes, places, row)
            for number, row in zip(distinct.tolist(), first.tolist(), strict=True)
        ]
    pairs, first_rows, counts = np.unique(
        expected_code * len(disposition.values) + disposition.index, return_index=True, return_counts=True
    )
    wrong = [
        (row, names[pair // len(disposition.values)], disposition.values[pair % len(disposition.values)], count)
        for pair, row, count in zip(pairs.tolist(), first_rows.tolist(), counts.tolist(), strict=True)
        if names[pair // len(disposition.values)] != disposition.values[pair % len(disposition.values)]
    ]
    text = _("every firm of the register is in the pool, in its stratum, or left out for the first reason that applies")
    if not wrong:
        group.passed("3.1", text, _("{count} firms").format(count=register.num_rows))
        return
    row, expected, found, _count = min(wrong)
    total = sum(entry[3] for entry in wrong) - 1
    more = _(" (and {count} more)").format(count=total) if total else ""
    firm = register.fixed["firm_id"][row].decode("ascii")
    group.failed("3.1", text, expected=f"{firm}: {expected}", found=f"{found}{more}")


def _stratum(register: Table, card: Scorecard, classes: Classes, places: Places, row: int) -> str:
    tier = int(classes.tier[row])
    parts = (
        register.coded["district"].text(row),
        register.coded["object_type"].text(row),
        card.tiers[tier] if tier >= 0 else "?",
        places.task_sets[int(places.tasks[row])],
    )
    return "/".join(parts)


def pool_mask(register: Table) -> Mask:
    """Rows that the register says are in the pool."""
    disposition = register.coded["disposition"]
    return disposition.among(frozenset(value for value in disposition.values if not value.startswith(OUT)))


def row_counts(register: Table) -> dict[str, int]:
    """Rows accounted for: firms in the pool, and left out by reason."""
    disposition = register.coded["disposition"]
    counts = np.bincount(disposition.index, minlength=len(disposition.values)).tolist()
    result = {"register": register.num_rows, "pool": 0}
    for value, count in sorted(zip(disposition.values, counts, strict=True)):
        key = value if value.startswith(OUT) else "pool"
        result[key] = result.get(key, 0) + count
    return result


def check_libraries(group: Group, register: Table) -> None:
    """Claims that the libraries of a cell are in ascending order, so that equal sets have equal bytes."""
    unordered = [
        value
        for value in register.coded["libraries"].values
        if list(split_list(value)) != sorted(set(split_list(value)))
    ]
    differences: Differences = [(_("libraries in ascending order"), value) for value in unordered]
    group.first("3.4", _("libraries stand in ascending order"), differences)


def pool_counts(register: Table) -> dict[str, int]:
    """Firms by stratum, as the register says."""
    disposition = register.coded["disposition"]
    counts = np.bincount(disposition.index, minlength=len(disposition.values)).tolist()
    return {value: count for value, count in zip(disposition.values, counts, strict=True) if not value.startswith(OUT)}
