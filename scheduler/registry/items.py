"""Items of the published list 随机抽查事项清单 and the tasks that inspect them, with the firms each task can reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from scheduler.registry.codes import OBJECT_TYPES, ItemKind, ItemMethod, ObjectType
from scheduler.registry.frame import Frame, Mask

MICRO = 1_000_000  # ratios are integers of 10^-6


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionItem:
    """
    One row of the item list (regulation, section 3).

    Attributes
    ----------
    item_id
        Code within the bureau's list, such as ``"G01"``.
    category, name, object_description, department, basis, ratio_text
        抽查类别, 抽查事项, 检查对象, 检查主体, 检查依据, 抽查比例及频次: published as written.
    kind, method
        事项类别 and 检查方式.
    speciality
        Speciality an officer of the team must have; empty for none.
    effort_minutes
        Minutes one officer spends on the item in one visit.
    officers_required
        Least number of officers, 2 or more.
    """

    item_id: str
    category: str
    name: str
    object_description: str
    kind: ItemKind
    method: ItemMethod
    department: str
    basis: str
    ratio_text: str
    speciality: str
    effort_minutes: int
    officers_required: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRange:
    """
    Firms that a task can reach, by public columns only; an empty tuple does not restrict.

    Attributes
    ----------
    object_types, districts, libraries
        Codes; a firm must have one of each that is not empty.
    industries
        Prefixes of the industry code, such as ``"F52"``.
    """

    object_types: tuple[ObjectType, ...] = ()
    districts: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    def covers(self, frame: Frame) -> Mask:
        """Firms in operation that are in the range, shape (n,)."""
        inside = frame.operating()
        if self.object_types:
            inside &= np.isin(frame.object_type, [OBJECT_TYPES.index(code) for code in self.object_types])
        if self.districts:
            codes = [index for index, code in enumerate(frame.district_codes) if code in self.districts]
            inside &= np.isin(frame.district, codes)
        if self.industries:
            matches = [np.char.startswith(frame.industry, prefix.encode("ascii")) for prefix in self.industries]
            inside &= np.logical_or.reduce(matches)
        if self.libraries:
            bits = sum(1 << index for index, code in enumerate(frame.library_codes) if code in self.libraries)
            inside &= (frame.libraries & np.uint64(bits)) != 0
        return np.asarray(inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    One task 抽查任务 of the year (regulation, section 4).

    Attributes
    ----------
    task_id
        Code of ASCII letters, digits and hyphens, unique in the year, such as ``"T01"``.
    name, mode, note
        抽查任务名称, 抽查检查模式, 备注: published as written.
    item_ids
        Items the task inspects; all must be on the list.
    range
        Firms it can reach.
    full_coverage
        Every firm of the range is visited once in the year, because the law or the plan says so.
    ratio_min_micro, ratio_max_micro
        Least and greatest share of the range visited in the year, in 10^-6.
    starts_on, ends_on
        First and last day of its visits.
    initiator, partners
        发起部门 and 配合部门.
    credit_requirement
        信用风险分类要求: internal, never published.
    """

    task_id: str
    name: str
    item_ids: tuple[str, ...]
    range: TaskRange
    full_coverage: bool
    ratio_min_micro: int
    ratio_max_micro: int
    starts_on: date
    ends_on: date
    initiator: str
    partners: tuple[str, ...]
    mode: str
    credit_requirement: str
    note: str

    def __post_init__(self) -> None:
        if not 0 <= self.ratio_min_micro <= self.ratio_max_micro <= MICRO:
            least, greatest = self.ratio_min_micro / MICRO, self.ratio_max_micro / MICRO
            raise ValueError(
                f"task {self.task_id}: expected 0 ≤ least ratio ≤ greatest ratio ≤ 1, got {least:g} and {greatest:g}"
            )
        if self.starts_on > self.ends_on:
            raise ValueError(f"task {self.task_id}: expected a window that starts before it ends")
        if not self.item_ids:
            raise ValueError(f"task {self.task_id}: expected at least one item of the list")

    def is_general(self, items: Sequence[InspectionItem]) -> bool:
        """Whether the task inspects a general item, so that its visits to enterprises count towards the target."""
        kinds = {item.item_id: item.kind for item in items}
        return any(kinds[item_id] is ItemKind.GENERAL for item_id in self.item_ids)
