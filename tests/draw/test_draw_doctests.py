"""Every public function of the room explains itself by an example; `tests/test_docs.py` runs all examples."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import scheduler.draw

MODULES = sorted(module.name for module in pkgutil.iter_modules(scheduler.draw.__path__))


def publics(name: str) -> list[str]:
    """Public functions of a module, and classes that are not tested through their functions."""
    module = importlib.import_module(f"scheduler.draw.{name}")
    return [
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and inspect.isfunction(value) and value.__module__ == module.__name__
    ]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_has_an_example(name: str) -> None:
    """No function of the draw goes unexplained."""
    module = importlib.import_module(f"scheduler.draw.{name}")
    assert [key for key in publics(name) if ">>>" not in (getattr(module, key).__doc__ or "")] == []
