"""Why a firm was drawn or was not, in words: for the firm what it may know, for the auditor all."""

from __future__ import annotations

from decimal import Decimal

from scheduler.audit.standing import Standing, Ticket
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.registry.codes import RoundKind
from scheduler.workflow.explaining import (
    DRAWN,
    NOT_DRAWN,
    NOT_LISTED,
    OUT_OTHER,
    OUT_STATUS,
    OUT_TYPE,
    UNKNOWN,
    VOIDED,
    WAITING,
    AuditorRound,
    FirmRound,
)


def heading_words(told: FirmRound) -> str:
    """The draw, its kind and its days."""
    if told.kind == RoundKind.EXTERNAL:
        return _("List {draw_id}, drawn elsewhere, {day}").format(draw_id=told.draw_id, day=told.drawn_on or "–")
    text = _("Draw {draw_id}, {kind}: committed to on {committed}, drawn on {drawn}")
    return text.format(
        draw_id=told.draw_id, kind=label(told.kind), committed=told.committed_on, drawn=told.drawn_on or "–"
    )


def firm_lines(told: FirmRound) -> list[str]:
    """What the firm may know of one draw, a sentence each."""
    lines = [state_words(told)]
    if told.state == DRAWN:
        lines += [
            _("It is to be inspected for: {tasks}").format(
                tasks=_(", ").join(name or task_id for task_id, name in told.tasks.items())
            )
        ]
    if told.state in (DRAWN, NOT_DRAWN) and told.ticket:
        text = _(
            "Everybody’s ticket is the SHA-256 of seed and code; anybody can compute it. Sorted, that of this firm was "
            "number {rank} of {firms}, and the first {drawn} were drawn: {ticket}"
        )
        lines.append(
            text.format(
                rank=f"{told.rank:,}", firms=f"{told.pool_firms:,}", drawn=f"{told.pool_drawn:,}", ticket=told.ticket
            )
        )
    elif told.state in (DRAWN, NOT_DRAWN) and told.kind == RoundKind.TARGETED:
        lines.append(
            _(
                "Pool and rules were sealed before anybody knew the seed, and the lot decided. To be drawn is no "
                "reproach, and not to be drawn is no certificate. "
                "The public record shows that the firm was in the pool."
            )
        )
        lines.append(
            _(
                "Its ticket stands in the firm’s own proof, which the bureau makes on request (double-random audit "
                "prove)."
            )
        )
    return lines


def state_words(told: FirmRound) -> str:
    """What became of the firm in one draw."""
    words = {
        DRAWN: _("The firm was drawn: one of {drawn}, out of {firms} firms."),
        NOT_DRAWN: _("The firm was in the pool and was not drawn: {drawn} of {firms} firms were."),
        WAITING: _("The firm is in the pool of {firms} firms; the draw is still to come."),
        VOIDED: _("This draw is void and nobody is inspected because of it: {reason}"),
        UNKNOWN: _("The firm was not on the register that was frozen for this draw."),
        NOT_LISTED: _("The firm is not on this list."),
        OUT_STATUS: _("The firm could not be drawn: it was not in operation when the register was frozen."),
        OUT_TYPE: _("The firm could not be drawn: this round is for enterprises that were not drawn before."),
        OUT_OTHER: _("The firm could not be drawn: nothing was left to visit it for in this round."),
    }
    if told.kind == RoundKind.EXTERNAL and told.state == DRAWN:
        return _("The firm is on this list, which was drawn elsewhere and cannot be verified here.")
    return words[told.state].format(drawn=f"{told.pool_drawn:,}", firms=f"{told.pool_firms:,}", reason=told.void_reason)


def auditor_lines(entry: AuditorRound) -> list[str]:
    """All there is to know of one draw, a sentence each."""
    lines = firm_lines(entry.told)
    standing = entry.standing
    if standing is None or not standing.disposition:
        return lines
    cells = standing.classification
    if cells["tier"]:
        text = _("Classed {tier} with {score} points; rule {rule}, ratings {ratings}, override {override}")
        lines.append(
            text.format(
                tier=cells["tier"],
                score=cells["score"],
                rule=cells["rule"] or "–",
                ratings=cells["ratings"] or "–",
                override=cells["override"] or "–",
            )
        )
    if not standing.in_pool:
        lines.append(reason_words(standing.disposition))
        return lines
    text = _("Stratum {stratum}, {firms} firms, {visits} visits expected: a chance of {chance}")
    lines.append(
        text.format(
            stratum=standing.disposition,
            firms=f"{standing.num_firms:,}",
            visits=f"{Decimal(standing.visits_micro).scaleb(-6).normalize():f}",
            chance=chance_words(standing),
        )
    )
    if standing.ticket is not None:
        lines += _ticket_lines(standing.ticket)
    return lines


def _ticket_lines(ticket: Ticket) -> list[str]:
    text = _("Its ticket was number {rank} of the stratum’s {firms}, of which the first {drawn} were drawn")
    lines = [
        text.format(rank=f"{ticket.rank:,}", firms=f"{ticket.num_firms:,}", drawn=f"{ticket.num_drawn:,}"),
        _("Its ticket: {ticket}").format(ticket=ticket.ticket),
    ]
    if ticket.last_drawn:
        lines.append(_("Last ticket drawn in the stratum: {ticket}").format(ticket=ticket.last_drawn))
    return lines


def reason_words(disposition: str) -> str:
    """Why a firm was left out of a pool. Internal."""
    return {
        "out:status": _("Left out of the pool: not in operation"),
        "out:type": _("Left out of the pool: not of the target’s object types"),
        "out:no-task": _("Left out of the pool: in no waiting task’s range"),
        "out:recent": _("Left out of the pool: inspected lately, and not of a class that is visited all the same"),
        "out:visited": _("Left out of the pool: drawn before this year"),
    }.get(disposition, disposition)


def chance_words(standing: Standing) -> str:
    """The chance of a firm in a draw. Internal in a targeted round."""
    return f"{standing.visits_micro / standing.num_firms / 10_000:.4g} %" if standing.num_firms else "0 %"


def coming_words(coming: tuple[tuple[int, str], ...]) -> str:
    """Rounds still to come."""
    rounds = _(", ").join(_("{number} (from {day})").format(number=number, day=day) for number, day in coming)
    return _("Still to come, and not committed to yet: round {rounds}").format(rounds=rounds)
