"""Small cities for the tests of the allocation room: tiny registers, tasks, policies; by hand or generated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from scheduler.allocation.capacity import Post
from scheduler.allocation.certificate import Certificate, ColumnKind
from scheduler.allocation.matrix import Limit
from scheduler.allocation.policy import CapacityPolicy, RatesPolicy, RoundPolicy, TargetPolicy, TiersPolicy
from scheduler.allocation.problem import PlanPolicy, Problem, Year, build_problem
from scheduler.allocation.strata import DrawnSoFar
from scheduler.allocation.target import carry_over, split_target, target_firms, target_visits
from scheduler.audit.programme import Programme
from scheduler.parameters import micro
from scheduler.registry.codes import OBJECT_TYPES, FirmStatus, ItemKind, ObjectType, RoundKind
from scheduler.registry.frame import Frame, Mask
from scheduler.registry.items import InspectionItem, Task, TaskRange
from tests import made_up_lists

NOTHING_DRAWN = DrawnSoFar(firm_id=np.zeros(0, dtype="S18"), package=(), counting=np.zeros(0, dtype=np.bool_))
BUREAU = "371000"
TIERS = ("A", "B", "C", "D")
ENTERPRISE, INDIVIDUAL = ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL


def item(item_id: str, kind: ItemKind = ItemKind.GENERAL, minutes: int = 60) -> InspectionItem:
    """An item of one hour, of no department."""
    return made_up_lists.item(item_id, name=item_id, kind=kind, department="", effort_minutes=minutes)


ITEMS = (item("G1"), item("G2"), item("K1", ItemKind.KEY), item("K2", ItemKind.KEY), item("K3", ItemKind.KEY))


def task(
    task_id: str,
    item_id: str = "G1",
    *,
    types: Sequence[ObjectType] = (),
    libraries: Sequence[str] = (),
    districts: Sequence[str] = (),
    full: bool = False,
    least: int = 0,
    greatest: int = 1_000_000,
    starts_on: date = date(2026, 1, 1),
    ends_on: date = date(2026, 12, 31),
) -> Task:
    """A task of one item."""
    return made_up_lists.task(
        task_id,
        item_id,
        name=task_id,
        range=TaskRange(object_types=tuple(types), libraries=tuple(libraries), districts=tuple(districts)),
        full_coverage=full,
        ratio_min_micro=least,
        ratio_max_micro=greatest,
        starts_on=starts_on,
        ends_on=ends_on,
    )


T01 = task("T01", types=(ENTERPRISE,))
ROUNDS = (
    RoundPolicy(number=1, kind=RoundKind.OPEN, starts_on=date(2026, 3, 1), ends_on=date(2026, 5, 31)),
    RoundPolicy(number=2, kind=RoundKind.TARGETED, starts_on=date(2026, 6, 1), ends_on=date(2026, 8, 31)),
    RoundPolicy(number=3, kind=RoundKind.TARGETED, starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 30)),
)


def frame_of(
    districts: Sequence[str],
    types: Sequence[ObjectType],
    libraries: Sequence[int] | None = None,
    statuses: Sequence[FirmStatus] | None = None,
) -> Frame:
    """A register of one firm for each entry; `libraries` are bits of L0, L1, L2."""
    number = len(districts)
    codes = tuple(sorted(set(districts)))
    status = [FirmStatus.OPERATING] * number if statuses is None else list(statuses)
    return Frame(
        firm_id=np.array([f"F{index:08d}" for index in range(number)], dtype="S18"),
        object_type=np.array([OBJECT_TYPES.index(entry) for entry in types], dtype=np.int16),
        district=np.array([codes.index(code) for code in districts], dtype=np.int16),
        status=np.array([tuple(FirmStatus).index(entry) for entry in status], dtype=np.int16),
        industry=np.full(number, b"", dtype="S5"),
        established_on=np.full(number, "NaT", dtype="datetime64[D]"),
        capital_yuan=np.full(number, -1, dtype=np.int64),
        libraries=np.array([0] * number if libraries is None else libraries, dtype=np.uint64),
        district_codes=codes,
        library_codes=("L0", "L1", "L2"),
    )


def policy(**changes: object) -> PlanPolicy:
    """The example's policy; `changes` are fields of its rates, target or capacity."""
    rates = RatesPolicy(
        floor=dict(zip(TIERS, map(Decimal, ("0.01", "0.02", "0.03", "0.04")), strict=True)),
        ceiling=dict(zip(TIERS, map(Decimal, ("0.3", "0.5", "0.9", "1")), strict=True)),
        step=Decimal("0.005"),
        tolerance=Decimal("0.02"),
        least_cell=30,
    )
    target = TargetPolicy(ratio=Decimal("0.08"))
    capacity = CapacityPolicy(hours_per_officer=Decimal(400), hours_per_journey=Decimal("1.5"))
    parts = {}
    for name, part in (("rates", rates), ("target", target), ("capacity", capacity)):
        own = {key: value for key, value in changes.items() if key in type(part).model_fields}
        if part is capacity:
            own.pop("exceptions", None)  # those of the rates are meant
        parts[name] = part.model_copy(update=own)
    return PlanPolicy(
        bureau=BUREAU,
        tiers=TiersPolicy(
            codes=TIERS,
            expected_findings=dict(zip(TIERS, map(Decimal, ("0.05", "0.1", "0.22", "0.4")), strict=True)),
        ),
        **parts,  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A register with all that a plan needs."""

    frame: Frame
    tier: npt.NDArray[np.int8]
    tasks: tuple[Task, ...] = (T01,)
    rounds: tuple[RoundPolicy, ...] = ROUNDS
    policy: PlanPolicy
    officers_per_district: int = 20
    officers_of_bureau: int = 5
    drawn: DrawnSoFar | None = None
    num_drawn_rounds: int = 0

    @property
    def year(self) -> Year:
        """N, T and the rounds, some of them drawn."""
        number = int(target_firms(self.frame, self.policy.target).sum())
        target = target_visits(micro(self.policy.target.ratio), number)
        rounds = tuple(
            replace(entry, drawn=entry.number <= self.num_drawn_rounds)
            for entry in split_target(target, self.policy.target, self.rounds)
        )
        drawn = self.drawn or NOTHING_DRAWN
        num_counted = len(np.unique(drawn.firm_id[drawn.counting]))
        return Year(num_enterprises=number, target=target, rounds=carry_over(target, num_counted, rounds))

    def problem(self, recent: Mask | None = None) -> Problem:
        """What the programme is asked; `recent` are firms left out as inspected lately."""
        officers = {Post(district): self.officers_per_district for district in self.frame.district_codes}
        return build_problem(
            self.frame,
            self.tier,
            policy=self.policy,
            year=self.year,
            tasks=self.tasks,
            items=ITEMS,
            officers={number: {**officers, Post(BUREAU): self.officers_of_bureau} for number in (2, 3, 4)},
            drawn=self.drawn or NOTHING_DRAWN,
            recent=recent,
        )


def random_city(seed: int) -> City:
    """A city of up to 400 firms with some peculiarity: tiny strata, missing tiers, one district, few officers."""
    rng = np.random.default_rng(seed)
    number = int(rng.choice([3, 12, 40, 150, 400]))
    codes = [f"37100{index + 1}" for index in range(int(rng.choice([1, 2, 4])))]
    kinds = list(rng.choice([ENTERPRISE, INDIVIDUAL], size=number, p=[0.8, 0.2]))
    kinds[0] = ENTERPRISE
    mixes = ([0.65, 0.25, 0.08, 0.02], [0, 0, 0, 1], [0.5, 0, 0.5, 0], [0.25, 0.25, 0.25, 0.25])
    frame = frame_of(
        list(rng.choice(codes, size=number)),
        [ObjectType(kind) for kind in kinds],
        [int(bits) for bits in rng.choice([0, 1, 2, 3, 4, 6], size=number, p=[0.7, 0.06, 0.06, 0.06, 0.06, 0.06])],
    )
    every = (
        task("T02", "G2", types=(ENTERPRISE,), libraries=("L2",), greatest=int(rng.choice([300_000, 1_000_000]))),
        task("T03", "K1", libraries=("L0",), full=True, ends_on=rng.choice([date(2026, 8, 31), date(2026, 12, 31)])),
        task("T04", "K2", libraries=("L1",), least=int(rng.choice([0, 100_000])), greatest=600_000),
        task("T05", "K3", types=(INDIVIDUAL,), greatest=int(rng.choice([20_000, 200_000]))),
        task("T06", "K3", full=True),
    )
    chosen = [entry for entry in every if rng.random() < (0.15 if entry.task_id == "T06" else 0.7)]
    return City(
        frame=frame,
        tier=rng.choice(4, size=number, p=mixes[int(rng.choice(4, p=[0.55, 0.15, 0.15, 0.15]))]).astype(np.int8),
        tasks=(T01, *chosen),
        policy=policy(),
        officers_per_district=int(rng.choice([0, 4, 20], p=[0.1, 0.2, 0.7])),
        officers_of_bureau=int(rng.choice([0, 5, 40])),
    )


def audited(certificate: Certificate) -> Programme:
    """A certificate as the audit sees it."""
    columns, rows = certificate.columns, certificate.rows
    lower = zip(rows.lower_nano.tolist(), rows.has_lower.tolist(), strict=True)
    upper = zip(rows.upper_nano.tolist(), rows.has_upper.tolist(), strict=True)
    return Programme(
        is_rate=[kind is ColumnKind.RATE for kind in columns.kind],
        cost=columns.cost_nano.tolist(),
        greatest=columns.upper_nano.tolist(),
        value=columns.value_pico.tolist(),
        lower=[bound if there else None for bound, there in lower],
        upper=[bound if there else None for bound, there in upper],
        dual=rows.dual_pico.tolist(),
        defines_rate=[limit is Limit.RATE for limit in rows.limit],
        row=certificate.entry_row.tolist(),
        column=certificate.entry_column.tolist(),
        entry=certificate.entry_nano.tolist(),
    )
