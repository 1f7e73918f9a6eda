"""
Finds the firm a row means: by its credit code, else by a name that one firm of the register alone has.

Nothing is guessed. A name that two firms have names neither; a credit code that is not on the register names another
firm, whatever stands beside it. Old registration numbers and damaged codes give way to the name, and this is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from scheduler.i18n import gettext as _
from scheduler.i18n import ngettext
from scheduler.registry.column_parsing import Findings
from scheduler.registry.columns import Fault
from scheduler.registry.credit_codes import explain_code, valid_codes
from scheduler.registry.text import clean_code, half_width

FIRM_NAME = "firm_name"  # where faults of the naming column are told; no field of any kind
_UNIFIED_LENGTH = 18
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredNames:
    """Credit code → name of every firm on the register."""

    names: Mapping[str, str]

    def called(self, wanted: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Codes of the firms that have each of the wanted names, by the name's key."""
        asked = {name_key(name) for name in wanted} - {""}
        keys = _keys(tuple(self.names.values()))
        found: dict[str, tuple[str, ...]] = {}
        for code, key in compress(zip(self.names, keys, strict=True), map(asked.__contains__, keys)):
            found[key] = (*found.get(key, ()), code)
        return found


def name_key(name: str) -> str:
    """
    Form in which names are compared: half-width, without spaces and case.

    Examples
    --------
    >>> name_key("示例食品（威海）有限公司") == name_key(" 示例食品(威海) 有限公司")
    True
    """
    return clean_code(name).casefold()


def told_firms(
    texts: Sequence[str], names: Sequence[str], register: RegisteredNames, findings: Findings
) -> list[object]:
    """
    Credit code of the firm that each row means, None where none can be told.

    Parameters
    ----------
    texts, names
        Cells of the code and of the name, one of each per row; empty where the file has none.
    findings
        Takes what is wrong, and how many rows were found by name.

    Notes
    -----
    A code that reads well and is not on the register is given back as it is; that check belongs to the caller.
    """
    codes = [clean_code(text) for text in texts]
    valid = valid_codes(codes).tolist()
    asked = [code not in register.names for code in codes]
    called = register.called(name for name, ask in zip(names, asked, strict=True) if ask)
    values: list[object] = []
    num_by_name = 0
    for place, (code, good) in enumerate(zip(codes, valid, strict=True)):
        if not asked[place]:
            values.append(code)
            continue
        key = name_key(names[place])
        candidates = called.get(key, ())
        if good and (len(code) == _UNIFIED_LENGTH or not candidates):
            values.append(code)
        elif len(candidates) == 1:
            values.append(candidates[0])
            num_by_name += 1
            findings.notices.extend(_found_by_name(place, code, candidates[0]))
        else:
            values.append(None)
            findings.faults.append(_not_told(place, code, key, candidates))
    if num_by_name:
        message = ngettext(
            "{number} row tells no code of the register and was matched by a name that one firm alone has",
            "{number} rows tell no code of the register and were matched by a name that one firm alone has",
            num_by_name,
        )
        findings.for_all.append(("", message.format(number=num_by_name), ""))
    return values


def _keys(names: Sequence[str]) -> Sequence[str]:
    """Keys of clean names: the whole column as one text, because a register has half a million of them."""
    keys = half_width("\n".join(names)).replace(" ", "").casefold().split("\n") if names else []
    return keys if len(keys) == len(names) else [name_key(name) for name in names]


def _found_by_name(place: int, code: str, firm_id: str) -> Iterable[Fault]:
    if code:
        message = _("the code is none of the register; by the name it is {firm_id}").format(firm_id=firm_id)
        yield Fault(place=place, field="firm_id", message=message, remedy="")


def _not_told(place: int, code: str, key: str, candidates: Sequence[str]) -> Fault:
    if candidates:
        codes = "、".join(candidates[:_MOST_SHOWN]) + ("…" if len(candidates) > _MOST_SHOWN else "")
        message = _("expected a name that one firm of the register has, got one that {number} firms have")
        remedy = _("write the credit code of the firm that is meant: {codes}")
        return Fault(
            place=place,
            field=FIRM_NAME,
            message=message.format(number=len(candidates)),
            remedy=remedy.format(codes=codes),
        )
    if key:
        message = _("expected the name of a firm on the register, got another")
        remedy = _("write the credit code, import the firm first, or leave the row out")
        return Fault(place=place, field=FIRM_NAME, message=message, remedy=remedy)
    if code:
        message, remedy = explain_code(code)
        return Fault(place=place, field="firm_id", message=message, remedy=remedy)
    message = _("expected the credit code or the name of a firm, got neither")
    return Fault(place=place, field=FIRM_NAME, message=message, remedy=_("fill one of the two"))
