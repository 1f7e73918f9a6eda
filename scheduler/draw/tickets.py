"""
Tickets: every firm of the pool gets one, and the lowest of each stratum are drawn (specification, section 7).

A ticket of an open round is computed by anybody from the seed and the firm's id. In a targeted round the firm's salt
goes in too: an outsider who could compute tickets would read from them how likely a firm was to be drawn, and so its
tier.
"""

from __future__ import annotations

import numpy as np

from scheduler.draw.bulk import DIGEST_BYTES, Digests, chunks, digest_messages, hex_fields
from scheduler.draw.hashing import prefix
from scheduler.registry.frame import Ids


def open_tickets(seed: str, firm_id: Ids) -> Digests:
    """
    Ticket of each firm in an open round, shape (n, 32).

    Parameters
    ----------
    seed
        Seed of the draw, 64 hexadecimal digits.
    firm_id
        Ids that `checked_ids` let pass, shape (n,).

    Examples
    --------
    >>> open_tickets("00" * 32, np.array([b"91371000MA3C000000"])).tobytes().hex()
    '9855bfb5ffcf97dd9c0243d02c3e3c38717ec6cc88bcab0e5568265afa0cb9dc'
    """
    head = prefix("ticket", seed)
    ticket = np.empty((len(firm_id), DIGEST_BYTES), dtype=np.uint8)
    for part in chunks(len(firm_id)):
        ticket[part] = digest_messages([head + name for name in firm_id[part].tolist()])
    return ticket


def targeted_tickets(seed: str, salt: Digests, firm_id: Ids) -> Digests:
    """
    Ticket of each firm in a targeted round, shape (n, 32).

    Parameters
    ----------
    seed
        Seed of the draw, 64 hexadecimal digits.
    salt
        Salt of each firm, shape (n, 32).
    firm_id
        Ids that `checked_ids` let pass, shape (n,).

    Examples
    --------
    >>> salt = np.zeros((1, 32), dtype=np.uint8)
    >>> targeted_tickets("00" * 32, salt, np.array([b"91371000MA3C000000"])).tobytes().hex()
    'f5ac6013f3387e4af095d63676b42520773c5311d089adc1781b8ac13ff1a654'
    """
    head = prefix("ticket", seed)
    ticket = np.empty((len(firm_id), DIGEST_BYTES), dtype=np.uint8)
    for part in chunks(len(firm_id)):
        pairs = zip(hex_fields(salt[part]), firm_id[part].tolist(), strict=True)
        ticket[part] = digest_messages([head + secret + b"|" + name for secret, name in pairs])
    return ticket
