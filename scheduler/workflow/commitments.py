"""
Commits to a draw: freezes all that decides it as files of the record, and says what is published.

Rounds are committed to in their order, when the earlier ones are drawn; an attempt is never replaced, only voided.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.allocation_rows import load_certificate_files, solution_of_round
from models.draw_rows import (
    StoredDraw,
    StoredRound,
    get_file,
    insert_draw,
    load_draw_events,
    load_draws,
    load_log_head,
    load_rounds,
    put_file,
)
from models.registry_rows import load_items, load_officers, load_tasks
from scheduler import __version__
from scheduler.allocation.plan import PlanStatus
from scheduler.draw.canonical import document_bytes
from scheduler.draw.commitment import (
    SECRET_BYTES,
    Commitment,
    bulletin_text,
    parse_commitment,
    seal_files,
    secret_digests,
)
from scheduler.draw.draw_log import draw_log_head
from scheduler.draw.files import allocation_table, pool_table, recent_table, register_table
from scheduler.draw.hashing import content_digest
from scheduler.draw.pool import Pool, open_pool, targeted_pool
from scheduler.draw.quotas import counting_visits
from scheduler.draw.seed import EntropySource, PublicValue, check_announcement, operator_alone, operator_seed
from scheduler.draw.sources import SourceKind
from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.publication.inputs import PublicTask
from scheduler.publication.records import items_bytes, tasks_bytes
from scheduler.registry.codes import DrawStatus, RoundKind
from scheduler.teams.frozen import recusals_bytes, roster_bytes
from scheduler.workflow.log import GENESIS, append_log
from scheduler.workflow.pools import RoundPool, planned_package, round_pool
from scheduler.workflow.recusals import standing_recusals
from scheduler.workflow.workspace import SETTINGS_NAME, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSummary:
    """
    What was committed to.

    Attributes
    ----------
    content
        Bytes of `commitment.json`, to be published.
    bulletin
        Text for the notice board, in the active language.
    warnings
        What the planner should look at, in words.
    """

    draw_id: str
    commitment_digest: str
    num_firms: int
    counting_visits: int
    content: bytes
    bulletin: str
    warnings: tuple[str, ...]


def commit_draw(
    workspace: Workspace,
    round_number: int,
    *,
    entropy: Iterable[EntropySource],
    own_seed: tuple[str, date] | None = None,
    day_value: PublicValue | None = None,
    secret: bytes | None = None,
    officer_secret: bytes | None = None,
    dry_run: bool = False,
) -> CommitSummary:
    """
    Freezes all that decides the draw of a round and commits to it.

    Parameters
    ----------
    entropy
        Public sources that will speak later, in the order they will be hashed.
    own_seed
        Name and day of a seed of the bureau's own, which follows from the secret; it comes last and counts for nothing.
    day_value
        A public value of today, which shows that the commitment was not made earlier.
    secret, officer_secret
        Keys of the salts and of the officers' lot, 32 bytes each; by default the system's randomness.
    dry_run
        Tells what would be committed to, and changes nothing.

    Raises
    ------
    StateError
        If the round cannot be committed to yet, or any more.
    UsageError
        If the sources announced do not suffice.
    """
    keys = (
        secrets.token_bytes(SECRET_BYTES) if secret is None else secret,
        secrets.token_bytes(SECRET_BYTES) if officer_secret is None else officer_secret,
    )
    with workspace.transaction() as connection:
        draws = load_draws(connection, workspace.settings.year.year)
        entry = _round_to_commit(connection, workspace, round_number, draws)
        _check_clock(workspace, draws)
        draw_id = _next_id(entry, draws)
        sources = (*entropy, *_own_source(own_seed, keys[0], draw_id))
        _check_sources(connection, workspace, entry, draws, sources)
        pool = round_pool(connection, workspace, entry)
        commitment = _commit(connection, workspace, entry, draws, pool, sources, day_value, keys)
        if dry_run:
            connection.rollback()
    return CommitSummary(
        draw_id=commitment.draw_id,
        commitment_digest=commitment.digest,
        num_firms=commitment.num_firms,
        counting_visits=commitment.counting_visits,
        content=commitment.content,
        bulletin=bulletin_text(commitment),
        warnings=_warnings(entry, sources, day_value),
    )


def standing_draw(draws: Iterable[StoredDraw], round_id: str) -> StoredDraw | None:
    """The attempt of a round that is not voided; there is one at most."""
    return next((draw for draw in draws if draw.round_id == round_id and draw.status != DrawStatus.VOIDED), None)


def _round_to_commit(
    connection: sa.Connection, workspace: Workspace, round_number: int, draws: Iterable[StoredDraw]
) -> StoredRound:
    rounds = [
        entry for entry in load_rounds(connection, workspace.settings.year.year) if entry.kind is not RoundKind.EXTERNAL
    ]
    entry = next((entry for entry in rounds if entry.number == round_number), None)
    if entry is None:
        raise StateError(
            _("the plan has no round {round}; run “double-random plan new” or give another number").format(
                round=round_number
            )
        )
    if entry.plan_status != PlanStatus.APPROVED:
        raise StateError(
            _("plan {plan} is not approved; run “double-random plan approve” first").format(plan=entry.plan_id)
        )
    _check_windows(workspace, rounds, entry)
    for earlier in rounds:
        standing = standing_draw(draws, earlier.round_id)
        if earlier.number < entry.number and (standing is None or standing.status != DrawStatus.DRAWN):
            raise StateError(
                _("round {earlier} is not drawn yet; rounds are drawn in their order").format(earlier=earlier.number)
            )
    standing = standing_draw(draws, entry.round_id)
    if standing is not None:
        raise StateError(
            _("round {round} is committed to already (draw {draw_id}); void that attempt first").format(
                round=round_number, draw_id=standing.draw_id
            )
        )
    return entry


def _check_clock(workspace: Workspace, draws: Iterable[StoredDraw]) -> None:
    """A commitment older than the draws it names would be rejected for ever; so a clock that went back is refused."""
    for draw in draws:
        day = max(draw.committed_on, draw.drawn_on or draw.committed_on)
        if workspace.today < day:
            raise StateError(
                _("draw {draw_id} was made on {day}, but today is {today}; set the computer's clock right").format(
                    draw_id=draw.draw_id, day=day, today=workspace.today
                )
            )


def _check_windows(workspace: Workspace, rounds: Iterable[StoredRound], entry: StoredRound) -> None:
    """The policy that is frozen must tell the windows by which the plan was made, of this round and later ones."""
    policy = {
        (wanted.number, wanted.kind, wanted.starts_on, wanted.ends_on)
        for wanted in workspace.settings.rounds
        if wanted.number >= entry.number
    }
    plan = {
        (planned.number, planned.kind, planned.starts_on, planned.ends_on)
        for planned in rounds
        if planned.number >= entry.number
    }
    if policy != plan:
        raise StateError(
            _(
                "the rounds of {file} are no longer those of plan {plan}; put them back or run “double-random plan new”"
            ).format(file=SETTINGS_NAME, plan=entry.plan_id)
        )


def _check_sources(
    connection: sa.Connection,
    workspace: Workspace,
    entry: StoredRound,
    draws: Iterable[StoredDraw],
    sources: tuple[EntropySource, ...],
) -> None:
    least_bits = workspace.settings.draw.least_entropy_bits
    check_announcement(sources, least_bits=least_bits, committed_on=workspace.today)
    earlier = [draw.draw_id for draw in draws if draw.round_id == entry.round_id]
    announced = {
        (source.name, source.spoken_on)
        for draw_id in earlier
        for source in parse_commitment(get_file(connection, draw_id, "commitment.json")).entropy
    }
    if earlier and all((source.name, source.spoken_on) in announced for source in sources):
        raise StateError(
            _("expected a source that no voided attempt announced, got only those of {draws}; add a new one").format(
                draws=", ".join(earlier)
            )
        )


def _commit(
    connection: sa.Connection,
    workspace: Workspace,
    entry: StoredRound,
    draws: tuple[StoredDraw, ...],
    inputs: RoundPool,
    sources: tuple[EntropySource, ...],
    day_value: PublicValue | None,
    keys: tuple[bytes, bytes],
) -> Commitment:
    draw_id = _next_id(entry, draws)
    try:
        pool = _pool(draw_id, entry.kind, inputs, keys[0])
        files = _sealed_files(connection, workspace, inputs) | _programme_files(connection, workspace, entry, inputs)
        digests = secret_digests(*keys)
    except ValueError as error:
        raise StateError(
            _("round {round} cannot be frozen: {error}").format(round=entry.number, error=error)
        ) from error
    commitment = Commitment(
        bureau=workspace.settings.bureau.code,
        year=workspace.settings.year.year,
        draw_id=draw_id,
        kind=entry.kind,
        committed_on=workspace.today,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        counting_visits=counting_visits(inputs.cells),
        package=planned_package(entry.kind, inputs.cells),
        num_firms=len(pool),
        root=pool.root,
        secret=digests[0],
        officer_secret=digests[1],
        sealed=seal_files(keys[0], files),
        entropy=sources,
        day_value=day_value,
        drawn_before=sorted(draw.draw_id for draw in draws if draw.status == DrawStatus.DRAWN),
        software=f"double-random {__version__}",
        log_head=load_log_head(connection) or GENESIS,
        draw_log_head=draw_log_head(load_draw_events(connection)),
    )
    insert_draw(connection, _attempt(workspace, entry, commitment, keys))
    for name, content in {**files, "pool.tsv": pool_table(pool), "commitment.json": commitment.content}.items():
        put_file(connection, draw_id, name, content)
    _log(connection, workspace, commitment)
    return commitment


def _next_id(entry: StoredRound, draws: Iterable[StoredDraw]) -> str:
    """Id of the attempt that comes next."""
    return f"{entry.round_id}-{1 + sum(draw.round_id == entry.round_id for draw in draws)}"


def _own_source(own_seed: tuple[str, date] | None, secret: bytes, draw_id: str) -> tuple[EntropySource, ...]:
    """The bureau's own seed as a source, committed to by its digest."""
    if own_seed is None:
        return ()
    detail = content_digest(operator_seed(secret, draw_id).encode("ascii"))
    return (EntropySource.of(own_seed[0], own_seed[1], SourceKind.OPERATOR, detail),)


def _attempt(workspace: Workspace, entry: StoredRound, commitment: Commitment, keys: tuple[bytes, bytes]) -> StoredDraw:
    return StoredDraw(
        draw_id=commitment.draw_id,
        round_id=entry.round_id,
        attempt=int(commitment.draw_id.rpartition("-")[2]),
        status=DrawStatus.COMMITTED,
        secret=keys[0],
        officer_secret=keys[1],
        commitment_digest=commitment.digest,
        seed="",
        committed_on=workspace.today,
        drawn_on=None,
        officers_drawn_on=None,
        void_reason="",
    )


def _log(connection: sa.Connection, workspace: Workspace, commitment: Commitment) -> None:
    append_log(
        connection,
        workspace,
        "draw commit",
        {
            "draw_id": commitment.draw_id,
            "num_firms": commitment.num_firms,
            "counting_visits": commitment.counting_visits,
            "entropy": [source.document() for source in commitment.entropy],
        },
        after=commitment.digest,
    )


def _pool(draw_id: str, kind: RoundKind, inputs: RoundPool, secret: bytes) -> Pool:
    if kind is RoundKind.OPEN:
        return open_pool(draw_id, inputs.firm_id)
    return targeted_pool(draw_id, secret, inputs.firm_id, inputs.stratum, inputs.strata)


def _sealed_files(connection: sa.Connection, workspace: Workspace, inputs: RoundPool) -> dict[str, bytes]:
    tasks = load_tasks(connection, workspace.settings.year.year)
    return {
        "register.tsv": register_table(inputs.frame, inputs.classes, inputs.disposition, inputs.labels),
        "scorecard.json": document_bytes(inputs.classification.scorecard.document()),
        "allocation.tsv": allocation_table(inputs.cells),
        "roster.tsv": roster_bytes(load_officers(connection)),
        "recusals.tsv": recusals_bytes(standing_recusals(connection, workspace)),
        "policy.toml": workspace.settings_text.encode("utf-8"),
        "items.tsv": items_bytes(load_items(connection)),
        "tasks.tsv": tasks_bytes(PublicTask.of(task) for task in tasks),
    }


def _programme_files(
    connection: sa.Connection, workspace: Workspace, entry: StoredRound, inputs: RoundPool
) -> dict[str, bytes]:
    """The programme that a targeted round's cells are the answer of, and the firms left out as inspected lately."""
    number = solution_of_round(connection, entry.round_id)
    programme = load_certificate_files(connection, workspace.settings.year.year, number)
    if entry.kind is not RoundKind.TARGETED or programme is None:
        return {}
    return {**programme, "recent.tsv": recent_table(inputs.frame.firm_id, inputs.recent, inputs.inspected_on)}


def _warnings(entry: StoredRound, sources: Sequence[EntropySource], day_value: PublicValue | None) -> tuple[str, ...]:
    warnings = [
        _("{name} speaks on {day}, but visits may begin on {start}: nothing can be drawn before").format(
            name=source.name, day=source.spoken_on, start=entry.starts_on
        )
        for source in sources
        if source.spoken_on >= entry.starts_on
    ]
    if operator_alone(sources):
        warnings.append(
            _("the bureau's own seed is the only source: the weakest kind of draw, which every page will say")
        )
    if day_value is None:
        warnings.append(
            _("no value of the day is given: nothing outside shows that the commitment was not made earlier")
        )
    return tuple(warnings)
