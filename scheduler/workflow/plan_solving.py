"""A plan's programme from what the store holds, under the policy as it is or with some figures changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.allocation.capacity import departments_of
from scheduler.allocation.cells import OPEN_STRATUM, Cell
from scheduler.allocation.changes import Edit, Known, changed_tasks, edits, parse_change
from scheduler.allocation.plan import Plan
from scheduler.allocation.problem import Problem, Year, build_problem
from scheduler.allocation.programme import solve_programme
from scheduler.allocation.solution import Solved
from scheduler.allocation.strata import DrawnSoFar
from scheduler.allocation.target import (
    PlannedRound,
    carry_over,
    open_package,
    split_target,
    target_firms,
    target_visits,
)
from scheduler.errors import Relaxation, StateError, UsageError
from scheduler.i18n import active_language
from scheduler.i18n import gettext as _
from scheduler.parameter_text import set_value
from scheduler.parameters import micro
from scheduler.progress import SILENT, Progress
from scheduler.registry.codes import RoundKind
from scheduler.registry.items import MICRO
from scheduler.workflow.plan_inputs import PlanInputs, left_out_lately, officers_on_duty, plan_policy
from scheduler.workflow.settings import Settings, parse_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    What a plan is solved from.

    Attributes
    ----------
    text, settings
        The policy's TOML, and what it says.
    inputs
        Register, tiers, tasks, officers, and what was drawn.
    """

    text: str
    settings: Settings
    inputs: PlanInputs

    def changed(self, changes: Sequence[str]) -> tuple[Terms, tuple[Edit, ...]]:
        """
        The terms with figures changed as `scheduler.allocation.changes` reads them, and what was changed.

        Raises
        ------
        UsageError
            If a name is not known or a value does not fit.
        PolicyError
            If the policy forbids the new value, or its text cannot be changed by itself.
        """
        made = edits([parse_change(change) for change in changes], self._known())
        text = self.text
        for edit in made:
            if edit.path[0] != "task":
                text = set_value(text, edit.path, edit.after)
        tasks = changed_tasks(self.inputs.tasks, made)
        settings = parse_settings(text, ", ".join(changes))
        if settings.year.year != self.settings.year.year:
            raise UsageError(
                _(
                    "year.year: expected figures of the plan of {year}, got another year; another year has its own plan"
                ).format(year=self.settings.year.year)
            )
        return Terms(text=text, settings=settings, inputs=replace(self.inputs, tasks=tasks)), made

    def _known(self) -> Known:
        settings, inputs = self.settings, self.inputs
        items = {item.item_id: item for item in inputs.items}
        codes = {entry.code: entry.code for entry in settings.districts} | {settings.bureau.code: settings.bureau.code}
        names = {name: entry.code for entry in settings.districts for name in (entry.name, entry.name_en)}
        specialities = {name for officer in inputs.officers for name in officer.specialities}
        specialities |= {item.speciality for item in inputs.items}
        departments = {officer.department for officer in inputs.officers} | set(departments_of(inputs.tasks, items))
        return Known(
            policy=settings.model_dump(),
            tasks=inputs.tasks,
            districts={**names, **codes},
            departments=tuple(sorted(departments - {""})),
            specialities=tuple(sorted(specialities - {""})),
        )


def year_of(plan: Plan, settings: Settings, planned: Sequence[PlannedRound], inputs: PlanInputs) -> Year:
    """
    The plan's year under a policy: T and its share in each round, with what drawn rounds left over.

    Once a round was drawn T stays what it was.
    """
    drawn = tuple(entry for entry in planned if entry.drawn)
    target = plan.target if drawn else target_visits(micro(settings.target.ratio), plan.num_enterprises)
    rounds = keep_drawn(split_target(target, settings.target, settings.rounds), drawn)
    owed = carry_over(target, num_counted(inputs.drawn), rounds)
    return Year(num_enterprises=plan.num_enterprises, target=target, rounds=owed)


def solve_year(
    plan: Plan, terms: Terms, year: Year, planned: Sequence[PlannedRound], progress: Progress = SILENT
) -> tuple[dict[int, tuple[Cell, ...]], Solved]:
    """
    Cells of every round still to draw, by its number, and the programme's answer.

    Raises
    ------
    InfeasiblePlanError
        If no plan keeps every limit; it names the fewest to relax, tried under the policy changed accordingly.
    """
    settings, inputs = terms.settings, terms.inputs
    cells: dict[int, tuple[Cell, ...]] = {
        entry.number: (_open_cell(settings, entry, inputs),) for entry in year.waiting(RoundKind.OPEN)
    }

    def rebuild(relaxations: Sequence[Relaxation]) -> Problem:
        relaxed, _edits = terms.changed([entry.option for entry in relaxations])
        return _problem(relaxed, year_of(plan, relaxed.settings, planned, relaxed.inputs))

    problem = _problem(terms, year)
    solved = solve_programme(problem, rebuild, district_names(settings), progress)
    for entry, found in zip(problem.rounds, solved.cells, strict=True):
        cells[entry.number] = found
    return cells, solved


def district_names(settings: Settings) -> Mapping[str, str]:
    """Names of the districts, and of the bureau, by code, in the active language."""
    english = active_language() == "en"
    own = {settings.bureau.code: settings.bureau.name_en if english else settings.bureau.name}
    return own | {entry.code: entry.name_en if english else entry.name for entry in settings.districts}


def _problem(terms: Terms, year: Year) -> Problem:
    inputs = terms.inputs
    return build_problem(
        inputs.frame,
        inputs.tier,
        policy=plan_policy(terms.settings),
        year=year,
        tasks=inputs.tasks,
        items=inputs.items,
        officers={entry.number: officers_on_duty(inputs.officers, entry) for entry in year.waiting(RoundKind.TARGETED)},
        drawn=inputs.drawn,
        recent=left_out_lately(terms.settings, inputs.tier, inputs.inspected_on),
    )


def keep_drawn(rounds: Sequence[PlannedRound], drawn: Sequence[PlannedRound]) -> tuple[PlannedRound, ...]:
    """Puts rounds that were drawn in the place of those of the policy file."""
    kept = {entry.number: entry for entry in drawn}
    wanted = {entry.number: entry.kind for entry in rounds}
    for entry in drawn:
        if wanted.get(entry.number) is not entry.kind:
            raise StateError(
                _("round {number} was drawn already: expected the policy file to keep it, got another").format(
                    number=entry.number
                )
            )
    return tuple(kept.get(entry.number, entry) for entry in rounds)


def _open_cell(settings: Settings, entry: PlannedRound, inputs: PlanInputs) -> Cell:
    """The one cell of an open round (specification, section 6.4)."""
    package = open_package(inputs.frame, settings.target, inputs.tasks, inputs.items, entry)
    pool = target_firms(inputs.frame, settings.target)
    positions = inputs.frame.positions(inputs.drawn.firm_id[inputs.drawn.counting])
    pool[positions[positions >= 0]] = False
    num_firms = int(np.count_nonzero(pool))
    if num_firms < entry.counting_visits:
        raise StateError(
            _("round {number} is to draw {wanted} enterprises, but only {number_left} can be drawn").format(
                number=entry.number, wanted=entry.counting_visits, number_left=num_firms
            )
        )
    return Cell(
        stratum=OPEN_STRATUM,
        package="+".join(package),
        counting=True,
        rest=False,
        num_firms=num_firms,
        visits_micro=entry.counting_visits * MICRO,
    )


def num_counted(drawn: DrawnSoFar) -> int:
    """Distinct firms drawn that count towards T."""
    return len(np.unique(drawn.firm_id[drawn.counting]))
