"""Claims about the record as a whole and about the year: files, lists, rounds, attempts, target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from scheduler.audit.claims import Group
from scheduler.audit.context import Draw, Lists
from scheduler.audit.formats.files import (
    AUDIT_COMMITTED_FILES,
    AUDIT_DRAWN_FILES,
    AUDIT_ROOT_FILES,
    AUDIT_SUBSTITUTE_FILES,
    CARRIED,
    CHANGE_FILES,
    COMMITTED_FILES,
    DAY_FILES,
    DRAW_LOG,
    DRAWN_FILES,
    EXPERT_FILES,
    HANDOVERS,
    OFFICER_FILES,
    PROGRAMME_FILES,
    ROOT_FILES,
    SUBSTITUTE_FILES,
)
from scheduler.audit.formats.words import DRAW_ID, EXTERNAL_ID, MICRO
from scheduler.audit.record import Record, shown_name
from scheduler.draw.canonical import document_bytes
from scheduler.draw.hashing import content_digest
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _

Differences = list[tuple[object, object]]


def check_manifest(group: Group, record: Record) -> None:
    """Claims that the manifest's own digest is right and that it lists exactly the files there are (section 2)."""
    document = {key: value for key, value in record.manifest.items() if key != "record_digest"}
    group.equal(
        "2",
        _("the manifest carries its own digest"),
        expected=content_digest(document_bytes(document)),
        found=record.manifest["record_digest"],
    )
    there = record.contents
    missing: Differences = [
        (_("{name} in the folder").format(name=name), _("no such file")) for name in sorted(record.listed - there)
    ]
    unlisted: Differences = [
        (_("only files of the manifest"), _("{name}, not listed").format(name=shown_name(name)))
        for name in sorted(there - record.listed)
    ]
    group.first("2", _("the manifest lists exactly the files of the folder"), missing + unlisted, len(there))


def check_digests(group: Group, record: Record) -> None:
    """Claims that every file has the digest the manifest lists for it; files not read yet are read now."""
    differences: Differences = []
    for name, listed in sorted(record.manifest["files"].items()):
        if not record.has(name):
            continue
        found = record.digest(name)
        if found != listed:
            differences.append((f"{name}: {listed}", found))
    group.first("2", _("every file has the digest that the manifest lists"), differences, len(record.listed))


def check_files(group: Group, record: Record, draws: list[Draw]) -> None:
    """Claims that the record holds the files that its kind and each draw's state ask for, and no other."""
    expected = set(ROOT_FILES) | (set(AUDIT_ROOT_FILES) if record.is_audit else set())
    expected |= {DRAW_LOG} if any(draw.names_draw_log for draw in draws) else set()
    allowed = expected | {DRAW_LOG} | ({CARRIED} if record.is_audit else set())
    for draw in draws:
        required, optional = _files_of(draw, record.is_audit)
        expected |= {draw.path(name) for name in required}
        allowed |= {draw.path(name) for name in required | optional}
    there = record.contents
    missing: Differences = [(name, _("no such file")) for name in sorted(expected - there)]
    surplus: Differences = [
        (_("no file that this kind of record does not have"), shown_name(name)) for name in sorted(there - allowed)
    ]
    group.first(
        "2", _("the record holds the files that its draws ask for, and no other"), missing + surplus, len(there)
    )


def _files_of(draw: Draw, is_audit: bool) -> tuple[set[str], set[str]]:
    """Files a draw must have, and those it may have."""
    results = {"results.tsv"}
    officers = _files_of_officers(draw) if is_audit else set()
    changes = {*CHANGE_FILES, *(EXPERT_FILES if _officers_format(draw) > 2 else ())} if is_audit else set()
    if draw.is_external:
        return {"ceremony.json", *DRAWN_FILES}, results | officers | changes - {HANDOVERS}
    if draw.state == "committed":
        return set(COMMITTED_FILES), set()
    required = {*COMMITTED_FILES, "ceremony.json"} | (set(AUDIT_COMMITTED_FILES) if is_audit else set())
    if is_audit and draw.seals_programme:
        required |= set(PROGRAMME_FILES)
    if not draw.was_drawn:
        return required, set()
    required |= set(DRAWN_FILES) | (set(AUDIT_DRAWN_FILES) if is_audit else set())
    substitutes = {*SUBSTITUTE_FILES, *(AUDIT_SUBSTITUTE_FILES if is_audit else ())}
    if any(draw.has(name) for name in substitutes):
        required |= substitutes
    has_officers = is_audit and any(draw.has(name) for name in OFFICER_FILES)
    if not officers & set(DAY_FILES):
        changes.discard(HANDOVERS)  # of officers drawn by format 1 no visit is handed over
    return required | (officers if has_officers else set()), results | (changes if has_officers else set())


def _files_of_officers(draw: Draw) -> set[str]:
    """Files of a draw whose officers are drawn; those of days came with format 2."""
    return {*OFFICER_FILES, *(DAY_FILES if _officers_format(draw) > 1 else ())}


def _officers_format(draw: Draw) -> int:
    """Format of officers.json; 1 where there is none that can be read."""
    try:
        return int(draw.document("officers.json")["format"]) if draw.has("officers.json") else 1
    except RecordError:
        return 1


def check_forms(group: Group, record: Record) -> None:
    """Claims that every file could be read; called last, when every file has been tried."""
    differences: Differences = [
        (_("the canonical form of format 1"), message) for name, message in sorted(record.problems.items())
    ]
    group.first("1.3, 1.4", _("every file is in canonical form and can be read"), differences, len(record.digests))


def check_year(group: Group, record: Record, year: dict[str, Any], draws: list[Draw]) -> None:
    """Claims about year.json alone: whose it is, T, its rounds and its draws."""
    identity = {"bureau": record.manifest["bureau"], "year": record.manifest["year"]}
    group.equal(
        "2",
        _("manifest and year.json speak of the same bureau and year"),
        expected=identity,
        found={"bureau": year["bureau"], "year": year["year"]},
    )
    group.equal(
        "2",
        _("the target is T = ⌈r·N⌉"),
        expected=(year["target_ratio_micro"] * year["num_enterprises"] + MICRO - 1) // MICRO,
        found=year["target"],
    )
    group.not_checked(
        "2",
        _("N is the number of enterprises in operation on the base date"),
        _("no record holds the register of the base date; year.json says N = {number}").format(
            number=year["num_enterprises"]
        ),
    )
    group.not_checked(
        "9",
        _("register, roster, recusals and results are complete, and names are true"),
        _("bytes cannot tell what was never imported, or imported wrongly"),
    )
    numbers = [entry["number"] for entry in year["rounds"]]
    group.equal("2", _("rounds are numbered 1, 2, …"), expected=list(range(1, len(numbers) + 1)), found=numbers)
    group.equal(
        "2",
        _("year.json lists the draws of the record, ascending"),
        expected=sorted(draw.draw_id for draw in draws),
        found=year["draws"],
    )


def check_districts(group: Group, year: dict[str, Any], drawn_in: Mapping[str, str] | None) -> None:
    """
    Claims about the numbers by district of a year.json of format 2 (section 2).

    Parameters
    ----------
    drawn_in
        District of each enterprise that counts, by its id, as the registers sealed have it; None without them.
    """
    if year["format"] < 2:
        return
    parts = {entry["code"]: entry for entry in year["districts"]}
    for name in ("num_enterprises", "drawn_enterprises"):
        total = sum(entry[name] for entry in parts.values()) + year["elsewhere"][name]
        text = _("{name} of the districts and elsewhere sum to that of the year").format(name=name)
        group.equal("2", text, expected=year[name], found=total)
    text = _("enterprises drawn by district follow from the registers")
    if drawn_in is None:
        group.not_checked("2", text, _("only the audit record holds the registers of all draws"))
        return
    counts = Counter(district if district in parts else "" for district in drawn_in.values())
    differences: Differences = [
        (f"{code}: {counts[code]}", entry["drawn_enterprises"])
        for code, entry in [*parts.items(), ("", year["elsewhere"])]
        if counts[code] != entry["drawn_enterprises"]
    ]
    group.first("2", text, differences, len(parts))


def check_attempts(group: Group, year: dict[str, Any], draws: list[Draw]) -> None:
    """Claims that ids are of the year's rounds, attempts have no gap and all but the last are voided (section 5)."""
    differences: Differences = []
    kinds = {entry["number"]: entry["kind"] for entry in year["rounds"]}
    attempts: dict[int, list[Draw]] = {}
    for draw in draws:
        match = DRAW_ID.fullmatch(draw.draw_id) or EXTERNAL_ID.fullmatch(draw.draw_id)
        if match is None or int(match["year"]) != year["year"]:
            differences.append((_("draw ids of {year}").format(year=year["year"]), draw.draw_id))
        elif not draw.is_external:
            attempts.setdefault(int(match["round"]), []).append(draw)
    for number, tried in sorted(attempts.items()):
        tried.sort(key=lambda draw: int(draw.draw_id.rpartition("-")[2]))
        if number not in kinds:
            differences.append((_("a round of year.json"), tried[0].draw_id))
        found = [int(draw.draw_id.rpartition("-")[2]) for draw in tried]
        if found != list(range(1, len(found) + 1)):
            differences.append((_("attempts 1, 2, … of round {number}").format(number=number), found))
        differences += _undated(tried)
        for draw in tried[:-1]:
            if draw.state != "voided":
                differences.append(
                    (_("{draw_id} voided, because it was tried again").format(draw_id=draw.draw_id), draw.state)
                )
    group.first(
        "5", _("attempts are numbered without gaps, and all but a round's last are voided"), differences, len(draws)
    )


def _undated(tried: list[Draw]) -> Differences:
    """Attempts of a round committed to before the attempt they repeat was; voided ones that were carried out."""
    differences: Differences = []
    for before, draw in pairwise(tried):
        day = before.document("commitment.json")["committed_on"]
        if before.was_drawn:
            day = max(day, before.document("ceremony.json")["drawn_on"])
        committed_on = draw.document("commitment.json")["committed_on"]
        if committed_on < day:
            expected = _("{draw_id} committed to on {day} or later").format(draw_id=draw.draw_id, day=day)
            differences.append((expected, committed_on))
    return differences + [
        (_("{draw_id} without results, because it is voided").format(draw_id=draw.draw_id), "results.tsv")
        for draw in tried
        if draw.state == "voided" and draw.has("results.tsv")
    ]


def check_lists(group: Group, lists: Lists) -> None:
    """Claims that tasks inspect items of the list, in windows that do not end before they start."""
    differences: Differences = []
    for task in lists.tasks.values():
        unknown = [item_id for item_id in task.item_ids if item_id not in lists.items]
        if unknown or not task.item_ids:
            differences.append(
                (_("items of the list in task {task_id}").format(task_id=task.task_id), ", ".join(unknown) or _("none"))
            )
        if task.starts_on > task.ends_on:
            differences.append((f"{task.task_id}: {task.starts_on} ≤ ends_on", task.ends_on))
    group.first("2", _("every task inspects items of the list"), differences, len(lists.tasks))


def check_totals(group: Group, year: dict[str, Any], draws: list[Draw]) -> None:
    """Claims about the year's total: distinct enterprises drawn that count, against year.json and against T."""
    standing = [draw for draw in draws if draw.state == "drawn"]
    counting = [draw.current().firm_id[draw.current().counting] for draw in standing]
    distinct = len(np.unique(np.concatenate([np.zeros(0, dtype="S18"), *counting])))
    group.equal(
        "2",
        _("drawn_enterprises counts the distinct enterprises drawn that count towards T, voided draws left out"),
        expected=distinct,
        found=year["drawn_enterprises"],
    )
    rounds = {int(match["round"]) for draw in standing if (match := DRAW_ID.fullmatch(draw.draw_id))}
    planned = {entry["number"] for entry in year["rounds"]}
    complete = bool(planned) and rounds >= planned
    external = any(draw.is_external for draw in standing)
    text = (
        _("all rounds are drawn and the target is hit exactly")
        if complete
        else _("what is drawn does not exceed the target")
    )
    target = year["target"]
    holds = (distinct >= target if external else distinct == target) if complete else (distinct <= target or external)
    if holds:
        group.passed("2", text, f"{distinct} / {target}")
    else:
        group.failed("2", text, expected=target, found=distinct)
    _check_round_counts(group, year, draws)


def _check_round_counts(group: Group, year: dict[str, Any], draws: list[Draw]) -> None:
    differences: Differences = []
    newest: dict[int, Draw] = {}
    for draw in draws:
        match = DRAW_ID.fullmatch(draw.draw_id)
        if match and draw.state != "voided":
            newest[int(match["round"])] = draw
    for entry in year["rounds"]:
        draw_of_round = newest.get(entry["number"])
        if draw_of_round is None:
            continue
        committed = draw_of_round.document("commitment.json")["counting_visits"]
        if committed != entry["counting_visits"]:
            differences.append((f"{draw_of_round.draw_id}: {committed}", entry["counting_visits"]))
    group.first("2", _("the rounds' counting visits are those of their draws"), differences, len(newest))
