"""A year whose policy asks for experts."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.example.city import build_city
from scheduler.resources import data_path
from scheduler.workflow import demo
from scheduler.workflow.example import SEED, load_parameters

EXPERTS = '\n[agenda.experts]\nG01 = "food"\nG13 = ""\n'


def run_calling(folder: Path) -> demo.DemoSummary:
    """A year of 300 firms in which two items ask for experts, in a folder."""
    policy = folder / "policy.toml"
    shipped = data_path("examples", "double-random.toml").read_text(encoding="utf-8")
    policy.write_text(shipped + EXPERTS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "data_path", lambda *_parts: policy)
        return demo.run_city(folder / "year", build_city(load_parameters(), num_firms=300, seed=SEED))
