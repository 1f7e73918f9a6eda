"""Claims about who was drawn: the list against pool, tickets, quotas, chances and ceremony (sections 5, 6.1 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scheduler.audit.claims import Group
from scheduler.audit.context import Draw, positions_of
from scheduler.audit.formats.words import MICRO
from scheduler.audit.sampling import Sampling, counted_before
from scheduler.audit.year import Differences
from scheduler.draw.hashing import digest, keyed_digest, message
from scheduler.draw.tree import leaf_hash, tree_root
from scheduler.i18n import gettext as _


def check_ceremony_counts(group: Group, sampling: Sampling) -> None:
    """Claims that the ceremony's numbers and digest are those of the list drawn, and as many count as committed to."""
    draw = sampling.draw
    ceremony, drawn = draw.document("ceremony.json"), draw.drawn()
    expected: dict[str, Any] = {
        "num_drawn": len(drawn),
        "num_counting": int(np.count_nonzero(drawn.counting)),
        "drawn_digest": draw.record.digest(draw.path("drawn.tsv")),
    }
    if "drawn_root" in ceremony:
        rows = draw.record.read(draw.path("drawn.tsv")).split(b"\n")[1:-1]
        expected["drawn_root"] = tree_root([leaf_hash(row) for row in rows]).hex()
    differences: Differences = [
        (f"{key}: {value}", ceremony[key]) for key, value in expected.items() if ceremony[key] != value
    ]
    group.first("5", _("the ceremony states the number and the digest of the list drawn"), differences, len(drawn))
    if draw.is_external:
        return
    group.equal(
        "4",
        _("as many visits count towards T as were committed to"),
        expected=draw.document("commitment.json")["counting_visits"],
        found=expected["num_counting"],
    )


def check_packages(group: Group, sampling: Sampling) -> None:
    """Claims that every package drawn is made of tasks of the year; an open round has the one committed to."""
    draw, lists = sampling.draw, sampling.lists
    if draw.is_external:
        return
    values = draw.drawn().package.values
    differences: Differences = [
        (_("tasks of the year, ascending, joined by +"), value) for value in values if not lists.is_package(value)
    ]
    if draw.is_open:
        package = draw.document("commitment.json")["package"]
        differences += [(package, value) for value in values if value != package]
        if not lists.is_general(package):
            differences.append((_("an open package with a general item"), package))
        uncounted = np.flatnonzero(~draw.drawn().counting)
        differences += [
            (_("counting 1 in an open round"), draw.drawn().firm_id[row].decode("ascii"))
            for row in uncounted[:100].tolist()
        ]
    group.first("1.6", _("every firm drawn is to be visited for tasks of the year"), differences, len(values))


def check_drawn_from_pool(group: Group, sampling: Sampling) -> None:
    """Claims that every firm drawn stands in the pool; all that a public record can tell of a targeted round."""
    drawn_ids = sampling.draw.drawn().firm_id
    outside = drawn_ids[positions_of(sampling.pool.fixed["firm_id"], drawn_ids) < 0].tolist()
    differences: Differences = [(_("firms of the pool"), firm.decode("ascii")) for firm in outside]
    group.first("7", _("every firm drawn stands in the pool"), differences, len(drawn_ids))
    if not sampling.draw.opens_seals and not sampling.draw.is_open:
        group.not_checked(
            "7",
            _("every firm was drawn by its ticket"),
            _("salts, strata and quotas of a targeted round are not public; the audit record opens them"),
        )


def check_counted_once(group: Group, sampling: Sampling) -> None:
    """Claims, from public bytes too, that nobody counted before is counted again, or stands in an open pool."""
    before = counted_before([draw.current() for draw in sampling.drawn_before])
    if sampling.draw.is_open:
        places = sampling.pool.fixed["firm_id"]
    else:
        listed = sampling.draw.current()
        places = listed.firm_id[listed.counting]
    twice = np.unique(before[positions_of(places, before) >= 0]).tolist()
    differences: Differences = [
        (_("a firm that no earlier draw counted towards T"), firm.decode("ascii")) for firm in twice
    ]
    group.first("3.1", _("no firm is counted towards T a second time"), differences, len(before))


def check_selection(group: Group, sampling: Sampling) -> None:
    """Claims that the firms with the least tickets of their strata were drawn, for the right packages (section 7)."""
    if not sampling.draw.is_open and not sampling.draw.opens_seals:
        return  # check_drawn_from_pool said why
    selected, listed = sampling.selected, sampling.listed
    expected = {firm: package for firm, (_stratum, package) in selected.items()}
    found = {firm: package for firm, (_stratum, package) in listed.items()}
    differences = _compare(expected, found)
    short = sum(max(quota, 0) for quota in sampling.quotas.values()) - len(selected)
    if short:
        differences.append((_("enough firms for all quotas"), _("{count} too few").format(count=short)))
    group.first("7", _("the firms drawn are those with the least tickets of their strata"), differences, len(found))


def check_thresholds(group: Group, sampling: Sampling) -> None:
    """Claims that the ceremony binds the greatest ticket drawn in each stratum (section 7.2); older ones do not."""
    draw, said = sampling.draw, sampling.draw.document("ceremony.json").get("outcome_root")
    text = _("the ceremony binds the greatest ticket drawn in each stratum")
    if said is None:
        return
    if not draw.is_open and not draw.opens_seals:
        reason = _("tickets and strata of a targeted round are not public; the audit record opens them")
        group.not_checked("7.2", text, reason)
        return
    leaves = sorted(_threshold_leaf(draw, stratum, ticket) for stratum, ticket in sampling.thresholds.items())
    root = digest("outcome", str(len(leaves)), tree_root(leaves).hex())
    group.equal("7.2", text, expected=root, found=said)


def _threshold_leaf(draw: Draw, stratum: str, ticket: str) -> bytes:
    """Leaf of one stratum's threshold."""
    nonce = "" if draw.is_open else keyed_digest(draw.secret(), "threshold-nonce", draw.draw_id, stratum)
    return leaf_hash(message("threshold", draw.draw_id, stratum, nonce, ticket))


def _compare(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Differences:
    differences: Differences = []
    for firm in sorted(expected.keys() | found.keys()):
        if expected.get(firm) != found.get(firm):
            want = expected.get(firm, _("not drawn"))
            got = found.get(firm, _("not drawn"))
            differences.append((f"{firm}: {_words(want)}", _words(got)))
    return differences


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def check_selected(group: Group, sampling: Sampling) -> None:
    """Claims that `selected.tsv` states the recomputed strata, packages, chances, and the list its counting flags."""
    totals: dict[str, int] = {}
    firms: dict[str, int] = {}
    counting: dict[tuple[str, str], bool] = {}
    for cell in sampling.cells:
        totals[cell.stratum] = totals.get(cell.stratum, 0) + cell.visits_micro
        firms[cell.stratum] = cell.num_firms
        counting[cell.stratum, cell.package] = cell.counting
    if sampling.draw.is_open:
        totals["open"] = sum(sampling.quotas.values()) * MICRO
        firms["open"] = len(sampling.firm_id)
    expected = {
        firm: (stratum, package, str(totals.get(stratum, 0)), str(firms.get(stratum, 0)))
        for firm, (stratum, package) in sampling.selected.items()
    }
    table = sampling.draw.table("selected.tsv")
    rows = table.rows("firm_id", "stratum", "package", "chance_micro", "chance_firms")
    found = {row[0]: row[1:] for row in rows}
    group.first(
        "7",
        _("every firm's stratum, package and chance on record are the recomputed ones"),
        _compare(expected, found),
        len(found),
    )
    drawn = sampling.draw.drawn()
    flags = dict(zip(sampling.listed, drawn.counting.tolist(), strict=True))
    wrong: Differences = [
        (f"{firm}: counting {int(counting[key])}", int(flags[firm]))
        for firm, key in sorted(sampling.selected.items())
        if firm in flags and key in counting and counting[key] != flags[firm]
    ]
    group.first("6.1", _("a visit counts towards T where its cell does"), wrong, len(flags))
