"""
Moves classifications in and out of the tables.

A run is kept whole, for ever, as two frozen artifacts: the scorecard's canonical TOML, and one line of bins, flags,
grades, override and dormancy per firm. Score, tier, rule and what decided are not read from anywhere else: they follow
from these two, so they cannot disagree with them. Table `firm_tier` holds each firm's history besides: a row only where
one of them but the score changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from models.store import get_artifact, insert_columns, put_artifact
from models.tables import Classification, FirmTier, table_of
from scheduler.errors import PolicyError, StoreError
from scheduler.i18n import gettext as _
from scheduler.registry.frame import Frame, Ids, Mask
from scheduler.risk.bins import BIN_CHARACTERS
from scheduler.risk.classify import DECIDERS, Classes, Places, StoredClassification
from scheduler.risk.scorecard import Scorecard, parse_scorecard, scorecard_toml

_ID_WIDTH = 18
_HEADER = b"firm_id\tbins\tdirect\tratings\toverride\tdormant\n"
_NO_OVERRIDE = ord("-")
_CHARACTERS = np.frombuffer(BIN_CHARACTERS.encode("ascii"), dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSince:
    """One row of a firm's history: its tier, score, rule and what decided (`DECIDERS`) from one run on."""

    classification_id: int
    as_of: date
    tier: str
    score: int
    rule: str
    decided: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its number, the date it looks at, the day it was made, its scorecard's digest, firms classified."""

    classification_id: int
    as_of: date
    classified_on: date
    scorecard_digest: str
    num_firms: int


def save_classification(
    connection: sa.Connection,
    frame: Frame,
    classes: Classes,
    scorecard: Scorecard,
    as_of: date,
    *,
    dormant: Mask | None = None,
    classified_on: date | None = None,
) -> int:
    """
    Keeps a run and returns its number; a run that says just what the newest one says is that one.

    Parameters
    ----------
    frame
        The frame classified.
    classes
        Its classes, in the order of the frame.
    dormant
        Firms without a sign of life, shape (n,); nobody if not given.
    classified_on
        Day of the run; its date if not given.
    """
    scorecard_digest = put_artifact(connection, scorecard_toml(scorecard).encode("utf-8"))
    bins_digest = put_artifact(connection, _run_bytes(frame.firm_id, classes, dormant))
    newest = _newest(connection)
    row = {"as_of": as_of, "scorecard_digest": scorecard_digest, "bins_digest": bins_digest, "num_firms": len(frame)}
    if newest is not None and all(getattr(newest, name) == value for name, value in row.items()):
        return int(newest.classification_id)
    number = int(newest.classification_id) + 1 if newest is not None else 1
    changed = _changed(connection, frame, classes, scorecard)
    connection.execute(
        sa.insert(table_of(Classification)),
        [{"classification_id": number, "classified_on": classified_on or as_of, **row}],
    )
    tiers, rules = _codes(scorecard, classes.tier, classes.rule)
    decided = np.array(DECIDERS, dtype=np.str_)[classes.decided]
    insert_columns(
        connection,
        FirmTier,
        {
            "firm_id": frame.firm_id[changed].astype("U18").tolist(),
            "classification_id": [number] * int(np.count_nonzero(changed)),
            "score": classes.score[changed].tolist(),
            "tier": tiers[changed].tolist(),
            "rule": rules[changed].tolist(),
            "decided": decided[changed].tolist(),
        },
    )
    return number


def load_runs(connection: sa.Connection) -> tuple[Run, ...]:
    """All runs, oldest first."""
    table = table_of(Classification)
    names = ("classification_id", "as_of", "classified_on", "scorecard_digest", "num_firms")
    statement = sa.select(*(table.c[name] for name in names)).order_by(table.c.classification_id)
    return tuple(Run(**row) for row in connection.execute(statement).mappings())


def load_classification(connection: sa.Connection, classification_id: int | None = None) -> StoredClassification | None:
    """
    The newest run, or the one of a number; None if there is none.

    Raises
    ------
    StoreError
        If an artifact is missing or was changed.
    PolicyError
        If the scorecard names an indicator that this version's catalogue no longer has; classify again.
    """
    row = _newest(connection, classification_id)
    if row is None:
        return None
    text = get_artifact(connection, row.scorecard_digest).decode("utf-8")
    scorecard = parse_scorecard(text, _("scorecard of classification {number}").format(number=row.classification_id))
    lines = _parse_run(get_artifact(connection, row.bins_digest), scorecard)
    bare = StoredClassification(
        classification_id=int(row.classification_id),
        as_of=row.as_of,
        scorecard=scorecard,
        firm_id=lines.firm_id,
        score=np.zeros(0, dtype=np.int32),
        tier=np.zeros(0, dtype=np.int8),
        rule=np.zeros(0, dtype=np.int8),
        bins=lines.bins,
        direct=lines.direct,
        grades=lines.grades,
        override=lines.override,
        dormant=lines.dormant,
    )
    classes = bare.classes()
    return replace(bare, score=classes.score, tier=classes.tier, rule=classes.rule, decided=classes.decided)


def newest_bins_digest(connection: sa.Connection) -> str:
    """Digest of the newest run's bins and flags; empty if there is no run."""
    row = _newest(connection)
    return str(row.bins_digest) if row is not None else ""


def load_tier_history(connection: sa.Connection, firm_id: str) -> tuple[TierSince, ...]:
    """A firm's tiers, oldest first; runs that left tier and rule as they were do not show."""
    tier, run = table_of(FirmTier), table_of(Classification)
    statement = (
        sa.select(tier.c.classification_id, run.c.as_of, tier.c.tier, tier.c.score, tier.c.rule, tier.c.decided)
        .join(run, run.c.classification_id == tier.c.classification_id)
        .where(tier.c.firm_id == firm_id)
        .order_by(tier.c.classification_id)
    )
    return tuple(
        TierSince(classification_id=number, as_of=as_of, tier=code, score=score, rule=rule, decided=decided)
        for number, as_of, code, score, rule, decided in connection.execute(statement)
    )


def _newest(connection: sa.Connection, classification_id: int | None = None) -> sa.Row[Any] | None:
    table = table_of(Classification)
    statement = sa.select(table).order_by(table.c.classification_id.desc()).limit(1)
    if classification_id is not None:
        statement = statement.where(table.c.classification_id == classification_id)
    return connection.execute(statement).first()


def _run_bytes(firm_id: Ids, classes: Classes, dormant: Mask | None) -> bytes:
    """One line of fixed width per firm: id, filled up with spaces, bins, flags, grades, override, dormancy."""
    ids = np.ascontiguousarray(firm_id.astype(f"S{_ID_WIDTH}")).view(np.uint8).reshape(len(classes), _ID_WIDTH)
    tab = np.full((len(classes), 1), ord("\t"), dtype=np.uint8)
    asleep = np.zeros(len(classes), dtype=np.bool_) if dormant is None else dormant
    lines = (
        *(np.where(ids == 0, ord(" "), ids), tab, _CHARACTERS[classes.bins], tab),
        *(_CHARACTERS[classes.direct.astype(np.intp)], tab, _CHARACTERS[classes.grades], tab),
        np.where(classes.override < 0, _NO_OVERRIDE, _CHARACTERS[classes.override])[:, None],
        *(tab, _CHARACTERS[asleep.astype(np.intp)][:, None]),
    )
    return _HEADER + np.hstack((*lines, np.full_like(tab, ord("\n")))).astype(np.uint8).tobytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """Columns of a stored run."""

    firm_id: Ids
    bins: Ids
    direct: Ids
    grades: Ids
    override: Places
    dormant: Mask


def _parse_run(content: bytes, scorecard: Scorecard) -> _Lines:
    widths = (_ID_WIDTH, len(scorecard.indicators), len(scorecard.direct), len(scorecard.matrices), 1, 1)
    width = sum(widths) + len(widths)
    body = np.frombuffer(content, dtype=np.uint8)[len(_HEADER) :]
    if not content.startswith(_HEADER) or len(body) % width:
        raise StoreError(_("the stored classification does not fit its scorecard; classify again"))
    lines = body.reshape(-1, width)
    starts = [sum(widths[:place]) + place for place in range(len(widths))]
    ids, bins, direct, grades, override, dormant = (
        lines[:, start : start + size] for start, size in zip(starts, widths, strict=True)
    )
    numbers = np.full(256, -1, dtype=np.int8)
    numbers[_CHARACTERS] = np.arange(len(_CHARACTERS))
    return _Lines(
        firm_id=_as_texts(np.where(ids == ord(" "), 0, ids).astype(np.uint8)),
        bins=_as_texts(bins),
        direct=_as_texts(direct),
        grades=_as_texts(grades),
        override=numbers[override[:, 0]],
        dormant=dormant[:, 0] == ord("1"),
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
    """Firms whose tier, rule or decider differs from the newest run's, or that it did not hold, shape (n,)."""
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
    if before.decided is not None:
        changed[places] |= classes.decided[places] != before.decided[there]
    return changed
