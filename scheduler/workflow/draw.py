"""
Draws what was committed to, once, and voids; every step stands on the log.

The draw reads the files that the commitment froze and nothing else, so that a register edited meanwhile cannot matter;
only the names printed beside the drawn firms are those of the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.draw_rows import (
    StoredDraw,
    StoredRound,
    count_results,
    delete_visits,
    get_file,
    insert_drawn_firms,
    list_files,
    load_draws,
    load_rounds,
    put_file,
    update_draw,
)
from scheduler.allocation.cells import Cell
from scheduler.allocation.plan import round_id_of
from scheduler.draw.bulk import Digests
from scheduler.draw.ceremony import Ceremony, parse_ceremony, unspoken_ceremony
from scheduler.draw.commitment import (
    Commitment,
    bulletin_text,
    parse_commitment,
    seal_files,
    secret_digests,
)
from scheduler.draw.files import drawn_table, quotas_table, selected_table
from scheduler.draw.frozen import FrozenPool, read_cells, read_pool
from scheduler.draw.hashing import content_digest
from scheduler.draw.pool import firm_salts
from scheduler.draw.proof import list_root
from scheduler.draw.quotas import draw_quotas
from scheduler.draw.seed import EntropySource, PublicValue, check_values, draw_seed
from scheduler.draw.selection import select
from scheduler.draw.thresholds import outcome_root, selected_thresholds
from scheduler.draw.tickets import open_tickets, targeted_tickets
from scheduler.errors import StateError, StoreError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.registry.frame import Ids
from scheduler.registry.personal import blotted
from scheduler.workflow.commitments import CommitSummary, commit_draw, standing_draw
from scheduler.workflow.contributions import HeldValues, check_not_held, held_values, is_typed
from scheduler.workflow.log import append_log
from scheduler.workflow.public_labels import public_labels
from scheduler.workflow.workspace import Workspace

__all__ = [
    "AttemptState",
    "CommitSummary",
    "DrawSummary",
    "commit_draw",
    "draw_targets",
    "show_commitment",
    "show_draws",
    "void_draw",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSummary:
    """What was drawn."""

    draw_id: str
    seed: str
    num_firms: int
    num_drawn: int
    num_counting: int
    drawn_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptState:
    """One attempt, for people."""

    draw_id: str
    round_number: int
    kind: RoundKind
    status: str
    committed_on: date
    commitment_digest: str
    entropy: tuple[EntropySource, ...]
    drawn_on: date | None
    seed: str
    num_drawn: int
    num_counting: int
    officers_drawn_on: date | None
    void_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenDraw:
    """What a commitment froze, read back and checked."""

    draw: StoredDraw
    commitment: Commitment
    secret: bytes
    cells: tuple[Cell, ...]
    pool: FrozenPool


def draw_targets(workspace: Workspace, round_number: int, values: Mapping[str, str]) -> DrawSummary:
    """
    Draws the firms of a round from its frozen files, once.

    Parameters
    ----------
    values
        What each announced source said, by its name.

    Raises
    ------
    StateError
        If nothing is committed to, the round is drawn already, or a source has not spoken yet.
    UsageError
        If other sources are given than those announced.
    StoreError
        If a frozen file is not what was committed to.
    """
    with workspace.transaction() as connection:
        frozen = read_frozen(connection, _committed(connection, workspace, round_number))
        held = held_values(connection, frozen.commitment, frozen.secret)
        sources = frozen.commitment.entropy
        check_not_held(sources, values)
        given = {**values, **held.values}
        spoken = check_values(sources, given, today=workspace.today, skipped=held.skipped)
        return _draw(connection, workspace, frozen, spoken, held)


def void_draw(workspace: Workspace, round_number: int, reason: str) -> str:
    """
    Voids the attempt that stands; it stays on record with its reason, and its files. Returns its draw id.

    Raises
    ------
    StateError
        If there is none, results of it were reported, or a later commitment builds on it.
    UsageError
        If the reason is not one plain sentence.
    """
    with workspace.transaction() as connection:
        draws = load_draws(connection, workspace.settings.year.year)
        draw = standing_draw(draws, round_id_of(workspace.settings.year.year, round_number))
        if draw is None:
            raise StateError(_("round {round} has no draw to void").format(round=round_number))
        _check_voidable(connection, draw, draws)
        before = _ceremony(connection, draw)
        after = before.voided(blotted(reason))
        put_file(connection, draw.draw_id, "ceremony.json", after.content)
        update_draw(connection, draw.draw_id, status=DrawStatus.VOIDED, void_reason=after.void_reason)
        delete_visits(connection, draw.draw_id)
        append_log(
            connection,
            workspace,
            "draw void",
            {"draw_id": draw.draw_id, "status": draw.status, "reason": after.void_reason},
            before=content_digest(before.content) if draw.status == DrawStatus.DRAWN else draw.commitment_digest,
            after=content_digest(after.content),
        )
        return draw.draw_id


def show_draws(workspace: Workspace, round_number: int | None = None) -> tuple[AttemptState, ...]:
    """All attempts of the year, or of one round, voided ones included; lists drawn elsewhere are not among them."""
    with workspace.transaction() as connection:
        rounds = {entry.round_id: entry for entry in load_rounds(connection, workspace.settings.year.year)}
        draws = load_draws(connection, workspace.settings.year.year)
        return tuple(
            _state(connection, rounds[draw.round_id], draw)
            for draw in draws
            if rounds[draw.round_id].kind is not RoundKind.EXTERNAL
            and round_number in (None, rounds[draw.round_id].number)
        )


def show_commitment(workspace: Workspace, round_number: int) -> CommitSummary:
    """
    The commitment that stands for a round, as `commit_draw` told it, for a bulletin that was lost.

    Raises
    ------
    StateError
        If there is none.
    """
    with workspace.transaction() as connection:
        draw = _standing(connection, workspace, round_number)
        commitment = parse_commitment(get_file(connection, draw.draw_id, "commitment.json"))
    return CommitSummary(
        draw_id=commitment.draw_id,
        commitment_digest=commitment.digest,
        num_firms=commitment.num_firms,
        counting_visits=commitment.counting_visits,
        content=commitment.content,
        bulletin=bulletin_text(commitment),
        warnings=(),
    )


def _standing(connection: sa.Connection, workspace: Workspace, round_number: int) -> StoredDraw:
    draws = load_draws(connection, workspace.settings.year.year)
    draw = standing_draw(draws, round_id_of(workspace.settings.year.year, round_number))
    if draw is None:
        raise StateError(
            _("round {round} is not committed to; run “double-random draw commit {round}” first").format(
                round=round_number
            )
        )
    return draw


def _committed(connection: sa.Connection, workspace: Workspace, round_number: int) -> StoredDraw:
    draw = _standing(connection, workspace, round_number)
    if draw.status == DrawStatus.DRAWN:
        raise StateError(
            _("draw {draw_id} was drawn on {day}; a second run is refused").format(
                draw_id=draw.draw_id, day=draw.drawn_on
            )
        )
    return draw


def read_frozen(connection: sa.Connection, draw: StoredDraw) -> FrozenDraw:
    """Reads what was committed to, and makes sure that it is still that."""
    commitment = parse_commitment(get_file(connection, draw.draw_id, "commitment.json"))
    secret, officer_secret = draw.secret or b"", draw.officer_secret or b""
    files = {name: get_file(connection, draw.draw_id, name) for name in sorted(commitment.sealed)}
    changed = [name for name, seal in seal_files(secret, files).items() if commitment.sealed.get(name) != seal]
    if commitment.digest != draw.commitment_digest:
        changed.append("commitment.json")
    try:
        kept = secret_digests(secret, officer_secret) == (commitment.secret, commitment.officer_secret)
    except ValueError:
        kept = False
    if changed or not kept:
        raise StoreError(
            _(
                "draw {draw_id}: not what was committed to: {names}; void this attempt and find out who changed it"
            ).format(draw_id=draw.draw_id, names=", ".join(changed) or _("the secrets"))
        )
    cells = read_cells(files["allocation.tsv"])
    return FrozenDraw(
        draw=draw, commitment=commitment, secret=secret, cells=cells, pool=read_pool(files["register.tsv"], cells)
    )


def _draw(
    connection: sa.Connection,
    workspace: Workspace,
    frozen: FrozenDraw,
    spoken: tuple[PublicValue, ...],
    held: HeldValues,
) -> DrawSummary:
    draw, cells, firm_id = frozen.draw, frozen.cells, frozen.pool.firm_id
    seed = draw_seed(frozen.commitment.digest, spoken)
    quotas = draw_quotas(frozen.commitment.kind, cells, seed)
    tickets = tickets_of(frozen, seed)
    selection = select(tickets, frozen.pool.stratum, cells, quotas)
    thresholds = selected_thresholds(tickets, selection, cells)
    names = firm_id[selection.position].astype("U18").tolist()
    drawn = drawn_table(firm_id, selection, cells, public_labels(connection, workspace, names))
    ceremony = Ceremony(
        draw_id=draw.draw_id,
        kind=frozen.commitment.kind,
        drawn_on=workspace.today,
        commitment_digest=frozen.commitment.digest,
        entropy=spoken,
        seed=seed,
        num_drawn=len(selection),
        num_counting=sum(cells[index].counting for index in selection.cell.tolist()),
        drawn_digest=content_digest(drawn),
        drawn_root=list_root(drawn),
        outcome_root=outcome_root(draw.draw_id, frozen.secret, thresholds),
        typed=is_typed(frozen.commitment),
        revealed=held.revealed,
        skipped=held.skipped,
    )
    files = {
        "ceremony.json": ceremony.content,
        "quotas.tsv": quotas_table(cells, quotas),
        "selected.tsv": selected_table(firm_id, selection, cells),
        "drawn.tsv": drawn,
    }
    for name, content in files.items():
        put_file(connection, draw.draw_id, name, content)
    insert_drawn_firms(connection, draw, firm_id, selection, cells)
    _close(connection, workspace, ceremony)
    return DrawSummary(
        draw_id=draw.draw_id,
        seed=seed,
        num_firms=len(frozen.pool),
        num_drawn=ceremony.num_drawn,
        num_counting=ceremony.num_counting,
        drawn_digest=ceremony.drawn_digest,
    )


def _close(connection: sa.Connection, workspace: Workspace, ceremony: Ceremony) -> None:
    """Marks the draw as drawn, in its row and on the log."""
    update_draw(connection, ceremony.draw_id, status=DrawStatus.DRAWN, seed=ceremony.seed, drawn_on=ceremony.drawn_on)
    append_log(
        connection,
        workspace,
        "draw targets",
        {
            "draw_id": ceremony.draw_id,
            "num_drawn": ceremony.num_drawn,
            "num_counting": ceremony.num_counting,
            "seed": ceremony.seed,
        },
        before=ceremony.commitment_digest,
        after=content_digest(ceremony.content),
    )


def tickets_of(frozen: FrozenDraw, seed: str) -> Digests:
    """Ticket of each firm of the pool, by the seed and, in a targeted round, by its salt."""
    firm_id: Ids = frozen.pool.firm_id
    if frozen.commitment.kind is RoundKind.OPEN:
        return open_tickets(seed, firm_id)
    return targeted_tickets(seed, firm_salts(frozen.draw.draw_id, frozen.secret, firm_id), firm_id)


def builder_on(connection: sa.Connection, draw: StoredDraw, draws: Iterable[StoredDraw]) -> str:
    """Id of a draw whose commitment builds on this one; empty where there is none."""
    for other in draws:
        if "commitment.json" not in list_files(connection, other.draw_id):
            continue
        if draw.draw_id in parse_commitment(get_file(connection, other.draw_id, "commitment.json")).drawn_before:
            return other.draw_id
    return ""


def _check_voidable(connection: sa.Connection, draw: StoredDraw, draws: Iterable[StoredDraw]) -> None:
    if count_results(connection, draw.draw_id):
        raise StateError(
            _("results of draw {draw_id} were reported; a draw that was carried out cannot be voided").format(
                draw_id=draw.draw_id
            )
        )
    builder = builder_on(connection, draw, draws)
    if builder:
        raise StateError(
            _("the commitment of draw {other} builds on draw {draw_id}, so that it cannot be voided any more").format(
                other=builder, draw_id=draw.draw_id
            )
        )


def _ceremony(connection: sa.Connection, draw: StoredDraw) -> Ceremony:
    if draw.status == DrawStatus.DRAWN:
        return parse_ceremony(get_file(connection, draw.draw_id, "ceremony.json"))
    commitment = parse_commitment(get_file(connection, draw.draw_id, "commitment.json"))
    return unspoken_ceremony(draw.draw_id, commitment.kind, commitment.digest, typed=is_typed(commitment))


def _state(connection: sa.Connection, entry: StoredRound, draw: StoredDraw) -> AttemptState:
    commitment = parse_commitment(get_file(connection, draw.draw_id, "commitment.json"))
    drawn = (
        parse_ceremony(get_file(connection, draw.draw_id, "ceremony.json"))
        if draw.status != DrawStatus.COMMITTED
        else None
    )
    return AttemptState(
        draw_id=draw.draw_id,
        round_number=entry.number,
        kind=entry.kind,
        status=draw.status,
        committed_on=draw.committed_on,
        commitment_digest=draw.commitment_digest,
        entropy=tuple(commitment.entropy),
        drawn_on=draw.drawn_on,
        seed=draw.seed,
        num_drawn=drawn.num_drawn if drawn else 0,
        num_counting=drawn.num_counting if drawn else 0,
        officers_drawn_on=draw.officers_drawn_on,
        void_reason=draw.void_reason,
    )
