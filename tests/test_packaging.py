"""The wheel carries what it needs, and the repository names nothing that it must not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

FOREIGN = re.compile(r"(?i)--(extra-)?index-url|files\.pythonhosted|simple/|https?://[^\s]*(pypi|npmjs|debian\.org)")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the repository."""
    folder = tmp_path_factory.mktemp("dist")
    root = Path(__file__).parent.parent
    words = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(words, check=True, capture_output=True, cwd=root)
    return next(folder.glob("*.whl"))


def test_wheel_carries_data_inside_the_package(wheel: Path) -> None:
    """Policies, catalogues, templates and migrations are in the wheel; tests are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "scheduler/data/examples/double-random.toml" in names
    assert "scheduler/data/locales/zh_CN/LC_MESSAGES/double-random.mo" in names
    assert "models/migrations/versions/0001_first_schema.py" in names
    assert any(name.startswith("scheduler/publication/templates/") for name in names)
    assert not any(name.startswith(("tests/", "data/")) for name in names)


def test_installed_wheel_works_beside_other_data_and_models(wheel: Path, tmp_path: Path) -> None:
    """Run from a folder with a `data` and a `models` of its own, the installed command uses neither."""
    target, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(target)
    for folder in ("data", "models"):
        (elsewhere / folder).mkdir(parents=True)
    (elsewhere / "models" / "__init__.py").write_text("raise RuntimeError('the wrong models')")
    script = tmp_path / "double-random"
    script.write_text("import sys\nfrom cli import main\nsys.exit(main())\n")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{target}{os.pathsep}{sysconfig.get_path('purelib')}",
        "LANGUAGE": "zh_CN",
    }
    words = [sys.executable, str(script), "--workspace", "made", "init"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=elsewhere, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "made" / "double-random.toml").is_file()
    where = subprocess.run(
        [sys.executable, "-c", "import scheduler, models; print(scheduler.__file__, models.__file__)"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=True,
    )
    assert where.stdout.count(str(target)) == 2


def test_requirements_are_hashed_and_name_no_index(repository: Path) -> None:
    """Every pinned version has its hashes, both PuLP lines are there, and no index is named."""
    text = (repository / "requirements.txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert len([entry for entry in entries if entry.startswith("pulp==")]) == 2
    assert not FOREIGN.search(text)
    assert not (repository / "uv.lock").exists()


def test_repository_names_no_index_and_no_machine(repository: Path) -> None:
    """No tracked text names a package index or a folder of somebody's machine."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=repository, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    machine = re.compile(r"(?<![\w.])/(root|home/\w+|work)/")
    for name in filter(None, listed.stdout.split("\0")):
        path = repository / name
        if name.startswith("tests/") or path.suffix in {".xlsx", ".mo", ".png", ".db"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert not FOREIGN.search(text), name
        assert not machine.search(text), name
