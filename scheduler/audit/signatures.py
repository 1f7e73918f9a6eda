"""Claims about signatures: the record's own, and the chain of the keys in the log (section 2.1)."""

from __future__ import annotations

from scheduler.audit.claims import Group
from scheduler.audit.log import detail_of
from scheduler.audit.record import SIGNATURE, Record
from scheduler.audit.year import Differences
from scheduler.draw.signing import is_signed
from scheduler.i18n import gettext as _

SECTION = "2.1"
ACTION = "key new"


def check_signature(group: Group, record: Record) -> None:
    """Claims that the record is signed by the key it names, and in an audit record that the log tells of that key."""
    text = _("the record is signed by the key that it names")
    if not record.public_key:
        group.not_checked(SECTION, text, _("the record is not signed"))
    elif not record.has(SIGNATURE):
        group.failed(SECTION, text, expected=SIGNATURE, found=_("no such file"))
    else:
        signature = record.document(SIGNATURE)["signature"]
        if is_signed(record.public_key, signature, "record", record.digest("manifest.json")):
            group.passed(SECTION, text, record.public_key)
        else:
            expected = _("a signature by {key}").format(key=record.public_key)
            group.failed(SECTION, text, expected=expected, found=signature)
    if record.is_audit:
        _check_chain(group, record)


def _check_chain(group: Group, record: Record) -> None:
    """Claims about the keys that the log tells of; a key that was lost signs no other, and that is said."""
    newest, count = "", 0
    differences: Differences = []
    lost: list[str] = []
    for detail in _key_entries(record):
        key, before = detail.get("public_key", ""), detail.get("previous_key", "")
        if before != newest:
            differences.append((_("{key} in the place of {previous}").format(key=key, previous=newest or "–"), before))
        if newest and detail.get("lost"):
            lost.append(newest)
        elif newest and not is_signed(newest, detail.get("signature", ""), "key", key):
            expected = _("{key} signed by {previous}").format(key=key, previous=newest)
            differences.append((expected, _("no such signature")))
        newest, count = key, count + 1
    if not count and not record.public_key:
        return
    if newest != record.public_key:
        differences.append((newest or _("no key, as in the log"), record.public_key or _("no key")))
    text = _("each key in the log is signed by the one before, and the last one is the record's")
    group.first(SECTION, text, differences, count)
    if lost:
        reason = _("the log says that it was lost: {keys}").format(keys=", ".join(lost))
        group.not_checked(SECTION, _("a key was given up by its owner"), reason)


def _key_entries(record: Record) -> list[dict[str, str]]:
    """Texts of the details of entries about keys; an entry whose detail is none gives no text."""
    return [
        {key: value for key, value in detail_of(text).items() if isinstance(value, str)}
        for action, text in record.table("log.tsv").rows("action", "detail")
        if action == ACTION
    ]
