"""The page checkers: axe-core inside a page of the browser, the Nu validator over files."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

MODULES = Path(__file__).resolve().parent / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
NU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"


def axe_violations(page: Any) -> list[str]:
    """What axe-core finds wrong on the page that is open, one line for each element; skips without axe-core."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (make browser-tools)")
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)")
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def nu_errors(files: Sequence[Path]) -> list[str]:
    """Errors (no warnings) of the Nu validator in HTML, SVG and CSS files; skips without Java or the validator."""
    if not NU.is_file() or shutil.which("java") is None:
        pytest.skip("the Nu validator is not installed (make browser-tools, and Java)")
    options = ["--format", "json", "--exit-zero-always", "--also-check-css", "--also-check-svg"]
    result = subprocess.run(
        ["java", "-jar", str(NU), *options, *map(str, files)], capture_output=True, text=True, check=True
    )
    messages = json.loads(result.stderr)["messages"]
    return [
        f"{Path(entry['url']).name}:{entry.get('lastLine', 0)}: {entry['message']}"
        for entry in messages
        if entry["type"] != "info"
    ]
