"""
What the officers of a round are drawn from.

Roster, recusals, items, tasks and window are those the commitment froze, checked against it again; a list drawn
elsewhere has none, so it takes the roster as it stands and a key of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from models.draw_rows import get_file
from models.registry_rows import load_items, load_officers, load_tasks
from models.tables import DrawnFirm, Firm, table_of
from models.teams_rows import DrawState, load_drawn_packages
from scheduler.draw.commitment import SECRET_BYTES, Commitment, parse_commitment
from scheduler.draw.hashing import content_digest, digest, sealed_digest
from scheduler.errors import StoreError
from scheduler.i18n import gettext as _
from scheduler.registry.codes import RoundKind
from scheduler.teams.demands import Demand, DepartmentItem, Departments, JointTask, demands_of, tell_apart
from scheduler.teams.experts import specialities_asked
from scheduler.teams.frozen import RECUSALS_NAME, ROSTER_NAME, parse_recusals, parse_roster
from scheduler.teams.matching import Visits
from scheduler.teams.needs import (
    ITEMS_NAME,
    TASKS_NAME,
    PackageNeeds,
    package_needs,
    parse_items,
    parse_tasks,
)
from scheduler.teams.roster import Officer, Recusal
from scheduler.workflow.agenda_inputs import DayInputs, read_day_inputs
from scheduler.workflow.calendars import working_calendar
from scheduler.workflow.districts import REGISTER_NAME, frozen_districts
from scheduler.workflow.recusals import standing_recusals
from scheduler.workflow.settings import Settings, parse_settings
from scheduler.workflow.workspace import Workspace

POLICY_NAME = "policy.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerInputs:
    """
    All that a draw of officers goes by.

    Attributes
    ----------
    bureau
        The bureau's own code, whose officers serve every district.
    visits, needs, demands
        The visits, what each package asks for, and what of that it asks of each department.
    departments
        Departments that are told apart.
    officers, recusals
        The roster.
    starts_on, ends_on
        Window of the round.
    working_days, unknown_years
        Days still to come in the window on which the bureau goes, and years whose holidays no notice told.
    days
        What else days are planned by: limits, towns, minutes, and what officers have left.
    experts
        Specialities that each package asks experts for.
    seed, officer_secret
        What the lot is keyed with.
    """

    draw_id: str
    bureau: str
    visits: Visits
    needs: Mapping[str, PackageNeeds]
    demands: Mapping[str, tuple[Demand, ...]]
    departments: Departments
    officers: tuple[Officer, ...]
    recusals: tuple[Recusal, ...]
    starts_on: date
    ends_on: date
    working_days: tuple[date, ...]
    unknown_years: tuple[int, ...]
    days: DayInputs
    experts: Mapping[str, tuple[str, ...]]
    seed: str
    officer_secret: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The part of the inputs that a commitment froze, or that a list drawn elsewhere takes from the day."""

    settings: Settings
    bureau: str
    officers: tuple[Officer, ...]
    recusals: tuple[Recusal, ...]
    items: tuple[DepartmentItem, ...]
    tasks: tuple[JointTask, ...]
    starts_on: date
    ends_on: date
    seed: str
    officer_secret: bytes
    districts: tuple[str, ...]


def read_inputs(
    connection: sa.Connection, workspace: Workspace, state: DrawState, officer_secret: bytes | None
) -> OfficerInputs:
    """
    Reads what the officers of a draw are drawn from.

    Parameters
    ----------
    officer_secret
        Key for a list drawn elsewhere; by default the system's randomness.

    Raises
    ------
    StoreError
        If a frozen file, or the key, is not what was committed to.
    StateError
        If a task or item of a package is gone from its list.
    """
    firm_ids, packages, strata = load_drawn_packages(connection, state.draw_id)
    if state.kind == RoundKind.EXTERNAL:
        source = _live_source(connection, workspace, state, firm_ids, officer_secret)
    else:
        source = _frozen_source(connection, state, firm_ids, strata)
    departments = tell_apart(source.officers, source.items, source.tasks)
    calendar = working_calendar(connection, workspace)
    tomorrow = workspace.today + timedelta(days=1)
    blocked = frozenset(source.settings.agenda.blocked_days)
    coming = calendar.working_days(max(source.starts_on, tomorrow), source.ends_on)
    working_days = tuple(day for day in coming if day not in blocked)
    return OfficerInputs(
        draw_id=state.draw_id,
        bureau=source.bureau,
        visits=Visits(firm_id=firm_ids, package=packages, district=source.districts),
        needs=package_needs(packages, source.tasks, source.items),
        demands=_demands(packages, source, departments),
        departments=departments,
        officers=source.officers,
        recusals=source.recusals,
        starts_on=source.starts_on,
        ends_on=source.ends_on,
        working_days=working_days,
        unknown_years=calendar.unknown_years(source.starts_on, source.ends_on),
        days=read_day_inputs(
            connection,
            workspace,
            settings=source.settings,
            draw_id=state.draw_id,
            firm_ids=firm_ids,
            packages=packages,
            tasks=source.tasks,
            working_days=working_days,
        ),
        experts=_experts(packages, source),
        seed=source.seed,
        officer_secret=source.officer_secret,
    )


def _experts(packages: Iterable[str], source: _Source) -> dict[str, tuple[str, ...]]:
    """Specialities by package, where the policy that holds for the draw lets an item of it ask for an expert."""
    tasks = {task.task_id: task for task in source.tasks}
    asked = source.settings.agenda.experts
    found = {package: specialities_asked(package, tasks, asked) for package in sorted(set(packages))} if asked else {}
    return {package: specialities for package, specialities in found.items() if specialities}


def _demands(packages: Iterable[str], source: _Source, departments: Departments) -> dict[str, tuple[Demand, ...]]:
    tasks = {task.task_id: task for task in source.tasks}
    items = {item.item_id: item for item in source.items}
    return {package: demands_of(package, tasks, items, departments) for package in sorted(set(packages))}


def _frozen_source(
    connection: sa.Connection, state: DrawState, firm_ids: Sequence[str], strata: Sequence[str]
) -> _Source:
    commitment = parse_commitment(get_file(connection, state.draw_id, "commitment.json"))
    officer_secret = state.officer_secret or b""
    if (
        commitment.digest != state.commitment_digest
        or digest("officer-secret", officer_secret.hex()) != commitment.officer_secret
    ):
        raise StoreError(
            _(
                "draw {draw}: the commitment or the officer secret is not what was published; find out who changed it"
            ).format(draw=state.draw_id)
        )
    if state.kind == RoundKind.TARGETED:
        districts = tuple(stratum.split("/")[0] for stratum in strata)
    else:
        register = _sealed_file(connection, state, commitment, REGISTER_NAME)
        districts = frozen_districts(register, firm_ids)
    policy = _sealed_file(connection, state, commitment, POLICY_NAME).decode("utf-8")
    return _Source(
        settings=parse_settings(policy, POLICY_NAME),
        bureau=commitment.bureau,
        officers=parse_roster(_sealed_file(connection, state, commitment, ROSTER_NAME)),
        recusals=parse_recusals(_sealed_file(connection, state, commitment, RECUSALS_NAME)),
        items=parse_items(_sealed_file(connection, state, commitment, ITEMS_NAME)),
        tasks=parse_tasks(_sealed_file(connection, state, commitment, TASKS_NAME)),
        starts_on=commitment.starts_on,
        ends_on=commitment.ends_on,
        seed=state.seed,
        officer_secret=officer_secret,
        districts=districts,
    )


def _sealed_file(connection: sa.Connection, state: DrawState, commitment: Commitment, name: str) -> bytes:
    content = get_file(connection, state.draw_id, name)
    if sealed_digest(state.secret or b"", name, content) != commitment.sealed.get(name):
        raise StoreError(
            _("draw {draw}: {name} is not what was committed to; find out who changed it").format(
                draw=state.draw_id, name=name
            )
        )
    return content


def _live_source(
    connection: sa.Connection,
    workspace: Workspace,
    state: DrawState,
    firm_ids: Sequence[str],
    officer_secret: bytes | None,
) -> _Source:
    return _Source(
        settings=workspace.settings,
        bureau=workspace.settings.bureau.code,
        officers=load_officers(connection),
        recusals=standing_recusals(connection, workspace),
        items=load_items(connection),
        tasks=load_tasks(connection, workspace.settings.year.year),
        starts_on=state.starts_on,
        ends_on=state.ends_on,
        seed=content_digest(get_file(connection, state.draw_id, "drawn.tsv")),
        officer_secret=officer_secret or secrets.token_bytes(SECRET_BYTES),
        districts=_live_districts(connection, state.draw_id, firm_ids),
    )


def _live_districts(connection: sa.Connection, draw_id: str, firm_ids: Sequence[str]) -> tuple[str, ...]:
    drawn, firm = table_of(DrawnFirm), table_of(Firm)
    statement = (
        sa.select(firm.c.firm_id, firm.c.district)
        .join(drawn, drawn.c.firm_id == firm.c.firm_id)
        .where(drawn.c.draw_id == draw_id)
    )
    found = {row.firm_id: row.district for row in connection.execute(statement)}
    return tuple(found[firm_id] for firm_id in firm_ids)
