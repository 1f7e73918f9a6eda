"""Which files a record may hold (section 2)."""

from __future__ import annotations

DRAW_LOG = "draw-log.tsv"
ROOT_FILES = ("year.json", "items.tsv", "tasks.tsv")
AUDIT_ROOT_FILES = ("log.tsv",)
CARRIED = "verify.py"  # the verifier that an audit record may carry
COMMITTED_FILES = ("commitment.json", "pool.tsv")
DRAWN_FILES = ("drawn.tsv",)
SUBSTITUTE_FILES = ("added.tsv", "withdrawn.tsv")
AUDIT_SUBSTITUTE_FILES = ("substitutes.tsv",)
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


def file_name(path: str) -> str:
    """Last part of a path in a record."""
    return path.rpartition("/")[2]
