"""
Tiers given by hand: overrides with reason, author and last day, and what becomes of objections 异议.

An override takes effect with the next run of the classifier, so that a tier always comes from a run. Nothing is
removed: an override that ends keeps its row, and every step stands in the log.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.registry_rows import load_firm_labels
from models.risk_rows import TierSince, load_tier_history
from models.tier_rows import Override, end_override, insert_override, load_overrides
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.text import typed_code
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.workspace import Workspace

MANUAL, OBJECTION = "manual", "objection"
LONGEST_REASON = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideResult:
    """
    What was recorded of one firm.

    Attributes
    ----------
    firm_id, firm_name
        The firm.
    override
        The override made or ended; None where an objection was turned down.
    mark
        What output made of it must bear.
    """

    firm_id: str
    firm_name: str
    override: Override | None
    mark: InternalMark

    def document(self) -> dict[str, Any]:
        """The result for machines."""
        kept = asdict(self.override) if self.override else None
        return {
            "firm_id": self.firm_id,
            "firm_name": self.firm_name,
            "override": kept,
            "internal": self.mark.document(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideList:
    """Overrides of all firms, oldest first, with the names of the firms."""

    overrides: tuple[Override, ...]
    names: dict[str, str]
    today: date
    mark: InternalMark

    def document(self) -> dict[str, Any]:
        """The list for machines."""
        rows = [
            {**asdict(one), "firm_name": self.names.get(one.firm_id, ""), "in_force": one.holds_on(self.today)}
            for one in self.overrides
        ]
        return {"overrides": rows, "internal": self.mark.document()}


def override_tier(workspace: Workspace, firm_id: str, tier: str, *, reason: str, until: date) -> OverrideResult:
    """
    Gives a firm a tier by hand, from today to a last day.

    Raises
    ------
    UsageError
        If the tier, the reason or the day cannot be.
    StateError
        If the firm is not on the register, or has an override in force.
    """
    with workspace.transaction() as connection:
        return _give(connection, workspace, _firm(connection, firm_id), MANUAL, tier, reason, until)


def end_tier_override(workspace: Workspace, firm_id: str, *, reason: str = "") -> OverrideResult:
    """Ends the override of a firm from today on; raises `StateError` if none is in force."""
    with workspace.transaction() as connection:
        firm, name = _firm(connection, firm_id)
        entry = _in_force(connection, firm, workspace.today)
        if entry is None:
            raise StateError(_("firm {firm_id} has no override in force").format(firm_id=firm))
        told = _checked_reason(reason) if reason else ""
        end_override(connection, entry.override_id, on=workspace.today, by=workspace.actor, reason=told)
        (ended,) = (one for one in load_overrides(connection, firm) if one.override_id == entry.override_id)
        mark = _logged(connection, workspace, "classify override --end", ended, before=_digest(entry))
        return OverrideResult(firm_id=firm, firm_name=name, override=ended, mark=mark)


def decide_objection(
    workspace: Workspace,
    firm_id: str,
    *,
    upheld: bool,
    reason: str,
    tier: str | None = None,
    until: date | None = None,
) -> OverrideResult:
    """
    Records what became of a firm's objection to its tier.

    An objection upheld gives the firm back the tier it had before its newest one, or the tier named, until a last day.
    One turned down changes nothing and is logged.

    Raises
    ------
    UsageError
        If tier, reason or day cannot be, or the day is missing.
    StateError
        If the firm is not on the register, has an override in force, or no earlier tier to go back to.
    """
    told = _checked_reason(reason)
    with workspace.transaction() as connection:
        firm, name = _firm(connection, firm_id)
        if not upheld:
            detail = {"firm_id": firm, "reason": told, "upheld": False}
            mark = mark_internal(connection, workspace, "classify object", detail)
            return OverrideResult(firm_id=firm, firm_name=name, override=None, mark=mark)
        if until is None:
            raise UsageError(_("expected --until, the last day of the tier given back"))
        given = tier or _tier_before(load_tier_history(connection, firm), firm)
        return _give(connection, workspace, (firm, name), OBJECTION, given, told, until)


def list_overrides(workspace: Workspace) -> OverrideList:
    """All overrides, ended and expired ones too; looking leaves an entry in the log."""
    with workspace.transaction() as connection:
        found = load_overrides(connection)
        labels = load_firm_labels(connection, sorted({one.firm_id for one in found}))
        return OverrideList(
            overrides=found,
            names={firm_id: name for firm_id, (name, _registrar) in labels.items()},
            today=workspace.today,
            mark=mark_internal(connection, workspace, "classify overrides", {"num_overrides": len(found)}),
        )


def _give(
    connection: sa.Connection,
    workspace: Workspace,
    firm: tuple[str, str],
    kind: str,
    tier: str,
    reason: str,
    until: date,
) -> OverrideResult:
    tiers = workspace.settings.tiers.codes
    if tier not in tiers:
        raise UsageError(_("expected a tier among {tiers}, got {tier}").format(tiers=", ".join(tiers), tier=tier))
    if until < workspace.today:
        raise UsageError(
            _("--until: expected today, {today}, or a later day, got {day}").format(today=workspace.today, day=until)
        )
    told = _checked_reason(reason)
    firm_id, name = firm
    standing = _in_force(connection, firm_id, workspace.today)
    if standing is not None:
        raise StateError(
            _(
                "firm {firm_id} has an override to {tier} until {day}; end it first with “double-random classify "
                "override {firm_id} --end”"
            ).format(firm_id=firm_id, tier=standing.tier, day=standing.valid_until)
        )
    entry = insert_override(
        connection,
        firm_id=firm_id,
        kind=kind,
        tier=tier,
        reason=told,
        author=workspace.actor,
        starts_on=workspace.today,
        valid_until=until,
    )
    action = "classify override" if kind == MANUAL else "classify object"
    return OverrideResult(
        firm_id=firm_id, firm_name=name, override=entry, mark=_logged(connection, workspace, action, entry)
    )


def _logged(
    connection: sa.Connection, workspace: Workspace, action: str, entry: Override, *, before: str = ""
) -> InternalMark:
    detail = {
        "firm_id": entry.firm_id,
        "kind": entry.kind,
        "override": entry.override_id,
        "reason": entry.end_reason if before else entry.reason,
        "tier": entry.tier,
        "until": entry.valid_until.isoformat(),
    }
    return mark_internal(connection, workspace, action, detail, before=before, after=_digest(entry))


def _digest(entry: Override) -> str:
    values = {name: "" if value is None else str(value) for name, value in asdict(entry).items()}
    return content_digest(document_bytes(values))


def _firm(connection: sa.Connection, firm_id: str) -> tuple[str, str]:
    """Code and name of a firm of the register."""
    wanted = typed_code(firm_id)
    labels = load_firm_labels(connection, [wanted])
    if wanted not in labels:
        raise StateError(
            _("firm {firm_id} is not on the register; check the code, or import the firm").format(firm_id=wanted)
        )
    return wanted, labels[wanted][0]


def _in_force(connection: sa.Connection, firm_id: str, today: date) -> Override | None:
    return next((one for one in load_overrides(connection, firm_id) if one.holds_on(today)), None)


def _tier_before(history: tuple[TierSince, ...], firm_id: str) -> str:
    """The tier before the newest one."""
    if not history:
        raise StateError(_("firm {firm_id} is in no classification; name the tier with --tier").format(firm_id=firm_id))
    earlier = [since.tier for since in history if since.tier != history[-1].tier]
    if not earlier:
        raise StateError(
            _("firm {firm_id} has always been in tier {tier}; name the tier it should have with --tier").format(
                firm_id=firm_id, tier=history[-1].tier
            )
        )
    return earlier[-1]


def _checked_reason(reason: str) -> str:
    told = reason.strip()
    if not told or len(told) > LONGEST_REASON or _CONTROL.search(told):
        raise UsageError(
            _("--reason: expected 1 to {most} characters in one line, got {got}").format(
                most=LONGEST_REASON, got=repr(told[:60])
            )
        )
    return told
