"""Columns of each table by the name of its file."""

from __future__ import annotations

from scheduler.audit.columns import TableFormat
from scheduler.audit.formats.draw_tables import DRAW_TABLES
from scheduler.audit.formats.officer_tables import OFFICER_TABLES
from scheduler.audit.formats.sealed_tables import SEALED_TABLES

TABLES: dict[str, TableFormat] = {**SEALED_TABLES, **DRAW_TABLES, **OFFICER_TABLES}
