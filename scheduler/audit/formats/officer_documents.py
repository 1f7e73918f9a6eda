"""Shapes of the document of a draw of officers, in every format."""

from __future__ import annotations

from scheduler.audit import shapes
from scheduler.audit.formats.words import FORMAT

_PACKAGE = {
    "package": shapes.code,
    "specialities": shapes.list_of(shapes.text),
    "officers_required": shapes.integer,
    "starts_on": shapes.day,
    "ends_on": shapes.day,
}
_OFFICERS = {
    "format": shapes.exactly(FORMAT),
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

OFFICERS = shapes.by_format(
    {
        1: shapes.object_of(_OFFICERS),
        2: shapes.object_of(_OFFICERS_2),
        **dict.fromkeys((3, 4), shapes.object_of(_OFFICERS_3)),
    }
)
