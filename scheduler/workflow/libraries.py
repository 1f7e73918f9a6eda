"""
Which firms a special library 专项库 held in a year: told by the register frozen for the year's newest draw.

Before anything is drawn, today's register tells it.
"""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa

from models.draw_rows import get_file, list_files, load_draws
from models.registry_rows import load_frame
from scheduler.draw.files import REGISTER_COLUMNS
from scheduler.registry.codes import DrawStatus, FirmStatus
from scheduler.workflow.districts import REGISTER_NAME

_STATUS, _LIBRARIES = (REGISTER_COLUMNS.index(name) for name in ("status", "libraries"))


class YearLibraries:
    """Firms in operation of the libraries of one year; the register is read once."""

    def __init__(self, connection: sa.Connection, year: int) -> None:
        self._connection = connection
        self._register = _frozen_register(connection, year)

    def firms(self, library: str) -> frozenset[str]:
        """Codes of the firms in operation that the library holds."""
        return _of_today(self._connection, library) if self._register is None else _frozen(self._register, library)


def _frozen_register(connection: sa.Connection, year: int) -> bytes | None:
    for draw in reversed(load_draws(connection, year)):
        if draw.status == DrawStatus.DRAWN and REGISTER_NAME in list_files(connection, draw.draw_id):
            return get_file(connection, draw.draw_id, REGISTER_NAME)
    return None


def _frozen(register: bytes, library: str) -> frozenset[str]:
    """It has half a million lines, so only those that hold the word are taken apart."""
    wanted, operating, firms = library.encode("ascii"), FirmStatus.OPERATING.encode("ascii"), set()
    for line in register.split(b"\n"):
        if wanted in line:
            cells = line.split(b"\t")
            if cells[_STATUS] == operating and wanted in cells[_LIBRARIES].split(b";"):
                firms.add(cells[0].decode("ascii"))
    return frozenset(firms)


def _of_today(connection: sa.Connection, library: str) -> frozenset[str]:
    frame = load_frame(connection)
    if library not in frame.library_codes:
        return frozenset()
    bit = np.uint64(1 << frame.library_codes.index(library))
    return frozenset(frame.firm_id[frame.operating() & ((frame.libraries & bit) != 0)].astype("U18").tolist())
