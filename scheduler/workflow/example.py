"""The made-up city for workspaces and files: the shipped parameters, and a workbook of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.errors import PolicyError, UsageError
from scheduler.example.city import ExampleCity, build_city
from scheduler.example.firms import LEAST_FIRMS
from scheduler.example.parameters import ExampleParameters, parse_example_parameters
from scheduler.example.workbook import workbook_bytes
from scheduler.i18n import gettext as _
from scheduler.resources import data_path

PARAMETERS_NAME = "weihai.toml"
SMALL_NAME = "weihai-small.xlsx"  # shipped in data/examples: the workbook of the defaults below
SMALL_FIRMS = 300
SEED = "weihai"

__all__ = ["LEAST_FIRMS", "SEED", "SMALL_FIRMS", "SMALL_NAME", "WorkbookSummary", "load_parameters", "write_workbook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookSummary:
    """What a workbook of the made-up city holds, in rows of its sheets."""

    num_firms: int
    num_events: int
    num_items: int
    num_tasks: int
    num_officers: int
    num_recusals: int


def load_parameters(path: Path | None = None) -> ExampleParameters:
    """
    Parameters of a made-up city: those of a file, or the shipped ones of Weihai.

    Raises
    ------
    PolicyError
        If the file cannot be read, or a key is missing, unknown or has an impossible value.
    """
    source = path or data_path("examples", PARAMETERS_NAME)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(_("{file}: cannot be read: {error}").format(file=source, error=error)) from error
    return parse_example_parameters(text, source.name)


def write_workbook(
    target: Path, *, num_firms: int = SMALL_FIRMS, seed: str = SEED, parameters: Path | None = None
) -> WorkbookSummary:
    """
    Writes a made-up city as a workbook for `import`, aside and then renamed, so that a half-written file is never seen.

    Raises
    ------
    UsageError
        If the target is no file that can be written, or a city of that size does not fit.
    PolicyError
        If the parameter file is bad.
    """
    city = build_city(load_parameters(parameters), num_firms=num_firms, seed=seed)
    content = workbook_bytes(city)
    aside = target.with_name(f".{target.name}.part")
    try:
        aside.write_bytes(content)
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError(
            _("{file} cannot be written: {error}; choose another place").format(file=target, error=error.strerror)
        ) from error
    return _summary(city)


def _summary(city: ExampleCity) -> WorkbookSummary:
    return WorkbookSummary(
        num_firms=len(city.frame),
        num_events=len(city.history),
        num_items=len(city.items),
        num_tasks=len(city.tasks),
        num_officers=len(city.officers),
        num_recusals=len(city.recusals),
    )
