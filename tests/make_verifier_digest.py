"""
Writes the digest of this version's `verify.py` into `docs/verifier-digests.tsv`; digests of other versions stay.

``python -m tests.make_verifier_digest``; `make locales` does it too, because the file carries messages. A test compares
the list with what this makes.
"""

from __future__ import annotations

from pathlib import Path

from scheduler import __version__
from scheduler.audit.alone.bundle import bundle_digest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "verifier-digests.tsv"
HEAD = "software\tsha256"


def page(old: str) -> str:
    """The list with this version's digest in the place of any it had."""
    rows = [line for line in old.splitlines()[1:] if line.partition("\t")[0] != __version__]
    return "\n".join([HEAD, *rows, f"{__version__}\t{bundle_digest()}", ""])


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""), encoding="utf-8")
