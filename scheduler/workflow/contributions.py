"""
Contributions of witnesses, and the bureau's own seed: committed to with the draw, opened before the last public word.

A reveal is an entry of the log, so that its day stands where nobody can change it; a witness who does not reveal in
time is skipped, and the ceremony says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.draw_rows import get_file, load_draws, load_log_details
from scheduler.allocation.plan import round_id_of
from scheduler.draw.commitment import TYPED_FORMAT, Commitment, parse_commitment
from scheduler.draw.seed import EntropySource, operator_seed, spoken_value
from scheduler.draw.sources import COMMITTED_KINDS, SourceKind
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import DrawStatus
from scheduler.workflow.commitments import standing_draw
from scheduler.workflow.log import append_log
from scheduler.workflow.workspace import Workspace

REVEAL_ACTION = "draw reveal"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldValues:
    """
    What was held back until it was opened.

    Attributes
    ----------
    values
        By name of the source: of witnesses who revealed, and the bureau's own seed.
    revealed
        Witnesses who revealed, with the day, in the order announced.
    skipped
        Witnesses who did not reveal, in the order announced.
    """

    values: Mapping[str, str]
    revealed: tuple[tuple[str, date], ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealSummary:
    """A contribution taken: of whom, and who has not revealed yet."""

    draw_id: str
    name: str
    value: str
    waiting: tuple[str, ...]


def is_typed(commitment: Commitment) -> bool:
    """Whether the sources of a commitment have kinds."""
    return commitment.format == TYPED_FORMAT


def reveal_contribution(
    workspace: Workspace, round_number: int, name: str, value: str, *, dry_run: bool = False
) -> RevealSummary:
    """
    Takes what a witness committed to, in time, and puts it on the log.

    Raises
    ------
    StateError
        If no draw waits for it, it came already, or the day to reveal is over.
    UsageError
        If no such witness was announced, or the value is not the one committed to.
    """
    with workspace.transaction() as connection:
        draws = load_draws(connection, workspace.settings.year.year)
        draw = standing_draw(draws, round_id_of(workspace.settings.year.year, round_number))
        if draw is None or draw.status != DrawStatus.COMMITTED:
            raise StateError(
                _("round {round} is not committed to, or drawn already: no contribution is waited for").format(
                    round=round_number
                )
            )
        commitment = parse_commitment(get_file(connection, draw.draw_id, "commitment.json"))
        source = _witness(commitment, unicodedata.normalize("NFC", name))
        revealed = _reveals(connection, draw.draw_id)
        if source.name in revealed:
            raise StateError(_("{name} has revealed already").format(name=source.name))
        if workspace.today > source.spoken_on:
            raise StateError(
                _("{name} could reveal until {day}; today is {today}, so the contribution is skipped").format(
                    name=source.name, day=source.spoken_on, today=workspace.today
                )
            )
        spoken = spoken_value(source, value)
        detail = {**spoken.document(), "draw_id": draw.draw_id, "revealed_on": workspace.today.isoformat()}
        append_log(connection, workspace, REVEAL_ACTION, detail)
        if dry_run:
            connection.rollback()
    waiting = tuple(
        other.name for other in _witnesses(commitment.entropy) if other.name not in {*revealed, source.name}
    )
    return RevealSummary(draw_id=draw.draw_id, name=source.name, value=spoken.value, waiting=waiting)


def held_values(connection: sa.Connection, commitment: Commitment, secret: bytes) -> HeldValues:
    """What witnesses revealed for a draw, and the bureau's own seed where one was announced."""
    said = _reveals(connection, commitment.draw_id)
    witnesses = [source.name for source in _witnesses(commitment.entropy)]
    values = {name: said[name][0] for name in witnesses if name in said}
    for source in commitment.entropy:
        if source.kind is SourceKind.OPERATOR:
            values[source.name] = operator_seed(secret, commitment.draw_id)
    return HeldValues(
        values=values,
        revealed=tuple((name, said[name][1]) for name in witnesses if name in said),
        skipped=tuple(name for name in witnesses if name not in said),
    )


def check_not_held(sources: Iterable[EntropySource], values: Mapping[str, str]) -> None:
    """Refuses what cannot be said at the draw any more: contributions come before the last public word."""
    given = {unicodedata.normalize("NFC", name) for name in values}
    held = [source.name for source in sources if source.kind in COMMITTED_KINDS and source.name in given]
    if held:
        raise UsageError(
            _("{names}: expected values of public sources alone; witnesses reveal before, with “draw reveal”").format(
                names=", ".join(held)
            )
        )


def _witnesses(sources: Iterable[EntropySource]) -> list[EntropySource]:
    return [source for source in sources if source.kind is SourceKind.WITNESS]


def _witness(commitment: Commitment, name: str) -> EntropySource:
    witnesses = _witnesses(commitment.entropy)
    found = next((source for source in witnesses if source.name == name), None)
    if found is None:
        raise UsageError(
            _("{name}: expected one of the witnesses announced ({names})").format(
                name=name, names=", ".join(source.name for source in witnesses) or "-"
            )
        )
    return found


def _reveals(connection: sa.Connection, draw_id: str) -> dict[str, tuple[str, date]]:
    """Value and day of each reveal of a draw, by name."""
    return {
        str(detail["name"]): (str(detail["value"]), date.fromisoformat(str(detail["revealed_on"])))
        for detail in load_log_details(connection, REVEAL_ACTION)
        if detail["draw_id"] == draw_id
    }
