"""
Adapters from the real sets in ``../shared`` to features and outcomes; nothing here looks at the part that judges.

Chicago food inspections: everything that was known before the visit. Left out are the inspector; identifiers; the
city's own score; and what is known only afterwards (counts of violations by class, passed, failed).

Miyun safety inspections: items of a visit that failed are the findings themselves, so items of the visit itself are
left out and only those of *earlier* visits count. Earlier means a day before; penalties count from the day after they
were decided. The abnormal-operation list bears no dates and is taken as it is. Clocks in disguise are left out: the
month (of one year of training a season cannot be told from a trend) and a town's running number of visits (it only
grows with the record); learned on earlier rows, they mislead on later ones.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "inspections"

CHICAGO_LEFT_OUT = frozenset((
    "Inspection_Date", "License", "Inspection_ID", "Business_ID", "Inspector_Assigned", "criticalCount", "seriousCount",
    "minorCount", "pass_flag", "fail_flag", "criticalFound", "score", "Test", "Train",
))  # fmt: skip
_NAME_WORDS = (
    "加油", "超市", "商店|商场|商贸|便利", "餐|饭|酒店|宾馆|民宿", "建筑|工程|建设", "物业", "学校|幼儿园|中学|小学",
    "制造|机械|设备|制品|加工|厂", "食品|酒", "燃气|液化|石油|化工", "养老|医院", "科技", "汽车|汽修", "分公司",
)  # fmt: skip
_TOPICS = (
    "出口",
    "警示标志",
    "培训",
    "预案",
    "特种作业",
    "隐患",
    "用电|配电|电线",
    "消防|灭火",
    "气瓶|燃气",
    "有限空间",
    "防护用品",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSet:
    """Features, outcome, and which rows judge; rows in the order of time."""

    features: dict[str, list[Any]]
    outcome: npt.NDArray[np.int64]
    judges: npt.NDArray[np.bool_]
    inspected_on: npt.NDArray[np.datetime64]

    def part(self, rows: npt.NDArray[Any]) -> dict[str, list[Any]]:
        """Features of some rows."""
        return {name: [values[row] for row in rows.tolist()] for name, values in self.features.items()}


def chicago() -> RealSet:
    """Chicago food inspections; rows marked ``Test`` judge."""
    rows = sorted(_rows("chicago_food.csv"), key=lambda row: (row["Inspection_Date"], row["Inspection_ID"]))
    names = [name for name in rows[0] if name not in CHICAGO_LEFT_OUT]
    features: dict[str, list[Any]] = {
        name: [row[name] if name == "Facility_Type" else float(row[name]) for row in rows] for name in names
    }
    return RealSet(
        features=features,
        outcome=np.array([int(row["criticalFound"]) for row in rows]),
        judges=np.array([row["Test"] == "TRUE" for row in rows]),
        inspected_on=np.array([row["Inspection_Date"] for row in rows], dtype="datetime64[D]"),
    )


def miyun() -> RealSet:
    """Miyun safety inspections; 2024 judges."""
    rows = sorted(_rows("miyun_emergency_inspections.csv"), key=lambda row: (row["inspected_on"], row["doc_no"]))
    history = _History()
    features: dict[str, list[Any]] = defaultdict(list)
    waiting: list[dict[str, str]] = []
    for row in rows:
        if waiting and waiting[0]["inspected_on"] != row["inspected_on"]:
            for one in waiting:
                history.add(one)
            waiting = []
        for name, value in history.features(row).items():
            features[name].append(value)
        waiting.append(row)
    days = np.array([row["inspected_on"] for row in rows], dtype="datetime64[D]")
    return RealSet(
        features=dict(features),
        outcome=np.array([int(row["fail"]) for row in rows]),
        judges=days >= np.datetime64("2024-01-01"),
        inspected_on=days,
    )


class _History:
    """What was known of firms and towns before a day."""

    def __init__(self) -> None:
        self.visits: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.towns: dict[str, list[int]] = defaultdict(list)
        self.penalties: dict[str, list[str]] = defaultdict(list)
        for row in _rows("penalties.csv"):
            self.penalties[row["enterprise"]].append(row["decided_on"])
        self.abnormal = {row["enterprise"] for row in _rows("abnormal_operation_list.csv")}

    def add(self, row: dict[str, str]) -> None:
        """A visit is over."""
        self.visits[row["enterprise"]].append(row)
        self.towns[row["town"]].append(int(row["fail"]))

    def features(self, row: dict[str, str]) -> dict[str, Any]:
        """Features of a visit that is about to start."""
        name, day = row["enterprise"], row["inspected_on"]
        before, town = self.visits[name], self.towns[row["town"]]
        fails = sum(int(one["fail"]) for one in before)
        items = "".join(one["items"] for one in before)
        found: dict[str, Any] = {
            "town": row["town"],
            "task_type": row["task_type"],
            "visits_before": len(before),
            "fails_before": fails,
            "fail_percent_before": 100 * fails // len(before) if before else None,
            "failed_last": int(before[-1]["fail"]) if before else None,
            "days_since_visit": (date.fromisoformat(day) - date.fromisoformat(before[-1]["inspected_on"])).days
            if before
            else None,
            "items_last": before[-1]["items"].count(";") + 1 if before else None,
            "town_fail_percent_before": 100 * sum(town) // len(town) if len(town) >= 10 else None,
            "town_fail_percent_last_50": 2 * sum(town[-50:]) if len(town) >= 50 else None,
            "penalties_before": sum(decided < day for decided in self.penalties[name]),
            "on_abnormal_list": int(name in self.abnormal),
        }
        for words in _NAME_WORDS:
            found[f"name:{words}"] = int(any(word in name for word in words.split("|")))
        for words in _TOPICS:
            found[f"items_before:{words}"] = sum(items.count(word) for word in words.split("|"))
        return found


def _rows(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
