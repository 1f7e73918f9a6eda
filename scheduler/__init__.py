"""double-random: risk tiers, an exact plan, a draw nobody can bend, and records anybody can check."""

from __future__ import annotations

__version__ = "0.1.0"
