"""
The scorecard: integer points per bin of each indicator, cut points, tiers and direct rules; TOML in and out.

A scorecard that exists is sound: every indicator is in the catalogue, bins have neither gap nor overlap, points are
monotone where a direction is declared, and no score can leave 32 bits. No official weights or cut points are public
(regulation, section 2), so every scorecard says `official = false` and a file that claims otherwise is refused.

`Scorecard.digest` is the SHA-256 of the one canonical TOML text, bounds and wording included; `Scorecard.document` is
the part that a record carries (draw specification, section 3.4).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.parameters import Parameters, Ratio, micro, parse_parameters
from scheduler.registry.items import MICRO
from scheduler.risk.bins import MOST_BOUND, MOST_POINTS, Bin, PointScale
from scheduler.risk.cautions import Caution, CautionFile, caution_lines, caution_of, caution_problems
from scheduler.risk.indicators import INDICATORS, Categories, Direction, find_indicator
from scheduler.risk.matrices import MOST_MATRICES, MatrixFile, RatingMatrix, grade_problems, matrix_lines, matrix_of
from scheduler.risk.probabilities import Calibration, calibration_toml
from scheduler.risk.rules import Condition, DirectRule

FORMAT: Final = 1
DOCUMENT_FORMAT: Final = 2  # format 1 had no digest
MOST_INDICATORS: Final = 500
MOST_TIERS: Final = 36
MOST_RULES: Final = 127
_TIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,15}")
_RULE = re.compile(r"[a-z0-9_]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """
    One scorecard.

    Attributes
    ----------
    name
        What people call it.
    source, note
        Where its points come from, and a word of caution; shown wherever it is shown.
    base
        Score of a firm without points.
    tiers
        Tier codes from low to high risk.
    cuts
        Least scores of the second tier, the third, …; none yet where `shares` are to set them.
    indicators, direct
        Point scales and direct rules, in the order of the records.
    shares
        Wanted shares of the tiers among firms in operation, in 10^-6, from which every run sets the cut points
        (`scheduler.risk.cuts`); empty where the cut points are chosen.
    matrices
        How specialised ratings change the tier of the score.
    official
        Never true.
    calibration
        Probability of a problem at each score, where the scorecard is fitted; no tier depends on it.
    warnings
        What must be said of a fitted scorecard wherever it is shown.

    Raises
    ------
    PolicyError
        If anything is wrong; each line names the place.
    """

    name: str
    source: str
    note: str
    base: int
    tiers: tuple[str, ...]
    cuts: tuple[int, ...]
    indicators: tuple[PointScale, ...]
    direct: tuple[DirectRule, ...] = ()
    official: bool = False
    shares: tuple[int, ...] = ()
    matrices: tuple[RatingMatrix, ...] = ()
    calibration: Calibration | None = None
    warnings: tuple[Caution, ...] = ()

    def __post_init__(self) -> None:
        problems = [*self._head_problems(), *self._indicator_problems(), *self._rule_problems()]
        problems += [*self._share_problems(), *self._matrix_problems()]
        problems += self.calibration.problems() if self.calibration else ()
        if problems:
            raise PolicyError("\n".join(problems))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical TOML text, as 64 lower-case hexadecimal digits."""
        return hashlib.sha256(scorecard_toml(self).encode("utf-8")).hexdigest()

    def document(self) -> dict[str, Any]:
        """Content of ``scorecard.json`` (draw specification, section 3.4)."""
        return {
            "format": DOCUMENT_FORMAT,
            "official": self.official,
            "digest": self.digest,
            "base": self.base,
            "tiers": list(self.tiers),
            "cuts": list(self.cuts),
            "indicators": [{"name": scale.name, "points": list(scale.points)} for scale in self.indicators],
            "direct": [{"name": rule.name, "tier": rule.tier} for rule in self.direct],
            "matrices": [
                {"name": one.name, "grades": list(one.grades), "tiers": [list(row) for row in one.tiers]}
                for one in self.matrices
            ],
        }

    def _head_problems(self) -> list[str]:
        found = []
        if self.official:
            found.append(_("official: expected false (no official points are public), got true"))
        if abs(self.base) > MOST_POINTS:
            found.append(_("base: expected −{most} to {most}, got {got}").format(most=MOST_POINTS, got=self.base))
        if not 2 <= len(self.tiers) <= MOST_TIERS:
            found.append(_("tiers: expected 2 to {most} codes, got {got}").format(most=MOST_TIERS, got=len(self.tiers)))
        found += [
            _("tiers: expected codes of letters, digits, “.”, “_” and “-”, got {code!r}").format(code=code)
            for code in self.tiers
            if not _TIER.fullmatch(code)
        ]
        found += [_("tiers: {code} is there twice").format(code=code) for code in _repeated(self.tiers)]
        if len(self.cuts) != len(self.tiers) - 1 and not (self.shares and not self.cuts):
            found.append(
                _("cuts: expected {wanted} cut points for {tiers} tiers, got {got}").format(
                    wanted=len(self.tiers) - 1, tiers=len(self.tiers), got=len(self.cuts)
                )
            )
        if any(right <= left for left, right in pairwise(self.cuts)) or any(abs(c) > 2**31 - 1 for c in self.cuts):
            found.append(_("cuts: expected ascending scores, got {got}").format(got=", ".join(map(str, self.cuts))))
        texts = {"name": self.name, "source": self.source, "note": self.note}
        found += [
            _("{key}: expected text in one line, got control characters").format(key=key)
            for key, text in texts.items()
            if _CONTROL.search(text)
        ]
        return found

    def _indicator_problems(self) -> list[str]:
        names = [scale.name for scale in self.indicators]
        found = [_("indicators: {name} is there twice").format(name=name) for name in _repeated(names)]
        if not 1 <= len(names) <= MOST_INDICATORS:
            found.append(_("indicators: expected 1 to {most}, got {got}").format(most=MOST_INDICATORS, got=len(names)))
        for scale in self.indicators:
            found += [f"indicators.{scale.name}: {problem}" for problem in scale.problems()]
        return found

    def _share_problems(self) -> list[str]:
        if not self.shares or (len(self.shares) == len(self.tiers) and sum(self.shares) == MICRO):
            return []
        return [
            _("shares: expected one for each of the {tiers} tiers, 1 together, got {number}, {total} together").format(
                tiers=len(self.tiers), number=len(self.shares), total=f"{sum(self.shares) / MICRO:g}"
            )
        ]

    def _matrix_problems(self) -> list[str]:
        names = [one.name for one in self.matrices]
        found = [_("matrices: {name} is there twice").format(name=name) for name in _repeated(names)]
        if len(names) > MOST_MATRICES:
            found.append(_("matrices: expected at most {most}, got {got}").format(most=MOST_MATRICES, got=len(names)))
        for one in self.matrices:
            found += [f"matrices.{one.name}: {problem}" for problem in one.problems(self.tiers)]
        return found

    def _rule_problems(self) -> list[str]:
        names = [rule.name for rule in self.direct]
        found = [_("direct: {name} is there twice").format(name=name) for name in _repeated(names)]
        if len(names) > MOST_RULES:
            found.append(_("direct: expected at most {most} rules, got {got}").format(most=MOST_RULES, got=len(names)))
        for rule in self.direct:
            place = f"direct.{rule.name}"
            if not _RULE.fullmatch(rule.name):
                found.append(_("{place}: expected a name of a–z, 0–9 and “_”").format(place=place))
            if rule.tier not in self.tiers:
                found.append(
                    _("{place}: expected a tier among {tiers}, got {got}").format(
                        place=place, tiers=", ".join(self.tiers), got=rule.tier
                    )
                )
            if not rule.when:
                found.append(_("{place}: expected at least one condition under “when”").format(place=place))
            if any(_CONTROL.search(text) for text in (rule.label, rule.label_en, rule.source)):
                found.append(_("{place}: expected text in one line, got control characters").format(place=place))
            found += [f"{place}: {problem}" for condition in rule.when for problem in condition.problems()]
        return found


_Whole = Annotated[int, Field(strict=True, ge=-MOST_BOUND, le=MOST_BOUND)]


class _BinFile(Parameters):
    points: _Whole
    to: _Whole | None = None
    codes: tuple[str, ...] = ()
    from_: _Whole | None = Field(default=None, alias="from")


class _IndicatorFile(Parameters):
    name: str
    missing: _Whole
    bins: tuple[_BinFile, ...]
    direction: Direction | None = None


class _ConditionFile(Parameters):
    indicator: str
    at_least: _Whole | None = None
    at_most: _Whole | None = None
    codes: tuple[str, ...] = ()


class _RuleFile(Parameters):
    name: str
    tier: str
    label: str = ""
    label_en: str = ""
    source: str = ""
    when: tuple[_ConditionFile, ...]


class _ScorecardFile(Parameters):
    format: Literal[1]
    official: Annotated[bool, Field(strict=True)]
    name: str
    source: str = ""
    note: str = ""
    base: _Whole = 0
    tiers: tuple[str, ...]
    cuts: tuple[_Whole, ...] = ()
    shares: tuple[Ratio, ...] = ()
    indicators: tuple[_IndicatorFile, ...]
    direct: tuple[_RuleFile, ...] = ()
    matrices: tuple[MatrixFile, ...] = ()
    calibration: tuple[tuple[_Whole, _Whole], ...] | None = None
    warnings: tuple[CautionFile, ...] = ()


def parse_scorecard(text: str, name: str) -> Scorecard:
    """
    Reads the TOML text of a scorecard.

    Parameters
    ----------
    name
        The file's name, for messages.

    Raises
    ------
    PolicyError
        If the text is not TOML, a key is missing or unknown, an indicator is not in the catalogue, bins have a gap or
        an overlap, points break a declared direction, …; every line names file and place.
    """
    file = parse_parameters(_ScorecardFile, text, name)
    problems = _catalogue_problems(file)
    if problems:
        raise PolicyError("\n".join(f"{name}: {problem}" for problem in problems))
    try:
        return Scorecard(
            name=file.name,
            source=file.source,
            note=file.note,
            base=file.base,
            tiers=file.tiers,
            cuts=file.cuts,
            indicators=tuple(_scale(entry) for entry in file.indicators),
            direct=tuple(_rule(entry) for entry in file.direct),
            official=file.official,
            shares=tuple(map(micro, file.shares)),
            matrices=tuple(map(matrix_of, file.matrices)),
            calibration=_calibration(file.calibration),
            warnings=tuple(map(caution_of, file.warnings)),
        )
    except PolicyError as error:
        raise PolicyError("\n".join(f"{name}: {line}" for line in str(error).splitlines())) from error


def scorecard_toml(scorecard: Scorecard) -> str:
    """The one canonical TOML text of a scorecard; `parse_scorecard` reads it back."""
    lines = [
        f"format = {FORMAT}",
        f"official = {_text(scorecard.official)}",
        f"name = {_text(scorecard.name)}",
        f"source = {_text(scorecard.source)}",
        f"note = {_text(scorecard.note)}",
        f"base = {scorecard.base}",
        f"tiers = {_text(list(scorecard.tiers))}",
        f"cuts = {_text(list(scorecard.cuts))}",
    ]
    if scorecard.shares:
        lines.append(f"shares = [{', '.join(str(Decimal(share) / MICRO) for share in scorecard.shares)}]")
    if scorecard.calibration is not None:
        lines.append(f"calibration = {calibration_toml(scorecard.calibration)}")
    lines += caution_lines(scorecard.warnings)
    for scale in scorecard.indicators:
        lines += ["", "[[indicators]]", f"name = {_text(scale.name)}", f"direction = {_text(scale.direction.value)}"]
        lines += [f"missing = {scale.missing}", "bins = ["]
        lines += [f"    {_inline(to=entry.to, codes=entry.codes, points=entry.points)}," for entry in scale.bins]
        lines += ["]"]
    for rule in scorecard.direct:
        lines += ["", "[[direct]]", f"name = {_text(rule.name)}", f"tier = {_text(rule.tier)}"]
        lines += [f"label = {_text(rule.label)}", f"label_en = {_text(rule.label_en)}"]
        lines += [f"source = {_text(rule.source)}", "when = ["]
        lines += [
            f"    {_inline(indicator=c.indicator, at_least=c.at_least, at_most=c.at_most, codes=c.codes)},"
            for c in rule.when
        ]
        lines += ["]"]
    for matrix in scorecard.matrices:
        lines += matrix_lines(matrix)
    return "\n".join(lines) + "\n"


def _catalogue_problems(file: _ScorecardFile) -> list[str]:
    """Indicators nobody knows, directions that contradict the catalogue, bins whose “from” leaves a gap or overlaps."""
    found = []
    for entry in file.indicators:
        indicator = find_indicator(entry.name)
        place = f"indicators.{entry.name}"
        if indicator is None:
            found.append(
                _("{place}: there is no such indicator in the catalogue{hint}").format(
                    place=place, hint=_hint(entry.name)
                )
            )
        elif entry.direction and indicator.direction not in (entry.direction, Direction.ANY):
            found.append(
                _("{place}: expected direction = {wanted}, as in the catalogue, got {got}").format(
                    place=place, wanted=indicator.direction, got=entry.direction
                )
            )
        found += [f"{place}: {problem}" for problem in _start_problems(entry.bins)]
    for rule in file.direct:
        found += [
            _("direct.{rule}: there is no indicator {name} in the catalogue{hint}").format(
                rule=rule.name, name=one.indicator, hint=_hint(one.indicator)
            )
            for one in rule.when
            if find_indicator(one.indicator) is None
        ]
    found += [problem for matrix in file.matrices for problem in grade_problems(matrix)]
    return found + [problem for one in file.warnings for problem in caution_problems(one)]


def _hint(name: str) -> str:
    """What may have been meant, and where all names stand."""
    like = get_close_matches(name, [one.name for one in INDICATORS], n=1)
    meant = _("; did you mean {name}?").format(name=like[0]) if like else ""
    return meant + _("; “double-random classify indicators” lists them")


def _start_problems(bins: tuple[_BinFile, ...]) -> list[str]:
    found = []
    last: int | None = None
    for number, entry in enumerate(bins, start=1):
        if entry.from_ is not None and last is None:
            found.append(_("bin {number}: expected no “from”: it takes all values below, too").format(number=number))
        elif entry.from_ is not None and last is not None and entry.from_ != last + 1:
            what = _("a gap") if entry.from_ > last + 1 else _("an overlap")
            found.append(
                _("bin {number}: expected from = {wanted}, got {got}: {what}").format(
                    number=number, wanted=last + 1, got=entry.from_, what=what
                )
            )
        last = entry.to
    return found


def _scale(entry: _IndicatorFile) -> PointScale:
    indicator = find_indicator(entry.name)
    declared = indicator.direction if indicator else Direction.ANY
    return PointScale(
        name=entry.name,
        missing=entry.missing,
        bins=tuple(Bin(points=one.points, to=one.to, codes=one.codes) for one in entry.bins),
        direction=entry.direction or declared,
        categories=_categories(entry.name),
    )


def _rule(entry: _RuleFile) -> DirectRule:
    return DirectRule(
        name=entry.name,
        tier=entry.tier,
        label=entry.label,
        label_en=entry.label_en,
        source=entry.source,
        when=tuple(
            Condition(
                indicator=one.indicator,
                at_least=one.at_least,
                at_most=one.at_most,
                codes=one.codes,
                categories=_categories(one.indicator),
            )
            for one in entry.when
        ),
    )


def _categories(name: str) -> Categories | None:
    indicator = find_indicator(name)
    return indicator.categories if indicator else None


def _calibration(steps: tuple[tuple[int, int], ...] | None) -> Calibration | None:
    if steps is None:
        return None
    return Calibration(
        least_score=tuple(score for score, _probability in steps),
        probability_micro=tuple(probability for _score, probability in steps),
    )


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, number in Counter(names).items() if number > 1]


def _text(value: object) -> str:
    """TOML of a text, a flag or a list of such: JSON is TOML here, as no text has control characters."""
    return json.dumps(value, ensure_ascii=False)


def _inline(**values: object) -> str:
    cells = [f"{key} = {_text(value)}" for key, value in values.items() if value is not None and value != ()]
    return "{ " + ", ".join(cells) + " }"
