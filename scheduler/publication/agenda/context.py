"""What all papers of the agenda are written with: names of bureau, districts, tasks and items, language, mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scheduler.agenda.entries import Agenda, Member, PlannedVisit
from scheduler.i18n import Translate
from scheduler.publication.text import visible
from scheduler.registry.items import InspectionItem, Task
from scheduler.teams.needs import items_of_package

WEEKDAYS_ZH = "一二三四五六日"
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaContext:
    """
    What papers are written with.

    Attributes
    ----------
    agenda
        Visits and teams of all the papers.
    bureau, bureau_name
        Code and name of the bureau.
    districts, tasks, items
        Names of districts, tasks and items by code or id.
    mark
        What internal papers bear, in one line.
    made_on
        Day of the export, for the properties of documents.
    chinese, translate
        Language of the papers.
    """

    agenda: Agenda
    bureau: str
    bureau_name: str
    year: int
    districts: Mapping[str, str]
    tasks: Mapping[str, Task]
    items: Mapping[str, InspectionItem]
    mark: str
    made_on: date
    chinese: bool
    translate: Translate

    @property
    def tag(self) -> str:
        """BCP 47 tag of the language."""
        return "zh-CN" if self.chinese else "en"

    def items_of(self, visit: PlannedVisit) -> tuple[InspectionItem, ...]:
        """Items of a visit, in the order in which results are typed in."""
        known = {name: task for name, task in self.tasks.items() if name in visit.package.split("+")}
        package = "+".join(sorted(known))
        return (
            tuple(self.items[name] for name in items_of_package(package, known) if name in self.items) if known else ()
        )

    def task_names(self, visit: PlannedVisit) -> str:
        """Number and name of each task of a visit; of one that the year does not have, the number."""
        names = (f"{name} {self.tasks[name].name}" if name in self.tasks else name for name in visit.package.split("+"))
        return ("；" if self.chinese else "; ").join(visible(name, LONGEST_NAME) for name in names)

    def people(self, members: tuple[Member, ...]) -> str:
        """Officers with their certificates; who leads is said."""
        return ("；" if self.chinese else "; ").join(self._person(member) for member in members)

    def experts(self, visit: PlannedVisit) -> str:
        """Experts who join a visit, with where they are from; empty where there are none."""
        return ("；" if self.chinese else "; ").join(self._expert(member) for member in self.agenda.experts_of(visit))

    @property
    def experts_title(self) -> str:
        """What experts stand under on every paper: they are no officers."""
        _ = self.translate
        return _("Experts who advise (do not count as officers)")

    def _person(self, member: Member) -> str:
        _ = self.translate
        words = visible(member.name, LONGEST_NAME) or member.officer_id
        if member.lead:
            words = _("{name} (lead)").format(name=words)
        if member.certificate_no:
            words = _("{name}, certificate {number}").format(name=words, number=visible(member.certificate_no, 40))
        return words

    def _expert(self, member: Member) -> str:
        _ = self.translate
        name, unit = visible(member.name, LONGEST_NAME) or member.officer_id, visible(member.unit, LONGEST_NAME)
        return _("{name} ({unit})").format(name=name, unit=unit) if unit else name

    def district(self, code: str) -> str:
        """Name of a district; the bureau's own code is the bureau."""
        return self.bureau_name if code == self.bureau else self.districts.get(code, code)

    def day(self, day: date | None) -> str:
        """A day with its weekday; a dash where there is none."""
        if day is None:
            return "—"
        if self.chinese:
            return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS_ZH[day.weekday()]}）"
        return f"{day:%a} {day.day} {day:%b} {day.year}"
