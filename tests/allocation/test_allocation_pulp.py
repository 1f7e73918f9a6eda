"""Both lines of PuLP: the same objective, and answers that the check accepts, whichever solved them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from allocation_cities import audited, random_city

from scheduler.allocation.programme import solve_programme
from scheduler.audit.programme import check_programme, read_programme
from scheduler.errors import InfeasiblePlanError

ROOT = Path(__file__).resolve().parents[2]
SEEDS = (0, 3, 6, 10, 13)


def answers(folder: Path) -> dict[str, float | None]:
    """Solves some cities, keeps their programmes, and tells their objectives; None where there is no plan."""
    found: dict[str, float | None] = {}
    for seed in SEEDS:
        try:
            certificate = solve_programme(random_city(seed).problem()).certificate
        except InfeasiblePlanError:
            found[str(seed)] = None
            continue
        assert certificate is not None
        assert check_programme(audited(certificate)).is_feasible
        for name, content in certificate.files().items():
            (folder / f"{seed}-{name}").write_bytes(content)
        found[str(seed)] = check_programme(audited(certificate)).bound / 10**30
    return found


def test_both_lines_of_pulp_agree(tmp_path: Path) -> None:
    """PuLP 4 on Python 3.13 finds the same optima as PuLP 3.3 on 3.11, and what it records is accepted here."""
    python = ROOT / ".venv-3.13" / "bin" / "python"
    if not python.exists():
        pytest.skip("no .venv-3.13 beside the repository (make .venv-3.13/.ready where Python 3.13 is)")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    output = subprocess.run(
        [str(python), __file__, str(theirs)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    told = json.loads(output)
    assert told["pulp"].split(".")[0] != version("pulp").split(".")[0]
    assert told["answers"] == pytest.approx(answers(ours), rel=1e-6, abs=1e-9)
    for seed, objective in told["answers"].items():
        if objective is None:
            continue
        files = {path.name.removeprefix(f"{seed}-"): path.read_bytes() for path in theirs.glob(f"{seed}-*")}
        found = check_programme(read_programme(files))
        assert found.is_feasible and found.is_near_optimal


if __name__ == "__main__":
    print(json.dumps({"pulp": version("pulp"), "answers": answers(Path(sys.argv[1]))}))
