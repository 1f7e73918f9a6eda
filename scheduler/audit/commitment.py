"""Claims about a draw's commitment and ceremony: what was fixed, when, which entropy, which seed (1.5, 4, 5)."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

from scheduler.audit import entropy
from scheduler.audit.claims import Group
from scheduler.audit.context import Draw
from scheduler.audit.formats.words import DRAW_ID, MICRO
from scheduler.audit.year import Differences
from scheduler.draw.hashing import digest, keyed_digest
from scheduler.i18n import gettext as _

DEFAULT_ENTROPY_BITS = 64
_ROOTS = ("drawn_root", "outcome_root")  # of what a draw that was not drawn does not have


def check_identity(group: Group, draw: Draw, year: dict[str, Any]) -> None:
    """Claims that the commitment speaks of this draw, bureau, year and round (section 4)."""
    commitment = draw.document("commitment.json")
    match = DRAW_ID.fullmatch(draw.draw_id)
    number = int(match["round"]) if match else 0
    rounds = [entry for entry in year["rounds"] if entry["number"] == number]
    expected: dict[str, Any] = {"bureau": year["bureau"], "year": year["year"], "draw_id": draw.draw_id}
    if rounds:
        window = {key: rounds[0][key] for key in ("starts_on", "ends_on")}
        expected |= {"kind": rounds[0]["kind"], "window": window}
    differences: Differences = [
        (f"{key}: {value}", commitment[key]) for key, value in expected.items() if commitment[key] != value
    ]
    if commitment["window"]["starts_on"] > commitment["window"]["ends_on"]:
        differences.append((_("a window that starts before it ends"), commitment["window"]["ends_on"]))
    group.first("4", _("the commitment speaks of this draw, bureau, year, round and window"), differences)


def check_secrets(group: Group, draw: Draw) -> None:
    """Claims that the secrets opened are those committed to (section 4)."""
    text = _("the secrets opened are those that were committed to")
    if not draw.opens_seals:
        group.not_checked("4", text, closed_reason(draw))
        return
    commitment, secrets = draw.document("commitment.json"), draw.document("secret.json")
    differences: Differences = []
    for name, tag in (("secret", "secret"), ("officer_secret", "officer-secret")):
        found = digest(tag, secrets[name])
        if found != commitment[name]:
            differences.append((f"{name}: {commitment[name]}", found))
    group.first("4", text, differences)


def check_seals(group: Group, draw: Draw) -> None:
    """Claims that the sealed files are those frozen by the commitment (section 1.5)."""
    text = _("register, scorecard, allocation, lists, roster, recusals and policy are those sealed before the seed")
    if not draw.opens_seals:
        group.not_checked("1.5", text, closed_reason(draw))
        return
    sealed, secret = draw.document("commitment.json")["sealed"], draw.secret()
    differences: Differences = []
    for name in sorted(sealed):
        seal = digest("sealed", name, keyed_digest(secret, "nonce", name), draw.record.digest(draw.path(name)))
        if seal != sealed[name]:
            differences.append((f"{name}: {sealed[name]}", seal))
    group.first("1.5", text, differences, len(sealed))


def closed_reason(draw: Draw) -> str:
    """Why sealed files cannot be looked into."""
    if draw.record.is_audit:
        return _("an audit record opens the secret once the draw has a ceremony")
    return _("only the audit record opens the seals")


def check_dates(group: Group, draw: Draw) -> None:
    """Claims that every source speaks after the commitment and before the draw (section 5)."""
    commitment = draw.document("commitment.json")
    committed_on = commitment["committed_on"]
    drawn_on = draw.document("ceremony.json")["drawn_on"] if draw.was_drawn else ""
    differences: Differences = []
    for source in commitment["entropy"]:
        spoken_on = source["spoken_on"]
        if spoken_on <= committed_on:
            differences.append(
                (_("{name} to speak after {day}").format(name=source["name"], day=committed_on), spoken_on)
            )
        if drawn_on and spoken_on > drawn_on:
            differences.append((_("{name} to speak by {day}").format(name=source["name"], day=drawn_on), spoken_on))
    names = [source["name"] for source in commitment["entropy"]]
    if not names or len(set(names)) != len(names):
        differences.append((_("one or more sources with different names"), ", ".join(names) or _("none")))
    group.first(
        "5", _("every source of entropy speaks after the commitment and not after the draw"), differences, len(names)
    )
    group.not_checked(
        "9",
        _("the commitment was published on its day, and the sources said these values"),
        _("bytes cannot prove when they were made: compare {digest} and the values with what was published").format(
            digest=draw.commitment_digest()
        ),
    )


def check_bits(group: Group, draw: Draw) -> None:
    """Claims that the bits announced reach the policy's least entropy (section 5)."""
    text = _("the entropy announced reaches the policy's least number of bits")
    bits = sum(source["bits"] for source in draw.document("commitment.json")["entropy"])
    if not draw.opens_seals:
        group.not_checked("5", text, _("{bits} bits announced; {reason}").format(bits=bits, reason=closed_reason(draw)))
        return
    least = policy_value(load_policy(draw), "draw", "least_entropy_bits", DEFAULT_ENTROPY_BITS)
    if entropy.operator_alone(draw.document("commitment.json")["entropy"]):
        group.passed("5", text, _("not asked of the bureau's own seed alone"))
    elif isinstance(least, int) and bits >= least:
        group.passed("5", text, f"{bits} ≥ {least}")
    else:
        group.failed("5", text, expected=f"≥ {least}", found=bits)


def load_policy(draw: Draw) -> dict[str, Any]:
    """The policy as it was when the draw was committed; raises `RecordError`."""
    path = draw.path("policy.toml")
    content = draw.record.read(path)
    try:
        return tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        message = _("{name}: expected TOML, got text that is not ({error})").format(name=path, error=str(error)[:100])
        raise draw.record.refuse(path, message) from error


def policy_value(policy: dict[str, Any], table: str, key: str, default: object) -> object:
    """A value of the policy, or the default where it is silent."""
    section = policy.get(table, {})
    return section.get(key, default) if isinstance(section, dict) else default


def waiting_windows(draw: Draw) -> list[tuple[str, str]]:
    """First and last day of this round and of the targeted rounds of the policy after it (section 3.1)."""
    window = draw.document("commitment.json")["window"]
    windows = [(window["starts_on"], window["ends_on"])]
    match = DRAW_ID.fullmatch(draw.draw_id)
    number = int(match["round"]) if match else 0
    rounds = load_policy(draw).get("rounds", [])
    if not isinstance(rounds, list) or not all(map(_is_round, rounds)):
        name = draw.path("policy.toml")
        message = _("{name}: expected rounds with number, kind, starts_on and ends_on").format(name=name)
        raise draw.record.refuse(name, message)
    later = [entry for entry in rounds if entry["kind"] == "targeted" and entry["number"] > number]
    return windows + [(str(entry["starts_on"]), str(entry["ends_on"])) for entry in later]


def _is_round(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("number"), int)
        and all(isinstance(entry.get(key), date | str) for key in ("kind", "starts_on", "ends_on"))
    )


def check_policy(group: Group, draw: Draw, year: dict[str, Any]) -> None:
    """Claims that the policy sealed is of this bureau, year, base date and ratio (section 2)."""
    text = _("the policy sealed states the bureau, year, base date and ratio of year.json")
    if not draw.opens_seals:
        return
    policy = load_policy(draw)
    ratio = policy_value(policy, "target", "ratio", None)
    micro = Decimal(ratio) * MICRO if isinstance(ratio, Decimal | int) else None
    expected = [year["bureau"], year["year"], year["base_date"], year["target_ratio_micro"]]
    found = [
        policy_value(policy, "bureau", "code", ""),
        policy_value(policy, "year", "year", 0),
        str(policy_value(policy, "year", "base_date", "")),
        micro,
    ]
    if expected == found:
        group.passed("2", text)
    else:
        group.failed("2", text, expected=expected, found=", ".join(map(str, found)))


def check_new_source(group: Group, draw: Draw, draws: list[Draw]) -> None:
    """Claims that an attempt after a voided one announces a source that no earlier attempt announced (section 5)."""
    stem, _dash, attempt = draw.draw_id.rpartition("-")
    if attempt == "1":
        return
    earlier = [other for other in draws if other.draw_id.rpartition("-")[0] == stem and _attempt(other) < int(attempt)]
    known = {source for other in earlier for source in _sources(other)}
    text = _("this new attempt announces a source that no earlier attempt announced")
    if _sources(draw) - known:
        group.passed("5", text)
    else:
        group.failed(
            "5", text, expected=_("a source (name and day) not announced before"), found=sorted(_sources(draw))
        )


def _attempt(draw: Draw) -> int:
    return int(draw.draw_id.rpartition("-")[2])


def _sources(draw: Draw) -> set[tuple[str, str]]:
    return {(source["name"], source["spoken_on"]) for source in draw.document("commitment.json")["entropy"]}


def check_drawn_before(group: Group, draw: Draw, draws: list[Draw]) -> None:
    """Claims that the commitment names the draws that stood when it was made (section 3.1)."""
    by_id = {other.draw_id: other for other in draws}
    commitment = draw.document("commitment.json")
    named = commitment["drawn_before"]
    differences: Differences = []
    if named != sorted(set(named)):
        differences.append((_("draw ids, ascending"), named))
    for draw_id in named:
        other = by_id.get(draw_id)
        if other is None or other is draw:
            differences.append((_("another draw of the record"), draw_id))
        elif other.state != "drawn":
            differences.append((_("{draw_id} to stand").format(draw_id=draw_id), other.state))
        elif other.document("ceremony.json")["drawn_on"] > commitment["committed_on"]:
            differences.append((_("{draw_id} drawn before the commitment").format(draw_id=draw_id), draw_id))
    if draw.state == "drawn":
        differences += _unordered(draw, draws)
    group.first("3.1", _("the commitment names the draws that stood when it was made"), differences, ", ".join(named))


def _unordered(draw: Draw, draws: list[Draw]) -> Differences:
    """Standing draws of which neither this nor the other comes before the other."""
    named = draw.document("commitment.json")["drawn_before"]
    differences: Differences = []
    for other in draws:
        if other is draw or other.is_external or other.state != "drawn":
            continue
        theirs = other.document("commitment.json")["drawn_before"]
        if (other.draw_id in named) == (draw.draw_id in theirs):
            words = _("one of {first} and {second} to come before the other")
            differences.append((words.format(first=draw.draw_id, second=other.draw_id), ", ".join(named) or _("none")))
    return differences


def check_ceremony(group: Group, draw: Draw) -> None:
    """Claims about the ceremony: its draw and commitment, sources, seed, and what a void leaves (section 5)."""
    commitment, ceremony = draw.document("commitment.json"), draw.document("ceremony.json")
    differences: Differences = [
        (f"{key}: {value}", ceremony[key])
        for key, value in (
            ("draw_id", draw.draw_id),
            ("kind", commitment["kind"]),
            ("commitment_digest", draw.commitment_digest()),
            ("format", 2 if commitment["format"] > 2 else 1),
        )
        if ceremony[key] != value
    ]
    if (ceremony["void_reason"] == "") != (ceremony["status"] == "drawn"):
        differences.append((_("a reason if and only if the draw is voided"), ceremony["void_reason"] or _("none")))
    group.first("5", _("the ceremony opens this commitment"), differences, ceremony["status"])
    if not draw.was_drawn:
        _check_undrawn(group, ceremony)
        return
    found = [source["name"] for source in ceremony["entropy"]]
    expected = entropy.used_sources(draw)
    group.equal("5", _("the entropy used is the one announced, in its order"), expected=expected, found=found)
    entropy.check_values(group, draw)
    group.equal("5", _("the seed follows from commitment and entropy"), expected=draw.seed(), found=ceremony["seed"])


def check_external(group: Group, draw: Draw) -> None:
    """Claims that the ceremony of a list drawn elsewhere says so and claims no seed; the lot itself is not checked."""
    ceremony = draw.document("ceremony.json")
    expected: dict[str, Any] = {
        "format": 1,
        "draw_id": draw.draw_id,
        "kind": "external",
        "status": "drawn",
        "void_reason": "",
        "commitment_digest": "",
        "entropy": [],
        "seed": "",
    }
    differences: Differences = [
        (f"{key}: {value!r}", ceremony[key]) for key, value in expected.items() if ceremony[key] != value
    ]
    if "outcome_root" in ceremony:  # without tickets there is no greatest one
        differences.append((_("no {key}").format(key="outcome_root"), ceremony["outcome_root"]))
    group.first("2", _("the list says that it was drawn elsewhere"), differences)
    group.not_checked("2", _("the list was drawn by lot"), _("a list drawn elsewhere is not verifiable here"))


def _check_undrawn(group: Group, ceremony: dict[str, Any]) -> None:
    empty: dict[str, Any] = {
        "drawn_on": "",
        "seed": "",
        "drawn_digest": "",
        "entropy": [],
        "num_drawn": 0,
        "num_counting": 0,
    }
    if ceremony["format"] > 1:
        empty |= {"revealed": [], "skipped": []}
    differences: Differences = [
        (f"{key}: {value!r}", ceremony[key]) for key, value in empty.items() if ceremony[key] != value
    ]
    differences += [(_("no {key}").format(key=key), ceremony[key]) for key in _ROOTS if key in ceremony]
    group.first("5", _("a draw voided before its entropy spoke has no seed and no list"), differences)


def check_log_head(group: Group, draw: Draw, hashes: frozenset[str] | None) -> None:
    """Claims that the commitment's log head is an entry of the log (section 4)."""
    text = _("the commitment is bound to an entry of the log")
    head = draw.document("commitment.json")["log_head"]
    if hashes is None:
        group.not_checked("4", text, _("only the audit record holds the log; the head is {head}").format(head=head))
    elif head in hashes:
        group.passed("4", text)
    else:
        group.failed("4", text, expected=_("the hash of an entry of log.tsv"), found=head)
