"""Numbers, dates and ranges in the words of one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from scheduler.i18n import Translate
from scheduler.labels import label
from scheduler.publication.reading import PlannedTask, PublicRecord
from scheduler.publication.site.links import CHINESE, SiteLanguage
from scheduler.registry.items import MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """
    How one language says what a record holds.

    Attributes
    ----------
    translate
        Translator of the language.
    districts
        District names by code.
    separator
        What stands between the parts of an enumeration.
    """

    language: SiteLanguage
    translate: Translate
    districts: Mapping[str, str]
    bureau: str
    separator: str

    @classmethod
    def of(cls, record: PublicRecord, language: SiteLanguage, translate: Translate) -> Words:
        """Words of a language for the names that a record holds in two."""
        chinese = language is CHINESE
        year = record.year
        return cls(
            language=language,
            translate=translate,
            districts={
                str(entry["code"]): str(entry["name"] if chinese else entry["name_en"] or entry["name"])
                for entry in year["districts"]
            },
            bureau=str(year["bureau_name"] if chinese else year["bureau_name_en"] or year["bureau_name"]),
            separator="；" if chinese else "; ",
        )

    def label(self, code: str) -> str:
        """Words for a code."""
        return label(code, self.translate)

    def day(self, iso: str) -> str:
        """A day given as ``YYYY-MM-DD``; a dash where there is none."""
        if not iso:
            return "–"
        _ = self.translate
        year, month, day = iso.split("-")
        return _("{year}-{month:02d}-{day:02d}").format(year=int(year), month=int(month), day=int(day))

    def period(self, starts_on: str, ends_on: str) -> str:
        """A window of days."""
        _ = self.translate
        return _("{first} to {last}").format(first=self.day(starts_on), last=self.day(ends_on))

    def enumeration(self, parts: tuple[str, ...]) -> str:
        """Parts one after the other; a dash where there are none."""
        return self.separator.join(parts) or "–"

    def ratio(self, task: PlannedTask) -> str:
        """抽查比例及频次 of a task."""
        _ = self.translate
        if task.full_coverage:
            return _("100%, every firm once in the year")
        if task.ratio_min_micro == task.ratio_max_micro:
            return percent(task.ratio_min_micro)
        if task.ratio_min_micro == 0:
            if task.ratio_max_micro == MICRO:
                return _("No fixed ratio")
            return _("At most {most} in the year").format(most=percent(task.ratio_max_micro))
        return _("{least} to {most} in the year").format(
            least=percent(task.ratio_min_micro), most=percent(task.ratio_max_micro)
        )

    def range(self, task: PlannedTask) -> str:
        """抽查对象范围 of a task."""
        _ = self.translate
        parts = [self.label(code) for code in task.object_types]
        if task.districts:
            names = tuple(self.districts.get(code, self.label(code)) for code in task.districts)
            parts.append(_("districts: {names}").format(names=self.enumeration(names)))
        if task.industries:
            parts.append(_("industries (GB/T 4754): {codes}").format(codes=self.enumeration(task.industries)))
        if task.libraries:
            names = tuple(self.label(code) for code in task.libraries)
            parts.append(_("special libraries: {names}").format(names=self.enumeration(names)))
        return self.enumeration(tuple(parts)) if parts else _("All inspection objects")


def percent(micro: int) -> str:
    """
    Ratio in 10^-6 as a percentage without needless zeros.

    Examples
    --------
    >>> percent(80_000), percent(1_000_000), percent(12_500)
    ('8%', '100%', '1.25%')
    """
    text = f"{Decimal(micro) / (MICRO // 100):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def share(value: int, total: int) -> str:
    """
    Share of a total as a percentage with one decimal, cut and not rounded, so that 100% means all.

    Examples
    --------
    >>> share(2939, 2940), share(2940, 2940), share(0, 0)
    ('99.9%', '100%', '0%')
    """
    if total <= 0:
        return "0%"
    tenths = value * 1000 // total
    return percent(tenths * 1000)


def number(value: int) -> str:
    """
    Number with its thousands apart.

    Examples
    --------
    >>> number(147000)
    '147,000'
    """
    return f"{value:,}"
