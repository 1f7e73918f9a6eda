"""What `verify.py` does when it is run: reads its arguments, verifies, prints the claims and the verdict."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from scheduler import i18n
from scheduler.audit.anchors import MAX_ANCHOR_BYTES, Anchors, merge_anchors, parse_anchors
from scheduler.audit.claims import Verdict
from scheduler.audit.proof import verify_path
from scheduler.audit.report import report_lines
from scheduler.errors import DoubleRandomError


def main(arguments: list[str], messages: Mapping[str, str], folder: Path) -> int:
    """
    Runs the program.

    Parameters
    ----------
    messages
        Chinese of every message.
    folder
        Folder of the file, whose record is verified where none is named.

    Returns
    -------
    int
        0 if no record is rejected, 1 if one is or cannot be read, 2 if the arguments do not fit together.
    """
    options = _parser().parse_args(arguments)
    i18n.CHINESE.update(messages)  # type: ignore[attr-defined]
    i18n.activate(_language(options.lang))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return _verify(options, folder)
    except (DoubleRandomError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verify.py", description="Verifies a record of double-random from its bytes alone. 验证双随机抽查的记录。"
    )
    parser.add_argument(
        "record", nargs="?", type=Path, help="folder of the record, or a firm's proof; without it, the one of this file"
    )
    parser.add_argument(
        "--anchor", action="append", type=Path, default=[], help="file with what was obtained elsewhere"
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.add_argument("--lang", choices=("zh", "en"), help="language; without it, the one of the locale")
    return parser


def _language(chosen: str | None) -> str:
    words = [chosen, *(os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))]
    first = next((word for word in words if word), "")
    return "zh_CN" if first.lower().startswith("zh") else "en"


def _verify(options: argparse.Namespace, folder: Path) -> int:
    anchors = merge_anchors([_read_anchors(path) for path in options.anchor]) if options.anchor else None
    reports = verify_path(options.record or folder, anchors=anchors)
    if options.json:
        answer = {"records": [report.document() for report in reports]}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, sort_keys=True, indent=2) + "\n")
    else:
        sys.stdout.write("\n\n".join("\n".join(report_lines(report)) for report in reports) + "\n")
    return int(any(report.verdict is Verdict.REJECTED for report in reports))


def _read_anchors(path: Path) -> Anchors:
    with path.open("rb") as stream:
        return parse_anchors(stream.read(MAX_ANCHOR_BYTES + 1), path.name)
