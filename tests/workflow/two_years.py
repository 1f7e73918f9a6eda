"""A second year in a workspace: a copy of the first under another number, for comparisons."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_WITH_IDS = ("plan", "round", "draw", "draw_file", "drawn_firm", "visit", "result", "allocation", "team", "team_member")


def copy_year(root: Path, year: int, copy: int) -> None:
    """Copies plan, rounds, draws, visits, results and tasks of a year; ids that begin with it begin with the copy's."""
    with sqlite3.connect(root / "double-random.db") as database:
        for table in (*_WITH_IDS, "task"):
            columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
            taken = [
                str(copy)
                if name == "year"
                else f"case when {name} like '{year}-%' and {name} not glob '{year}-[0-9][0-9]-[0-9][0-9]' "
                f"then '{copy}' || substr({name}, 5) else {name} end"
                if name.endswith("_id")
                else name
                for name in columns
            ]
            words = f"insert into {table} ({', '.join(columns)}) select {', '.join(taken)} from {table}"  # noqa: S608
            database.execute(words)
