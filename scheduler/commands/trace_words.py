"""A firm's history in words: what happened on which day, and tables of its draws, results and what followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scheduler.commands.explain_words import chance_words, reason_words, state_words
from scheduler.commands.risk_page import decider_words
from scheduler.i18n import gettext as _
from scheduler.labels import industry_label, label
from scheduler.publication.tables import NONE, Cell, Table
from scheduler.workflow.trace import FirmTrace, TracedDraw, TracedMember, TracedVisit

Happening = tuple[date, str, str]  # day, of what kind, and what


def trace_tables(trace: FirmTrace) -> tuple[Table, ...]:
    """All tables of a trace that have rows, the history by day first."""
    tables = (_history(trace), _draws(trace), _results(trace), _follow_ups(trace), _corrections(trace), _log(trace))
    return tuple(table for table in tables if table.rows)


def facts(trace: FirmTrace) -> str:
    """What the register of today says of the firm, in a line."""
    row = trace.register
    if row is None:
        return _("No longer on the register.")
    parts = [label(row.object_type), label(row.status), industry_label(row.industry)]
    if row.established_on is not None:
        parts.append(_("established on {day}").format(day=row.established_on))
    parts += [row.registrar, row.station]
    parts += [label(code) for code in row.libraries.split(";") if code]
    return " · ".join(part for part in parts if part)


def _history(trace: FirmTrace) -> Table:
    happenings = [*_classes(trace), *_events(trace)]
    for draw in trace.draws:
        happenings += [*_lot(draw), *_visited(draw), *_found(draw)]
    rows = tuple((day, kind, what) for day, kind, what in sorted(happenings, key=lambda one: one[0]))
    return Table(
        name=_("History"),
        title=_("History by day"),
        texts=(_("Day"), _("Matter"), _("What happened")),
        numbers=(),
        rows=rows,
        note=_("Days of publication are those that the log tells; the names of officers are those of today's roster."),
    )


def _classes(trace: FirmTrace) -> Iterator[Happening]:
    for tier in trace.tiers:
        words = _("classed {tier}, {score} points; decided by: {decider}")
        decider = tier.rule if tier.decided == "rule" else decider_words(tier.decided)
        yield tier.as_of, _("Tier"), words.format(tier=tier.tier, score=tier.score, decider=decider)
    for rating in trace.ratings:
        words = _("rated {grade} in {rating}")
        yield rating.rated_on, _("Rating"), words.format(grade=rating.grade, rating=rating.rating)
    for one in trace.overrides:
        words = _("tier set by hand to {tier} until {day} by {author}: {reason}")
        yield (
            one.starts_on,
            _("Override"),
            words.format(tier=one.tier, day=one.valid_until, author=one.author, reason=one.reason),
        )
        if one.ended_on is not None:
            words = _("tier set by hand ended by {author}: {reason}")
            yield one.ended_on, _("Override"), words.format(author=one.ended_by, reason=one.end_reason)


def _events(trace: FirmTrace) -> Iterator[Happening]:
    for event in trace.events:
        amount = "" if event.amount is None else _(" ({amount} yuan)").format(amount=f"{event.amount:,}")
        words = _("{event}: {detail}") if event.detail else "{event}"
        yield event.occurred_on, _("Event"), words.format(event=label(event.kind), detail=event.detail) + amount
        if event.ended_on is not None:
            yield event.ended_on, _("Event"), _("{event}: lifted").format(event=label(event.kind))


def _lot(draw: TracedDraw) -> Iterator[Happening]:
    """Pool, chance and ticket; a list drawn elsewhere has neither."""
    told, standing, matter = draw.standing.told, draw.standing.standing, _draw_words(draw)
    if draw.cause is not None:
        words = _("lead received, from {source}: {reason}")
        yield draw.cause.received_on, matter, words.format(source=draw.cause.source, reason=draw.cause.reason)
    if standing is not None and told.committed_on and standing.disposition:
        if standing.in_pool:
            words = _("in the pool of {firms} firms with a chance of {chance}")
            text = words.format(firms=f"{standing.pool_firms:,}", chance=chance_words(standing))
        else:
            text = reason_words(standing.disposition)
        yield date.fromisoformat(told.committed_on), matter, text
    if told.drawn_on and (standing is None or standing.in_pool):
        yield date.fromisoformat(told.drawn_on), matter, state_words(told)
        if ticket := _ticket(draw):
            yield date.fromisoformat(told.drawn_on), matter, ticket
    if draw.list_public_on is not None:
        yield draw.list_public_on, matter, _("the list with the firm is public")


def _ticket(draw: TracedDraw) -> str:
    standing = draw.standing.standing
    ticket = standing.ticket if standing is not None else None
    if ticket is None:
        return ""
    words = _("Its ticket was number {rank} of the stratum’s {firms}, of which the first {drawn} were drawn")
    return words.format(rank=f"{ticket.rank:,}", firms=f"{ticket.num_firms:,}", drawn=f"{ticket.num_drawn:,}")


def _visited(draw: TracedDraw) -> Iterator[Happening]:
    visit, matter = draw.visit, _draw_words(draw)
    if visit is None:
        return
    for move in visit.moves:
        words = _("visit moved from {before} to {after} by {author}: {reason}")
        before = move.moved_from or NONE
        text = words.format(before=before, after=move.moved_to, author=move.author, reason=move.reason)
        yield move.moved_on, matter, text
    for one in visit.replacements:
        words = _("officer {out} of team {team} gave way to {into}: {reason}")
        text = words.format(out=one.officer_out, into=one.officer_in, team=one.team_id, reason=label(str(one.reason)))
        yield one.decided_on, matter, text
    for entry in visit.expert_replacements:
        words = _("expert {out} gave way to {into}: {reason}")
        text = words.format(out=entry.officer_out, into=entry.officer_in or NONE, reason=label(entry.reason))
        yield entry.decided_on, matter, text
    if visit.visit_on is not None:
        yield visit.visit_on, matter, _("visit by {officers}").format(officers=officers_words(visit) or NONE)
        if visit.experts:
            experts = _(", ").join(_member(one) for one in visit.experts)
            yield visit.visit_on, matter, _("experts who join the visit: {experts}").format(experts=experts)


def officers_words(visit: TracedVisit) -> str:
    """Who goes, or went: the lead of each team first."""
    return "; ".join(_(", ").join(_member(one) for one in members) for members in visit.teams.values() if members)


def _member(member: TracedMember) -> str:
    named = f"{member.name} ({member.officer_id})" if member.name else member.officer_id
    return _("{officer}, lead").format(officer=named) if member.lead else named


def _found(draw: TracedDraw) -> Iterator[Happening]:
    matter = _draw_words(draw)
    for day in sorted({item.recorded_on for item in draw.items}):
        items = [item for item in draw.items if item.recorded_on == day]
        categories = dict.fromkeys(category for item in items for category in item.categories)
        words = _("results recorded, items: {number}; found: {categories}")
        found = _(", ").join(label(category) for category in categories)
        yield day, matter, words.format(number=len(items), categories=found)
    for one in draw.replaced:
        words = _("result of {item} corrected by {author}; “{before}” stood there: {reason}")
        before = label(one.category)
        text = words.format(item=one.item_id, author=one.replaced_by, before=before, reason=one.reason)
        yield one.replaced_on, matter, text
    for item in draw.items:
        for step in item.steps:
            words = _("follow-up of {item}: {measure}, {state}")
            state = _("settled") if step.settled else _("under way")
            yield step.noted_on, matter, words.format(item=item.item_id, measure=label(step.measure), state=state)
    if draw.results_public_on is not None:
        yield draw.results_public_on, matter, _("the results are public")


def _draw_words(draw: TracedDraw) -> str:
    if draw.cause is not None:
        return _("Check for cause {draw_id}").format(draw_id=draw.draw_id)
    return _("Draw {draw_id}").format(draw_id=draw.draw_id)


def _draws(trace: FirmTrace) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for draw in trace.draws:
        standing, told = draw.standing.standing, draw.standing.told
        in_pool = standing is not None and standing.in_pool
        rows.append(
            (
                draw.draw_id,
                label(told.kind),
                state_words(told),
                chance_words(standing) if standing is not None and in_pool else NONE,
                _(", ").join(told.tasks) or NONE,
                officers_words(draw.visit) if draw.visit is not None else NONE,
                "; ".join(label(code) for code in draw.visit.exceptions) or NONE if draw.visit is not None else NONE,
                draw.visit.visit_on if draw.visit is not None else None,
            )
        )
    return Table(
        name=_("Draws"),
        title=_("Draws, chances and officers"),
        texts=(
            *(_("Draw"), _("Kind"), _("What became of the firm"), _("Chance"), _("Tasks")),
            *(_("Officers"), _("Exceptions"), _("Visit")),
        ),
        numbers=(),
        rows=tuple(rows),
        aside=frozenset({_("What became of the firm"), _("Exceptions"), _("Kind")}),
    )


def _results(trace: FirmTrace) -> Table:
    rows = tuple(
        (
            draw.draw_id,
            f"{item.item_id} {item.name}".strip(),
            _(", ").join(label(category) for category in item.categories),
            item.inspected_on,
            item.recorded_on,
            item.note or NONE,
        )
        for draw in trace.draws
        for item in draw.items
    )
    headings = (_("Draw"), _("Item"), _("What was found"), _("Inspected"), _("Recorded"), _("Note"))
    return Table(name=_("Results"), title=_("Results as they stand"), texts=headings, numbers=(), rows=rows)


def _follow_ups(trace: FirmTrace) -> Table:
    rows = tuple(
        (
            draw.draw_id,
            item.item_id,
            label(step.measure),
            _("settled") if step.settled else _("under way"),
            step.due_on,
            step.noted_on,
            step.actor,
            step.note or NONE,
        )
        for draw in trace.draws
        for item in draw.items
        for step in item.steps
    )
    headings = (
        *(_("Draw"), _("Item"), _("Follow-up measure"), _("State"), _("Due on"), _("Noted on"), _("Person"), _("Note")),
    )
    return Table(name=_("Follow-up"), title=_("What followed"), texts=headings, numbers=(), rows=rows)


def _corrections(trace: FirmTrace) -> Table:
    rows = tuple(
        (
            *(one.draw_id, one.item_id, label(one.category), one.recorded_on),
            *(one.replaced_on, one.replaced_by, one.reason, one.log_number),
        )
        for draw in trace.draws
        for one in draw.replaced
    )
    return Table(
        name=_("Corrections"),
        title=_("Results that were corrected"),
        texts=(*(_("Draw"), _("Item"), _("Stood there"), _("Recorded"), _("Corrected on"), _("Person"), _("Why")),),
        numbers=(_("Log entry"),),
        rows=rows,
    )


def _log(trace: FirmTrace) -> Table:
    return Table(
        name=_("Log"),
        title=_("Who did what, by the log"),
        texts=(_("Time"), _("Person"), _("Command")),
        numbers=(_("Log entry"),),
        rows=tuple((one.at[:16].replace("T", " "), one.actor, one.action, one.number) for one in trace.entries),
        note=_("Names are those that people gave of themselves. Publications are left out: each names every draw."),
    )
