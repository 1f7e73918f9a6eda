"""Digest of a made-up city; run as a program, it prints that of the shipped one."""

from __future__ import annotations

import hashlib
import json

from scheduler.example import ExampleCity, build_city
from scheduler.workflow.example import SEED, SMALL_FIRMS, load_parameters


def digest_of(city: ExampleCity) -> str:
    """SHA-256 of all that a city holds."""
    columns = [city.firms, city.events, city.truth_probability.tolist()]
    values = [repr(city.items), repr(city.tasks), repr(city.officers), repr(city.recusals)]
    return hashlib.sha256(json.dumps([columns, values], default=str).encode("ascii")).hexdigest()


if __name__ == "__main__":
    print(digest_of(build_city(load_parameters(), num_firms=SMALL_FIRMS, seed=SEED)))
