"""Format 1: which files a record may hold, the columns of its tables, the shapes of its documents (section 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scheduler.audit import shapes
from scheduler.audit.columns import Column, TableFormat
from scheduler.audit.shapes import Shape

FORMAT = 1
MICRO = 1_000_000
FIRM_WIDTH = 18
DRAW_LOG = "draw-log.tsv"
ROOT_FILES = ("year.json", "items.tsv", "tasks.tsv")
AUDIT_ROOT_FILES = ("log.tsv",)
CARRIED = "verify.py"  # the verifier that an audit record may carry
COMMITTED_FILES = ("commitment.json", "pool.tsv")
DRAWN_FILES = ("drawn.tsv",)
SUBSTITUTE_FILES = ("added.tsv", "withdrawn.tsv")
AUDIT_SUBSTITUTE_FILES = ("substitutes.tsv",)
FIRM_REASONS = ("deregistered", "moved_out", "revoked")
SEALED_FILES = (
    "allocation.tsv",
    "items.tsv",
    "policy.toml",
    "recusals.tsv",
    "register.tsv",
    "roster.tsv",
    "scorecard.json",
    "tasks.tsv",
)
SIGNED_FORMAT = 2  # of a manifest that names the key by which it is signed
PROGRAMME_FILES = ("programme-columns.tsv", "programme-entries.tsv", "programme-rows.tsv", "recent.tsv")
AUDIT_COMMITTED_FILES = ("secret.json", *SEALED_FILES)
AUDIT_DRAWN_FILES = ("quotas.tsv", "selected.tsv")
OFFICER_FILES = ("officers.json", "teams.tsv", "visits.tsv")
DAY_FILES = ("calendar.tsv", "towns.tsv")  # with an officers.json of format 2
HANDOVERS = "handovers.tsv"
CHANGE_FILES = ("moves.tsv", "replacements.tsv", HANDOVERS)  # after officers were drawn
EXPERT_FILES = ("experts.tsv", "expert-replacements.tsv")  # who joins officers
PUBLIC_DRAW_FILES = frozenset((*COMMITTED_FILES, *DRAWN_FILES, *SUBSTITUTE_FILES, "ceremony.json", "results.tsv"))
AUDIT_DRAW_FILES = (
    PUBLIC_DRAW_FILES
    | frozenset((*AUDIT_COMMITTED_FILES, *PROGRAMME_FILES, *AUDIT_DRAWN_FILES))
    | frozenset((*OFFICER_FILES, *DAY_FILES, *CHANGE_FILES, *EXPERT_FILES, *AUDIT_SUBSTITUTE_FILES))
)

DRAW_ID = re.compile(r"(?P<year>[0-9]{4})-(?P<round>[1-9][0-9]{0,3})-(?P<attempt>[1-9][0-9]{0,3})")
EXTERNAL_ID = re.compile(r"(?P<year>[0-9]{4})-X(?P<number>[1-9][0-9]{0,3})-1")
STRATUM = re.compile(r"[0-9A-Za-z._:*-]+/[0-9A-Za-z._:*-]+/[0-9A-Za-z._:*-]+/[0-9A-Za-z._:*+-]+")

CATEGORIES = (
    "no_problem",
    "not_published",
    "false_publication",
    "unreachable",
    "ordered_to_correct",
    "refused",
    "no_activity",
    "pending",
)
REASONS = ("illness", "recused", "certificate", "left")
OBSTACLES = ("inactive", "no_certificate", "recused", "on_leave")
EXPERT_REASONS = ("illness", "recused", "qualification", "left", "leave")
EXPERT_OBSTACLES = ("inactive", "recused", "leave")
_CODE = r"[0-9A-Za-z._+/:*-]+"


def _fixed(name: str, width: int = FIRM_WIDTH) -> Column:
    return Column(name=name, width=width)


def _code(name: str) -> Column:
    return Column(name=name, pattern=re.compile(_CODE), words="a code")


def _optional(name: str) -> Column:
    return Column(name=name, pattern=re.compile(f"(?:{_CODE})?"), words="a code or nothing")


def _text(name: str) -> Column:
    return Column(name=name, words="text of at most 20,000 characters")


def _word(name: str, words: Sequence[str]) -> Column:
    return Column(name=name, pattern=re.compile("|".join(words)), words=", ".join(words))


def _flag(name: str) -> Column:
    return Column(name=name, pattern=re.compile("[01]"), words="0 or 1")


def _number(name: str) -> Column:
    return Column(name=name, pattern=re.compile("0|[1-9][0-9]{0,17}"), words="an integer")


def _signed(name: str, *, optional: bool = False) -> Column:
    pattern = "(?:0|-?[1-9][0-9]{0,19})" + ("?" if optional else "")
    return Column(name=name, pattern=re.compile(pattern), words="an integer of at most 20 digits")


def _place(name: str) -> Column:
    return Column(name=name, pattern=re.compile("[0-9]{8}"), words="eight digits")


def _day(name: str, *, optional: bool = False) -> Column:
    pattern = r"(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))" + ("?" if optional else "")
    return Column(name=name, pattern=re.compile(pattern), words="a date YYYY-MM-DD")


def _digest(name: str, *, optional: bool = False) -> Column:
    pattern = r"(?:[0-9a-f]{64})" + ("?" if optional else "")
    return Column(name=name, pattern=re.compile(pattern), words="64 hexadecimal digits")


TABLES: dict[str, TableFormat] = {
    "items.tsv": TableFormat(
        columns=(
            _code("item_id"),
            *map(_text, ("category", "name", "object_description")),
            _word("kind", ("general", "key")),
            *map(_text, ("method", "department", "basis", "ratio_text")),
            _number("officers_required"),
            _text("speciality"),
        ),
        most_rows=10_000,
    ),
    "tasks.tsv": TableFormat(
        columns=(
            _code("task_id"),
            *map(_text, ("name", "item_ids", "object_types", "districts", "industries", "libraries")),
            _flag("full_coverage"),
            _number("ratio_min_micro"),
            _number("ratio_max_micro"),
            _day("starts_on"),
            _day("ends_on"),
            *map(_text, ("initiator", "partners", "mode", "note")),
        ),
        most_rows=1_000,
    ),
    "log.tsv": TableFormat(
        columns=(
            _number("number"),
            *map(_text, ("at", "actor", "action", "detail", "before", "after")),
            _digest("previous_hash"),
            _digest("entry_hash"),
        ),
        ordered=False,
    ),
    DRAW_LOG: TableFormat(
        columns=(
            _number("number"),
            _word("action", ("commit", "draw", "void", "import")),
            _code("draw_id"),
            *map(_digest, ("digest", "previous_hash", "entry_hash")),
        ),
        ordered=False,
    ),
    "pool.tsv": TableFormat(columns=(_fixed("firm_id"), Column(name="leaf", width=64, is_digest=True))),
    "drawn.tsv": TableFormat(
        columns=(_fixed("firm_id"), _text("name"), _text("registrar"), _optional("package"), _flag("counting"))
    ),
    "added.tsv": TableFormat(
        columns=(_fixed("firm_id"), _text("name"), _text("registrar"), _code("package"), _flag("counting")),
        most_rows=999,
    ),
    "withdrawn.tsv": TableFormat(columns=(_fixed("firm_id"), _word("reason", FIRM_REASONS)), most_rows=999),
    "substitutes.tsv": TableFormat(
        columns=(
            Column(name="number", pattern=re.compile("[0-9]{3}"), words="three digits"),
            _code("firm_out"),
            _optional("firm_in"),
            _word("reason", FIRM_REASONS),
            _day("gone_on"),
            _day("decided_on"),
        ),
        most_rows=999,
    ),
    "results.tsv": TableFormat(
        columns=(_fixed("firm_id"), _code("item_id"), _word("category", CATEGORIES), _day("inspected_on")), num_keys=3
    ),
    "register.tsv": TableFormat(
        columns=(
            _fixed("firm_id"),
            _optional("object_type"),
            _optional("district"),
            _optional("status"),
            _text("industry"),
            _text("libraries"),
            Column(name="bins", pattern=re.compile("[0-9a-z]*"), words="one character 0-9a-z per indicator"),
            Column(name="direct", pattern=re.compile("[01]*"), words="one flag per direct rule"),
            Column(name="score", pattern=re.compile("(?:0|-?[1-9][0-9]{0,17})?"), words="an integer or nothing"),
            _optional("tier"),
            _text("rule"),
            _code("disposition"),
            Column(
                name="ratings",
                pattern=re.compile("(?:[a-z0-9_]+:[0-9A-Za-z._-]+(?:;[a-z0-9_]+:[0-9A-Za-z._-]+)*)?"),
                words="ratings as name:grade, joined by “;”, or nothing",
            ),
            _optional("override"),
        )
    ),
    "allocation.tsv": TableFormat(
        columns=(
            _code("stratum"),
            _code("package"),
            _flag("counting"),
            _flag("rest"),
            _number("num_firms"),
            _number("visits_micro"),
        ),
        num_keys=2,
    ),
    "programme-columns.tsv": TableFormat(
        columns=(
            _place("column"),
            _word("kind", ("visits", "rate", "lent")),
            _text("subject"),
            *map(_signed, ("cost_nano", "upper_nano", "value_pico")),
        )
    ),
    "programme-rows.tsv": TableFormat(
        columns=(
            _place("row"),
            Column(name="limit", pattern=re.compile("[a-z_]+"), words="a name"),
            _text("subject"),
            _signed("lower_nano", optional=True),
            _signed("upper_nano", optional=True),
            _signed("dual_pico"),
        )
    ),
    "programme-entries.tsv": TableFormat(columns=(_place("row"), _place("column"), _signed("value_nano")), num_keys=2),
    "recent.tsv": TableFormat(columns=(_fixed("firm_id"), _day("inspected_on"))),
    "quotas.tsv": TableFormat(columns=(_code("stratum"), _code("package"), _number("quota")), num_keys=2),
    "selected.tsv": TableFormat(
        columns=(
            _fixed("firm_id"),
            _code("stratum"),
            _code("package"),
            _number("chance_micro"),
            _number("chance_firms"),
        )
    ),
    "roster.tsv": TableFormat(
        columns=(
            _code("officer_id"),
            *map(_text, ("unit", "department", "level", "district")),
            _day("certificate_valid_until", optional=True),
            _text("specialities"),
            _text("item_ids"),
            _flag("lead_qualified"),
            _flag("expert"),
            _flag("active"),
        ),
        most_rows=20_000,
    ),
    "recusals.tsv": TableFormat(
        columns=(_code("officer_id"), _code("firm_id"), _text("reason"), _day("valid_until", optional=True)), num_keys=3
    ),
    "teams.tsv": TableFormat(
        columns=(_code("team_id"), _code("officer_id"), _flag("lead"), _flag("borrowed")), num_keys=2
    ),
    "visits.tsv": TableFormat(
        columns=(_fixed("firm_id"), _text("team_id"), _day("visit_on", optional=True), _text("exception"))
    ),
    "calendar.tsv": TableFormat(
        columns=(_code("officer_id"), _day("day"), _number("visits"), _number("minutes")), num_keys=2
    ),
    "towns.tsv": TableFormat(columns=(_fixed("firm_id"), _text("town"))),
    "experts.tsv": TableFormat(columns=(_fixed("firm_id"), _text("speciality"), _optional("officer_id")), num_keys=2),
    "expert-replacements.tsv": TableFormat(
        columns=(
            _fixed("firm_id"),
            Column(name="number", pattern=re.compile("[0-9]{3}"), words="three digits"),
            _text("speciality"),
            _code("officer_out"),
            _optional("officer_in"),
            _word("reason", EXPERT_REASONS),
            _day("decided_on"),
            _text("passed_over"),
        ),
        num_keys=2,
    ),
    "moves.tsv": TableFormat(
        columns=(
            _fixed("firm_id"),
            Column(name="number", pattern=re.compile("[0-9]{3}"), words="three digits"),
            _day("moved_from", optional=True),
            _day("moved_to"),
            _day("moved_on"),
            _text("reason"),
        ),
        num_keys=2,
    ),
    "replacements.tsv": TableFormat(
        columns=(
            Column(name="number", pattern=re.compile("[0-9]{3}"), words="three digits"),
            _code("team_id"),
            _code("officer_out"),
            _code("officer_in"),
            _word("reason", REASONS),
            _day("decided_on"),
            _text("passed_over"),
        ),
        most_rows=999,
    ),
    HANDOVERS: TableFormat(
        columns=(
            Column(name="number", pattern=re.compile("[0-9]{3}"), words="three digits"),
            _optional("firm_in"),
            _number("replaced"),
            _text("team_id"),
            _day("visit_on", optional=True),
            _text("exception"),
        ),
        most_rows=999,
    ),
}

_NAME_VALUE = shapes.object_of({"name": shapes.text, "value": shapes.text})
_VALUE = shapes.object_of({"name": shapes.text, "value": shapes.code})
_FORMAT = shapes.exactly(FORMAT)

_PACKAGE = {
    "package": shapes.code,
    "specialities": shapes.list_of(shapes.text),
    "officers_required": shapes.integer,
    "starts_on": shapes.day,
    "ends_on": shapes.day,
}
_SCORECARD = {
    "format": _FORMAT,
    "official": shapes.exactly(False),
    "base": shapes.signed,
    "tiers": shapes.list_of(shapes.code),
    "cuts": shapes.list_of(shapes.signed),
    "indicators": shapes.list_of(shapes.object_of({"name": shapes.text, "points": shapes.list_of(shapes.signed)})),
    "direct": shapes.list_of(shapes.object_of({"name": shapes.text, "tier": shapes.code})),
    "matrices": shapes.list_of(
        shapes.object_of(
            {
                "name": shapes.code,
                "grades": shapes.list_of(shapes.code),
                "tiers": shapes.list_of(shapes.list_of(shapes.code)),
            }
        )
    ),
}
_OFFICERS = {
    "format": _FORMAT,
    "draw_id": shapes.code,
    "drawn_on": shapes.day,
    "seed": shapes.digest,
    "visits_per_team_day": shapes.integer,
    "working_days": shapes.list_of(shapes.day, most=800),
    "unknown_years": shapes.list_of(shapes.integer),
    "packages": shapes.list_of(shapes.object_of(_PACKAGE)),
}
_OFFICERS_2 = {
    **_OFFICERS,
    "format": shapes.exactly(2),
    "minutes_per_team_day": shapes.integer,
    "journey_minutes": shapes.integer,
    "redraws": shapes.list_of(
        shapes.object_of({"district": shapes.text, "department": shapes.text, "counter": shapes.integer})
    ),
    "packages": shapes.list_of(shapes.object_of({**_PACKAGE, "minutes": shapes.integer})),
}
_OFFICERS_3 = {
    **_OFFICERS_2,
    "format": shapes.exactly(3, 4),
    "places": shapes.list_of(shapes.object_of({"district": shapes.code, "drawn_on": shapes.day})),
}
_COMMITMENT: dict[str, Shape | shapes.Optional] = {
    "format": _FORMAT,
    "bureau": shapes.code,
    "year": shapes.integer,
    "draw_id": shapes.code,
    "kind": shapes.exactly("open", "targeted"),
    "committed_on": shapes.day,
    "window": shapes.object_of({"starts_on": shapes.day, "ends_on": shapes.day}),
    "counting_visits": shapes.integer,
    "package": shapes.empty_or(shapes.code),
    "pool": shapes.object_of({"num_firms": shapes.integer, "root": shapes.digest}),
    "secret": shapes.digest,
    "officer_secret": shapes.digest,
    "sealed": shapes.object_of(dict.fromkeys(SEALED_FILES, shapes.digest)),
    "entropy": shapes.list_of(shapes.object_of({"name": shapes.text, "spoken_on": shapes.day, "bits": shapes.integer})),
    "day_value": shapes.nullable(_NAME_VALUE),
    "drawn_before": shapes.list_of(shapes.code),
    "software": shapes.text,
    "log_head": shapes.digest,
    "draw_log_head": shapes.Optional(shapes.digest),
}
_COMMITMENT_2: dict[str, Shape | shapes.Optional] = {
    **_COMMITMENT,
    "format": shapes.exactly(2),
    "kind": shapes.exactly("targeted"),
    "sealed": shapes.object_of(dict.fromkeys((*SEALED_FILES, *PROGRAMME_FILES), shapes.digest)),
}

_COMMITMENT_3 = {
    **_COMMITMENT,
    "format": shapes.exactly(3),
    "entropy": shapes.list_of(
        shapes.object_of(
            {
                "name": shapes.text,
                "spoken_on": shapes.day,
                "kind": shapes.exactly("digits", "balls", "index", "beacon", "dice", "witness", "operator"),
                "detail": shapes.code,
                "bits": shapes.integer,
            }
        )
    ),
}
_COMMITMENT_3_PROGRAMME = {
    **_COMMITMENT_3,
    "kind": shapes.exactly("targeted"),
    "sealed": shapes.object_of(dict.fromkeys((*SEALED_FILES, *PROGRAMME_FILES), shapes.digest)),
}


def _commitment_3(value: object, place: str) -> None:
    """A commitment of format 3, which seals the programme or does not."""
    sealed = value.get("sealed") if isinstance(value, Mapping) else None
    programme = isinstance(sealed, Mapping) and any(name in sealed for name in PROGRAMME_FILES)
    shapes.object_of(_COMMITMENT_3_PROGRAMME if programme else _COMMITMENT_3)(value, place)


_CEREMONY: dict[str, Shape | shapes.Optional] = {
    "format": _FORMAT,
    "draw_id": shapes.code,
    "kind": shapes.exactly("open", "targeted", "external"),
    "status": shapes.exactly("drawn", "voided"),
    "void_reason": shapes.text,
    "drawn_on": shapes.empty_or(shapes.day),
    "commitment_digest": shapes.empty_or(shapes.digest),
    "entropy": shapes.list_of(_VALUE),
    "seed": shapes.empty_or(shapes.digest),
    "num_drawn": shapes.integer,
    "num_counting": shapes.integer,
    "drawn_digest": shapes.empty_or(shapes.digest),
    "drawn_root": shapes.Optional(shapes.digest),
    "outcome_root": shapes.Optional(shapes.digest),
}
_CEREMONY_2: dict[str, Shape | shapes.Optional] = {
    **_CEREMONY,
    "format": shapes.exactly(2),
    "revealed": shapes.list_of(shapes.object_of({"name": shapes.text, "revealed_on": shapes.day})),
    "skipped": shapes.list_of(shapes.text),
}

_DISTRICT = {"code": shapes.code, "name": shapes.text, "name_en": shapes.text, "local": shapes.flag}
_NUMBERS = {"num_enterprises": shapes.integer, "drawn_enterprises": shapes.integer}
_YEAR = {
    "format": _FORMAT,
    "bureau": shapes.code,
    "bureau_name": shapes.text,
    "bureau_name_en": shapes.text,
    "year": shapes.integer,
    "base_date": shapes.day,
    "num_enterprises": shapes.integer,
    "target": shapes.integer,
    "target_ratio_micro": shapes.integer,
    "drawn_enterprises": shapes.integer,
    "districts": shapes.list_of(shapes.object_of(_DISTRICT)),
    "rounds": shapes.list_of(
        shapes.object_of(
            {
                "number": shapes.integer,
                "kind": shapes.exactly("open", "targeted"),
                "starts_on": shapes.day,
                "ends_on": shapes.day,
                "counting_visits": shapes.integer,
            }
        )
    ),
    "draws": shapes.list_of(shapes.code),
}
_YEAR_2 = {
    **_YEAR,
    "format": shapes.exactly(2),
    "districts": shapes.list_of(shapes.object_of({**_DISTRICT, **_NUMBERS})),
    "elsewhere": shapes.object_of(_NUMBERS),
}

_MANIFEST = {
    "format": _FORMAT,
    "kind": shapes.exactly("public", "audit"),
    "bureau": shapes.code,
    "year": shapes.integer,
    "files": shapes.mapping_of(shapes.digest),
    "record_digest": shapes.digest,
}
_MANIFEST_2 = {**_MANIFEST, "format": shapes.exactly(SIGNED_FORMAT), "public_key": shapes.digest}

DOCUMENTS: dict[str, Shape] = {
    "manifest.json": shapes.by_format({1: shapes.object_of(_MANIFEST), SIGNED_FORMAT: shapes.object_of(_MANIFEST_2)}),
    "signature.json": shapes.object_of({"format": _FORMAT, "signature": shapes.signature}),
    "year.json": shapes.by_format({1: shapes.object_of(_YEAR), 2: shapes.object_of(_YEAR_2)}),
    "commitment.json": shapes.by_format(
        {1: shapes.object_of(_COMMITMENT), 2: shapes.object_of(_COMMITMENT_2), 3: _commitment_3}
    ),
    "ceremony.json": shapes.by_format({1: shapes.object_of(_CEREMONY), 2: shapes.object_of(_CEREMONY_2)}),
    "secret.json": shapes.object_of({"secret": shapes.hexadecimal, "officer_secret": shapes.hexadecimal}),
    "scorecard.json": shapes.by_format(
        {
            1: shapes.object_of(_SCORECARD),
            2: shapes.object_of({**_SCORECARD, "format": shapes.exactly(2), "digest": shapes.digest}),
        }
    ),
    "officers.json": shapes.by_format(
        {
            1: shapes.object_of(_OFFICERS),
            2: shapes.object_of(_OFFICERS_2),
            **dict.fromkeys((3, 4), shapes.object_of(_OFFICERS_3)),
        }
    ),
}


def file_name(path: str) -> str:
    """Last part of a path in a record."""
    return path.rpartition("/")[2]
