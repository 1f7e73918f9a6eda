"""
An attacker who guesses tiers from what is public: columns of the records and pages, and a model that learns from them.

The attacker is stronger than a real one: told the true tiers of two firms in three, he guesses those of the third.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from scheduler.draw.hashing import digest
from scheduler.registry.codes import ResultCategory
from scheduler.registry.frame import Frame

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

HIGH_TIERS = {"C", "D"}
FOLDS = 3
# Half the trees at twice the pace and 64 bins guess as well here as 60 trees of 255 bins, in half of the time.
MODEL: dict[str, Any] = {
    "max_iter": 30,
    "learning_rate": 0.2,
    "max_bins": 64,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 20,
    "random_state": 0,
    "early_stopping": False,
}
_ROW = re.compile(r"<tr>.*?</tr>|<section class=\"firm\".*?</section>", re.DOTALL)
_CODE = re.compile(r"[0-9A-Z]{18}")
_TEXT = re.compile(r">[^<]+<")
_NUMBERS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What the attacker is asked, one row per guess.

    Attributes
    ----------
    firm
        Position of each row's firm on the register, shape (n,).
    high
        Whether its tier was C or D when the draw was made, shape (n,): what is to be guessed.
    known
        Register's public columns, being drawn, round and items inspected, shape (n, k).
    results
        What the published results say, which the law makes public, shape (n, r).
    rest
        Everything else that stands in records and pages, shape (n, m).
    cell
        Rows of one cell are drawn alike and inspected alike, shape (n,).
    """

    firm: npt.NDArray[np.int64]
    high: Booleans
    known: Floats
    results: Floats
    rest: Floats
    cell: npt.NDArray[np.int64]


def read_table(content: bytes) -> list[dict[str, str]]:
    """Rows of a table of a record."""
    header, *lines = content.decode("utf-8").split("\n")[:-1]
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def public_files(folder: Path) -> dict[str, bytes]:
    """Public record and pages of a year, by path."""
    found = {}
    for part in ("records/public", "site"):
        for path in sorted((folder / part).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith(("site/record/", "site/en/")):  # the same once more
                found[name] = path.read_bytes()
    return found


class Attacker:
    """Reads the public files of some years beside the register, and answers questions."""

    def __init__(self, frame: Frame, years: Mapping[int, Mapping[str, bytes]]) -> None:
        self._frame = frame
        self._ids = [name.decode("ascii") for name in frame.firm_id.tolist()]
        self._place = {name: position for position, name in enumerate(self._ids)}
        self._years = years
        self._register = _register_columns(frame)
        self._drawn = {
            path.split("/")[3]: {row["firm_id"]: row["package"] for row in read_table(content)}
            for files in years.values()
            for path, content in files.items()
            if path.startswith("records/") and path.endswith("drawn.tsv")
        }
        packages = sorted({package for drawn in self._drawn.values() for package in drawn.values()})
        self._package_code = {package: code for code, package in enumerate(packages, start=1)}

    def about_drawn(self, tiers: Mapping[str, Mapping[str, str]]) -> Question:
        """Asks the tier of each firm drawn in a targeted round; `tiers` are the true ones by draw and firm."""
        parts = []
        for draw_id in sorted(tiers):
            firms = sorted(self._drawn[draw_id])
            parts.append(self._part(draw_id, firms, tiers[draw_id], self._history(firms), drawn=True))
        return _joined(parts)

    def about_all(self, tiers: Mapping[str, Mapping[str, str]]) -> Question:
        """Asks the tier of every firm, drawn or not, at each draw of `tiers`."""
        parts = []
        for draw_id in sorted(tiers):
            firms = sorted(firm for firm, tier in tiers[draw_id].items() if tier)
            parts.append(self._part(draw_id, firms, tiers[draw_id], self._history(firms), drawn=False))
        return _joined(parts)

    def _part(
        self, draw_id: str, firms: Sequence[str], tiers: Mapping[str, str], history: Floats, *, drawn: bool
    ) -> Question:
        number = float(sorted(self._drawn).index(draw_id))
        place = np.array([self._place[firm] for firm in firms])
        known = np.column_stack([self._register[place], np.full(len(firms), number), history])
        files = self._years[int(draw_id[:4])]
        rest = [_hash_columns(files, draw_id, firms)]
        rest += [_place_columns(content, firms) for _name, content in sorted(_about(files, draw_id, drawn).items())]
        cells: dict[tuple[float, ...], int] = {}
        rows = [(number, *row) for row in history.tolist()]
        return Question(
            firm=place,
            high=np.array([tiers[firm] in HIGH_TIERS for firm in firms]),
            known=known,
            results=_result_columns(files, draw_id, firms, all_draws=not drawn),
            rest=np.column_stack(rest),
            cell=np.array([cells.setdefault(row, len(cells)) for row in rows]) + int(number) * 1_000_000,
        )

    def _history(self, firms: Sequence[str]) -> Floats:
        """For each draw of all years, which package a firm was drawn for, 0 for none."""
        columns = [
            [float(self._package_code.get(drawn.get(firm, ""), 0)) for firm in firms]
            for _draw_id, drawn in sorted(self._drawn.items())
        ]
        return np.array(columns).T


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """
    What the rest adds to what is known, as areas under the curve.

    Attributes
    ----------
    known, results, rest
        Guessing from what is known alone, with the results beside it, and with everything.
    shuffled
        Guessing with everything, the rest shuffled within cells, several times: what the rest would give if it said
        nothing but what is known. Their spread is the noise.
    """

    known: float
    results: float
    rest: float
    shuffled: tuple[float, ...]

    def standardised(self, rest: float | None = None) -> float:
        """How far an area lies above those of the shuffled rest, in their standard deviations."""
        value = self.rest if rest is None else rest
        return (value - float(np.mean(self.shuffled))) / float(np.std(self.shuffled, ddof=1))

    def line(self, what: str) -> str:
        """All of it in one line."""
        return (
            f"{what}: known {self.known:.4f}, and results {self.results:.4f}, and all the rest {self.rest:.4f}; "
            f"the rest shuffled {np.mean(self.shuffled):.4f} ± {np.std(self.shuffled, ddof=1):.4f}"
        )


def measure_gain(question: Question, *, num_shuffles: int) -> Gain:
    """Measures what the rest adds."""
    rng = np.random.default_rng(0)
    base = np.column_stack([question.known, question.results])
    orders = [_within_cells(question.cell, rng) for _ in range(num_shuffles)]
    return Gain(
        known=area(question, question.known),
        results=area(question, base),
        rest=area_of_all(question),
        shuffled=tuple(area(question, np.column_stack([base, question.rest[order]])) for order in orders),
    )


def area_of_all(question: Question) -> float:
    """Area under the curve with everything that is public."""
    return area(question, np.column_stack([question.known, question.results, question.rest]))


def area(question: Question, columns: Floats) -> float:
    """Area under the curve of guesses by a model that never saw the firm, nor what it was at other draws."""
    score = np.zeros(len(question.high))
    fold = np.array([hashlib.sha256(b"fold%d" % firm).digest()[0] % FOLDS for firm in range(question.firm.max() + 1)])
    for left_out in range(FOLDS):
        test = fold[question.firm] == left_out
        model = HistGradientBoostingClassifier(**MODEL)
        with threadpool_limits(limits=1):  # threads that wait for each other cost more than they bring here
            model.fit(columns[~test], question.high[~test])
            score[test] = model.predict_proba(columns[test])[:, 1]
    return float(roc_auc_score(question.high, score))


def _joined(parts: Sequence[Question]) -> Question:
    return Question(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in Question.__dataclass_fields__}
    )


def _within_cells(cell: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    order = np.arange(len(cell))
    for one in np.unique(cell):
        members = np.flatnonzero(cell == one)
        order[members] = rng.permutation(members)
    return order


def _register_columns(frame: Frame) -> Floats:
    """Public columns of the register, and what an id tells: registrar and place among all ids."""
    ids = [name.decode("ascii") for name in frame.firm_id.tolist()]
    registrar = [float(name[2:8]) if name[2:8].isdecimal() else -1.0 for name in ids]
    industry = [
        (float(code[0]), float(code[1:3]) if code[1:3].isdigit() else -1.0) if code else (-1.0, -1.0)
        for code in frame.industry.tolist()
    ]
    established = frame.established_on.astype("datetime64[D]").astype(np.float64)
    established[np.isnat(frame.established_on)] = np.nan
    libraries = [(frame.libraries >> bit & 1).astype(np.float64) for bit in range(len(frame.library_codes))]
    columns = [frame.object_type, frame.district, frame.status, frame.capital_yuan, established, registrar]
    return np.column_stack([*columns, np.array(industry), np.arange(len(ids)), *libraries]).astype(np.float64)


def _about(files: Mapping[str, bytes], draw_id: str, drawn: bool) -> dict[str, bytes]:
    """Files in which firms of a draw stand, pages of one list put together: their places may tell something."""
    found: dict[str, bytes] = {}
    for path in sorted(files, key=lambda path: (len(path), path)):
        of_draw = path.startswith(("records/public/draws/", "site/draws/")) and f"/{draw_id}/" in path
        of_year = path.startswith(("site/firms", "site/data/")) and not path.endswith("datapackage.json")
        if (of_draw and (drawn or path.endswith("pool.tsv"))) or (of_year and drawn):
            name = _NUMBERS.sub("", path.replace(draw_id, ""))
            found[name] = found.get(name, b"") + files[path]
    return found


def _hash_columns(files: Mapping[str, bytes], draw_id: str, firms: Sequence[str]) -> Floats:
    """Being in the pool, leaf, ticket as it would be without salt and its rank, place among the firms drawn."""
    folder = f"records/public/draws/{draw_id}/"
    leaf = {row["firm_id"]: row["leaf"] for row in read_table(files[folder + "pool.tsv"])}
    seed = json.loads(files[folder + "ceremony.json"])["seed"]
    leaves = [leaf.get(firm, "") for firm in firms]
    tickets = np.array([_fraction(digest("ticket", seed, firm)) for firm in firms])
    cells = read_table(files[folder + "drawn.tsv"])
    drawn = sorted(row["firm_id"] for row in cells)
    where = np.searchsorted(drawn, firms)
    columns = [
        [float(bool(text)) for text in leaves],
        [_fraction(text) if text else -1.0 for text in leaves],
        [float(int(text[-1], 16)) if text else -1.0 for text in leaves],
        tickets,
        np.argsort(np.argsort(tickets)).astype(np.float64),
        np.minimum(where, len(drawn) - 1).astype(np.float64),
    ]
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def _place_columns(content: bytes, firms: Sequence[str]) -> Floats:
    """Where a firm stands in a file, how far from the one before, how long its row is and what shape it has."""
    text = content.decode("utf-8")
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, found in enumerate(_CODE.finditer(text)):
        first.setdefault(found[0], number)
        last[found[0]] = number
    shapes = dict(_shapes(text))
    codes = {shape: float(code) for code, shape in enumerate(sorted(set(shapes.values())))}
    return np.array(
        [
            (
                float(first.get(firm, -1)),
                float(last.get(firm, -1) - first.get(firm, -1)),
                codes.get(shapes.get(firm, ""), -1.0),
            )
            for firm in firms
        ]
    )


def _shapes(text: str) -> Iterator[tuple[str, str]]:
    """Mark-up of each firm's row without its words and numbers: classes, attributes, order of cells."""
    for row in _ROW.finditer(text):
        code = _CODE.search(row[0])
        if code is not None:
            yield code[0], _NUMBERS.sub("", _TEXT.sub("><", _CODE.sub("", row[0])))


def _result_columns(files: Mapping[str, bytes], draw_id: str, firms: Sequence[str], *, all_draws: bool) -> Floats:
    """Day, categories and their number of each firm's results of the draw, or of all draws of the year."""
    found: dict[str, list[dict[str, str]]] = {}
    for path, content in files.items():
        if path.startswith("records/") and path.endswith("results.tsv") and (all_draws or draw_id in path):
            for row in read_table(content):
                found.setdefault(row["firm_id"], []).append(row)
    return np.array(
        [
            (
                float(len(rows)),
                *(float(sum(row["category"] == kind for row in rows)) for kind in ResultCategory),
                float(np.datetime64(rows[0]["inspected_on"]).astype(int)) if rows else -1.0,
            )
            for rows in (found.get(firm, []) for firm in firms)
        ]
    )


def _fraction(hexadecimal: str) -> float:
    return int(hexadecimal[:13], 16) / 16**13
