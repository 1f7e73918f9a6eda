"""Shapes of the documents of a draw of firms: its commitment and its ceremony, in every format."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.audit import shapes
from scheduler.audit.formats.files import PROGRAMME_FILES, SEALED_FILES
from scheduler.audit.formats.words import FORMAT
from scheduler.audit.shapes import Shape

_NAME_VALUE = shapes.object_of({"name": shapes.text, "value": shapes.text})
_VALUE = shapes.object_of({"name": shapes.text, "value": shapes.code})
_FORMAT = shapes.exactly(FORMAT)

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

COMMITMENT = shapes.by_format({1: shapes.object_of(_COMMITMENT), 2: shapes.object_of(_COMMITMENT_2), 3: _commitment_3})
CEREMONY = shapes.by_format({1: shapes.object_of(_CEREMONY), 2: shapes.object_of(_CEREMONY_2)})
