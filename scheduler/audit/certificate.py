"""Claims about the programme that a targeted draw's commitment seals (specification, section 6.6)."""

from __future__ import annotations

from scheduler.audit.claims import Group
from scheduler.audit.columns import Coded
from scheduler.audit.context import Draw
from scheduler.audit.formats.words import DRAW_ID, MICRO
from scheduler.audit.programme import NANO, PICO, Findings, Programme, check_programme
from scheduler.audit.sampling import Sampling
from scheduler.audit.year import Differences
from scheduler.i18n import gettext as _

COST_UNIT = 10**30
_SUBJECT = "|"


def check_certificate(group: Group, work: Sampling) -> None:
    """Claims that the visits planned are the programme's answer, keep its limits, and are near the best there is."""
    draw = work.draw
    _check_visits(group, work)
    _check_target(group, draw)
    programme = _programme(draw)
    found = check_programme(programme)
    _check_limits(group, programme, found)
    gap = (found.cost - found.bound) / COST_UNIT
    text = _("no other plan under these limits could find noticeably more, as the dual values show")
    if found.is_near_optimal:
        group.passed("6.6", text, _("at most {gap} findings more").format(gap=f"{max(0.0, gap):.6f}"))
    else:
        allowed = f"{found.allowed_gap / COST_UNIT:.6f}"
        group.failed("6.6", text, expected=_("a gap up to {gap}").format(gap=allowed), found=f"{gap:.6f}")
    group.not_checked(
        "9",
        _("the programme's limits are those of the policy, the tasks and the roster"),
        _("the programme is frozen before the seed, not derived here: read programme-rows.tsv beside policy.toml"),
    )


def _check_visits(group: Group, work: Sampling) -> None:
    """Claims that the cells of the allocation are the programme's visits in this round, and no others."""
    number = _round(work.draw)
    table = work.draw.table("programme-columns.tsv")
    rows = table.rows("kind", "subject", "value_pico")
    planned = {}
    for kind, subject, value in rows:
        parts = subject.split(_SUBJECT)
        if kind == "visits" and parts[0] == number and len(parts) == 3 and int(value):
            planned[parts[1], parts[2]] = int(value)
    cells = {
        (cell.stratum, cell.package): cell.visits_micro * (PICO // MICRO) for cell in work.cells if cell.visits_micro
    }
    differences: Differences = [
        (f"{key[0]} {key[1]}: {planned.get(key, 0)} / 10^12", cells.get(key, 0))
        for key in sorted(planned.keys() | cells.keys())
        if planned.get(key) != cells.get(key)
    ]
    group.first("6.6", _("the visits planned are those that answer the programme"), differences, len(cells))


def _check_target(group: Group, draw: Draw) -> None:
    """Claims that the programme asks of this round the visits committed to."""
    number, wanted = _round(draw), str(draw.document("commitment.json")["counting_visits"] * NANO)
    found = [
        (lower, upper)
        for limit, subject, lower, upper in draw.table("programme-rows.tsv").rows(
            "limit", "subject", "lower_nano", "upper_nano"
        )
        if (limit, subject) == ("target", number)
    ]
    text = _("the programme asks of the round the visits committed to that count")
    group.equal("6.6", text, expected=[(wanted, wanted)], found=found)


def _check_limits(group: Group, programme: Programme, found: Findings) -> None:
    text = _("the visits planned keep every limit of the programme")
    if found.is_feasible:
        words = _("{count} limits, {slack} of them to the last unit")
        group.passed("6.6", text, words.format(count=len(programme.lower), slack=len(found.slack_rows)))
        return
    broken = [f"row {row}" for row in found.broken_rows] + [f"column {column}" for column in found.broken_columns]
    group.failed("6.6", text, expected=_("every limit kept"), found=", ".join(broken[:10]))


def _round(draw: Draw) -> str:
    match = DRAW_ID.fullmatch(draw.draw_id)
    return match["round"] if match else ""


def _programme(draw: Draw) -> Programme:
    """The programme as numbers; refuses rows and columns that are not numbered from 0 without a gap."""
    columns, rows, entries = (draw.table(f"programme-{name}.tsv").coded for name in ("columns", "rows", "entries"))
    for name, coded in (("columns", columns["column"]), ("rows", rows["row"])):
        if _integers(coded) != list(range(len(coded))):
            path = draw.path(f"programme-{name}.tsv")
            raise draw.record.refuse(path, _("{name}: expected numbers from 0 without a gap").format(name=path))
    row, column = _integers(entries["row"]), _integers(entries["column"])
    if max(row, default=-1) >= len(rows["row"]) or max(column, default=-1) >= len(columns["column"]):
        path = draw.path("programme-entries.tsv")
        raise draw.record.refuse(path, _("{name}: expected rows and columns of the programme").format(name=path))
    return Programme(
        is_rate=[kind == "rate" for kind in columns["kind"].texts()],
        cost=_integers(columns["cost_nano"]),
        greatest=_integers(columns["upper_nano"]),
        value=_integers(columns["value_pico"]),
        lower=_bounds(rows["lower_nano"]),
        upper=_bounds(rows["upper_nano"]),
        dual=_integers(rows["dual_pico"]),
        defines_rate=[limit == "rate" for limit in rows["limit"].texts()],
        row=row,
        column=column,
        entry=_integers(entries["value_nano"]),
    )


def _integers(coded: Coded) -> list[int]:
    numbers = [int(value) for value in coded.values]
    return [numbers[index] for index in coded.index.tolist()]


def _bounds(coded: Coded) -> list[int | None]:
    numbers = [int(value) if value else None for value in coded.values]
    return [numbers[index] for index in coded.index.tolist()]
