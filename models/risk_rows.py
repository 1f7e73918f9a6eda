"""
Moves classifications in and out of the tables.

A run is kept whole, for ever, as two frozen artifacts: the scorecard's canonical TOML, and one line of bins and flags
per firm. Score, tier and rule are not read from anywhere else: they follow from these two, so they cannot disagree with
them. Table `firm_tier` holds each firm's history besides: a row only where tier or rule changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.store import get_artifact, insert_columns, put_artifact
from models.tables import Classification, FirmTier, table_of
from scheduler.errors import PolicyError, StoreError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Frame, Ids
from scheduler.risk.classify import (
    Classes,
    StoredClassification,
    decide,
    parse_bin_texts,
    parse_direct_texts,
)
from scheduler.risk.scorecard import Scorecard, parse_scorecard, scorecard_toml

_ID_WIDTH = 18
_HEADER = b"firm_id\tbins\tdirect\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSince:
    """One row of a firm's history: its tier, score and rule from one run on."""

    classification_id: int
    as_of: date
    tier: str
    score: int
    rule: str


def save_classification(
    connection: sa.Connection, frame: Frame, classes: Classes, scorecard: Scorecard, as_of: date
) -> int:
    """
    Keeps a run and returns its number; a run that says just what the newest one says is that one.

    Parameters
    ----------
    frame
        The frame classified.
    classes
        Its classes, in the order of the frame.
    """
    scorecard_digest = put_artifact(connection, scorecard_toml(scorecard).encode("utf-8"))
    bins_digest = put_artifact(connection, _run_bytes(frame.firm_id, classes))
    newest = _newest(connection)
    row = {"as_of": as_of, "scorecard_digest": scorecard_digest, "bins_digest": bins_digest, "num_firms": len(frame)}
    if newest is not None and all(getattr(newest, name) == value for name, value in row.items()):
        return int(newest.classification_id)
    number = int(newest.classification_id) + 1 if newest is not None else 1
    changed = _changed(connection, frame, classes, scorecard)
    connection.execute(sa.insert(table_of(Classification)), [{"classification_id": number, **row}])
    tiers, rules = _codes(scorecard, classes.tier, classes.rule)
    insert_columns(
        connection,
        FirmTier,
        {
            "firm_id": frame.firm_id[changed].astype("U18").tolist(),
            "classification_id": [number] * int(np.count_nonzero(changed)),
            "score": classes.score[changed].tolist(),
            "tier": tiers[changed].tolist(),
            "rule": rules[changed].tolist(),
        },
    )
    return number


def load_classification(connection: sa.Connection) -> StoredClassification | None:
    """
    The newest run, or None if there is none.

    Raises
    ------
    StoreError
        If an artifact is missing or was changed.
    PolicyError
        If the scorecard names an indicator that this version's catalogue no longer has; classify again.
    """
    row = _newest(connection)
    if row is None:
        return None
    text = get_artifact(connection, row.scorecard_digest).decode("utf-8")
    scorecard = parse_scorecard(text, _("scorecard of classification {number}").format(number=row.classification_id))
    firm_id, bins, direct = _parse_run(get_artifact(connection, row.bins_digest), scorecard)
    flags = parse_direct_texts(direct, len(scorecard.direct))
    classes = decide(scorecard, parse_bin_texts(bins, len(scorecard.indicators)), flags)
    return StoredClassification(
        classification_id=int(row.classification_id),
        as_of=row.as_of,
        scorecard=scorecard,
        firm_id=firm_id,
        score=classes.score,
        tier=classes.tier,
        rule=classes.rule,
        bins=bins,
        direct=direct,
    )


def newest_bins_digest(connection: sa.Connection) -> str:
    """Digest of the newest run's bins and flags; empty if there is no run."""
    row = _newest(connection)
    return str(row.bins_digest) if row is not None else ""


def load_tier_history(connection: sa.Connection, firm_id: str) -> tuple[TierSince, ...]:
    """A firm's tiers, oldest first; runs that left tier and rule as they were do not show."""
    tier, run = table_of(FirmTier), table_of(Classification)
    statement = (
        sa.select(tier.c.classification_id, run.c.as_of, tier.c.tier, tier.c.score, tier.c.rule)
        .join(run, run.c.classification_id == tier.c.classification_id)
        .where(tier.c.firm_id == firm_id)
        .order_by(tier.c.classification_id)
    )
    return tuple(
        TierSince(classification_id=number, as_of=as_of, tier=code, score=score, rule=rule)
        for number, as_of, code, score, rule in connection.execute(statement)
    )


def _newest(connection: sa.Connection) -> sa.Row[Any] | None:
    table = table_of(Classification)
    return connection.execute(sa.select(table).order_by(table.c.classification_id.desc()).limit(1)).first()


def _run_bytes(firm_id: Ids, classes: Classes) -> bytes:
    """One line of fixed width per firm: the id, filled up with spaces, its bins, its flags."""
    ids = np.ascontiguousarray(firm_id.astype(f"S{_ID_WIDTH}")).view(np.uint8).reshape(len(classes), _ID_WIDTH)
    tab = np.full((len(classes), 1), ord("\t"), dtype=np.uint8)
    bins, direct = (
        np.ascontiguousarray(texts).view(np.uint8).reshape(len(classes), texts.dtype.itemsize)
        for texts in (classes.bin_texts(), classes.direct_texts())
    )
    lines = (np.where(ids == 0, ord(" "), ids), tab, bins, tab, direct[:, : classes.direct.shape[1]])
    return _HEADER + np.hstack((*lines, np.full_like(tab, ord("\n")))).astype(np.uint8).tobytes()


def _parse_run(content: bytes, scorecard: Scorecard) -> tuple[Ids, Ids, Ids]:
    num_bins, num_rules = len(scorecard.indicators), len(scorecard.direct)
    width = _ID_WIDTH + num_bins + num_rules + 3
    body = np.frombuffer(content, dtype=np.uint8)[len(_HEADER) :]
    if not content.startswith(_HEADER) or len(body) % width:
        raise StoreError(_("the stored classification does not fit its scorecard; classify again"))
    lines = body.reshape(-1, width)
    ids = np.where(lines[:, :_ID_WIDTH] == ord(" "), 0, lines[:, :_ID_WIDTH]).astype(np.uint8)
    first = _ID_WIDTH + 1
    return (
        _as_texts(ids),
        _as_texts(lines[:, first : first + num_bins]),
        _as_texts(lines[:, first + num_bins + 1 : -1]),
    )


def _as_texts(characters: npt.NDArray[np.uint8]) -> Ids:
    num_rows, width = characters.shape
    if width == 0:
        return np.zeros(num_rows, dtype="S1")
    return np.ascontiguousarray(characters).view(f"S{width}").reshape(num_rows)


def _codes(
    scorecard: Scorecard, tier: npt.NDArray[np.int8], rule: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """Codes of tiers and names of rules, the empty name where there is none."""
    names = np.array([*(entry.name for entry in scorecard.direct), ""], dtype=np.str_)  # -1 takes the last
    return np.array(scorecard.tiers, dtype=np.str_)[tier], names[rule]


def _changed(connection: sa.Connection, frame: Frame, classes: Classes, scorecard: Scorecard) -> npt.NDArray[np.bool_]:
    """Firms whose tier or rule differs from the newest run's, or that it did not hold, shape (n,)."""
    changed = np.ones(len(frame), dtype=np.bool_)
    try:
        before = load_classification(connection)
    except PolicyError:  # made by a catalogue that is gone: nothing to compare with
        return changed
    if before is None:
        return changed
    tiers, rules = _codes(scorecard, classes.tier, classes.rule)
    tiers_before, rules_before = _codes(before.scorecard, before.tier, before.rule)
    places = frame.positions(before.firm_id)
    there = places >= 0
    places = places[there]
    changed[places] = (tiers[places] != tiers_before[there]) | (rules[places] != rules_before[there])
    return changed
