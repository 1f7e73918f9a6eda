"""Tables of the draws of firms: the logs, the pool, who was drawn and who gave way, the results."""

from __future__ import annotations

from scheduler.audit.columns import Column, TableFormat
from scheduler.audit.formats.cells import code, day, digest, fixed, flag, number, optional, ordinal, text, word
from scheduler.audit.formats.files import DRAW_LOG
from scheduler.audit.formats.words import CATEGORIES, FIRM_REASONS

DRAW_TABLES: dict[str, TableFormat] = {
    "log.tsv": TableFormat(
        columns=(
            number("number"),
            *map(text, ("at", "actor", "action", "detail", "before", "after")),
            digest("previous_hash"),
            digest("entry_hash"),
        ),
        ordered=False,
    ),
    DRAW_LOG: TableFormat(
        columns=(
            number("number"),
            word("action", ("commit", "draw", "void", "import")),
            code("draw_id"),
            *map(digest, ("digest", "previous_hash", "entry_hash")),
        ),
        ordered=False,
    ),
    "pool.tsv": TableFormat(columns=(fixed("firm_id"), Column(name="leaf", width=64, is_digest=True))),
    "drawn.tsv": TableFormat(
        columns=(fixed("firm_id"), text("name"), text("registrar"), optional("package"), flag("counting"))
    ),
    "added.tsv": TableFormat(
        columns=(fixed("firm_id"), text("name"), text("registrar"), code("package"), flag("counting")),
        most_rows=999,
    ),
    "withdrawn.tsv": TableFormat(columns=(fixed("firm_id"), word("reason", FIRM_REASONS)), most_rows=999),
    "substitutes.tsv": TableFormat(
        columns=(
            ordinal("number"),
            code("firm_out"),
            optional("firm_in"),
            word("reason", FIRM_REASONS),
            day("gone_on"),
            day("decided_on"),
        ),
        most_rows=999,
    ),
    "results.tsv": TableFormat(
        columns=(fixed("firm_id"), code("item_id"), word("category", CATEGORIES), day("inspected_on")), num_keys=3
    ),
    "quotas.tsv": TableFormat(columns=(code("stratum"), code("package"), number("quota")), num_keys=2),
    "selected.tsv": TableFormat(
        columns=(
            fixed("firm_id"),
            code("stratum"),
            code("package"),
            number("chance_micro"),
            number("chance_firms"),
        )
    ),
}
