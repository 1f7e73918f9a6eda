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

from scheduler.audit.anchors import merge_anchors, parse_anchors
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.proof import verify_proof
from scheduler.audit.record import MemorySource
from scheduler.audit.verifier import verify_source
from scheduler.errors import RecordError

SCRIPT = Path(__file__).resolve().parent / "independent" / "verify.mjs"
NODE = shutil.which("node")
Files = dict[str, bytes]
MISSING = "expected a file, got none"
FORMS = "1.3, 1.4"
needs_node = pytest.mark.skipif(NODE is None, reason="the independent verifier needs Node, which is not installed")


@dataclass(frozen=True)
class Outcome:
    """What a verifier says: its verdict, the sections of the claims that fail, and of those that were made."""

    verdict: Verdict
    sections: frozenset[str]
    made: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def rejected(self) -> bool:
        """Whether a claim fails, or none was made."""
        return self.verdict is Verdict.REJECTED


ACCEPTED = Outcome(verdict=Verdict.CONSISTENT, sections=frozenset())
Verify = Callable[[Files], Outcome]
Judge = Callable[[Files | bytes, list[bytes]], Outcome | None]


def start() -> subprocess.Popen[str]:
    """Starts the independent verifier, which then takes one record after the other."""
    words = [str(NODE), str(SCRIPT), "--lines"]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def answer_of(process: subprocess.Popen[str], request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("no pipes")
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def coded(content: bytes) -> str:
    """Bytes as they travel in a request."""
    return base64.b64encode(content).decode("ascii")


def outcome_of(answer: dict[str, Any]) -> Outcome:
    """What an answer says; an error inside the verifier is no finding."""
    failed = [claim for claim in answer["claims"] if claim["status"] == "failed"]
    assert [claim for claim in failed if any(".mjs:" in problem for problem in claim["problems"])] == []
    assert (answer["verdict"] == "rejected") == bool(failed)
    sections = frozenset(claim["section"] for claim in failed)
    made = frozenset(claim["section"] for claim in answer["claims"] if claim["status"] != "not checked")
    return Outcome(verdict=Verdict(answer["verdict"]), sections=sections, made=made)


def ask(process: subprocess.Popen[str], files: Files) -> Outcome:
    """What the independent verifier says of a record."""
    return outcome_of(answer_of(process, {"files": {name: coded(content) for name, content in files.items()}}))


def ask_anchored(process: subprocess.Popen[str], files: Files | bytes, anchors: list[bytes]) -> Outcome | None:
    """What the independent verifier says of a record or proof with anchors; nothing where it refuses them."""
    record = files if isinstance(files, bytes) else {name: coded(content) for name, content in files.items()}
    what = {"proof": coded(record)} if isinstance(record, bytes) else {"files": record}
    answer = answer_of(process, what | {"anchors": [coded(content) for content in anchors]})
    return None if "refused" in answer else outcome_of(answer)


def outcome_in(report: Report) -> Outcome:
    """The outcome of a report of the project's own verifier."""
    sections = frozenset(claim.section for claim in report.of_status(Status.FAILED))
    return Outcome(verdict=report.verdict, sections=sections)


def program(files: Files) -> Outcome:
    """The outcome of the project's own verifier."""
    return outcome_in(verify_source(MemorySource(files), "record"))


def program_anchored(files: Files | bytes, anchors: list[bytes]) -> Outcome | None:
    """The same with files of anchors; nothing where it refuses them."""
    try:
        noted = merge_anchors([parse_anchors(content, "anchors.json") for content in anchors]) if anchors else None
    except RecordError:
        return None
    if isinstance(files, bytes):
        return outcome_in(verify_proof(files, "proof.json", noted))
    return outcome_in(verify_source(MemorySource(files), "record", anchors=noted))


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
