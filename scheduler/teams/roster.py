"""The roster 执法检查人员名录库 as values: officers, and who must not meet which firm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

LAST_YEAR = "last_year"  # reason of a recusal that the record of last year's visits gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """
    One officer or expert.

    Attributes
    ----------
    officer_id
        Code within the bureau, ASCII letters, digits and hyphens.
    name, unit, department, level, post
        As on the roster; personal data, never public.
    district
        Code of the district served; the bureau's own code serves every district.
    certificate_no, certificate_valid_until
        执法证号 and 有效期至; an officer without a valid certificate never inspects.
    specialities
        Codes such as ``"food"``.
    item_ids
        Items the officer may check; empty for all.
    lead_qualified
        May lead a team 主检.
    expert
        Outside expert 专家: may join, never counts as an officer.
    active
        On duty.
    """

    officer_id: str
    name: str
    unit: str
    department: str
    level: str
    district: str
    certificate_no: str
    certificate_valid_until: date | None
    post: str
    specialities: tuple[str, ...]
    item_ids: tuple[str, ...]
    lead_qualified: bool
    expert: bool
    active: bool

    def certified_on(self, day: date) -> bool:
        """Whether the certificate is valid on a day."""
        return self.certificate_valid_until is not None and day <= self.certificate_valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Recusal:
    """
    An officer who must not meet a firm (国办发〔2015〕58号 and local rules: interest, kin, former employer, objection).

    `valid_until` is the last day it holds; None holds for ever. One for the reason `LAST_YEAR` yields where nobody else
    is left.
    """

    officer_id: str
    firm_id: str
    reason: str
    valid_until: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the recusal holds on a day."""
        return self.valid_until is None or day <= self.valid_until
