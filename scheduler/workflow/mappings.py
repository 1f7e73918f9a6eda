"""Finds mapping files: a file of the bureau's own, or one that is shipped, by its name."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from pathlib import Path

from scheduler.errors import InputError, UsageError
from scheduler.i18n import gettext as _
from scheduler.registry.mapping import Mapping, parse_mapping, with_defaults
from scheduler.resources import data_path

_PREFIX, _SUFFIX = "mapping-", ".toml"


def shipped_mappings() -> dict[str, Mapping]:
    """Name → mapping of those that are shipped, by name."""
    paths = sorted(data_path("examples").glob(f"{_PREFIX}*{_SUFFIX}"))
    return {_name(path): parse_mapping(path.read_text(encoding="utf-8"), path.name) for path in paths}


def mapping_text(name: str) -> str:
    """
    Text of a shipped mapping file, to be copied and changed.

    Raises
    ------
    UsageError
        If none has that name; the names there are stand in the message.
    """
    return mapping_path(name, shipped_only=True).read_text(encoding="utf-8")


def mapping_path(name: str, *, shipped_only: bool = False) -> Path:
    """
    Path of a mapping: a file where there is one of that name, else a shipped one.

    Raises
    ------
    UsageError
        If there is neither.
    """
    own = Path(name)
    if own.is_file() and not shipped_only:
        return own
    known = {_name(path): path for path in sorted(data_path("examples").glob(f"{_PREFIX}*{_SUFFIX}"))}
    if name in known:
        return known[name]
    raise UsageError(
        _("expected a mapping file or one of {names}, got {name}").format(names=", ".join(known), name=name)
    )


def read_mapping(source: Path | Mapping | None, defaults: MappingOf[str, str] | None = None) -> Mapping | None:
    """
    Reads a mapping file.

    Parameters
    ----------
    defaults
        Field → what stands where the column is absent or the cell empty; it goes before the file's own.

    Raises
    ------
    InputError
        If the file cannot be read.
    PolicyError
        If the mapping, or a field of `defaults`, is bad.
    UsageError
        If there are defaults and no mapping.
    """
    if source is None:
        if defaults:
            raise UsageError(_("a default belongs to a mapping; name one with --mapping"))
        return None
    mapping = _parsed(source) if isinstance(source, Path) else source
    return with_defaults(mapping, defaults) if defaults else mapping


def _parsed(path: Path) -> Mapping:
    try:
        return parse_mapping(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(_("{file}: cannot be read: {error}").format(file=path, error=error)) from error


def _name(path: Path) -> str:
    return path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
