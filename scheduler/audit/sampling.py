"""
Claims about the pool and who is drawn from it: leaves, root, tickets, selection, chances, the list drawn (sections 3.2,
3.3 and 7 of the specification).

`Sampling` computes each large thing once per draw, when the first check asks for it.
"""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scheduler.audit.claims import Group
from scheduler.audit.columns import Bytes, Coded, Table
from scheduler.audit.commitment import load_policy, policy_value
from scheduler.audit.context import Draw, Drawn, Lists, load_lists, positions_of
from scheduler.audit.hashes import Keyed, digests, hexadecimals
from scheduler.audit.quotas import Cell, Quotas, load_cells, round_cells
from scheduler.audit.register import pool_mask
from scheduler.audit.tiers import Classes, Scorecard, classify, load_scorecard
from scheduler.audit.year import Differences
from scheduler.draw.hashing import prefix
from scheduler.draw.merkle import array_root
from scheduler.i18n import gettext as _

CHUNK = 1 << 16
Digests = npt.NDArray[np.bytes_]
Selected = dict[str, tuple[str, str]]


class Sampling:
    """
    What is computed of one draw's pool.

    Parameters
    ----------
    tell
        Told how many of how many firms are hashed.
    """

    def __init__(
        self, draw: Draw, lists: Callable[[], Lists], draws: Sequence[Draw], tell: Callable[[int, int], None]
    ) -> None:
        self.draw = draw
        self._lists = lists
        self._draws = {other.draw_id: other for other in draws}
        self._tell = tell

    @cached_property
    def lists(self) -> Lists:
        """Items and tasks: as the draw froze them, else the record's; raises `RecordError` if they cannot be read."""
        return load_lists(self.draw.record, self.draw.path("")) if self.draw.opens_seals else self._lists()

    @cached_property
    def pool(self) -> Table:
        """The pool as published."""
        return self.draw.table("pool.tsv")

    @cached_property
    def register(self) -> Table:
        """The register as sealed."""
        return self.draw.table("register.tsv")

    @cached_property
    def card(self) -> Scorecard:
        """The scorecard as sealed."""
        return load_scorecard(self.draw)

    @cached_property
    def classes(self) -> Classes:
        """Tiers recomputed."""
        return classify(self.register, self.card)

    @cached_property
    def object_types(self) -> frozenset[str]:
        """Object types whose visits count towards the target."""
        types = policy_value(load_policy(self.draw), "target", "object_types", ["enterprise"])
        if not isinstance(types, list) or not all(isinstance(entry, str) for entry in types):
            name = self.draw.path("policy.toml")
            raise self.draw.record.refuse(
                name, _("{name}: expected target.object_types as a list of codes").format(name=name)
            )
        return frozenset(types)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Cells of the allocation."""
        return load_cells(self.draw)

    @cached_property
    def quotas(self) -> Quotas:
        """Quotas recomputed from the seed."""
        if self.draw.is_open:
            commitment = self.draw.document("commitment.json")
            return {("open", commitment["package"]): commitment["counting_visits"]}
        return round_cells(self.cells, self.draw.seed())

    @cached_property
    def strata(self) -> Coded:
        """Stratum of each firm of the pool, as the register says."""
        disposition = self.register.coded["disposition"]
        return Coded(values=disposition.values, index=disposition.index[pool_mask(self.register)])

    @cached_property
    def firm_id(self) -> Bytes:
        """Ids of the pool: as published, which in an audit record must be those of the register."""
        if self.draw.opens_seals and not self.draw.is_open:
            return self.register.fixed["firm_id"][pool_mask(self.register)]
        return self.pool.fixed["firm_id"]

    @cached_property
    def drawn_before(self) -> list[Draw]:
        """Draws that the commitment names as standing before it."""
        named = self.draw.document("commitment.json")["drawn_before"]
        return [self._draws[draw_id] for draw_id in named if draw_id in self._draws]

    @cached_property
    def hashed(self) -> tuple[list[bytes], Digests]:
        """Leaves and tickets of the pool, recomputed; no tickets where there is no seed."""
        seed = self.draw.seed() if self.draw.was_drawn else ""
        ids: list[bytes] = self.firm_id.tolist()
        if self.draw.is_open:
            work = _open_work(self.draw.draw_id, seed)
        else:
            work = _salted_work(self.draw.draw_id, seed, self.draw.secret(), self.strata)
        leaves: list[bytes] = []
        tickets: list[bytes] = []
        for start in range(0, len(ids), CHUNK):
            self._tell(start, len(ids))
            some_leaves, some_tickets = work(ids[start : start + CHUNK], start)
            leaves += some_leaves
            tickets += some_tickets
        self._tell(len(ids), len(ids))
        return leaves, np.asarray(tickets, dtype="S32")

    @cached_property
    def selected(self) -> Selected:
        """Stratum and package of each firm drawn, by id, recomputed from tickets and quotas."""
        tickets = self.hashed[1]
        index = np.zeros(len(tickets), dtype=np.int64) if self.draw.is_open else self.strata.index.astype(np.int64)
        names = ("open",) if self.draw.is_open else self.strata.values
        return select(self.firm_id, tickets, index, names, self.quotas)

    @cached_property
    def thresholds(self) -> dict[str, str]:
        """Greatest ticket drawn in each stratum, in hexadecimal, empty where nobody was (section 7.2); recomputed."""
        strata = ["open"] if self.draw.is_open else [cell.stratum for cell in self.cells]
        found, tickets = dict.fromkeys(strata, ""), self.hashed[1].tobytes()
        names = np.asarray([firm_id.encode("ascii") for firm_id in self.selected], dtype="S18")
        places = positions_of(self.firm_id, names).tolist()
        for place, (stratum, _package) in zip(places, self.selected.values(), strict=True):
            found[stratum] = max(found.get(stratum, ""), tickets[32 * place : 32 * place + 32].hex())
        return found

    @cached_property
    def listed(self) -> Selected:
        """Package of each firm drawn as `drawn.tsv` lists it (the stratum is empty: the list does not tell)."""
        return _packages(self.draw.drawn())

    @cached_property
    def current(self) -> Selected:
        """The same of the list as it stands."""
        return _packages(self.draw.current())

    def by_ticket(self, stratum: str) -> list[str]:
        """Firms of a stratum in the order of their tickets."""
        names = ("open",) if self.draw.is_open else self.strata.values
        members = np.arange(len(self.firm_id))
        if not self.draw.is_open:
            members = np.flatnonzero(self.strata.index == names.index(stratum))
        tickets = self.hashed[1][members]
        order = ticket_order(self.firm_id[members], tickets, np.zeros(len(members), dtype=np.int64))
        return [firm.decode("ascii") for firm in self.firm_id[members][order].tolist()]


def _packages(drawn: Drawn) -> Selected:
    ids = [firm_id.decode("ascii") for firm_id in drawn.firm_id.tolist()]
    return {firm_id: ("", package) for firm_id, package in zip(ids, drawn.package.texts(), strict=True)}


Work = Callable[[list[bytes], int], tuple[list[bytes], list[bytes]]]


def _open_work(draw_id: str, seed: str) -> Work:
    leaf, ticket = b"\0" + prefix("leaf", draw_id), prefix("ticket", seed)

    def work(ids: list[bytes], start: int) -> tuple[list[bytes], list[bytes]]:
        del start
        return digests(leaf, ids), digests(ticket, ids) if seed else []

    return work


def _salted_work(draw_id: str, seed: str, secret: bytes, strata: Coded) -> Work:
    leaf, ticket = b"\0" + prefix("leaf", draw_id), prefix("ticket", seed)
    salt, nonce, seal = prefix("salt", draw_id), prefix("stratum-nonce", draw_id), prefix("stratum")
    keyed = Keyed(secret)
    endings = [b"|" + value.encode("ascii") for value in strata.values]

    def work(ids: list[bytes], start: int) -> tuple[list[bytes], list[bytes]]:
        codes = strata.index[start : start + len(ids)].tolist()
        salts = keyed.hexadecimals(salt, ids)
        nonces = keyed.hexadecimals(nonce, ids)
        seals = hexadecimals(digests(seal, [key + endings[code] for key, code in zip(nonces, codes, strict=True)]))
        leaves = digests(leaf, [b"%b|%b|%b" % parts for parts in zip(ids, salts, seals, strict=True)])
        tickets = digests(ticket, [s + b"|" + i for s, i in zip(salts, ids, strict=True)]) if seed else []
        return leaves, tickets

    return work


def select(
    firm_id: Bytes, tickets: Digests, stratum: npt.NDArray[np.int64], names: Sequence[str], quotas: Quotas
) -> Selected:
    """
    Firms drawn (section 7): in each stratum in order of (ticket, id), the first quota get the first package, and so on.

    Parameters
    ----------
    stratum
        Position in `names` of each firm's stratum.
    """
    order = ticket_order(firm_id, tickets, stratum)
    bounds = np.searchsorted(stratum[order], np.arange(len(names) + 1)).tolist()
    position = {name: number for number, name in enumerate(names)}
    next_free = dict.fromkeys(names, 0)
    selected: Selected = {}
    for (name, package), quota in sorted(quotas.items()):
        if name not in position or quota <= 0:
            continue
        start, end = bounds[position[name]] + next_free[name], bounds[position[name] + 1]
        next_free[name] += quota
        for row in order[start : min(start + quota, end)].tolist():
            selected[firm_id[row].decode("ascii")] = (name, package)
    return selected


def ticket_order(firm_id: Bytes, tickets: Digests, stratum: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Positions sorted by (stratum, ticket, firm id); ids ascend already and the sort is stable."""
    words = np.frombuffer(tickets.tobytes(), dtype=">u8").reshape(len(tickets), 4)
    order = np.lexsort((words[:, 0], stratum))
    heads, groups = words[:, 0][order], stratum[order]
    if bool(np.any((heads[1:] == heads[:-1]) & (groups[1:] == groups[:-1]))):
        # two tickets share their first 64 bits: decide by all 256
        order = np.lexsort((words[:, 3], words[:, 2], words[:, 1], words[:, 0], stratum))
    return np.asarray(order, dtype=np.int64)


def check_root(group: Group, sampling: Sampling) -> None:
    """Claims that the pool published is the pool committed to (section 3.3)."""
    pool, committed = sampling.pool, sampling.draw.document("commitment.json")["pool"]
    group.equal(
        "4", _("the pool has as many firms as committed to"), expected=committed["num_firms"], found=pool.num_rows
    )
    leaves = np.frombuffer(unhexlify(pool.fixed["leaf"].tobytes()), dtype=np.uint8)
    root = array_root(leaves.reshape(-1, 32)).hex()
    group.equal(
        "3.3", _("the root over the pool's leaves is the one committed to"), expected=committed["root"], found=root
    )
    if not pool.num_rows:
        group.failed("3.1", _("the pool is not empty"), expected=_("one firm or more"), found=0)


def check_members(group: Group, sampling: Sampling) -> None:
    """Claims that the pool published holds exactly the firms that the register puts into it (section 3.1)."""
    register_ids = sampling.register.fixed["firm_id"][pool_mask(sampling.register)]
    pool_ids = sampling.pool.fixed["firm_id"]
    differences: Differences = []
    if not np.array_equal(register_ids, pool_ids):
        missing = np.setdiff1d(register_ids, pool_ids).tolist()
        surplus = np.setdiff1d(pool_ids, register_ids).tolist()
        differences += [
            (_("{firm} in the pool").format(firm=firm.decode("ascii")), _("left out")) for firm in missing[:100]
        ]
        differences += [
            (_("only firms that the register puts into the pool"), firm.decode("ascii")) for firm in surplus[:100]
        ]
    group.first("3.1", _("the pool holds exactly the firms that the register puts into it"), differences, len(pool_ids))


def check_leaves(group: Group, sampling: Sampling) -> None:
    """Claims that every leaf follows from firm and, in a targeted round, salt and sealed stratum (section 3.2)."""
    text = _("every leaf is the hash of its firm")
    if not sampling.draw.is_open:
        text = _("every leaf is the hash of its firm, salt and sealed stratum")
        if not sampling.draw.opens_seals:
            group.not_checked("3.2", text, _("salts and strata of a targeted round are not public"))
            return
    leaves = sampling.hashed[0]
    pool_ids, published = sampling.pool.fixed["firm_id"], sampling.pool.fixed["leaf"]
    if not np.array_equal(pool_ids, sampling.firm_id):
        at: dict[bytes, bytes] = dict(zip(sampling.firm_id.tolist(), leaves, strict=True))
        expected = [at.get(firm, b"").hex().encode("ascii") for firm in pool_ids.tolist()]
    else:
        expected = hexadecimals(leaves)
    wrong = np.flatnonzero(np.asarray(expected, dtype="S64") != published) if expected else np.zeros(0, dtype=np.int64)
    differences: Differences = [
        (
            ": ".join((pool_ids[row].decode("ascii"), expected[row].decode("ascii") or _("not in the pool"))),
            published[row].decode("ascii"),
        )
        for row in wrong[:1].tolist()
    ]
    differences *= len(wrong)
    group.first("3.2", text, differences, len(pool_ids))


def counted_before(before: Sequence[Drawn]) -> Bytes:
    """Ids drawn before with counting = 1."""
    return np.concatenate([np.zeros(0, dtype="S18"), *(drawn.firm_id[drawn.counting] for drawn in before)])
