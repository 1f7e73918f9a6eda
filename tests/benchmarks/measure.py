"""Measures a benchmark in a process of its own, so that neither its memory nor its caches touch the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Wall clock seconds, peak resident memory in MB, and what the process printed."""

    seconds: float
    peak_mb: float
    output: str


def measured(module: str, *words: str) -> Measured:
    """
    Runs ``python -m module words`` and measures it.

    Raises
    ------
    RuntimeError
        If the process fails.
    """
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", module, *words], stdout=subprocess.PIPE, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{module} failed with status {process.returncode}")
    return Measured(seconds=time.perf_counter() - started, peak_mb=usage.ru_maxrss / 1024, output=output)


def figure(name: str, value: float, unit: str) -> None:
    """Prints one figure."""
    print(f"{name}: {value:.3f} {unit}" if value < 10 else f"{name}: {value:.1f} {unit}", flush=True)
