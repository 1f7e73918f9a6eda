"""The claim about the verifier that an audit record carries (specification, section 10.1)."""

from __future__ import annotations

from scheduler.audit.alone.bundle import bundle_digest
from scheduler.audit.claims import Group
from scheduler.audit.formats.files import CARRIED
from scheduler.audit.record import Record
from scheduler.i18n import gettext as _


def check_carried(group: Group, record: Record) -> None:
    """Claims that the verifier in the record is this program's; one of another version is told, not judged."""
    if not record.is_audit:
        return
    text = _("the verifier in the record is the one that the specification lists for this version")
    if not record.has(CARRIED):
        group.not_checked("10.1", text, _("the record carries none"))
    elif record.digest(CARRIED) == bundle_digest():
        group.passed("10.1", text, record.digest(CARRIED))
    else:
        reason = _("look for its SHA-256, {digest}, in the list of the specification").format(
            digest=record.digest(CARRIED)
        )
        group.not_checked("10.1", text, reason)
