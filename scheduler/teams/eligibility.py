"""Who of the roster may be drawn (specification 8.1): every officer left out keeps every reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.teams.roster import Officer


class ExclusionReason(StrEnum):
    """Why an officer of the roster takes no part in a draw."""

    INACTIVE = "inactive"  # not on duty
    EXPERT = "expert"  # may join a team, never counts as an officer
    NO_CERTIFICATE = "no_certificate"  # the roster knows no last day of a certificate
    CERTIFICATE_EXPIRES = "certificate_expires"  # ends before the last day of the window


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An officer left out of a draw, with all reasons in the order of `ExclusionReason`."""

    officer_id: str
    reasons: tuple[ExclusionReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """
    The roster divided for one draw, both parts in ascending order of officer id.

    Attributes
    ----------
    eligible
        Officers who take part.
    excluded
        The others, with their reasons.
    """

    eligible: tuple[Officer, ...]
    excluded: tuple[Exclusion, ...]


def exclusion_reasons(officer: Officer, last_day: date) -> tuple[ExclusionReason, ...]:
    """
    Reasons that keep an officer out of a draw; none for an eligible one.

    Parameters
    ----------
    last_day
        Last day of the draw's window: the certificate must hold until then, whichever day a visit gets.
    """
    expiry = officer.certificate_valid_until
    found = {
        ExclusionReason.INACTIVE: not officer.active,
        ExclusionReason.EXPERT: officer.expert,
        ExclusionReason.NO_CERTIFICATE: expiry is None,
        ExclusionReason.CERTIFICATE_EXPIRES: expiry is not None and not officer.certified_on(last_day),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def check_eligibility(officers: Iterable[Officer], last_day: date) -> Eligibility:
    """Divides a roster into those who take part in a draw and those who do not, whatever the roster's order."""
    eligible: list[Officer] = []
    excluded: list[Exclusion] = []
    for officer in sorted(officers, key=lambda entry: entry.officer_id):
        reasons = exclusion_reasons(officer, last_day)
        if reasons:
            excluded.append(Exclusion(officer_id=officer.officer_id, reasons=reasons))
        else:
            eligible.append(officer)
    return Eligibility(eligible=tuple(eligible), excluded=tuple(excluded))
