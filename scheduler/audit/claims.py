"""
Claims: what a verifier says about a record, one numbered sentence at a time.

A claim passes, fails, or could not be checked from these bytes, and then says why. A report without a single claim that
passed is a rejection: checking nothing proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from scheduler.audit.accounts import Account
from scheduler.errors import VerificationError
from scheduler.i18n import gettext as _

MAX_SHOWN = 300


class Status(StrEnum):
    """What became of one claim."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


class Verdict(StrEnum):
    """What a report says as a whole; `ANCHORED` is for records that agree with all that was published elsewhere."""

    CONSISTENT = "consistent"
    REJECTED = "rejected"
    ANCHORED = "anchored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """
    One checked sentence about a record.

    Attributes
    ----------
    number
        Position in the report, from 1.
    group
        Id of the draw the claim is about, or `record`, `year`, `log`, `anchors`.
    section
        Section of docs/draw-specification.md that asks for it.
    text
        The sentence, in the active language.
    status
        Whether it holds.
    expected, found
        What should stand in the record and what stands there. Of a claim that holds without a value to compare, `found`
        tells how much it rests on; of one that was not checked, the reason.
    """

    number: int
    group: str
    section: str
    text: str
    status: Status
    expected: str
    found: str

    def document(self) -> dict[str, Any]:
        """The claim for machines."""
        return {
            "number": self.number,
            "group": self.group,
            "section": self.section,
            "text": self.text,
            "status": str(self.status),
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    All claims about one record.

    Attributes
    ----------
    name
        Name of the folder.
    kind, bureau, year, record_digest
        As the manifest says; empty or 0 where it cannot be read.
    claims
        In the order of the plan in `scheduler.audit.verifier`.
    counts
        Rows accounted for, by draw and disposition.
    accounts
        What became of every row, draw by draw.
    bureau_name
        Name of the bureau as year.json tells it; empty where it cannot be read.
    anchored
        Whether all that can have an anchor was compared with one.
    """

    name: str
    kind: str
    bureau: str
    year: int
    record_digest: str
    claims: tuple[Claim, ...]
    counts: Mapping[str, Mapping[str, int]]
    accounts: tuple[Account, ...] = ()
    bureau_name: str = ""
    anchored: bool = False

    def of_status(self, status: Status) -> tuple[Claim, ...]:
        """Claims of one status."""
        return tuple(claim for claim in self.claims if claim.status is status)

    @property
    def verdict(self) -> Verdict:
        """Rejected if a claim failed or none passed; anchored if all was compared with copies; else consistent."""
        if self.of_status(Status.FAILED) or not self.of_status(Status.PASSED):
            return Verdict.REJECTED
        return Verdict.ANCHORED if self.anchored else Verdict.CONSISTENT

    def document(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "name": self.name,
            "kind": self.kind,
            "bureau": self.bureau,
            "year": self.year,
            "record_digest": self.record_digest,
            "verdict": str(self.verdict),
            "passed": len(self.of_status(Status.PASSED)),
            "failed": len(self.of_status(Status.FAILED)),
            "not_checked": len(self.of_status(Status.NOT_CHECKED)),
            "counts": {draw: dict(counts) for draw, counts in self.counts.items()},
            "accounts": [account.document() for account in self.accounts],
            "claims": [claim.document() for claim in self.claims],
        }

    def raise_if_rejected(self) -> None:
        """Raises `VerificationError` naming the first failed claims, or that nothing was checked."""
        if self.verdict is not Verdict.REJECTED:
            return
        failed = self.of_status(Status.FAILED)
        if not failed:
            raise VerificationError(_("{name}: expected claims to check, got none").format(name=self.name))
        lines = [claim_sentence(claim) for claim in failed[:10]]
        head = _("{name}: {count} claims do not hold").format(name=self.name, count=len(failed))
        raise VerificationError("\n".join([head, *lines]))


def claim_sentence(claim: Claim) -> str:
    """A failed claim in one line: number, section, what was expected and what was found."""
    return _("({number}, §{section}, {group}) {text}: expected {expected}, got {found}").format(
        number=claim.number,
        section=claim.section,
        group=claim.group,
        text=claim.text,
        expected=claim.expected,
        found=claim.found,
    )


def shown(value: object) -> str:
    """A value of a record as a person may see it: one line, control characters escaped, cut to 300 characters."""
    text = _spelt(value)[: MAX_SHOWN + 1]
    plain = text if text.isprintable() else "".join(map(_escaped, text))
    return plain if len(plain) <= MAX_SHOWN else plain[: MAX_SHOWN - 1] + "…"


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _spelt(value: object) -> str:
    """Lists and documents as a person would write them down, at most as much of them as is shown."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_spelt(entry)}" for key, entry in islice(value.items(), MAX_SHOWN))
    if isinstance(value, list | tuple):
        return ", ".join(_spelt(entry) for entry in value[:MAX_SHOWN])
    return str(value)


class Group:
    """Writes the claims about one part of a record."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._claims: list[tuple[str, str, Status, str, str]] = []

    def passed(self, section: str, text: str, found: object = "") -> None:
        """Writes a claim that holds; `found` says on how much it rests."""
        self._claims.append((section, text, Status.PASSED, "", shown(found)))

    def failed(self, section: str, text: str, *, expected: object, found: object) -> None:
        """Writes a claim that does not hold."""
        self._claims.append((section, text, Status.FAILED, shown(expected), shown(found)))

    def not_checked(self, section: str, text: str, reason: object) -> None:
        """Writes a claim that these bytes cannot decide."""
        self._claims.append((section, text, Status.NOT_CHECKED, "", shown(reason)))

    def equal(self, section: str, text: str, *, expected: object, found: object) -> None:
        """Writes a claim that two values are the same."""
        if expected == found and type(expected) is type(found):
            self._claims.append((section, text, Status.PASSED, shown(expected), shown(found)))
        else:
            self.failed(section, text, expected=expected, found=found)

    def first(self, section: str, text: str, differences: list[tuple[object, object]], found: object = "") -> None:
        """Writes a claim that fails with the first of some differences (expected, found) and their number."""
        if not differences:
            self.passed(section, text, found)
            return
        expected, got = differences[0]
        more = len(differences) - 1
        suffix = _(" (and {count} more)").format(count=more) if more else ""
        self.failed(section, text, expected=expected, found=f"{shown(got)}{suffix}")

    def claims_from(self, number: int) -> list[Claim]:
        """The claims, numbered from `number`."""
        return [
            Claim(
                number=position,
                group=self.name,
                section=section,
                text=text,
                status=status,
                expected=expected,
                found=found,
            )
            for position, (section, text, status, expected, found) in enumerate(self._claims, start=number)
        ]


class Ledger:
    """Collects the groups of a report in the order in which they are opened."""

    def __init__(self) -> None:
        self._groups: list[Group] = []
        self.counts: dict[str, dict[str, int]] = {}

    def group(self, name: str) -> Group:
        """Opens a group."""
        group = Group(name)
        self._groups.append(group)
        return group

    def claims(self) -> tuple[Claim, ...]:
        """All claims, numbered from 1."""
        claims: list[Claim] = []
        for group in self._groups:
            claims.extend(group.claims_from(len(claims) + 1))
        return tuple(claims)
