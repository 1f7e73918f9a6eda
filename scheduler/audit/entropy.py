"""Claims about sources of entropy with kinds: details, bits, the last word, values (specification, 5.1 and 5.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import comb, prod
from typing import Any

from scheduler.audit.claims import Group
from scheduler.audit.context import Draw
from scheduler.audit.year import Differences
from scheduler.draw.hashing import content_digest
from scheduler.i18n import gettext as _

Source = Mapping[str, Any]

PUBLIC = ("digits", "balls", "index", "beacon")
HELD = ("witness", "operator")  # their detail is the digest of what they will say
_DETAILS = {
    "digits": re.compile("[1-9][0-9]?"),
    "balls": re.compile(r"[1-9][0-9]?/[1-9][0-9]?(?:\+[1-9][0-9]?/[1-9][0-9]?){0,3}"),
    "index": re.compile("[1-4]"),
    "beacon": re.compile("[0-9]{1,18}"),
    "dice": re.compile("[1-9][0-9]{0,2}"),
    "witness": re.compile("[0-9a-f]{64}"),
    "operator": re.compile("[0-9a-f]{64}"),
}


def _parts(detail: str) -> list[tuple[int, int]]:
    """How many of how many, for each part of a lottery of numbers."""
    return [(int(drawn), int(of)) for drawn, _slash, of in (part.partition("/") for part in detail.split("+"))]


_BITS: Mapping[str, Callable[[str], int]] = {
    "digits": lambda detail: int(10 ** int(detail)).bit_length() - 1,
    "balls": lambda detail: prod(comb(of, drawn) for drawn, of in _parts(detail)).bit_length() - 1,
    "index": lambda detail: 3 * int(detail),
    "beacon": lambda detail: 128,
    "dice": lambda detail: 2 * int(detail),
    "witness": lambda detail: 0,
    "operator": lambda detail: 0,
}
_VALUES: Mapping[str, Callable[[str, str], bool]] = {
    "digits": lambda detail, value: re.fullmatch(f"[0-9]{{{detail}}}", value) is not None,
    "balls": lambda detail, value: _are_balls(_parts(detail), value.split("+")),
    "index": lambda detail, value: re.fullmatch(rf"(?:0|[1-9][0-9]{{0,8}})\.[0-9]{{{detail}}}", value) is not None,
    "beacon": lambda detail, value: re.fullmatch("[0-9a-f]{64}|[0-9a-f]{128}", value) is not None,
    "dice": lambda detail, value: re.fullmatch(f"[1-6]{{{detail}}}", value) is not None,
    "witness": lambda detail, value: 20 <= len(value) <= 200 and content_digest(value.encode("utf-8")) == detail,
    "operator": lambda detail, value: (
        re.fullmatch("[0-9a-f]{64}", value) is not None and content_digest(value.encode("utf-8")) == detail
    ),
}


def _are_balls(parts: list[tuple[int, int]], written: list[str]) -> bool:
    if len(parts) != len(written):
        return False
    for (drawn, of), cell in zip(parts, written, strict=True):
        texts = cell.split(".")
        if len(texts) != drawn or not all(re.fullmatch("[0-9]{2}", text) for text in texts):
            return False
        if texts != sorted(set(texts)) or texts[0] == "00" or int(texts[-1]) > of:
            return False
    return True


def counted_bits(source: Source) -> int:
    """Bits for which a source counts by its kind; -1 where its detail is not what the kind asks for."""
    kind, detail = source["kind"], source["detail"]
    fits = _DETAILS[kind].fullmatch(detail) and (kind != "balls" or all(a <= b for a, b in _parts(detail)))
    return _BITS[kind](detail) if fits else -1


def can_have_said(source: Source, value: str) -> bool:
    """Whether a value is written as the source's kind asks, and opens what it committed to."""
    return counted_bits(source) >= 0 and _VALUES[source["kind"]](source["detail"], value)


def operator_alone(sources: list[dict[str, Any]]) -> bool:
    """Whether the bureau's own seed is all there is."""
    return [source.get("kind") for source in sources] == ["operator"]


def check_kinds(group: Group, draw: Draw) -> None:
    """Claims about what is announced of sources with kinds: details, bits, the last word (section 5.1)."""
    document = draw.document("commitment.json")
    if document["format"] < 3:
        return
    sources = document["entropy"]
    differences: Differences = []
    for source in sources:
        bits = counted_bits(source)
        if bits != source["bits"]:
            expected = _("a detail that fits the kind {kind}").format(kind=source["kind"]) if bits < 0 else bits
            found = source["detail"] if bits < 0 else source["bits"]
            differences.append((f"{source['name']}: {expected}", found))
    group.first("5.1", _("kinds, details and bits of the sources are those of the table"), differences, len(sources))
    if operator_alone(sources):
        reason = _("the bureau's own seed is the only source: the weakest kind of draw")
        group.not_checked("5.1", _("nobody could know the seed beforehand"), reason)
        return
    last = max((source["spoken_on"] for source in sources if source["kind"] in PUBLIC), default="")
    held = [source for source in sources if source["kind"] in HELD]
    late: Differences = [
        (_("{name} before the last public source").format(name=source["name"]), source["spoken_on"])
        for source in held
        if source["spoken_on"] >= last
    ]
    details = [source["detail"] for source in held]
    if len(set(details)) != len(details):
        late.append((_("contributions that differ"), details[0]))
    group.first("5.1", _("the last word is a public source's"), late, len(held))


def check_values(group: Group, draw: Draw) -> None:
    """Claims that values are written as kinds ask, open what was committed to, and came in time (section 5.2)."""
    commitment, ceremony = draw.document("commitment.json"), draw.document("ceremony.json")
    if commitment["format"] < 3:
        return
    said = {entry["name"]: entry["value"] for entry in ceremony["entropy"]}
    sources = {source["name"]: source for source in commitment["entropy"]}
    differences: Differences = [
        (f"{name}: {source['kind']} {source['detail']}", said[name])
        for name, source in sources.items()
        if name in said and not can_have_said(source, said[name])
    ]
    group.first("5.2", _("every value is one that its source can have said"), differences, len(said))
    witnesses = [name for name, source in sources.items() if source["kind"] == "witness"]
    revealed = [entry["name"] for entry in ceremony["revealed"]]
    wrong: Differences = []
    if revealed != [name for name in witnesses if name in said]:
        wrong.append((_("the witnesses whose values are used, in their order"), ", ".join(revealed) or _("none")))
    for entry in ceremony["revealed"]:
        last_day = sources[entry["name"]]["spoken_on"] if entry["name"] in sources else ""
        if not commitment["committed_on"] <= entry["revealed_on"] <= last_day:
            words = f"{entry['name']}: {commitment['committed_on']} – {last_day}"
            wrong.append((words, entry["revealed_on"]))
    if ceremony["skipped"] != [name for name in witnesses if name not in said]:
        wrong.append((_("the other witnesses skipped, in their order"), ", ".join(ceremony["skipped"]) or _("none")))
    group.first("5.2", _("witnesses revealed in time or were skipped, and nobody else was"), wrong, len(witnesses))


def used_sources(draw: Draw) -> list[str]:
    """Names of the sources whose values make the seed: all announced but the witnesses skipped."""
    commitment, ceremony = draw.document("commitment.json"), draw.document("ceremony.json")
    skipped = set(ceremony.get("skipped", ()))
    return [
        source["name"]
        for source in commitment["entropy"]
        if source.get("kind") != "witness" or source["name"] not in skipped
    ]
