"""Scales, names and words that tables and documents share: format numbers, ids, categories, reasons."""

from __future__ import annotations

import re

FORMAT = 1
SIGNED_FORMAT = 2  # of a manifest that names the key by which it is signed
MICRO = 1_000_000
FIRM_WIDTH = 18

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
FIRM_REASONS = ("deregistered", "moved_out", "revoked")
REASONS = ("illness", "recused", "certificate", "left")
OBSTACLES = ("inactive", "no_certificate", "recused", "on_leave")
EXPERT_REASONS = ("illness", "recused", "qualification", "left", "leave")
EXPERT_OBSTACLES = ("inactive", "recused", "leave")
