"""
What a record is made of, as values: the public part and the part that only auditors see.

Redaction is by construction: `PublicInputs` have no place for a tier, a stratum, a salt, an officer or a day to come,
and refuse any frozen file of a draw that is not public.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from scheduler.draw.draw_log import DrawEvent
from scheduler.registry.items import InspectionItem, Task
from scheduler.registry.personal import blotted

PUBLIC_DRAW_FILES = ("added.tsv", "ceremony.json", "commitment.json", "drawn.tsv", "pool.tsv", "withdrawn.tsv")
AUDIT_DRAW_FILES = (
    "allocation.tsv",
    "calendar.tsv",
    "expert-replacements.tsv",
    "experts.tsv",
    "handovers.tsv",
    "items.tsv",
    "moves.tsv",
    "officers.json",
    "policy.toml",
    "programme-columns.tsv",
    "programme-entries.tsv",
    "programme-rows.tsv",
    "quotas.tsv",
    "recent.tsv",
    "recusals.tsv",
    "register.tsv",
    "replacements.tsv",
    "roster.tsv",
    "scorecard.json",
    "selected.tsv",
    "substitutes.tsv",
    "tasks.tsv",
    "teams.tsv",
    "towns.tsv",
    "visits.tsv",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictName:
    """
    A district with its names and numbers.

    Attributes
    ----------
    local
        Whether no official list has the code.
    num_enterprises, drawn_enterprises
        Its part of N, and distinct enterprises drawn there that count towards T; 0 where N was not counted by district.
    """

    code: str
    name: str
    name_en: str
    local: bool
    num_enterprises: int = 0
    drawn_enterprises: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """A round of the approved plan; `counting_visits` of its visits are planned to count towards the target."""

    number: int
    kind: str
    starts_on: date
    ends_on: date
    counting_visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts:
    """
    The year as the plan fixes it.

    Attributes
    ----------
    bureau, bureau_name, bureau_name_en
        Code and names of the bureau.
    num_enterprises, target, target_ratio_micro
        N at the base date, T, and the ratio in 10^-6.
    elsewhere
        Enterprises of N, and enterprises drawn, whose district is unknown or none of `districts`; None where N was not
        counted by district, and then `year.json` is of format 1.
    """

    bureau: str
    bureau_name: str
    bureau_name_en: str
    year: int
    base_date: date
    num_enterprises: int
    target: int
    target_ratio_micro: int
    districts: tuple[DistrictName, ...]
    rounds: tuple[RoundFacts, ...]
    elsewhere: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicTask:
    """
    What the public may know of a task; it has no place for 信用风险分类要求.

    Attributes are those of `scheduler.registry.items.Task`, the range written out as codes.
    """

    task_id: str
    name: str
    item_ids: tuple[str, ...]
    object_types: tuple[str, ...]
    districts: tuple[str, ...]
    industries: tuple[str, ...]
    libraries: tuple[str, ...]
    full_coverage: bool
    ratio_min_micro: int
    ratio_max_micro: int
    starts_on: date
    ends_on: date
    initiator: str
    partners: tuple[str, ...]
    mode: str
    note: str

    @classmethod
    def of(cls, task: Task) -> PublicTask:
        """The public part of a task; numbers of persons that somebody typed into its texts are blotted out."""
        return cls(
            task_id=task.task_id,
            name=blotted(task.name),
            item_ids=task.item_ids,
            object_types=tuple(str(code) for code in task.range.object_types),
            districts=task.range.districts,
            industries=task.range.industries,
            libraries=task.range.libraries,
            full_coverage=task.full_coverage,
            ratio_min_micro=task.ratio_min_micro,
            ratio_max_micro=task.ratio_max_micro,
            starts_on=task.starts_on,
            ends_on=task.ends_on,
            initiator=task.initiator,
            partners=task.partners,
            mode=task.mode,
            note=blotted(task.note),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumns:
    """Results of one draw as columns of text, in any order; dates as ``YYYY-MM-DD``."""

    firm_id: Sequence[str] = ()
    item_id: Sequence[str] = ()
    category: Sequence[str] = ()
    inspected_on: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDraw:
    """
    What the public may know of a draw.

    Attributes
    ----------
    files
        Frozen files by name, of `PUBLIC_DRAW_FILES` only.
    results
        What the visits found so far.
    """

    draw_id: str
    files: Mapping[str, bytes]
    results: ResultColumns = field(default_factory=ResultColumns)

    def __post_init__(self) -> None:
        _refuse_others(self.draw_id, self.files, PUBLIC_DRAW_FILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInputs:
    """All that the public record is made of; `draw_log` tells of the draws of all years, oldest first."""

    year: YearFacts
    items: tuple[InspectionItem, ...]
    tasks: tuple[PublicTask, ...]
    draws: tuple[PublicDraw, ...]
    draw_log: tuple[DrawEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDraw:
    """
    What only auditors may know of a draw.

    Attributes
    ----------
    files
        Frozen files by name, of `AUDIT_DRAW_FILES` only.
    secret, officer_secret
        Keys of the draw; None for a list drawn elsewhere.
    """

    draw_id: str
    files: Mapping[str, bytes]
    secret: bytes | None
    officer_secret: bytes | None

    def __post_init__(self) -> None:
        _refuse_others(self.draw_id, self.files, AUDIT_DRAW_FILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One entry of the log, as stored; `detail` is canonical JSON."""

    number: int
    at: str
    actor: str
    action: str
    detail: str
    before: str
    after: str
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditInputs:
    """
    All that the audit record holds beyond the public one.

    Attributes
    ----------
    verifier
        The verifier that the record carries; without one the record has none.
    """

    log: tuple[LogRow, ...]
    draws: tuple[AuditDraw, ...]
    verifier: bytes = b""


def _refuse_others(draw_id: str, files: Mapping[str, bytes], allowed: Sequence[str]) -> None:
    others = sorted(set(files) - set(allowed))
    if others:
        raise ValueError(f"draw {draw_id}: expected only the files {', '.join(allowed)}, got {', '.join(others)}")
