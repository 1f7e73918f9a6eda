"""
Papers of one visit: 随机抽查通知书, which goes to the firm, and 检查结果记录表, which officers fill in on the spot.

The notice tells what is inspected, on which legal basis, by whom, and what the firm may ask for; nothing internal is in
it. The form has items and categories in the order in which results are typed in.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.agenda.entries import PlannedVisit
from scheduler.labels import label
from scheduler.publication.agenda.context import AgendaContext
from scheduler.publication.text import visible
from scheduler.publication.word import WordDocument
from scheduler.registry.codes import ResultCategory
from scheduler.registry.words import RESULT_WORDS

BOX = "□"
LONGEST_BASIS = 400
CATEGORIES = tuple(ResultCategory(code) for code in RESULT_WORDS.words)  # order and words of an import's ticked columns


def notice_to_firm(visit: PlannedVisit, context: AgendaContext) -> bytes:
    """The notice 随机抽查通知书 as a Word document."""
    _ = context.translate
    document = WordDocument(
        title=_("Notice of random inspection"), language=context.tag, day=context.made_on, body_points=12
    )
    document.heading("\n".join((context.bureau_name, _("Notice of random inspection"))))
    document.paragraph(f"{context.bureau}-{visit.draw_id}-{visit.firm_id}", indented=False, align="center")
    document.paragraph(_("{name}:").format(name=visible(visit.name)), indented=False)
    document.paragraph(
        _(
            "You were drawn at random (double random, one public) in round {round} of {year}. The inspection is as "
            "follows; its result will be made public."
        ).format(round=visit.round_name, year=context.year)
    )
    document.table((), list(_facts(visit, context)), widths_mm=(40, 116), points=10.5)
    document.table(
        (_("No."), _("Item"), _("Method"), _("Legal basis")),
        [
            (str(number), item.name, label(item.method, _), visible(item.basis, LONGEST_BASIS))
            for number, item in enumerate(context.items_of(visit), start=1)
        ],
        widths_mm=(12, 58, 24, 62),
    )
    document.paragraph(
        _(
            "The officers, two or more, show their enforcement certificates; who has none must not inspect. You may "
            "ask that an officer with an interest stays away, and may state your case. Please have licence, accounts "
            "and other papers that concern the items at hand, and do not refuse or hinder the inspection."
        )
    )
    document.signature(context.bureau_name, _("Date: ____-__-__"))
    document.paragraph(_("Received by (signature): __________   Date: ____-__-__"), indented=False)
    return document.content()


def _facts(visit: PlannedVisit, context: AgendaContext) -> Iterator[tuple[str, str]]:
    _ = context.translate
    yield _("Credit code or registration number"), visit.firm_id
    yield _("Address"), visit.address
    yield _("Name of task"), context.task_names(visit)
    yield _("Day of inspection"), context.day(visit.visit_on)
    yield _("Inspecting authority"), context.bureau_name
    for team_id in visit.team_ids:
        members = context.agenda.members_of(team_id, visit.visit_on)
        unit = next((member.unit for member in members if member.unit), team_id)
        yield _("Officers"), f"{visible(unit)}\n{context.people(members)}"
    if context.agenda.experts_of(visit):
        yield context.experts_title, context.experts(visit)


def result_form(visit: PlannedVisit, context: AgendaContext) -> bytes:
    """The form 检查结果记录表 as a Word document, across."""
    _ = context.translate
    title = _("Record of inspection results")
    document = WordDocument(title=title, language=context.tag, day=context.made_on, landscape=True, body_points=10.5)
    document.heading(title, points=15)
    document.table(
        (),
        (
            (
                _("Name of market entity"),
                visit.name,
                _("Credit code or registration number"),
                visit.firm_id,
            ),
            (_("Address"), visit.address, _("Round"), f"{visit.round_name} ({visit.draw_id})"),
            (_("Name of task"), context.task_names(visit), _("Planned for"), context.day(visit.visit_on)),
            (_("Officers"), context.people(context.agenda.officers_of(visit)), _("Inspected on"), "____-__-__"),
            *_expert_row(visit, context),
        ),
        widths_mm=(32, 108, 42, 76),
    )
    document.paragraph(
        _("Tick what was found for each item; several may be ticked, “no problem” only alone."), indented=False
    )
    document.table(
        (_("Id"), _("Item"), *RESULT_WORDS.shown(context.tag), _("Note")),
        [(item.item_id, item.name, *(BOX for _code in CATEGORIES), "") for item in context.items_of(visit)],
        widths_mm=(13, 50, *(22.5 for _code in CATEGORIES), 15),
        points=8,
    )
    document.table((), ((_("What was found, evidence, measures"), "\n\n"),), widths_mm=(42, 216))
    document.paragraph(
        _("Officers (signatures): __________  __________   Firm (signature): __________   Date: ____-__-__"),
        indented=False,
    )
    document.footer(context.mark)
    return document.content()


def _expert_row(visit: PlannedVisit, context: AgendaContext) -> Iterator[tuple[str, ...]]:
    """Experts and room for their signatures, which are apart from those of officers; nothing where there are none."""
    _ = context.translate
    experts = context.experts(visit)
    if experts:
        yield context.experts_title, experts, _("Experts (signatures)"), ""
