"""
Replaces a firm that was drawn but was gone before the base date: the next ticket of its stratum comes, on record.

Where no ticket is left the firm is withdrawn alone, and its visit is owed again: the next round takes it up.

Before officers are drawn, visit, officers and day of the newcomer follow from the lot like all others; after that the
visit is handed over, until it is held. It is done before a later commitment builds on the list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from models.draw_rows import StoredDraw, get_file, load_draws, load_rounds, put_file
from models.firm_replacement_rows import (
    load_added_rows,
    load_drawn_stratum,
    load_firm_replacements,
    load_standing_row,
    save_firm_replacement,
)
from scheduler.allocation.plan import round_id_of
from scheduler.draw.files import plain_label
from scheduler.draw.quotas import draw_quotas
from scheduler.draw.replacing import (
    ADDED_NAME,
    SUBSTITUTES_NAME,
    WITHDRAWN_NAME,
    FirmReplacement,
    added_bytes,
    replacement_reasons,
    substitutes_bytes,
    ticket_at,
    withdrawn_bytes,
)
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.registry.text import typed_code
from scheduler.workflow.commitments import standing_draw
from scheduler.workflow.draw import FrozenDraw, builder_on, read_frozen, tickets_of
from scheduler.workflow.handovers import HandedVisit, Slot, hand_over, open_slot
from scheduler.workflow.log import append_log
from scheduler.workflow.public_labels import public_labels
from scheduler.workflow.replacements import plain_note
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import Workspace

REPLACE_FIRM_ACTION = "draw replace-firm"
Listed = tuple[str, str, bool, str]  # stratum, package, whether it counts, and round


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmReplacementSummary:
    """
    Who gave way to whom; internal, because the two are of one stratum. Nobody came where `firm_in` is empty.

    `counting` tells whether the visit counts towards the target: only such a one is owed again where nobody comes.
    `handed` is the newcomer's visit, where officers were drawn already.
    """

    draw_id: str
    number: int
    firm_out: str
    firm_in: str
    name: str
    package: str
    counting: bool
    handed: HandedVisit | None = None


def replace_firm(
    workspace: Workspace,
    round_number: int,
    firm_id: str,
    *,
    reason: str,
    gone_on: date,
    note: str = "",
    dry_run: bool = False,
) -> FirmReplacementSummary:
    """
    Withdraws a firm from a list, and adds the firm with the next ticket of its stratum, if one is left.

    Parameters
    ----------
    reason
        Code of the sourced list; that nobody was met, or the firm cannot be contacted, is never one.
    gone_on
        Day on which the reason held, before the base date.
    note
        More about it, in a sentence; it stays in the workspace.
    dry_run
        Tells who would come, and changes nothing.

    Raises
    ------
    StateError
        If the list can no longer change, the firm does not stand on it, its visit was held, or no ticket of its stratum
        is left and no round is to come that could make up for it.
    UsageError
        If the reason is not on the list, or held only on the base date or later.
    """
    said, firm_id = plain_note(note), typed_code(firm_id)
    if reason not in replacement_reasons():
        raise UsageError(
            _("expected one of the reasons {reasons}, got {reason}").format(
                reasons=", ".join(replacement_reasons()), reason=reason
            )
        )
    with workspace.transaction() as connection:
        draw = _changeable(connection, workspace, round_number)
        _check_day(connection, draw, gone_on)
        stood = _require_listed(connection, draw, firm_id)
        slot = open_slot(connection, workspace, draw, firm_id)
        before = load_firm_replacements(connection, draw.draw_id)
        entry = FirmReplacement(
            draw_id=draw.draw_id,
            number=len(before) + 1,
            firm_out=firm_id,
            firm_in=_newcomer(connection, workspace, draw, before, stood[0]),
            reason=reason,
            gone_on=gone_on,
            decided_on=workspace.today,
            note=said,
            author=workspace.actor,
            log_number=0,
        )
        summary = _keep(connection, workspace, entry, stood, slot)
        if dry_run:
            connection.rollback()
    return summary


def _require_listed(connection: sa.Connection, draw: StoredDraw, firm_id: str) -> Listed:
    """The row of a firm that stands on the list; raises `StateError`."""
    stood = load_standing_row(connection, draw.draw_id, firm_id)
    if stood is None:
        raise StateError(
            _("{firm}: expected a firm on the list of draw {draw_id}, got another").format(
                firm=firm_id, draw_id=draw.draw_id
            )
        )
    return stood


def _keep(
    connection: sa.Connection, workspace: Workspace, entry: FirmReplacement, stood: Listed, slot: Slot | None
) -> FirmReplacementSummary:
    """Puts a replacement on the log, into the store and into the draw's files, and hands the visit over."""
    _stratum, package, counting, _round = stood
    detail = {
        "draw_id": entry.draw_id,
        "number": entry.number,
        "out": entry.firm_out,
        "in": entry.firm_in,
        "reason": entry.reason,
        "gone_on": entry.gone_on.isoformat(),
    }
    entry = replace(entry, log_number=append_log(connection, workspace, REPLACE_FIRM_ACTION, detail))
    save_firm_replacement(connection, entry, stood)
    name = _put_files(connection, workspace, entry)
    return FirmReplacementSummary(
        draw_id=entry.draw_id,
        number=entry.number,
        firm_out=entry.firm_out,
        firm_in=entry.firm_in,
        name=name,
        package=package,
        counting=counting,
        handed=hand_over(connection, workspace, slot, entry) if slot else None,
    )


def _changeable(connection: sa.Connection, workspace: Workspace, round_number: int) -> StoredDraw:
    """The draw that stands, as long as no later round builds on its list; raises `StateError`."""
    draws = load_draws(connection, workspace.settings.year.year)
    draw = standing_draw(draws, round_id_of(workspace.settings.year.year, round_number))
    if draw is None or draw.status != DrawStatus.DRAWN or draw.drawn_on is None:
        raise StateError(
            _("the firms of round {round} are not drawn yet; run “double-random draw targets {round}” first").format(
                round=round_number
            )
        )
    builder = builder_on(connection, draw, draws)
    if builder:
        raise StateError(
            _(
                "the commitment of draw {other} builds on the list of draw {draw_id}, so that it stands, and voiding "
                "that draw does not undo it. Leave the firm on the list, and enter with “double-random result add” "
                "what its visit finds"
            ).format(other=builder, draw_id=draw.draw_id)
        )
    if workspace.today < draw.drawn_on:
        raise StateError(
            _("draw {draw_id} was made on {day}, but today is {today}; set the computer's clock right").format(
                draw_id=draw.draw_id, day=draw.drawn_on, today=workspace.today
            )
        )
    return draw


def _check_day(connection: sa.Connection, draw: StoredDraw, gone_on: date) -> None:
    policy = parse_settings(get_file(connection, draw.draw_id, "policy.toml").decode("utf-8"), "policy.toml")
    if gone_on >= policy.year.base_date:
        raise UsageError(
            _(
                "expected a day before the base date {base}, got {day}; a firm that was there on the base date stays "
                "on the list, and what is found is its result"
            ).format(base=policy.year.base_date, day=gone_on)
        )


def _newcomer(
    connection: sa.Connection,
    workspace: Workspace,
    draw: StoredDraw,
    before: tuple[FirmReplacement, ...],
    stratum: str,
) -> str:
    """The firm that comes; empty where nobody is left and a later round can make up for it, else `StateError`."""
    found = _next_ticket(connection, read_frozen(connection, draw), before, stratum)
    if not found:
        _require_round_to_come(connection, workspace)
    return found


def _next_ticket(
    connection: sa.Connection, frozen: FrozenDraw, before: tuple[FirmReplacement, ...], stratum: str
) -> str:
    """The firm after those drawn and those that came before, by ticket, in a stratum; empty where none is left."""
    draw = frozen.draw
    quotas = draw_quotas(frozen.commitment.kind, frozen.cells, draw.seed)
    drawn = sum(quota for cell, quota in zip(frozen.cells, quotas, strict=True) if cell.stratum == stratum)
    rows = (load_drawn_stratum(connection, draw.draw_id, entry.firm_in) for entry in before if entry.firm_in)
    came = sum(found == stratum for found in rows)
    code = sorted({cell.stratum for cell in frozen.cells}).index(stratum)
    position = ticket_at(tickets_of(frozen, draw.seed), frozen.pool.stratum, code, drawn + came)
    return "" if position is None else str(frozen.pool.firm_id[position].decode("ascii"))


def _require_round_to_come(connection: sa.Connection, workspace: Workspace) -> None:
    """A round that is not committed to yet, which can take up what is owed again; raises `StateError`."""
    year = workspace.settings.year.year
    draws = load_draws(connection, year)
    rounds = (entry for entry in load_rounds(connection, year) if entry.kind is not RoundKind.EXTERNAL)
    if all(standing_draw(draws, entry.round_id) is not None for entry in rounds):
        raise StateError(
            _(
                "no ticket is left in the stratum of this firm, and no round is to come that could make up for the "
                "visit; leave the firm on the list, and enter with “double-random result add” what its visit finds"
            )
        )


def _put_files(connection: sa.Connection, workspace: Workspace, entry: FirmReplacement) -> str:
    """Writes the three files of the draw anew; returns the newcomer's name as the public reads it."""
    entries = load_firm_replacements(connection, entry.draw_id)
    added = load_added_rows(connection, entry.draw_id)
    labels = public_labels(connection, workspace, [firm_id for firm_id, _package, _counting in added])
    rows = [
        (firm_id, *plain_label(labels.get(firm_id, ("", ""))), package, str(int(counting)))
        for firm_id, package, counting in added
    ]
    put_file(connection, entry.draw_id, SUBSTITUTES_NAME, substitutes_bytes(entries))
    put_file(connection, entry.draw_id, WITHDRAWN_NAME, withdrawn_bytes(entries))
    put_file(connection, entry.draw_id, ADDED_NAME, added_bytes(rows))
    return labels.get(entry.firm_in, ("", ""))[0]
