"""Stands in for `scheduler.audit.alone.bundle` in `verify.py`, which cannot vouch for itself."""

from __future__ import annotations


def bundle_digest() -> str:
    """No digest: whoever wants to know whether the file is the true one has to look outside it."""
    return ""
