"""Claims about firms that gave way after the draw: the newcomers have the next tickets (specification, section 7.1)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from scheduler.audit.claims import Group
from scheduler.audit.officers import load_handovers
from scheduler.audit.sampling import Sampling
from scheduler.audit.year import Differences
from scheduler.i18n import gettext as _

LAST_OF_DAYS = "9999-12-31"
Places = dict[str, tuple[str, str]]


def check_substitutes(group: Group, sampling: Sampling, year: dict[str, Any]) -> None:
    """Claims about who was withdrawn and who was added; in an audit record, one after the other."""
    draw = sampling.draw
    drawn, added = _places(sampling, "drawn.tsv"), _places(sampling, "added.tsv")
    withdrawn = {row[0]: row[1] for row in draw.table("withdrawn.tsv").rows("firm_id", "reason")}
    pool = {firm.decode("ascii") for firm in sampling.pool.fixed["firm_id"].tolist()}
    places = {**added, **drawn}
    differences: Differences = [
        (_("firms of the list"), firm) for firm in sorted(withdrawn) if firm not in drawn and firm not in added
    ]
    differences += [
        (_("firms of the pool that were not drawn"), firm)
        for firm in sorted(added)
        if firm in drawn or firm not in pool
    ]
    left, came = Counter(places[firm] for firm in withdrawn if firm in places), Counter(added.values())
    # a newcomer who gave way too left what it came for: somebody drawn was to be visited for it first
    strange = came.keys() - {drawn[firm] for firm in withdrawn if firm in drawn}
    if came - left or strange or not withdrawn:
        differences.append((_words(left), _words(came)))
    text = _("those withdrawn stood on the list, and who came, of the pool, came for one of their visits each")
    group.first("7.1", text, differences, len(withdrawn))
    text = _("each newcomer has the next ticket of the stratum, and nobody came only where none was left")
    if draw.opens_seals:
        _check_history(group, sampling, year, withdrawn, set(added), places, text)
    elif draw.is_open:
        left_over = sampling.by_ticket("open")[len(drawn) :]
        expected = set(left_over[: len(withdrawn)])
        wrong: Differences = [(", ".join(sorted(expected)), ", ".join(sorted(added)))] if expected != set(added) else []
        group.first("7.1", text, wrong, len(added))
    else:
        group.not_checked("7.1", text, _("salts and strata of a targeted round are not public"))
    group.not_checked(
        "7.1", _("those withdrawn were gone before the base date"), _("no record holds what the register said then")
    )


def _places(sampling: Sampling, name: str) -> Places:
    """Package and counting flag of each firm of a list."""
    rows = sampling.draw.table(name).rows("firm_id", "package", "counting")
    return {firm: (package, counting) for firm, package, counting in rows}


def _check_history(
    group: Group,
    sampling: Sampling,
    year: dict[str, Any],
    withdrawn: dict[str, str],
    added: set[str],
    places: Places,
    text: str,
) -> None:
    draw = sampling.draw
    rows = list(draw.table("substitutes.tsv").rows("number", "firm_out", "firm_in", "reason", "gone_on", "decided_on"))
    last_day = draw.document("ceremony.json")["drawn_on"]
    until, late = _first_officers(sampling), {entry.number for entry in load_handovers(draw)}
    strata = {firm: stratum for firm, (stratum, _package) in sampling.selected.items()}
    taken, nobody = Counter(strata.values()), _("none")
    standing = set(strata)
    history: Differences = []
    wrong: Differences = []
    for position, (number, firm_out, firm_in, _reason, gone_on, decided_on) in enumerate(rows, start=1):
        latest = LAST_OF_DAYS if number in late else until  # of those 8.14 claims the rest
        if number != f"{position:03d}" or not last_day <= decided_on <= latest:
            history.append((f"{position:03d}, {last_day} – {latest}", f"{number}, {decided_on}"))
        if gone_on >= year["base_date"]:
            history.append((f"{number}: < {year['base_date']}", gone_on))
        last_day = decided_on
        if firm_out not in standing:
            history.append((_("a firm of the list"), firm_out))
            break
        stratum = strata[firm_out]
        ranked = sampling.by_ticket(stratum)
        expected = ranked[taken[stratum]] if taken[stratum] < len(ranked) else ""
        if firm_in != expected:
            wrong.append((f"{number}: {expected or nobody}", firm_in or nobody))
            break
        if firm_in and places.get(firm_in) != places.get(firm_out):
            wrong.append((f"{number}: {places.get(firm_out)}", str(places.get(firm_in))))
        standing.remove(firm_out)
        if firm_in:
            taken[stratum] += 1
            strata[firm_in] = stratum
            standing.add(firm_in)
    told = {firm_out: reason for _number, firm_out, _in, reason, _gone, _decided in rows}
    if told != withdrawn or {row[2] for row in rows} - {""} != added:
        history.append((_("the firms of withdrawn.tsv and added.tsv"), ", ".join(sorted(told))))
    group.first("7.1", _("the history of replacements is unbroken and says why, and when"), history, len(rows))
    group.first("7.1", text, wrong, len(rows))


def _first_officers(sampling: Sampling) -> str:
    """The first day on which officers were drawn; a day that never comes where they were not."""
    if not sampling.draw.has("officers.json"):
        return LAST_OF_DAYS
    document = sampling.draw.document("officers.json")
    return str(min([document["drawn_on"], *(place["drawn_on"] for place in document.get("places", ()))]))


def _words(counts: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{package}/{counting}: {number}" for (package, counting), number in sorted(counts.items())) or "–"
