"""Items and tasks of the made-up year, as values, from the parameters' own lists."""

from __future__ import annotations

from scheduler.example.parameters import ExampleParameters, ItemShape, TaskShape
from scheduler.parameters import micro
from scheduler.registry.items import MICRO, InspectionItem, Task, TaskRange

_OFFICERS_REQUIRED = 2  # 国办发〔2015〕58号 and the local rules: never alone


def build_items(parameters: ExampleParameters) -> tuple[InspectionItem, ...]:
    """Rows of the item list, in the order of the parameters."""
    return tuple(_item(parameters, item_id, shape) for item_id, shape in parameters.items.items())


def build_tasks(parameters: ExampleParameters) -> tuple[Task, ...]:
    """Tasks of the year, by id."""
    return tuple(_task(parameters, task_id, parameters.tasks[task_id]) for task_id in sorted(parameters.tasks))


def _item(parameters: ExampleParameters, item_id: str, shape: ItemShape) -> InspectionItem:
    return InspectionItem(
        item_id=item_id,
        category=shape.category,
        name=shape.name,
        object_description=shape.objects,
        kind=shape.kind,
        method=shape.method,
        department=shape.department or parameters.roster.department,
        basis=shape.basis,
        ratio_text=shape.ratio,
        speciality=shape.speciality,
        effort_minutes=shape.minutes,
        officers_required=_OFFICERS_REQUIRED,
    )


def _task(parameters: ExampleParameters, task_id: str, shape: TaskShape) -> Task:
    defaults = parameters.task_defaults
    least, most = (micro(ratio) for ratio in shape.ratio) if shape.ratio else (0, MICRO)
    return Task(
        task_id=task_id,
        name=shape.name,
        item_ids=shape.items,
        range=TaskRange(object_types=shape.types, libraries=shape.libraries),
        full_coverage=shape.full_coverage,
        ratio_min_micro=MICRO if shape.full_coverage else least,
        ratio_max_micro=most,
        starts_on=defaults.starts_on,
        ends_on=defaults.ends_on,
        initiator=defaults.initiator,
        partners=shape.partners,
        mode=defaults.mode,
        credit_requirement=shape.credit,
        note=shape.note,
    )
