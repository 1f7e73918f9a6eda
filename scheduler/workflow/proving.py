"""
Writes a firm's proof from the frozen files (specification, section 9.2); every proof is an entry of the log.

Opening the chance tells the firm how it is classed, so it needs a reason, which the log keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.draw_rows import StoredDraw, get_file, load_draws
from scheduler.audit.standing import standing_of
from scheduler.draw.canonical import parse_document
from scheduler.draw.ceremony import plain_reason
from scheduler.draw.frozen import read_cells
from scheduler.draw.hashing import content_digest, digest, keyed_digest
from scheduler.draw.proof import Chance, ProvenDraw, firm_proof
from scheduler.draw.thresholds import greatest_tickets
from scheduler.errors import StateError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import RoundKind
from scheduler.registry.text import typed_code
from scheduler.workflow.log import append_log
from scheduler.workflow.stored_record import stored_draw
from scheduler.workflow.workspace import Workspace

ACTION = "audit prove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """
    A firm's proof.

    Attributes
    ----------
    content
        Bytes of the file.
    draw_ids
        Draws that it speaks of.
    log_number
        Its entry in the log.
    """

    firm_id: str
    content: bytes
    draw_ids: tuple[str, ...]
    log_number: int


def prove_firm(workspace: Workspace, firm_id: str, *, open_chance: bool = False, reason: str = "") -> Proof:
    """
    Proof of all draws of the year so far, voided ones included, for one firm.

    Parameters
    ----------
    open_chance
        Whether stratum, chance and threshold are opened too.
    reason
        Why they are opened; required if they are.

    Raises
    ------
    StateError
        If nothing was drawn yet, or no register that was drawn from has such a firm.
    UsageError
        If the chance is opened without a reason, or there is a reason and it is not opened.
    """
    wanted = typed_code(firm_id)
    why = _checked_reason(reason, open_chance=open_chance)
    with workspace.transaction() as connection:
        draws = [draw for draw in load_draws(connection, workspace.settings.year.year) if draw.secret and draw.seed]
        if not draws:
            raise StateError(_("nothing is drawn yet, so there is nothing to prove; run “double-random draw targets”"))
        proven = []
        for number, draw in enumerate(draws):
            workspace.progress.report(_("Proving draws"), number, len(draws))
            proven.append(_proven(connection, draw, wanted))
        workspace.progress.report(_("Proving draws"), len(draws), len(draws))
        if not any(known for known, _draw in proven):
            raise StateError(
                _("firm {firm_id}: expected a firm of the register, got a code nobody knows; check the code").format(
                    firm_id=wanted
                )
            )
        content = firm_proof(wanted, [draw for _known, draw in proven], open_chance=open_chance)
        draw_ids = tuple(draw.draw_id for draw in draws)
        detail = {"firm_id": wanted, "draws": list(draw_ids), "chance_opened": open_chance, "reason": why}
        log_number = append_log(connection, workspace, ACTION, detail, after=content_digest(content))
    return Proof(firm_id=wanted, content=content, draw_ids=draw_ids, log_number=log_number)


def _checked_reason(reason: str, *, open_chance: bool) -> str:
    if open_chance:
        return plain_reason(reason)
    if reason:
        raise UsageError(_("--reason: expected only with --open-chance; without it nothing is opened"))
    return ""


def _proven(connection: sa.Connection, stored: StoredDraw, firm_id: str) -> tuple[bool, ProvenDraw]:
    """Whether the register drawn from has the firm, and the draw."""
    standing = standing_of(stored_draw(connection, stored), firm_id)
    files = {
        name: get_file(connection, stored.draw_id, name)
        for name in ("commitment.json", "ceremony.json", "pool.tsv", "drawn.tsv", "allocation.tsv", "selected.tsv")
    }
    commitment = parse_document(files["commitment.json"], "commitment.json")
    ceremony = parse_document(files["ceremony.json"], "ceremony.json")
    secret = stored.secret or b""
    chance = None
    if standing.in_pool:
        chance = Chance(
            stratum=standing.disposition, chance_micro=standing.visits_micro, chance_firms=standing.num_firms
        )
    return bool(standing.disposition), ProvenDraw(
        commitment=commitment,
        ceremony=ceremony,
        pool=files["pool.tsv"],
        drawn=files["drawn.tsv"],
        secret=secret,
        chance=chance,
        thresholds=_thresholds(files["allocation.tsv"], files["selected.tsv"], commitment, ceremony["seed"], secret),
    )


def _thresholds(
    allocation: bytes, selected: bytes, commitment: Mapping[str, Any], seed: str, secret: bytes
) -> dict[str, str]:
    """Threshold of each stratum of the draw."""
    draw_id, is_open = commitment["draw_id"], commitment["kind"] == RoundKind.OPEN.value

    def ticket(firm_id: str) -> str:
        salt = () if is_open else (keyed_digest(secret, "salt", draw_id, firm_id),)
        return digest("ticket", seed, *salt, firm_id)

    rows = [line.split("\t")[:2] for line in selected.decode("ascii").splitlines()[1:]]
    strata = [cell.stratum for cell in read_cells(allocation)]
    return greatest_tickets(strata, ((stratum, ticket(firm_id)) for firm_id, stratum in rows))
