"""Benchmarks: they print figures, `NAME: VALUE UNIT`, and assert nothing: the machines are noisy."""
