"""Leaves and roots: what they bind, what they hide, and what the pool refuses."""

from __future__ import annotations

import numpy as np
import plain_draw as plain
import pytest

from scheduler.draw import bulk
from scheduler.draw.pool import firm_salts, open_pool, targeted_pool

SECRET = bytes(range(32))
KEYS = ("371002/enterprise/A/T01", "371002/enterprise/D/T01+T02")
IDS = np.array([f"91371000MA3C{number:06d}" for number in range(10)], dtype="S18")
STRATUM = np.array([0, 1] * 5, dtype=np.int32)


def test_pools_across_chunks_equal_the_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of three change nothing in leaves and roots."""
    monkeypatch.setattr(bulk, "CHUNK", 3)
    names = IDS.astype("U18").tolist()
    opened = open_pool("2026-1-1", IDS)
    assert [row.tobytes().hex() for row in opened.leaf] == [plain.leaf("2026-1-1", name) for name in names]
    sealed = targeted_pool("2026-2-1", SECRET, IDS, STRATUM, KEYS)
    assert [row.tobytes().hex() for row in sealed.leaf] == [
        plain.sealed_leaf("2026-2-1", SECRET, name, KEYS[index % 2]) for index, name in enumerate(names)
    ]
    for pool in (opened, sealed):
        assert pool.root == plain.root([row.tobytes() for row in pool.leaf]).hex()
        assert len(pool) == 10


def test_root_binds_every_firm_draw_and_stratum() -> None:
    """Another draw, a firm less, another secret or another stratum gives another root."""
    root = targeted_pool("2026-2-1", SECRET, IDS, STRATUM, KEYS).root
    others = [
        targeted_pool("2026-2-2", SECRET, IDS, STRATUM, KEYS).root,
        targeted_pool("2026-2-1", SECRET, IDS[1:], STRATUM[1:], KEYS).root,
        targeted_pool("2026-2-1", bytes(32), IDS, STRATUM, KEYS).root,
        targeted_pool("2026-2-1", SECRET, IDS, STRATUM[::-1], KEYS).root,
        open_pool("2026-2-1", IDS).root,
    ]
    assert len({root, *others}) == 6


def test_salts_differ_by_firm_and_draw() -> None:
    """No salt is used twice."""
    salts = [firm_salts(draw_id, SECRET, IDS) for draw_id in ("2026-2-1", "2026-3-1")]
    assert len({row.tobytes() for salt in salts for row in salt}) == 20


@pytest.mark.parametrize(
    ("stratum", "keys", "match"),
    [
        (np.zeros(9, dtype=np.int32), KEYS, "stratum for every firm"),
        (np.full(10, -1, dtype=np.int32), KEYS, "stratum for every firm"),
        (np.full(10, 2, dtype=np.int32), KEYS, "stratum for every firm"),
        (np.zeros(10, dtype=np.int32), ("a|b",), "written in codes"),
    ],
    ids=["too few", "outside the pool", "unknown stratum", "separator in a stratum"],
)
def test_targeted_pool_refuses(stratum: np.ndarray, keys: tuple[str, ...], match: str) -> None:
    """A firm without a stratum, or a stratum that could be confused, makes no leaf."""
    with pytest.raises(ValueError, match=match):
        targeted_pool("2026-2-1", SECRET, IDS, stratum, keys)


def test_open_pool_refuses_unordered_ids() -> None:
    """The order of leaves is that of the ids, so ids must be in order."""
    with pytest.raises(ValueError, match="ascending"):
        open_pool("2026-1-1", IDS[::-1])
