"""Fixtures that all rooms share: the repository, the real files, a private PostgreSQL cluster, an empty workspace."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cli import CHINA
from scheduler import i18n
from scheduler.resources import data_path
from scheduler.workflow.demo import DemoSummary, run_demo
from scheduler.workflow.workspace import Workspace, create_workspace, open_workspace
from tests.chain import year
from tests.chain.calling import run_calling
from tests.chain.handing import HandingDemo, run_handing
from tests.chain.substituting import SubstitutingDemo, run_substituting
from tests.chain.tiny import TinyDemo, run_tiny

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=CHINA)  # of the empty workspaces

# No test is timed, by examples neither. CI judges a commit, so the same commit is judged the same each time; elsewhere
# new examples are looked for.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are English unless a test asks otherwise."""
    monkeypatch.setenv("LANGUAGE", "en")
    i18n.activate("en")


@pytest.fixture
def repository() -> Path:
    """Root of the repository."""
    return REPOSITORY


@pytest.fixture
def shared() -> Path:
    """Folder of the real files; tests that ask for it skip where it does not exist."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real files is not beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[str]:
    """URL of a private PostgreSQL cluster on loopback, run by an unprivileged user; skips where there is no server."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL's server is not installed (Debian package postgresql)")
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="double-random-postgresql-"))
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    port = _free_port()
    data, binaries = folder / "data", programs[-1].parent

    def run(*words: str) -> None:
        subprocess.run([*as_user, *words], check=True, capture_output=True, cwd="/")

    run(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def postgresql_url(postgresql_cluster: str) -> str:
    """URL of an empty database of its own in the private cluster."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgresql_cluster}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{postgresql_cluster}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'both.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an empty workspace on SQLite, to be copied: a copy is made sooner than the migrations have run."""
    made = _created(tmp_path_factory.mktemp("empty") / "workspace", None)
    made.store.close()
    return made.root


@pytest.fixture
def workspace(tmp_path: Path, empty_workspace: Path) -> Iterator[Workspace]:
    """An empty workspace on SQLite with the example's settings, on 5 January 2026."""
    folder = shutil.copytree(empty_workspace, tmp_path / "workspace")
    opened = open_workspace(folder, actor="tester", now=NOW)
    yield opened
    opened.store.close()


@pytest.fixture
def any_workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    """An empty workspace as `workspace`, once on SQLite and once on PostgreSQL."""
    made = _created(tmp_path / "workspace", database_url)
    yield made
    made.store.close()


def _created(folder: Path, url: str | None) -> Workspace:
    settings = data_path("examples", "double-random.toml").read_text(encoding="utf-8")
    return create_workspace(folder, settings_text=settings, actor="tester", now=NOW, url=url)


@pytest.fixture(scope="session")
def small_year(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    """A year of a city of 1,500 firms, with records, site and workbook."""
    i18n.activate("en")
    return year.run(tmp_path_factory.mktemp("year"))


@pytest.fixture(scope="session")
def smallest_year(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    """A demo of 300 firms, for tests that verify its records many times over; to be read only."""
    i18n.activate("en")
    return run_demo(tmp_path_factory.mktemp("smallest"), num_firms=300)


@pytest.fixture(scope="session")
def expert_year(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    """A year of 300 firms whose policy asks for experts; to be read only."""
    i18n.activate("en")
    return run_calling(tmp_path_factory.mktemp("experts"))


@pytest.fixture(scope="session")
def substituted_year(tmp_path_factory: pytest.TempPathFactory) -> SubstitutingDemo:
    """A small year in which firms of every round gave way; to be read only."""
    i18n.activate("en")
    return run_substituting(tmp_path_factory.mktemp("substituted"))


@pytest.fixture(scope="session")
def handed_year(tmp_path_factory: pytest.TempPathFactory) -> HandingDemo:
    """A small year in which firms gave way after officers were drawn; to be read only."""
    i18n.activate("en")
    return run_handing(tmp_path_factory.mktemp("handed"))


@pytest.fixture(scope="session")
def tiny_year(tmp_path_factory: pytest.TempPathFactory) -> TinyDemo:
    """A year of some twenty firms with all that the newest records have; to be read only."""
    i18n.activate("en")
    return run_tiny(tmp_path_factory.mktemp("tiny"))
