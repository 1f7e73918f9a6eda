"""
Finds the files of `data/`: beside the package in a checkout, inside it in an installed wheel.

The folder `data` of the directory a command is run from is never looked at.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_path(*parts: str) -> Path:
    """
    Path of a file or folder shipped in `data/`.

    Parameters
    ----------
    parts
        Path below `data/`, such as ``("examples", "policy.toml")``.
    """
    installed = _PACKAGE / "data"
    root = installed if installed.is_dir() else _PACKAGE.parent / "data"
    return root.joinpath(*parts)
