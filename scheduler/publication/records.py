"""
Assembles the public record and the audit record as bytes by path (specification, section 2).

The public record is made of `PublicInputs` alone, the audit record is the public one plus `AuditInputs`. Neither
reads a store or a clock, so equal inputs give equal bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from scheduler.draw.canonical import document_bytes, parse_document, parse_table, table_bytes
from scheduler.draw.draw_log import DRAW_LOG, draw_log_table
from scheduler.draw.files import DRAWN_COLUMNS
from scheduler.draw.hashing import content_digest
from scheduler.draw.replacing import ADDED_NAME, WITHDRAWN_COLUMNS, WITHDRAWN_NAME
from scheduler.draw.signing import public_key_of, sign
from scheduler.errors import RecordError
from scheduler.i18n import gettext as _
from scheduler.publication.inputs import (
    AuditInputs,
    DistrictName,
    LogRow,
    PublicDraw,
    PublicInputs,
    PublicTask,
    ResultColumns,
    RoundFacts,
    YearFacts,
)
from scheduler.registry.codes import DrawStatus
from scheduler.registry.items import InspectionItem
from scheduler.teams.needs import ITEM_COLUMNS, TASK_COLUMNS

FORMAT, YEAR_FORMAT = 1, 2
MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
VERIFIER = "verify.py"
SIGNED_FORMAT = 2  # of a manifest that names the key by which it is signed
RESULT_COLUMNS = ("firm_id", "item_id", "category", "inspected_on")
LOG_COLUMNS = ("number", "at", "actor", "action", "detail", "before", "after", "previous_hash", "entry_hash")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # what a cell of a table cannot hold


def assemble_public(inputs: PublicInputs) -> dict[str, bytes]:
    """Files of the public record by path, the manifest last."""
    files = public_files(inputs)
    files[MANIFEST] = manifest_bytes(files, "public", inputs.year.bureau, inputs.year.year)
    return files


def assemble_audit(inputs: PublicInputs, audit: AuditInputs) -> dict[str, bytes]:
    """
    Files of the audit record by path, the manifest last.

    A draw that is only committed has nothing secret in it yet: its keys would tell whom the lot will hit.
    """
    files = public_files(inputs)
    files["log.tsv"] = log_bytes(audit.log)
    if audit.verifier:
        files[VERIFIER] = audit.verifier
    for draw in audit.draws:
        folder = f"draws/{draw.draw_id}"
        if f"{folder}/ceremony.json" not in files:
            continue
        files.update({f"{folder}/{name}": draw.files[name] for name in sorted(draw.files)})
        committed = f"{folder}/commitment.json" in files
        if committed and draw.secret is not None and draw.officer_secret is not None:
            secrets = {"secret": draw.secret.hex(), "officer_secret": draw.officer_secret.hex()}
            files[f"{folder}/secret.json"] = document_bytes(secrets)
    files[MANIFEST] = manifest_bytes(files, "audit", inputs.year.bureau, inputs.year.year)
    return files


def public_files(inputs: PublicInputs) -> dict[str, bytes]:
    """Files that both records have, without a manifest."""
    files = {
        "year.json": year_bytes(inputs.year, inputs.draws),
        "items.tsv": items_bytes(inputs.items),
        "tasks.tsv": tasks_bytes(inputs.tasks),
    }
    if inputs.draw_log:
        files[DRAW_LOG] = draw_log_table(inputs.draw_log)
    for draw in inputs.draws:
        folder = f"draws/{draw.draw_id}"
        files.update({f"{folder}/{name}": draw.files[name] for name in sorted(draw.files)})
        if draw.results.firm_id:
            files[f"{folder}/results.tsv"] = results_bytes(draw.results)
    return files


def manifest_bytes(files: Mapping[str, bytes], kind: str, bureau: str, year: int) -> bytes:
    """Manifest of a record: every file with its digest, and the digest of all that."""
    manifest: dict[str, object] = {
        "format": FORMAT,
        "kind": kind,
        "bureau": bureau,
        "year": year,
        "files": {path: content_digest(content) for path, content in files.items()},
    }
    return document_bytes({**manifest, "record_digest": content_digest(document_bytes(manifest))})


def signed(files: Mapping[str, bytes], key: bytes | None) -> dict[str, bytes]:
    """
    An assembled record whose manifest, of format 2, names the bureau's key, with the signature beside it, last.

    Parameters
    ----------
    key
        The bureau's signing key, 32 bytes; without one the record stays as it is.
    """
    if key is None:
        return dict(files)
    manifest = parse_document(files[MANIFEST], MANIFEST)
    del manifest["record_digest"]
    manifest |= {"format": SIGNED_FORMAT, "public_key": public_key_of(key)}
    content = document_bytes({**manifest, "record_digest": content_digest(document_bytes(manifest))})
    signature = sign(key, "record", content_digest(content))
    return {**files, MANIFEST: content, SIGNATURE: document_bytes({"format": FORMAT, "signature": signature})}


def record_digest(files: Mapping[str, bytes]) -> str:
    """Digest of an assembled record, as its manifest tells it."""
    return str(parse_document(files[MANIFEST], MANIFEST)["record_digest"])


def year_bytes(year: YearFacts, draws: Iterable[PublicDraw]) -> bytes:
    """The file `year.json`."""
    drawn = tuple(draws)
    return document_bytes(
        {
            "format": FORMAT if year.elsewhere is None else YEAR_FORMAT,
            "bureau": year.bureau,
            "bureau_name": year.bureau_name,
            "bureau_name_en": year.bureau_name_en,
            "year": year.year,
            "base_date": year.base_date.isoformat(),
            "num_enterprises": year.num_enterprises,
            "target": year.target,
            "target_ratio_micro": year.target_ratio_micro,
            "drawn_enterprises": drawn_enterprises(drawn),
            "districts": [_district(entry, counted=year.elsewhere is not None) for entry in year.districts],
            **({} if year.elsewhere is None else {"elsewhere": _numbers(*year.elsewhere)}),
            "rounds": [
                {
                    "number": entry.number,
                    "kind": entry.kind,
                    "starts_on": entry.starts_on.isoformat(),
                    "ends_on": entry.ends_on.isoformat(),
                    "counting_visits": _counting_visits(entry, year.year, drawn),
                }
                for entry in sorted(year.rounds, key=lambda entry: entry.number)
            ],
            "draws": sorted(draw.draw_id for draw in drawn),
        }
    )


def _district(entry: DistrictName, *, counted: bool) -> dict[str, object]:
    numbers = _numbers(entry.num_enterprises, entry.drawn_enterprises) if counted else {}
    return {"code": entry.code, "name": entry.name, "name_en": entry.name_en, "local": entry.local, **numbers}


def _numbers(num_enterprises: int, drawn_enterprises: int) -> dict[str, object]:
    return {"num_enterprises": num_enterprises, "drawn_enterprises": drawn_enterprises}


def _counting_visits(entry: RoundFacts, year: int, draws: Iterable[PublicDraw]) -> int:
    """What the newest draw of the round committed to, or what is planned where there is none that holds."""
    counts = entry.counting_visits
    prefix = f"{year}-{entry.number}-"
    attempts = [draw for draw in draws if draw.draw_id.startswith(prefix) and "commitment.json" in draw.files]
    for draw in sorted(attempts, key=lambda draw: int(draw.draw_id.rsplit("-", 1)[1])):
        if not _is_voided(draw):
            commitment = parse_document(draw.files["commitment.json"], f"{draw.draw_id}/commitment.json")
            counts = int(commitment["counting_visits"])
    return counts


def drawn_enterprises(draws: Iterable[PublicDraw]) -> int:
    """Distinct enterprises drawn that count towards the target; voided draws do not."""
    counted: set[str] = set()
    for draw in draws:
        if "drawn.tsv" not in draw.files or _is_voided(draw):
            continue
        rows = standing_rows(draw.files, draw.draw_id)
        counted.update(row[0] for row in rows if row[4] == "1")
    return len(counted)


def standing_rows(files: Mapping[str, bytes], place: str) -> list[tuple[str, ...]]:
    """Rows of the list as it stands, by firm: as drawn, without who was withdrawn and with who was added (7.1)."""
    rows = list(zip(*parse_table(files["drawn.tsv"], DRAWN_COLUMNS, f"{place}/drawn.tsv"), strict=True))
    if WITHDRAWN_NAME not in files:
        return rows
    rows += zip(*parse_table(files[ADDED_NAME], DRAWN_COLUMNS, f"{place}/{ADDED_NAME}"), strict=True)
    gone = set(parse_table(files[WITHDRAWN_NAME], WITHDRAWN_COLUMNS, f"{place}/{WITHDRAWN_NAME}")[0])
    return sorted(row for row in rows if row[0] not in gone)


def items_bytes(items: Iterable[InspectionItem]) -> bytes:
    """The file `items.tsv`."""
    return _table(
        ITEM_COLUMNS,
        (
            (
                item.item_id,
                item.category,
                item.name,
                item.object_description,
                item.kind,
                item.method,
                item.department,
                item.basis,
                item.ratio_text,
                str(item.officers_required),
                item.speciality,
            )
            for item in items
        ),
    )


def tasks_bytes(tasks: Iterable[PublicTask]) -> bytes:
    """The file `tasks.tsv`."""
    return _table(
        TASK_COLUMNS,
        (
            (
                task.task_id,
                task.name,
                ";".join(task.item_ids),
                ";".join(task.object_types),
                ";".join(task.districts),
                ";".join(task.industries),
                ";".join(task.libraries),
                str(int(task.full_coverage)),
                str(task.ratio_min_micro),
                str(task.ratio_max_micro),
                task.starts_on.isoformat(),
                task.ends_on.isoformat(),
                task.initiator,
                ";".join(task.partners),
                task.mode,
                task.note,
            )
            for task in tasks
        ),
    )


def results_bytes(results: ResultColumns) -> bytes:
    """The file `results.tsv` of a draw."""
    rows = zip(results.firm_id, results.item_id, results.category, results.inspected_on, strict=True)
    return table_bytes(RESULT_COLUMNS, sorted(rows))


def log_bytes(log: Iterable[LogRow]) -> bytes:
    """
    The file `log.tsv`; entries stand in the order of their numbers, each detail as JSON in one line.

    Raises
    ------
    RecordError
        If an entry holds a control character, which no table can.
    """
    rows = [_log_cells(row) for row in sorted(log, key=lambda row: row.number)]
    for cells in rows:
        if any(_UNFIT.search(cell) for cell in cells):
            raise RecordError(_("log entry {number} holds a control character").format(number=cells[0]))
    return table_bytes(LOG_COLUMNS, rows)


def _log_cells(row: LogRow) -> tuple[str, ...]:
    return (
        str(row.number),
        row.at,
        row.actor,
        row.action,
        json.dumps(json.loads(row.detail), ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        row.before,
        row.after,
        row.previous_hash,
        row.entry_hash,
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Bytes of a small table whose cells were typed by people: characters that no cell can hold become spaces."""
    return table_bytes(header, sorted(tuple(_UNFIT.sub(" ", cell) for cell in row) for row in rows))


def _is_voided(draw: PublicDraw) -> bool:
    content = draw.files.get("ceremony.json")
    return (
        content is not None
        and parse_document(content, f"{draw.draw_id}/ceremony.json").get("status") == DrawStatus.VOIDED
    )
