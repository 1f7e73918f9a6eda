"""Shape of each document by the name of its file."""

from __future__ import annotations

from scheduler.audit import shapes
from scheduler.audit.formats.draw_documents import CEREMONY, COMMITMENT
from scheduler.audit.formats.officer_documents import OFFICERS
from scheduler.audit.formats.words import FORMAT, SIGNED_FORMAT
from scheduler.audit.shapes import Shape

_FORMAT = shapes.exactly(FORMAT)

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
    "commitment.json": COMMITMENT,
    "ceremony.json": CEREMONY,
    "secret.json": shapes.object_of({"secret": shapes.hexadecimal, "officer_secret": shapes.hexadecimal}),
    "scorecard.json": shapes.by_format(
        {
            1: shapes.object_of(_SCORECARD),
            2: shapes.object_of({**_SCORECARD, "format": shapes.exactly(2), "digest": shapes.digest}),
        }
    ),
    "officers.json": OFFICERS,
}
