"""
Puts the year before the public: records, site and workbook, all at once or not at all.

The public record is assembled from public inputs; site and workbook are made of its bytes and of nothing else.
Everything is staged first and renamed last, inside the command's transaction, so that files and log change together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from models.draw_rows import load_draw_events, load_draws, load_rounds
from models.publication_rows import (
    PublishedPlan,
    load_audit_draw,
    load_log,
    load_public_draw,
    load_published_plan,
)
from models.registry_rows import load_items, load_tasks
from scheduler.audit.alone.bundle import bundle
from scheduler.errors import StateError
from scheduler.i18n import LANGUAGES
from scheduler.i18n import gettext as _
from scheduler.parameters import micro
from scheduler.publication.files import Changes, Delivery
from scheduler.publication.inputs import (
    AuditInputs,
    DistrictName,
    PublicInputs,
    PublicTask,
    RoundFacts,
    YearFacts,
)
from scheduler.publication.reading import read_public_record
from scheduler.publication.records import MANIFEST, assemble_audit, assemble_public, record_digest, signed
from scheduler.publication.site import site_files
from scheduler.publication.workbook import workbook_bytes
from scheduler.registry.codes import RoundKind
from scheduler.workflow.districts import counted_by_district
from scheduler.workflow.keys import signing_key
from scheduler.workflow.log import append_log
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import Workspace

ACTION = "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationSummary:
    """
    What a publication did, or would do.

    Attributes
    ----------
    record_digest
        Digest of the public record.
    draw_log_head
        Head of its draw log; empty while there is none.
    changes
        What changed in each place, by ``public``, ``audit``, ``site`` and ``workbook``.
    places
        Where each of them stands.
    logged
        Number of the log entry; None if nothing at all happened since this very record was published.
    """

    record_digest: str
    draw_log_head: str
    changes: Mapping[str, Changes]
    places: Mapping[str, Path]
    logged: int | None


def publish(
    workspace: Workspace,
    *,
    public: Path,
    audit: Path,
    site: Path,
    workbook: Path | None,
    language: str = LANGUAGES[0],
    dry_run: bool = False,
) -> PublicationSummary:
    """
    Publishes the year: public record, audit record, site and, if a path is given, the workbook.

    Publishing again writes only what changed; nothing published is taken away.

    Parameters
    ----------
    public, audit, site
        Folders.
    workbook
        File of the workbook, or None for none.
    language
        Language of the workbook; the site has both.
    dry_run
        Only tell what would change.

    Raises
    ------
    StateError
        If no plan is approved, a folder holds another year or another kind of record, or cannot be written.
    """
    places = {"public": public, "audit": audit, "site": site} | ({"workbook": workbook} if workbook else {})
    with Delivery() as delivery, workspace.transaction() as connection:
        inputs = public_inputs(connection, workspace)
        workspace.progress.report(_("Publishing"), 1, 5)
        key = signing_key(connection, workspace)
        record = signed(assemble_public(inputs), key)
        read = read_public_record(record)  # pages and workbook are made of the published bytes, read back
        changes = {"public": _stage_record(delivery, public, record)}
        workspace.progress.report(_("Publishing"), 2, 5)
        changes["site"] = delivery.stage_folder(site, site_files(read, record))
        workspace.progress.report(_("Publishing"), 3, 5)
        if workbook is not None:
            changes["workbook"] = delivery.stage_file(workbook, workbook_bytes(read, language))
        workspace.progress.report(_("Publishing"), 4, 5)
        digest = record_digest(record)
        logged = _log_publication(connection, workspace, inputs, digest)
        audit_record = signed(assemble_audit(inputs, _audit_inputs(connection, workspace)), key)
        changes["audit"] = _stage_record(delivery, audit, audit_record)
        if dry_run:
            connection.rollback()
        else:
            delivery.commit()
        workspace.progress.report(_("Publishing"), 5, 5)
    return PublicationSummary(
        record_digest=digest, draw_log_head=read.draw_log_head, changes=changes, places=places, logged=logged
    )


def public_inputs(connection: sa.Connection, workspace: Workspace) -> PublicInputs:
    """
    All that the public record is made of.

    Raises
    ------
    StateError
        If no plan of the year is approved: before that there is nothing to publish.
    """
    year = workspace.settings.year.year
    plan = load_published_plan(connection, year)
    if plan is None:
        raise StateError(
            _(
                "no plan of {year} is approved, so there is nothing to publish; run “double-random plan approve” first"
            ).format(year=year)
        )
    return PublicInputs(
        year=_year_facts(connection, workspace, plan),
        items=load_items(connection),
        tasks=tuple(PublicTask.of(task) for task in load_tasks(connection, year)),
        draws=tuple(load_public_draw(connection, draw) for draw in load_draws(connection, year)),
        draw_log=load_draw_events(connection),
    )


def _log_publication(connection: sa.Connection, workspace: Workspace, inputs: PublicInputs, digest: str) -> int | None:
    """
    Logs the publication, unless the log's newest entry is this very one.

    An entry is also made where the public record stayed the same and something else was logged since: what was recorded
    before it counts as published.
    """
    log = load_log(connection)
    published = [row.after for row in log if row.action == ACTION]
    before = published[-1] if published else ""
    if log and log[-1].action == ACTION and before == digest:
        return None
    detail = {"draws": sorted(draw.draw_id for draw in inputs.draws)}
    return append_log(connection, workspace, ACTION, detail, before=before, after=digest)


def _audit_inputs(connection: sa.Connection, workspace: Workspace) -> AuditInputs:
    draws = load_draws(connection, workspace.settings.year.year)
    return AuditInputs(
        log=load_log(connection),
        draws=tuple(load_audit_draw(connection, draw) for draw in draws),
        verifier=bundle(),
    )


def _year_facts(connection: sa.Connection, workspace: Workspace, plan: PublishedPlan) -> YearFacts:
    """Facts of the plan; the ratio is the one of the policy it was approved under, not of a policy changed since."""
    settings = workspace.settings
    policy = parse_settings(plan.policy, plan.plan_id)
    enterprises: dict[str, int] = json.loads(plan.by_district)
    drawn = counted_by_district(connection, load_draws(connection, settings.year.year)) if enterprises else Counter()
    known = {entry.code for entry in settings.districts}
    return YearFacts(
        bureau=settings.bureau.code,
        bureau_name=settings.bureau.name,
        bureau_name_en=settings.bureau.name_en,
        year=settings.year.year,
        base_date=plan.base_date,
        num_enterprises=plan.num_enterprises,
        target=plan.target,
        target_ratio_micro=micro(policy.target.ratio),
        districts=tuple(
            DistrictName(
                code=entry.code,
                name=entry.name,
                name_en=entry.name_en,
                local=entry.local,
                num_enterprises=enterprises.get(entry.code, 0),
                drawn_enterprises=drawn[entry.code],
            )
            for entry in settings.districts
        ),
        elsewhere=(_others(enterprises, known), _others(drawn, known)) if enterprises else None,
        rounds=tuple(
            RoundFacts(
                number=entry.number,
                kind=str(entry.kind),
                starts_on=entry.starts_on,
                ends_on=entry.ends_on,
                counting_visits=entry.counting_visits,
            )
            for entry in load_rounds(connection, settings.year.year)
            if entry.kind is not RoundKind.EXTERNAL
        ),
    )


def _others(numbers: Mapping[str, int], known: Set[str]) -> int:
    return sum(number for code, number in numbers.items() if code not in known)


def _stage_record(delivery: Delivery, folder: Path, record: Mapping[str, bytes]) -> Changes:
    """Stages a record where none stands yet, or one that it continues."""
    _require_same_record(folder, record)
    changes = delivery.stage_folder(folder, record.items())
    if changes.kept:
        raise StateError(
            _("{folder} holds files that are not of the record ({files}); take them out or publish elsewhere").format(
                folder=folder, files=", ".join(changes.kept[:5])
            )
        )
    return changes


def _require_same_record(folder: Path, record: Mapping[str, bytes]) -> None:
    """Another bureau's, year's or kind's record is never overwritten."""
    path = folder / MANIFEST
    if not path.is_file():
        return
    names = ("kind", "bureau", "year")
    try:
        there, here = json.loads(path.read_bytes()), json.loads(record[MANIFEST])
        found, expected = (tuple(document[name] for name in names) for document in (there, here))
    except (ValueError, KeyError, TypeError):
        return  # not a record: it is mended by publishing again
    if found != expected:
        raise StateError(
            _("{folder} holds the record {found}, expected {expected}; publish into another folder").format(
                folder=folder, found=" ".join(map(str, found)), expected=" ".join(map(str, expected))
            )
        )
