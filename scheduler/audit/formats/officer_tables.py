"""Tables of who visits whom and when, and of what changed since the officers were drawn."""

from __future__ import annotations

from scheduler.audit.columns import TableFormat
from scheduler.audit.formats.cells import code, day, fixed, flag, number, optional, ordinal, text, word
from scheduler.audit.formats.files import HANDOVERS
from scheduler.audit.formats.words import EXPERT_REASONS, REASONS

OFFICER_TABLES: dict[str, TableFormat] = {
    "teams.tsv": TableFormat(columns=(code("team_id"), code("officer_id"), flag("lead"), flag("borrowed")), num_keys=2),
    "visits.tsv": TableFormat(
        columns=(fixed("firm_id"), text("team_id"), day("visit_on", optional=True), text("exception"))
    ),
    "calendar.tsv": TableFormat(
        columns=(code("officer_id"), day("day"), number("visits"), number("minutes")), num_keys=2
    ),
    "towns.tsv": TableFormat(columns=(fixed("firm_id"), text("town"))),
    "experts.tsv": TableFormat(columns=(fixed("firm_id"), text("speciality"), optional("officer_id")), num_keys=2),
    "expert-replacements.tsv": TableFormat(
        columns=(
            fixed("firm_id"),
            ordinal("number"),
            text("speciality"),
            code("officer_out"),
            optional("officer_in"),
            word("reason", EXPERT_REASONS),
            day("decided_on"),
            text("passed_over"),
        ),
        num_keys=2,
    ),
    "moves.tsv": TableFormat(
        columns=(
            fixed("firm_id"),
            ordinal("number"),
            day("moved_from", optional=True),
            day("moved_to"),
            day("moved_on"),
            text("reason"),
        ),
        num_keys=2,
    ),
    "replacements.tsv": TableFormat(
        columns=(
            ordinal("number"),
            code("team_id"),
            code("officer_out"),
            code("officer_in"),
            word("reason", REASONS),
            day("decided_on"),
            text("passed_over"),
        ),
        most_rows=999,
    ),
    HANDOVERS: TableFormat(
        columns=(
            ordinal("number"),
            optional("firm_in"),
            number("replaced"),
            text("team_id"),
            day("visit_on", optional=True),
            text("exception"),
        ),
        most_rows=999,
    ),
}
