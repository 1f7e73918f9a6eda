"""
The draw as docs/draw-specification.md words it: one firm at a time, with nothing but hashlib and hmac.

Slow and plain on purpose: the tests hold the room's fast columns against it. Nothing here imports `scheduler`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence


def sha(data: bytes) -> str:
    """Digest (1.1)."""
    return hashlib.sha256(data).hexdigest()


def m(tag: str, *fields: str) -> bytes:
    """Message (1.2)."""
    return "|".join(["double-random/1/" + tag, *fields]).encode("ascii")


def h(tag: str, *fields: str) -> str:
    """Digest of a message (1.2)."""
    return sha(m(tag, *fields))


def k(key: bytes, tag: str, *fields: str) -> str:
    """Keyed digest of a message (1.2)."""
    return hmac.new(key, m(tag, *fields), hashlib.sha256).hexdigest()


def leaf(draw_id: str, firm_id: str) -> str:
    """Leaf of an open round (3.2)."""
    return sha(b"\x00" + m("leaf", draw_id, firm_id))


def sealed_leaf(draw_id: str, secret: bytes, firm_id: str, stratum: str) -> str:
    """Leaf of a targeted round (3.2)."""
    salt = k(secret, "salt", draw_id, firm_id)
    seal = h("stratum", k(secret, "stratum-nonce", draw_id, firm_id), stratum)
    return sha(b"\x00" + m("leaf", draw_id, firm_id, salt, seal))


def root(leaves: Sequence[bytes]) -> bytes:
    """Root as RFC 9162, section 2.1.1 defines it: by splitting, not by pairing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def seed(commitment_digest: str, entropy: Sequence[tuple[str, str]]) -> str:
    """Seed (5); the document is put together by hand."""
    entries = ",\n".join(
        f'    {{\n      "name": "{name}",\n      "value": "{value}"\n    }}' for name, value in entropy
    )
    document = f'{{\n  "entropy": [\n{entries}\n  ]\n}}\n'
    return h("seed", commitment_digest, sha(document.encode("utf-8")))


def quotas(cells: Sequence[tuple[str, str, bool, bool, int]], seed_text: str) -> list[int]:
    """Quotas (6) of cells given as stratum, package, counting, rest, visits_micro."""
    result = [0] * len(cells)
    for line, counts in (("counting", True), ("other", False)):
        chosen = [i for i, cell in enumerate(cells) if cell[2] == counts and not cell[3]]

        def keys(i: int, line: str = line) -> tuple[str, ...]:
            stratum, package = cells[i][0], cells[i][1]
            district, kind = stratum.split("/")[:2]
            return (
                h("order", seed_text, line, district),
                h("order", seed_text, line, f"{district}/{kind}"),
                h("order", seed_text, line, stratum),
                h("order", seed_text, line, f"{stratum}:{package}"),
            )

        u, total = int(h("offset", seed_text, line), 16) % 10**6, 0
        for i in sorted(chosen, key=keys):
            before, total = total, total + cells[i][4]
            result[i] = (total + u) // 10**6 - (before + u) // 10**6
    for i, cell in enumerate(cells):
        if cell[3]:
            same = [j for j, other in enumerate(cells) if other[0] == cell[0]]
            result[i] = sum(cells[j][4] for j in same) // 10**6 - sum(result[j] for j in same if j != i)
    return result


def drawn(
    seed_text: str, strata: Mapping[str, str], salts: Mapping[str, str], quota: Mapping[str, Sequence[tuple[str, int]]]
) -> dict[str, str]:
    """
    Package of each firm drawn (7).

    `strata` maps firm ids to strata, `salts` firm ids to salts (empty in an open round), `quota` strata to packages and
    their quotas.
    """
    result = {}
    for stratum, packages in quota.items():

        def ticket(firm_id: str) -> tuple[str, str]:
            fields = [salts[firm_id], firm_id] if salts else [firm_id]
            return h("ticket", seed_text, *fields), firm_id

        line = sorted((firm_id for firm_id, own in strata.items() if own == stratum), key=ticket)
        for package, number in sorted(packages):
            for firm_id in line[:number]:
                result[firm_id] = package
            line = line[number:]
    return result
