"""Tables that a commitment seals: the year's items and tasks, the register, the officers, the programme."""

from __future__ import annotations

import re

from scheduler.audit.columns import Column, TableFormat
from scheduler.audit.formats.cells import code, day, fixed, flag, number, optional, place, signed, text, word

SEALED_TABLES: dict[str, TableFormat] = {
    "items.tsv": TableFormat(
        columns=(
            code("item_id"),
            *map(text, ("category", "name", "object_description")),
            word("kind", ("general", "key")),
            *map(text, ("method", "department", "basis", "ratio_text")),
            number("officers_required"),
            text("speciality"),
        ),
        most_rows=10_000,
    ),
    "tasks.tsv": TableFormat(
        columns=(
            code("task_id"),
            *map(text, ("name", "item_ids", "object_types", "districts", "industries", "libraries")),
            flag("full_coverage"),
            number("ratio_min_micro"),
            number("ratio_max_micro"),
            day("starts_on"),
            day("ends_on"),
            *map(text, ("initiator", "partners", "mode", "note")),
        ),
        most_rows=1_000,
    ),
    "register.tsv": TableFormat(
        columns=(
            fixed("firm_id"),
            optional("object_type"),
            optional("district"),
            optional("status"),
            text("industry"),
            text("libraries"),
            Column(name="bins", pattern=re.compile("[0-9a-z]*"), words="one character 0-9a-z per indicator"),
            Column(name="direct", pattern=re.compile("[01]*"), words="one flag per direct rule"),
            Column(name="score", pattern=re.compile("(?:0|-?[1-9][0-9]{0,17})?"), words="an integer or nothing"),
            optional("tier"),
            text("rule"),
            code("disposition"),
            Column(
                name="ratings",
                pattern=re.compile("(?:[a-z0-9_]+:[0-9A-Za-z._-]+(?:;[a-z0-9_]+:[0-9A-Za-z._-]+)*)?"),
                words="ratings as name:grade, joined by “;”, or nothing",
            ),
            optional("override"),
        )
    ),
    "allocation.tsv": TableFormat(
        columns=(
            code("stratum"),
            code("package"),
            flag("counting"),
            flag("rest"),
            number("num_firms"),
            number("visits_micro"),
        ),
        num_keys=2,
    ),
    "programme-columns.tsv": TableFormat(
        columns=(
            place("column"),
            word("kind", ("visits", "rate", "lent")),
            text("subject"),
            *map(signed, ("cost_nano", "upper_nano", "value_pico")),
        )
    ),
    "programme-rows.tsv": TableFormat(
        columns=(
            place("row"),
            Column(name="limit", pattern=re.compile("[a-z_]+"), words="a name"),
            text("subject"),
            signed("lower_nano", optional=True),
            signed("upper_nano", optional=True),
            signed("dual_pico"),
        )
    ),
    "programme-entries.tsv": TableFormat(columns=(place("row"), place("column"), signed("value_nano")), num_keys=2),
    "recent.tsv": TableFormat(columns=(fixed("firm_id"), day("inspected_on"))),
    "roster.tsv": TableFormat(
        columns=(
            code("officer_id"),
            *map(text, ("unit", "department", "level", "district")),
            day("certificate_valid_until", optional=True),
            text("specialities"),
            text("item_ids"),
            flag("lead_qualified"),
            flag("expert"),
            flag("active"),
        ),
        most_rows=20_000,
    ),
    "recusals.tsv": TableFormat(
        columns=(code("officer_id"), code("firm_id"), text("reason"), day("valid_until", optional=True)), num_keys=3
    ),
}
