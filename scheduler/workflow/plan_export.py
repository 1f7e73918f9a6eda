"""Gathers a plan for filing upward 备案; it holds what is internal, so that exporting is logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from models.allocation_rows import load_cells, load_planned_rounds
from scheduler.allocation.cells import Cell
from scheduler.allocation.plan import PlanStatus, round_id_of
from scheduler.allocation.target import PlannedRound
from scheduler.i18n import Translate, translator
from scheduler.labels import label
from scheduler.parameters import micro
from scheduler.publication.filing import Filing, FilingLine, FilingRound, filing_document, filing_workbook
from scheduler.publication.reading import PlannedTask
from scheduler.publication.site.links import CHINESE, ENGLISH
from scheduler.publication.site.words import Words
from scheduler.registry.items import MICRO, Task
from scheduler.workflow.allocation import solved_plan
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.internal import InternalMark, mark_internal
from scheduler.workflow.plan_inputs import PlanInputs, load_plan_inputs
from scheduler.workflow.settings import Settings, parse_settings
from scheduler.workflow.workspace import Workspace

WRITERS = {".xlsx": filing_workbook, ".docx": filing_document}


def export_plan(workspace: Workspace, paths: Sequence[Path], language: str) -> InternalMark:
    """
    Writes the newest plan for filing, as a workbook, a document or both, by the files' names.

    Raises
    ------
    UsageError
        If a file cannot be written, or its name ends otherwise.
    StateError
        If there is no solved plan.
    """
    for path in paths:
        check_target(path, tuple(WRITERS))
    with workspace.transaction() as connection:
        plan, solution = solved_plan(connection, workspace)
        settings = parse_settings(plan.policy, plan.plan_id)
        inputs = load_plan_inputs(connection, settings)
        rounds = load_planned_rounds(connection, plan.year)
        cells = {entry.number: load_cells(connection, round_id_of(plan.year, entry.number)) for entry in rounds}
        detail = {"plan": plan.plan_id, "solution": solution, "files": [path.suffix[1:].lower() for path in paths]}
        mark = mark_internal(connection, workspace, "plan export", detail)
        filing = Filing(
            words=_words(settings, language),
            year=plan.year,
            plan_id=plan.plan_id,
            status=label(str(plan.status), translator(language)),
            num_enterprises=plan.num_enterprises,
            base_date=plan.base_date,
            target=plan.target,
            ratio_micro=micro(settings.target.ratio),
            source=settings.target.source,
            lines=_lines(settings, inputs, rounds, cells, plan.num_enterprises, translator(language)),
            rounds=_rounds(rounds, cells, translator(language)),
            signed_on=plan.approved_on if plan.status is PlanStatus.APPROVED and plan.approved_on else workspace.today,
            mark=mark.line(),
        )
        for path in paths:
            write_file(path, WRITERS[path.suffix.lower()](filing))
    return mark


def _words(settings: Settings, language: str) -> Words:
    chinese = language == CHINESE.code
    return Words(
        language=CHINESE if chinese else ENGLISH,
        translate=translator(language),
        districts={entry.code: entry.name if chinese else entry.name_en for entry in settings.districts},
        bureau=settings.bureau.name if chinese else settings.bureau.name_en,
        separator="；" if chinese else "; ",
    )


def _lines(
    settings: Settings,
    inputs: PlanInputs,
    rounds: Sequence[PlannedRound],
    cells: Mapping[int, Sequence[Cell]],
    num_enterprises: int,
    translate: Translate,
) -> tuple[FilingLine, ...]:
    """One line for each task, in the order of their codes."""
    kinds: dict[str, set[str]] = {}
    visits: dict[str, int] = {}
    for entry in rounds:
        for cell in cells[entry.number]:
            for task_id in cell.tasks:
                visits[task_id] = visits.get(task_id, 0) + cell.visits_micro
                if cell.visits_micro:
                    kinds.setdefault(task_id, set()).add(str(entry.kind))
    names = {item.item_id: item.name for item in inputs.items}
    everybody = {str(code) for code in settings.target.object_types}
    lines = []
    for task in inputs.tasks:
        reach = task.range
        everyone = {str(code) for code in reach.object_types} == everybody and not (
            reach.districts or reach.industries or reach.libraries
        )
        lines.append(
            FilingLine(
                task=_public(task),
                kinds=tuple(label(kind, translate) for kind in sorted(kinds.get(task.task_id, ()))),
                items=tuple(names.get(item_id, item_id) for item_id in task.item_ids),
                base=num_enterprises if everyone else int(task.range.covers(inputs.frame).sum()),
                wanted=(visits.get(task.task_id, 0) + MICRO // 2) // MICRO,
                credit_requirement=task.credit_requirement,
            )
        )
    return tuple(lines)


def _public(task: Task) -> PlannedTask:
    return PlannedTask(
        task_id=task.task_id,
        name=task.name,
        item_ids=task.item_ids,
        object_types=tuple(map(str, task.range.object_types)),
        districts=task.range.districts,
        industries=task.range.industries,
        libraries=task.range.libraries,
        full_coverage=task.full_coverage,
        ratio_min_micro=task.ratio_min_micro,
        ratio_max_micro=task.ratio_max_micro,
        starts_on=task.starts_on.isoformat(),
        ends_on=task.ends_on.isoformat(),
        initiator=task.initiator,
        partners=task.partners,
        mode=task.mode,
        note=task.note,
    )


def _rounds(
    rounds: Iterable[PlannedRound], cells: Mapping[int, Sequence[Cell]], translate: Translate
) -> tuple[FilingRound, ...]:
    return tuple(
        FilingRound(
            number=entry.number,
            kind=label(str(entry.kind), translate),
            starts_on=entry.starts_on.isoformat(),
            ends_on=entry.ends_on.isoformat(),
            counting_visits=entry.counting_visits,
            visits=(sum(cell.visits_micro for cell in cells[entry.number]) + MICRO // 2) // MICRO,
        )
        for entry in rounds
    )
