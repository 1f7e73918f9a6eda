"""
Verifies a record from its bytes alone, by docs/draw-specification.md. It recomputes rather than compares.

The plan; every claim names its section of the specification. A public record proves less and says where it stops.

1. The record: manifest, signature, listed digests, the files its kind and state ask for, canonical form.
2. The year: T = ⌈r·N⌉, rounds, attempts, lists, distinct enterprises drawn, the target.
3. Each draw:

   1. what was committed: identity, secrets, seals, dates, bits of entropy, sources, earlier draws, log head;
   2. the ceremony: the commitment it opens, sources, seed;
   3. the pool: size, root, leaves; in an audit record every tier and every place of the register;
   4. cells, quotas, tickets, the firms drawn, chances, the list published;
   5. officers, teams, visits, days;
   6. results.
4. The log, and the draw log that is public: their chains, and the draws they tell of.
5. Anchors, where some are given: commitments, entropy, heads of logs and key obtained elsewhere.

What bytes cannot prove is claimed as not checked, with the reason. Whoever keeps the secrets could have remade all
bytes, so without anchors for everything that can have one the verdict is at most "consistent".
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from scheduler.audit import (
    assignment,
    carried,
    certificate,
    commitment,
    days,
    draw_log,
    entropy,
    log,
    officers,
    quotas,
    recent,
    register,
    results,
    sampling,
    selection,
    signatures,
    substitutes,
    tiers,
    year,
)
from scheduler.audit.accounting import accounts_of
from scheduler.audit.accounts import Account
from scheduler.audit.anchors import Anchors, check_anchors
from scheduler.audit.archive import ZipSource
from scheduler.audit.claims import Group, Ledger, Report
from scheduler.audit.context import Draw, Listener, Lists, guarded, load_lists
from scheduler.audit.formats.words import DRAW_ID, EXTERNAL_ID
from scheduler.audit.record import MANIFEST, FolderSource, Record, Source, open_record
from scheduler.audit.sampling import Sampling
from scheduler.errors import RecordError
from scheduler.i18n import active_language
from scheduler.i18n import gettext as _

PUBLISHED = "records"  # where `publish` puts the records, in the folder it is given


def deaf(description: str, done: int, total: int) -> None:
    """Listener that drops everything."""


def verify_record(path: Path, listener: Listener = deaf, anchors: Anchors | None = None) -> Report:
    """
    Report on the record in a folder or a ZIP archive.

    Parameters
    ----------
    path
        Folder of the record, or an archive of it.
    listener
        Told how far long steps are: description, done, total.
    anchors
        What was obtained elsewhere, if anything was.

    Raises
    ------
    RecordError
        If there is no folder or archive there, or it cannot be listed. Whatever a record *says* wrong is a failed claim
        instead.
    """
    if path.is_file():
        return verify_source(ZipSource(path), path.name, listener, anchors)
    if not path.is_dir():
        raise RecordError(
            _("{path}: expected the folder of a record, got none; give the folder that holds {name}").format(
                path=path, name=MANIFEST
            )
        )
    return verify_source(FolderSource(path), path.name, listener, anchors)


def verify_or_raise(path: Path, listener: Listener = deaf) -> Report:
    """As `verify_record`, but raises `VerificationError` if the record is rejected."""
    report = verify_record(path, listener)
    report.raise_if_rejected()
    return report


def verify_source(source: Source, name: str, listener: Listener = deaf, anchors: Anchors | None = None) -> Report:
    """Report on a record wherever its bytes come from."""
    ledger = Ledger()
    try:
        record = open_record(source)
    except RecordError as error:
        ledger.group("record").failed(
            "2", _("the record has a manifest of format 1 or 2"), expected=MANIFEST, found=error
        )
        return Report(name=name, kind="", bureau="", year=0, record_digest="", claims=ledger.claims(), counts={})
    verification = _Verification(record, ledger, listener)
    verification.run()
    anchored = anchors is not None and verification.compare(anchors)
    manifest = record.manifest
    return Report(
        name=name,
        kind=manifest["kind"],
        bureau=manifest["bureau"],
        year=manifest["year"],
        record_digest=manifest["record_digest"],
        claims=ledger.claims(),
        counts=ledger.counts,
        accounts=verification.accounts(),
        bureau_name=verification.bureau_name(),
        anchored=anchored,
    )


def find_records(path: Path) -> tuple[Path, ...]:
    """
    Records at a path: the folder or archive itself, or the folders in it that hold a manifest, ascending.

    A folder that `publish` or `demo` made holds its records in `records/`; that one is looked into as well.

    Raises
    ------
    RecordError
        If there is none.
    """
    if path.is_file() or (path / MANIFEST).is_file():
        return (path,)
    folders = (folder for folder in (path, path / PUBLISHED) if folder.is_dir())
    found = sorted(entry for folder in folders for entry in folder.iterdir() if (entry / MANIFEST).is_file())
    if not found:
        raise RecordError(
            _("{path}: expected the folder of a record, got none; give the folder that holds {name}").format(
                path=path, name=MANIFEST
            )
        )
    return tuple(found)


class _Verification:
    """One run of the plan."""

    def __init__(self, record: Record, ledger: Ledger, listener: Listener) -> None:
        self._record = record
        self._ledger = ledger
        self._listener = listener
        self._lists: Lists | None = None
        self._drawn_in: dict[str, str] | None = {} if record.is_audit else None  # district of who counts
        draw_ids = {
            name.split("/")[1] for name in record.source.names() if name.startswith("draws/") and name.count("/") > 1
        }
        known = (
            draw_id for draw_id in sorted(draw_ids) if DRAW_ID.fullmatch(draw_id) or EXTERNAL_ID.fullmatch(draw_id)
        )
        self._draws = [Draw(draw_id=draw_id, record=record) for draw_id in known]  # files of others are refused below

    def run(self) -> None:
        """Runs the plan; the record's own claims are written last, when every file was read, but stand first."""
        group, group_of_year = self._ledger.group("record"), self._ledger.group("year")
        for draw in self._draws:
            self._verify_draw(self._ledger.group(draw.draw_id), draw)
        self._verify_log(self._ledger.group("log"))
        self._verify_year(group_of_year)
        self._verify_files(group)

    def compare(self, anchors: Anchors) -> bool:
        """Compares with what was obtained elsewhere; whether that anchors all of the record."""
        return check_anchors(self._ledger.group("anchors"), self._record, self._draws, anchors)

    def accounts(self) -> tuple[Account, ...]:
        """What became of every row, draw by draw."""
        return accounts_of(self._record, self._draws, self._ledger.counts)

    def bureau_name(self) -> str:
        """Name of the bureau in the active language, where it can be read."""
        try:
            year = self._year()
        except RecordError:
            return ""
        return str(year["bureau_name" if active_language().startswith("zh") else "bureau_name_en"])

    def _verify_files(self, group: Group) -> None:
        record = self._record
        guarded(group, "2", _("the manifest is right"), year.check_manifest, group, record)
        text = _("the record is signed by the key that it names")
        guarded(group, signatures.SECTION, text, signatures.check_signature, group, record)
        guarded(group, "2", _("every file has the digest that the manifest lists"), year.check_digests, group, record)
        guarded(
            group,
            "2",
            _("the record holds the files that its draws ask for, and no other"),
            year.check_files,
            group,
            record,
            self._draws,
        )
        guarded(group, "10.1", _("the record carries a verifier"), carried.check_carried, group, record)
        year.check_forms(group, record)

    def _verify_year(self, group: Group) -> None:
        record, draws = self._record, self._draws
        guarded(group, "2", _("year.json is right"), lambda: year.check_year(group, record, self._year(), draws))
        guarded(group, "5", _("attempts are in order"), lambda: year.check_attempts(group, self._year(), draws))
        guarded(group, "2", _("items and tasks are right"), lambda: year.check_lists(group, self._get_lists()))
        guarded(group, "2", _("the year's totals are right"), lambda: year.check_totals(group, self._year(), draws))
        text = _("numbers by district are right")
        guarded(group, "2", text, lambda: year.check_districts(group, self._year(), self._drawn_in))

    def _verify_log(self, group: Group) -> None:
        if self._record.is_audit:
            guarded(group, "2", _("the chain of the log is unbroken"), log.check_log, group, self._record)
            guarded(group, "2", _("the log tells of the draws"), log.check_draws, group, self._record, self._draws)
        else:
            group.not_checked("2", _("the chain of the log is unbroken"), _("only the audit record holds the log"))
        text = _("the draw log tells of the draws")
        guarded(group, draw_log.SECTION, text, draw_log.check_draw_log, group, self._record, self._draws)

    def _year(self) -> dict[str, Any]:
        return self._record.document("year.json")

    def _get_lists(self) -> Lists:
        if self._lists is None:
            self._lists = load_lists(self._record)
        return self._lists

    def _verify_draw(self, group: Group, draw: Draw) -> None:
        label = _("Verifying draw {draw_id}").format(draw_id=draw.draw_id)
        work = Sampling(draw, self._get_lists, self._draws, lambda done, total: self._listener(label, done, total))
        if draw.is_external:
            guarded(group, "2", _("the list says that it was drawn elsewhere"), commitment.check_external, group, draw)
        else:
            self._verify_commitment(group, draw)
            self._verify_pool(group, work)
        if draw.was_drawn:
            self._verify_drawn(group, work)

    def _verify_commitment(self, group: Group, draw: Draw) -> None:
        checks: tuple[tuple[str, str, Callable[[], None]], ...] = (
            (
                "4",
                _("the commitment speaks of this draw"),
                lambda: commitment.check_identity(group, draw, self._year()),
            ),
            ("4", _("the secrets are those committed to"), lambda: commitment.check_secrets(group, draw)),
            ("1.5", _("the sealed files are those committed to"), lambda: commitment.check_seals(group, draw)),
            ("2", _("the policy fits the year"), lambda: commitment.check_policy(group, draw, self._year())),
            ("5", _("the sources speak in time"), lambda: commitment.check_dates(group, draw)),
            ("5.1", _("the kinds of the sources are right"), lambda: entropy.check_kinds(group, draw)),
            ("5", _("the entropy is enough"), lambda: commitment.check_bits(group, draw)),
            ("5", _("a new attempt has a new source"), lambda: commitment.check_new_source(group, draw, self._draws)),
            (
                "3.1",
                _("the commitment names the draws before it"),
                lambda: commitment.check_drawn_before(group, draw, self._draws),
            ),
            (
                "4",
                _("the commitment is bound to the log"),
                lambda: commitment.check_log_head(group, draw, self._log_hashes()),
            ),
        )
        for section, text, check in checks:
            guarded(group, section, text, check)
        if draw.has("ceremony.json"):
            guarded(group, "5", _("the ceremony is right"), commitment.check_ceremony, group, draw)

    def _log_hashes(self) -> frozenset[str] | None:
        return log.log_hashes(self._record) if self._record.is_audit else None

    def _verify_pool(self, group: Group, work: Sampling) -> None:
        guarded(group, "3.3", _("the pool is the one committed to"), sampling.check_root, group, work)
        guarded(group, "3.2", _("the leaves are right"), sampling.check_leaves, group, work)
        if not work.draw.opens_seals:
            text = _("the pool holds every firm that belongs into it, in its tier and stratum")
            group.not_checked("3.1", text, commitment.closed_reason(work.draw))
            return
        guarded(group, "3.1", _("the pool is the register's"), sampling.check_members, group, work)
        guarded(group, "3.4", _("tiers follow from the scorecard"), lambda: self._check_tiers(group, work))
        guarded(group, "3.1", _("places follow from the tasks"), lambda: self._check_places(group, work))

    def _check_tiers(self, group: Group, work: Sampling) -> None:
        self._ledger.counts[work.draw.draw_id] = register.row_counts(work.register)
        tiers.check_tiers(group, work.register, work.card, work.classes)
        register.check_libraries(group, work.register)

    def _check_places(self, group: Group, work: Sampling) -> None:
        before = [draw.current() for draw in work.drawn_before]
        if work.draw.is_open:
            places = register.place_open(work.register, work.object_types, sampling.counted_before(before))
        else:
            pairs = [(drawn.firm_id, drawn.package) for drawn in before]
            windows = commitment.waiting_windows(work.draw)
            places = register.place_targeted(
                work.register,
                work.lists,
                windows,
                pairs,
                yearly_cap=recent.yearly_cap(work.draw),
                recent=recent.recent_firms(work.draw),
            )
            recent.check_recent(group, work)
        register.check_places(group, work.register, work.card, work.classes, places, is_open=work.draw.is_open)

    def _note_districts(self, work: Sampling) -> None:
        """Notes the district of everybody who counts, for the year's numbers; None once a register is unreadable."""
        if self._drawn_in is None or work.draw.state != "drawn":
            return
        try:
            drawn = work.draw.current()
            counting = drawn.firm_id[drawn.counting]
            registered = len(counting) > 0 and not work.draw.is_external
            found = register.districts_of(work.register, counting) if registered else [""] * len(counting)
            self._drawn_in.update(zip((firm.decode("ascii") for firm in counting.tolist()), found, strict=True))
        except RecordError:
            self._drawn_in = None

    def _verify_drawn(self, group: Group, work: Sampling) -> None:
        draw = work.draw
        self._note_districts(work)
        guarded(group, "5", _("the ceremony counts the list drawn"), selection.check_ceremony_counts, group, work)
        guarded(group, "1.6", _("packages are made of tasks"), selection.check_packages, group, work)
        if not draw.is_external:
            guarded(group, "7", _("firms drawn stand in the pool"), selection.check_drawn_from_pool, group, work)
            guarded(group, "3.1", _("nobody counts twice"), selection.check_counted_once, group, work)
            self._verify_selection(group, work)
            self._verify_officers(group, work)
        if draw.has("results.tsv"):
            guarded(group, "2", _("results are of firms drawn"), results.check_results, group, work)

    def _verify_selection(self, group: Group, work: Sampling) -> None:
        if work.draw.opens_seals:
            guarded(group, "6.4", _("the cells are right"), lambda: self._check_cells(group, work))
            guarded(
                group,
                "6.3",
                _("quotas follow from the seed"),
                lambda: quotas.check_quotas(group, work.cells, work.quotas, work.draw.table("quotas.tsv")),
            )
            if work.draw.seals_programme:
                guarded(group, "6.6", _("the programme is solved"), certificate.check_certificate, group, work)
        guarded(group, "7", _("the firms drawn have the least tickets"), selection.check_selection, group, work)
        if work.draw.opens_seals:
            guarded(group, "7", _("strata and chances are right"), selection.check_selected, group, work)
        guarded(group, "7.2", _("the thresholds are right"), selection.check_thresholds, group, work)
        if work.draw.has("withdrawn.tsv"):
            text = _("firms that gave way are replaced by the next tickets")
            guarded(group, "7.1", text, lambda: substitutes.check_substitutes(group, work, self._year()))

    def _check_cells(self, group: Group, work: Sampling) -> None:
        document = work.draw.document("commitment.json")
        if work.draw.is_open:
            quotas.check_open_cell(
                group, work.cells, document["package"], document["counting_visits"], work.pool.num_rows
            )
            return
        if not work.draw.seals_programme:
            quotas.leave_limits_unchecked(group)
        quotas.check_cells(
            group,
            work.cells,
            register.pool_counts(work.register),
            work.lists,
            work.object_types,
            document["counting_visits"],
        )
        window, *later = commitment.waiting_windows(work.draw)
        quotas.check_coverage(group, work.cells, work.lists, window, later)

    def _verify_officers(self, group: Group, work: Sampling) -> None:
        draw = work.draw
        text = _("officers, teams and days follow from the lot")
        if not draw.opens_seals:
            group.not_checked("8", text, commitment.closed_reason(draw))
            return
        if not draw.has("teams.tsv"):
            group.not_checked("8", text, _("officers were not drawn yet"))
            return
        try:
            offices, checks = assignment.load_assignment(work, self._year()["bureau"], work.lists)
        except RecordError as error:
            group.not_checked("8", text, error)
            return
        for section, words, make in checks:
            guarded(group, section, words, make, group)
        for section, words, check in (
            ("8.4", _("days follow from the lot"), days.check_days),
            ("8.5", _("limits of a day are the policy's"), days.check_limits),
            ("8.6", _("moved visits have a history"), days.check_moves),
        ):
            guarded(group, section, words, check, group, offices)
        guarded(group, "8.5", _("needs are right"), lambda: officers.check_needs(group, offices, work.lists))
