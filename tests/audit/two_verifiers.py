"""The program's verifier and the independent one (`independent/verify.mjs`, under Node), side by side."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from scheduler.audit.claims import Status, Verdict
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source

SCRIPT = Path(__file__).resolve().parent / "independent" / "verify.mjs"
NODE = shutil.which("node")
Files = dict[str, bytes]
MISSING = "expected a file, got none"
FORMS = "1.3, 1.4"
needs_node = pytest.mark.skipif(NODE is None, reason="the independent verifier needs Node, which is not installed")


@dataclass(frozen=True)
class Outcome:
    """What a verifier says: whether it rejects, the sections of the claims that fail, and of those that were made."""

    rejected: bool
    sections: frozenset[str]
    made: frozenset[str] = field(default=frozenset(), compare=False)


Verify = Callable[[Files], Outcome]


def start() -> subprocess.Popen[str]:
    """Starts the independent verifier, which then takes one record after the other."""
    words = [str(NODE), str(SCRIPT), "--lines"]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def ask(process: subprocess.Popen[str], files: Files) -> Outcome:
    """What the independent verifier says of a record; an error inside it is no finding."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("no pipes")
    content = {name: base64.b64encode(content).decode("ascii") for name, content in files.items()}
    process.stdin.write(json.dumps({"files": content}) + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    failed = [claim for claim in answer["claims"] if claim["status"] == "failed"]
    assert [claim for claim in failed if any(".mjs:" in problem for problem in claim["problems"])] == []
    assert (answer["verdict"] == "rejected") == bool(failed)
    sections = frozenset(claim["section"] for claim in failed)
    made = frozenset(claim["section"] for claim in answer["claims"] if claim["status"] != "not checked")
    return Outcome(rejected=answer["verdict"] == "rejected", sections=sections, made=made)


def program(files: Files) -> Outcome:
    """The outcome of the project's own verifier."""
    report = verify_source(MemorySource(files), "record")
    sections = frozenset(claim.section for claim in report.of_status(Status.FAILED))
    return Outcome(rejected=report.verdict is Verdict.REJECTED, sections=sections)


def assert_agree(files: Files, independent: Verify) -> Outcome:
    """Both verifiers say the same; what they say is returned."""
    found, expected = independent(files), program(files)
    if found.sections != expected.sections:
        # that a file is missing is a claim of section 2; the program repeats it where it wanted to read the file
        problems = verify_source(MemorySource(files), "record").of_status(Status.FAILED)
        missing = any(claim.section == FORMS and MISSING in claim.found for claim in problems)
        expected = replace(expected, sections=expected.sections - ({FORMS} if missing else frozenset()))
    assert found == expected
    return found
