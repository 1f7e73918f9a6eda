"""
A tiny complete year as a public and an audit record, written from docs/draw-specification.md alone.

Shares no code with the project. Seven enterprises and two others, two districts, one open round, one targeted round
with a voided first attempt, officers, days and results. Hooks change one thing on the way, so that everything after it
is remade consistently, as a dishonest keyholder would.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

MICRO = 1_000_000
ALL_DRAWS = ("2026-1-1", "2026-2-1", "2026-2-2")
BUREAU = "371000"
SECRET = bytes(range(32))
OFFICER_SECRET = bytes(range(32, 64))
Files = dict[str, bytes]
Hooks = Mapping[str, Callable[[Any], Any]]
Row = list[str]

ITEMS = [
    ["G01", "c", "licence", "all", "general", "on_site", "d", "b", "", "2", ""],
    ["K01", "c", "fuel", "petrol", "key", "on_site", "d", "b", "", "2", "fuel"],
]
TASKS = [
    [
        "T01",
        "general",
        "G01",
        "enterprise",
        "",
        "",
        "",
        "0",
        "0",
        "1000000",
        "2026-01-01",
        "2026-12-31",
        "d",
        "",
        "",
        "",
    ],
    [
        "T02",
        "petrol",
        "K01",
        "",
        "",
        "F52;G",
        "petrol",
        "1",
        "0",
        "1000000",
        "2026-01-01",
        "2026-12-31",
        "d",
        "",
        "",
        "",
    ],
]
# firm_id, object_type, district, status, industry, libraries, bins, direct
FIRMS = [
    ["C1", "cooperative", "371082", "operating", "F5265", "petrol", "00", "0"],
    ["E1", "enterprise", "371002", "operating", "F5265", "fair;petrol", "00", "0"],
    ["E2", "enterprise", "371002", "operating", "F5265", "petrol", "01", "0"],
    ["E3", "enterprise", "371002", "operating", "C1", "", "10", "0"],
    ["E4", "enterprise", "371082", "operating", "C1", "petrol", "12", "0"],
    ["E5", "enterprise", "371082", "operating", "C1", "", "00", "1"],
    ["E6", "enterprise", "371082", "operating", "", "", "00", "0"],
    ["E7", "enterprise", "371082", "revoked", "", "", "", ""],
    ["I1", "individual", "371002", "operating", "F51", "", "00", "0"],
]
SCORECARD = {
    "format": 1,
    "official": False,
    "base": 10,
    "tiers": ["A", "B"],
    "cuts": [16],
    "indicators": [{"name": "age", "points": [0, 5]}, {"name": "late", "points": [0, 2, 9]}],
    "direct": [{"name": "dishonest", "tier": "B"}],
    "matrices": [
        {"name": "drug", "grades": ["low"], "tiers": [["A", "A"]]},
        {"name": "food", "grades": ["1", "2"], "tiers": [["A", "B"], ["B", "B"]]},
    ],
}
# officer_id, unit, department, level, district, certificate_valid_until, specialities, item_ids, lead, expert, active
ROSTER = [
    ["O1", "", "", "", "371002", "2030-01-01", "fuel", "", "1", "0", "1"],
    ["O2", "", "", "", "371002", "2030-01-01", "food;fuel", "", "1", "0", "1"],
    ["O3", "", "", "", "371002", "2030-01-01", "", "", "0", "0", "1"],
    ["O4", "", "", "", "371002", "2030-01-01", "", "", "0", "0", "1"],
    ["O5", "", "", "", "371082", "2030-01-01", "", "", "1", "0", "1"],
    ["O6", "", "", "", "371082", "2030-01-01", "", "", "0", "0", "1"],
    ["O7", "", "", "", "371000", "2030-01-01", "fuel", "", "1", "0", "1"],
    ["O8", "", "", "", "371000", "2030-01-01", "", "", "1", "0", "1"],
    ["P1", "", "", "", "371002", "2030-01-01", "fuel", "", "1", "1", "1"],
    ["P2", "", "", "", "371002", "2026-01-31", "fuel", "", "1", "0", "1"],
    ["P3", "", "", "", "371002", "", "fuel", "", "1", "0", "0"],
]
RECUSALS = [["O1", "E1", "kin", ""], ["O2", "E1", "former", "2026-01-31"]]
POLICY = """[bureau]
code = "371000"
[year]
year = 2026
base_date = 2026-01-01
[target]
ratio = 0.5
object_types = ["enterprise"]
[draw]
least_entropy_bits = 64
"""
ROUNDS = [
    {"number": 1, "kind": "open", "starts_on": "2026-03-02", "ends_on": "2026-03-05", "counting_visits": 1},
    {"number": 2, "kind": "targeted", "starts_on": "2026-06-01", "ends_on": "2026-06-05", "counting_visits": 2},
]


def sha(content: bytes) -> str:
    """SHA-256 as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def message(tag: str, *fields: str) -> bytes:
    """Tagged message (1.2)."""
    return "|".join([f"double-random/1/{tag}", *fields]).encode()


def H(tag: str, *fields: str) -> str:  # noqa: N802 - the specification's name
    """Digest of a message (1.2)."""
    return sha(message(tag, *fields))


def K(key: bytes, tag: str, *fields: str) -> str:  # noqa: N802 - the specification's name
    """Keyed digest of a message (1.2)."""
    return hmac.new(key, message(tag, *fields), hashlib.sha256).hexdigest()


def document(content: Mapping[str, Any]) -> bytes:
    """Document (1.3)."""
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def table(header: str, rows: list[Row], *, ordered: bool = True) -> bytes:
    """Table (1.4)."""
    cells = sorted(rows) if ordered else rows
    return "".join("\t".join(row) + "\n" for row in [header.split(), *cells]).encode()


def parse(content: bytes) -> tuple[str, list[Row]]:
    """Header and rows of a table."""
    header, *lines = content.decode().splitlines()
    return " ".join(header.split("\t")), [line.split("\t") for line in lines]


def root(leaves: list[bytes]) -> bytes:
    """Root of RFC 9162 section 2.1, by its recursive definition."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def classified(firm: Row, ratings: str = "", override: str = "") -> Row:
    """Score, tier and rule of a firm (3.4)."""
    if not firm[6]:
        return ["", "", ""]
    points = [entry["points"] for entry in SCORECARD["indicators"]]  # type: ignore[attr-defined]
    score = 10 + sum(points[i][int(c)] for i, c in enumerate(firm[6]))
    tier = "B" if score >= 16 else "A"
    matrices: Any = SCORECARD["matrices"]
    tables = {one["name"]: dict(zip(one["grades"], one["tiers"], strict=True)) for one in matrices}
    rated = [tables[name][grade]["AB".index(tier)] for name, grade in (r.split(":") for r in ratings.split(";") if r)]
    tier = max(rated, default=tier)
    lifted = firm[7] == "1" and tier == "A"
    return [str(score), override or ("B" if lifted else tier), "dishonest" if lifted else ""]


def in_range(firm: Row, task: Row) -> bool:
    """Whether a firm is in the range of a task (3.1)."""
    types, districts, industries, libraries = (cell.split(";") if cell else [] for cell in task[3:7])
    return (
        firm[3] == "operating"
        and (not types or firm[1] in types)
        and (not districts or firm[2] in districts)
        and (not industries or any(firm[4].startswith(code) for code in industries))
        and (not libraries or bool(set(libraries) & set(firm[5].split(";"))))
    )


class Year:
    """
    Builds the records; `hooks` are applied to the values they are named after.

    `draws` leaves some attempts out, for smaller records.
    """

    def __init__(
        self, hooks: Hooks | None = None, draws: tuple[str, ...] = ("2026-1-1", "2026-2-1", "2026-2-2")
    ) -> None:
        self.hooks = dict(hooks or {})
        self.draws = draws
        self.used: set[str] = set()
        self.files: Files = {}
        self.drawn: dict[str, list[Row]] = {}
        self.log: list[dict[str, Any]] = []
        self._build()

    def hook(self, name: str, value: Any) -> Any:
        """Value after the hook of that name, if there is one."""
        if name in self.hooks:
            self.used.add(name)
            return self.hooks[name](value)
        return value

    def _build(self) -> None:
        self.append_log("import firms", {"new": 9, "changed": 0, "quarantined": 2, "released": 0})
        self.append_log("import firms", {"new": 0, "changed": 1, "quarantined": 0, "released": 1})
        self.tasks: list[Row] = self.hook("task_list", TASKS)
        self.files["items.tsv"] = table(
            "item_id category name object_description kind method department basis ratio_text officers_required "
            "speciality",
            self.hook("items", ITEMS),
        )
        self.files["tasks.tsv"] = table(
            "task_id name item_ids object_types districts industries libraries full_coverage ratio_min_micro "
            "ratio_max_micro starts_on ends_on initiator partners mode note",
            self.hook("tasks", self.tasks),
        )
        if "2026-1-1" in self.draws:
            Attempt(self, "2026-1-1", "2026-02-02", "open", []).draw()
        before = sorted(self.drawn)
        if "2026-2-1" in self.draws:
            attempt = Attempt(self, "2026-2-1", "2026-05-04", "targeted", before)
            attempt.void() if "2026-2-2" in self.draws else attempt.draw()
        if "2026-2-2" in self.draws:
            Attempt(self, "2026-2-2", "2026-05-11", "targeted", before).draw()
        self._close()

    def _close(self) -> None:
        if set(self.hooks) - self.used - {"record", "log", "draw_log", "year"}:
            raise AssertionError(f"unused hooks: {set(self.hooks) - self.used}")
        counted = {row[0] for rows in self.drawn.values() for row in rows if row[4] == "1"}
        year = {
            "format": 1,
            "bureau": BUREAU,
            "bureau_name": "威海",
            "bureau_name_en": "W",
            "year": 2026,
            "base_date": "2026-01-01",
            "num_enterprises": 6,
            "target": 3,
            "target_ratio_micro": 500000,
            "drawn_enterprises": len(counted),
            "districts": [{"code": "371002", "name": "环翠", "name_en": "H", "local": False}],
            "rounds": ROUNDS,
            "draws": sorted({name.split("/")[1] for name in self.files if name.startswith("draws/")}),
        }
        self.files["year.json"] = document(self.hook("year", year))
        self.write_log()
        self.files = self.hook("record", self.files)

    def write_log(self) -> None:
        """Writes the log and the draw log as they stand."""
        columns = "number action draw_id digest previous_hash entry_hash"
        self.files["draw-log.tsv"] = table(columns, self.hook("draw_log", self.draw_log()), ordered=False)
        header = "number at actor action detail before after previous_hash entry_hash"
        rows = []
        for entry in self.log:
            detail = json.dumps(json.loads(entry["detail"]), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            rows.append([str(entry[name]) if name != "detail" else detail for name in header.split()])
        self.files["log.tsv"] = table(header, self.hook("log", rows), ordered=False)

    def draw_log(self) -> list[Row]:
        """Rows of the draw log, made of what the log tells of draws (2.2)."""
        actions = {"draw commit": "commit", "draw targets": "draw", "draw void": "void", "store drawn": "import"}
        rows: list[Row] = []
        for entry in self.log:
            if entry["action"] in actions:
                fields = [actions[entry["action"]], json.loads(entry["detail"])["draw_id"], entry["after"]]
                number, previous = str(len(rows) + 1), rows[-1][-1] if rows else "0" * 64
                rows.append([number, *fields, previous, H("draw-log", previous, number, *fields)])
        return rows

    def append_log(self, action: str, detail: dict[str, Any], after: str = "") -> str:
        """Appends an entry to the log and returns its hash."""
        entry = {
            "number": len(self.log) + 1,
            "at": "2026-01-05T09:00:00+08:00",
            "actor": "王",
            "action": action,
            "detail": document(detail).decode(),
            "before": "",
            "after": after,
            "previous_hash": self.log[-1]["entry_hash"] if self.log else "0" * 64,
        }
        entry["entry_hash"] = sha(document(entry))
        self.log.append(entry)
        return str(entry["entry_hash"])

    def record(self, kind: str) -> Files:
        """Files of a record with its manifest."""
        public = ("commitment.json", "ceremony.json", "pool.tsv", "drawn.tsv", "results.tsv")
        chosen = {
            name: content
            for name, content in self.files.items()
            if kind == "audit"
            or name in ("year.json", "items.tsv", "tasks.tsv", "draw-log.tsv")
            or name.endswith(public)
        }
        return with_manifest(chosen, kind)


def with_manifest(files: Files, kind: str | None = None) -> Files:
    """Files with a manifest made anew."""
    old = json.loads(files["manifest.json"]) if "manifest.json" in files else {}
    body = {name: content for name, content in files.items() if name != "manifest.json"}
    manifest = {
        "format": 1,
        "kind": kind or old["kind"],
        "bureau": BUREAU,
        "year": 2026,
        "files": {name: sha(content) for name, content in body.items()},
    }
    return {**body, "manifest.json": document({**manifest, "record_digest": sha(document(manifest))})}


class Attempt:
    """One attempt to draw a round."""

    def __init__(self, year: Year, draw_id: str, day: str, kind: str, before: list[str]) -> None:
        self.year, self.draw_id, self.day, self.kind, self.before = year, draw_id, day, kind, before
        self.round = ROUNDS[int(draw_id.split("-")[1]) - 1]
        self.put("policy.toml", self.hook("policy", POLICY).encode())
        for name in ("items.tsv", "tasks.tsv"):
            self.put(name, self.hook(f"frozen {name}", self.year.files[name]))
        self.put_document("scorecard.json", self.hook("scorecard", SCORECARD))
        self.put_document(
            "secret.json", self.hook("secrets", {"secret": SECRET.hex(), "officer_secret": OFFICER_SECRET.hex()})
        )
        self.roster = self.hook("roster", [list(row) for row in ROSTER])
        self.put(
            "roster.tsv",
            table(
                "officer_id unit department level district certificate_valid_until specialities item_ids "
                "lead_qualified expert active",
                self.roster,
            ),
        )
        self.recusals = self.hook("recusals", [list(row) for row in RECUSALS])
        self.put("recusals.tsv", table("officer_id firm_id reason valid_until", self.recusals))
        self._register()
        self._pool()
        self._allocation()
        self._commit()

    def hook(self, name: str, value: Any) -> Any:
        """Applies the hook `name`, or `name@draw_id` for one attempt alone."""
        return self.year.hook(f"{name}@{self.draw_id}", self.year.hook(name, value))

    def put(self, name: str, content: bytes) -> None:
        """Adds a file of the draw."""
        self.year.files[f"draws/{self.draw_id}/{name}"] = content

    def put_document(self, name: str, content: Mapping[str, Any]) -> None:
        """Adds a document of the draw."""
        self.put(name, document(content))

    def read(self, name: str) -> bytes:
        """A file of the draw."""
        return self.year.files[f"draws/{self.draw_id}/{name}"]

    def _register(self) -> None:
        rows = []
        ratings, overrides = self.hook("ratings", dict[str, str]()), self.hook("overrides", dict[str, str]())
        for firm in self.hook("firms", [list(row) for row in FIRMS]):
            above = (ratings.get(firm[0], ""), overrides.get(firm[0], ""))
            tier = classified(firm, *above)
            rows.append([*firm, *tier, self._disposition(firm, tier[1]), *above])
        self.register: list[Row] = self.hook("register", rows)
        header = "firm_id object_type district status industry libraries bins direct score tier rule disposition "
        header += "ratings override"
        self.put("register.tsv", table(header, self.register))
        self.pool = sorted(row for row in self.register if not row[11].startswith("out:"))

    def _disposition(self, firm: Row, tier: str) -> str:
        before = {row[0]: row for draw_id in self.before for row in self.year.drawn[draw_id]}
        if firm[3] != "operating":
            return "out:status"
        if self.kind == "open":
            return "open" if firm[1] == "enterprise" else "out:type"
        tasks = [task for task in self.year.tasks if in_range(firm, task) and self._waits(task)]
        if not tasks:
            return "out:no-task"
        if firm[0] in before:
            served = before[firm[0]][3].split("+")
            full = [task[0] for task in self.year.tasks if task[7] == "1"]
            spent = any(task not in full for task in served)
            tasks = [task for task in tasks if (task[0] not in served if task[7] == "1" else not spent)]
        return "/".join([firm[2], firm[1], tier, "+".join(task[0] for task in tasks)]) if tasks else "out:visited"

    def _waits(self, task: Row) -> bool:
        """Whether a task's window meets that of the last round, which is this one (3.1)."""
        return task[10] <= str(self.round["ends_on"]) and str(self.round["starts_on"]) <= task[11]

    def salt(self, firm: str) -> str:
        """Salt of a firm (3.2)."""
        return K(SECRET, "salt", self.draw_id, firm)

    def _pool(self) -> None:
        rows = []
        for row in self.pool:
            fields = [self.draw_id, row[0]]
            if self.kind == "targeted":
                nonce = K(SECRET, "stratum-nonce", self.draw_id, row[0])
                fields += [self.salt(row[0]), H("stratum", nonce, row[11])]
            rows.append([row[0], sha(b"\x00" + message("leaf", *fields))])
        self.leaves = self.hook("pool", rows)
        self.put("pool.tsv", table("firm_id leaf", self.leaves))

    def _allocation(self) -> None:
        sizes: dict[str, int] = {}
        for row in self.pool:
            sizes[row[11]] = sizes.get(row[11], 0) + 1
        visits = int(self.round["counting_visits"]) * MICRO  # type: ignore[call-overload]
        cells: list[Row] = []
        if self.kind == "open":
            cells = [["open", "T01", "1", "0", str(len(self.pool)), str(visits)]]
        general = {stratum: size for stratum, size in sizes.items() if "T01" in stratum.split("/")[-1]}
        left, firms = visits, sum(general.values())
        for stratum, size in sorted(sizes.items()) if self.kind == "targeted" else []:
            tasks = stratum.split("/")[-1]
            share = 0
            if stratum in general:
                share = left * size // firms
                left, firms = left - share, firms - size
                cells.append([stratum, tasks, "1", "0", str(size), str(share)])
            if "T02" in tasks:
                rest = "1" if share else "0"
                cells.append([stratum, "T02", "0", rest, str(size), str(size * MICRO - share)])
        self.cells = self.hook("allocation", cells)
        self.put("allocation.tsv", table("stratum package counting rest num_firms visits_micro", self.cells))

    def _commit(self) -> None:
        names = (
            "register.tsv",
            "scorecard.json",
            "allocation.tsv",
            "roster.tsv",
            "recusals.tsv",
            "policy.toml",
            "items.tsv",
            "tasks.tsv",
        )
        seals = {name: H("sealed", name, K(SECRET, "nonce", name), sha(self.read(name))) for name in names}
        spoken = f"{self.day[:8]}{int(self.day[8:]) + 1:02d}"
        commitment = {
            "format": 1,
            "bureau": BUREAU,
            "year": 2026,
            "draw_id": self.draw_id,
            "kind": self.kind,
            "committed_on": self.day,
            "window": {key: self.round[key] for key in ("starts_on", "ends_on")},
            "counting_visits": self.round["counting_visits"],
            "package": "T01" if self.kind == "open" else "",
            "pool": {"num_firms": len(self.leaves), "root": root([bytes.fromhex(row[1]) for row in self.leaves]).hex()},
            "secret": H("secret", SECRET.hex()),
            "officer_secret": H("officer-secret", OFFICER_SECRET.hex()),
            "sealed": seals,
            "entropy": [
                {"name": "lottery", "spoken_on": spoken, "bits": 40},
                {"name": "dice", "spoken_on": spoken, "bits": 24},
            ],
            "day_value": {"name": "index", "value": "3"},
            "drawn_before": self.before,
            "software": "double-random 0.1.0",
            "log_head": self.year.log[-1]["entry_hash"],
            "draw_log_head": (self.year.draw_log() or [["0" * 64]])[-1][-1],
        }
        self.put_document("commitment.json", self.hook("commitment", commitment))
        self.commitment = json.loads(self.read("commitment.json"))
        self.digest = H("commitment", sha(self.read("commitment.json")))
        self.year.append_log("draw commit", {"draw_id": self.draw_id}, self.digest)

    def void(self) -> None:
        """Voids the attempt before its entropy spoke."""
        ceremony = {
            "format": 1,
            "draw_id": self.draw_id,
            "kind": self.kind,
            "status": "voided",
            "void_reason": "power cut",
            "drawn_on": "",
            "commitment_digest": self.digest,
            "entropy": [],
            "seed": "",
            "num_drawn": 0,
            "num_counting": 0,
            "drawn_digest": "",
        }
        self.put_document("ceremony.json", self.hook("ceremony", ceremony))
        self.year.append_log("draw void", {"draw_id": self.draw_id}, sha(self.read("ceremony.json")))

    def draw(self) -> None:
        """Draws firms, officers and days, and records results."""
        entropy = self.hook("entropy", [{"name": "lottery", "value": "01+07+33"}, {"name": "dice", "value": "4622"}])
        self.seed = H("seed", self.digest, sha(document({"entropy": entropy})))
        self._quotas()
        self._select()
        ceremony = {
            "format": 1,
            "draw_id": self.draw_id,
            "kind": self.kind,
            "status": "drawn",
            "void_reason": "",
            "drawn_on": self.commitment["entropy"][0]["spoken_on"],
            "commitment_digest": self.digest,
            "entropy": entropy,
            "seed": self.seed,
            "num_drawn": len(self.drawn),
            "num_counting": sum(row[4] == "1" for row in self.drawn),
            "drawn_digest": sha(self.read("drawn.tsv")),
            "drawn_root": root(
                [hashlib.sha256(b"\x00" + row).digest() for row in self.read("drawn.tsv").split(b"\n")[1:-1]]
            ).hex(),
            "outcome_root": self._outcome_root(),
        }
        self.put_document("ceremony.json", self.hook("ceremony", ceremony))
        action = f"draw {'void' if ceremony['status'] == 'voided' else 'targets'}"
        self.year.append_log(action, {"draw_id": self.draw_id}, sha(self.read("ceremony.json")))
        self._officers()
        items = {task[0]: task[2] for task in self.year.tasks}
        results = [
            [row[0], item, "no_problem", self.round["ends_on"]]
            for row in self.drawn
            for item in sorted({items[task] for task in row[3].split("+")})
        ]
        if self.draw_id == min(self.year.draws):
            self.put("results.tsv", table("firm_id item_id category inspected_on", self.hook("results", results)))

    def _outcome_root(self) -> str:
        """Root over the greatest ticket drawn in each stratum."""
        greatest = {cell[0]: "" for cell in self.cells}
        for firm_id, stratum, *_rest in parse(self.read("selected.tsv"))[1]:
            greatest[stratum] = max(greatest[stratum], self.ticket(firm_id))
        leaves = []
        for stratum, ticket in greatest.items():
            nonce = K(SECRET, "threshold-nonce", self.draw_id, stratum) if self.kind == "targeted" else ""
            leaf = b"\x00" + message("threshold", self.draw_id, stratum, nonce, ticket)
            leaves.append(hashlib.sha256(leaf).digest())
        return H("outcome", str(len(leaves)), root(sorted(leaves)).hex())

    def _quotas(self) -> None:
        quotas: dict[tuple[str, str], int] = {}
        if self.kind == "open":
            quotas["open", "T01"] = int(self.round["counting_visits"])  # type: ignore[call-overload]
        for line in ("counting", "other") if self.kind == "targeted" else ():
            cells = [c for c in self.cells if c[2] == str(int(line == "counting")) and c[3] == "0"]
            cells.sort(
                key=lambda c: [
                    H("order", self.seed, line, part)
                    for part in (c[0].split("/")[0], "/".join(c[0].split("/")[:2]), c[0], f"{c[0]}:{c[1]}")
                ]
            )
            u = int(H("offset", self.seed, line), 16) % MICRO
            running = 0
            for cell in cells:
                before, running = running, running + int(cell[5])
                quotas[cell[0], cell[1]] = (running + u) // MICRO - (before + u) // MICRO
        for rest in (c for c in self.cells if c[3] == "1"):
            same = [c for c in self.cells if c[0] == rest[0]]
            whole = sum(int(c[5]) for c in same) // MICRO
            quotas[rest[0], rest[1]] = whole - sum(quotas[c[0], c[1]] for c in same if c[3] == "0")
        self.quotas = self.hook("quotas", quotas)
        rows = [[stratum, package, str(quota)] for (stratum, package), quota in self.quotas.items()]
        self.put("quotas.tsv", table("stratum package quota", rows))

    def ticket(self, firm: str) -> str:
        """Ticket of a firm (7)."""
        return H("ticket", self.seed, firm) if self.kind == "open" else H("ticket", self.seed, self.salt(firm), firm)

    def _select(self) -> None:
        chosen: list[tuple[Row, str, str]] = []
        for stratum in sorted({row[11] for row in self.pool}):
            waiting = sorted((self.ticket(row[0]), row[0], row) for row in self.pool if row[11] == stratum)
            for key in sorted(key for key in self.quotas if key[0] == stratum):
                for _number in range(self.quotas[key]):
                    chosen.append((waiting.pop(0)[2], *key))
        chosen = self.hook("chosen", chosen)
        cells = {(c[0], c[1]): c for c in self.cells}
        micro = {c[0]: sum(int(o[5]) for o in self.cells if o[0] == c[0]) for c in self.cells}
        selected = [
            [row[0], stratum, package, str(micro[stratum]), cells[stratum, package][4]]
            for row, stratum, package in chosen
        ]
        self.put(
            "selected.tsv", table("firm_id stratum package chance_micro chance_firms", self.hook("selected", selected))
        )
        drawn = [[row[0], f"厂{row[0]}", "局", package, cells[stratum, package][2]] for row, stratum, package in chosen]
        self.drawn = sorted(self.hook("drawn", drawn))
        self.put("drawn.tsv", table("firm_id name registrar package counting", self.drawn))
        self.year.drawn[self.draw_id] = self.drawn

    def k(self, tag: str, *fields: str) -> str:
        """Keyed digest of the officers' lots (8)."""
        return K(OFFICER_SECRET, tag, self.seed, *fields)

    def _officers(self) -> None:
        starts, ends = self.round["starts_on"], self.round["ends_on"]
        days = self.hook("days", [f"{str(starts)[:8]}{n:02d}" for n in (3, 4, 5)])
        needs = {"T01": [], "T02": ["fuel"], "T01+T02": ["fuel"]}
        window = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
        packages = [
            {"package": p, "specialities": s, "officers_required": 2, **window} for p, s in sorted(needs.items())
        ]
        content = {
            "format": 1,
            "draw_id": self.draw_id,
            "drawn_on": str(self.commitment["entropy"][0]["spoken_on"]),
            "seed": self.seed,
            "visits_per_team_day": 1,
            "working_days": days,
            "unknown_years": [],
            "packages": packages,
        }
        self.put_document("officers.json", self.hook("officers", content))
        self._teams(str(ends))
        rows = [
            [team, officer, str(int(number == 0)), "0"]
            for team, members in self.teams.items()
            for number, officer in enumerate(members)
        ]
        self.put("teams.tsv", table("team_id officer_id lead borrowed", self.hook("team_rows", rows)))
        visits = self._match(needs, str(starts))
        rows = [
            [firm, team, *self._day(firm, team, visits, days, exception)] for firm, (team, exception) in visits.items()
        ]
        self.put("visits.tsv", table("firm_id team_id visit_on exception", self.hook("visits", rows)))

    def _teams(self, last_day: str) -> None:
        eligible = [row for row in self.roster if row[10] == "1" and row[9] == "0" and row[5] >= last_day]
        self.teams: dict[str, list[str]] = {}
        for district in sorted({row[4] for row in eligible}):
            members = sorted((self.k("officer", row[0]), row) for row in eligible if row[4] == district)
            leads = [row for _lot, row in members if row[8] == "1"][
                : min(sum(r[8] == "1" for _l, r in members), len(members) // 2)
            ]
            others = [row for _lot, row in members if row not in leads]
            names = [f"{self.draw_id}-{district}-{number + 1:03d}" for number in range(len(leads))]
            for name, lead in zip(names, leads, strict=True):
                self.teams[name] = [lead[0]]
            for number, row in enumerate(others if leads else []):
                self.teams[names[number % len(leads)]].append(row[0])

    def _match(self, needs: Mapping[str, list[str]], first_day: str) -> dict[str, tuple[str, str]]:
        skills = {row[0]: set(row[6].split(";")) for row in self.roster}
        barred = {(row[0], row[1]) for row in self.recusals if not row[3] or row[3] >= first_day}
        districts = {row[0]: row[2] for row in self.register}
        loads = dict.fromkeys(self.teams, 0)
        visits: dict[str, tuple[str, str]] = {}
        for row in sorted(self.drawn, key=lambda row: self.k("visit", row[0])):
            firm, needed = row[0], set(needs[row[3]])
            fit = [
                team
                for team, members in self.teams.items()
                if len(members) >= 2
                and needed <= set().union(*(skills[officer] for officer in members))
                and not any((officer, firm) in barred for officer in members)
            ]
            own = [team for team in fit if team.split("-")[3] == districts[firm]]
            bureau = [team for team in fit if team.split("-")[3] == BUREAU]
            candidates = own or bureau or fit
            if not candidates:
                visits[firm] = ("", "unmet")
                continue
            team = min(candidates, key=lambda team: (loads[team], self.k("match", firm, team)))
            loads[team] += 1
            visits[firm] = (team, "" if own or bureau else "borrowed")
        matched: dict[str, tuple[str, str]] = self.hook("match", visits)
        return matched

    def _day(
        self, firm: str, team: str, visits: Mapping[str, tuple[str, str]], days: list[str], exception: str
    ) -> list[str]:
        """Day and exceptions of a visit (8.4): all visits may have all days and no team is overloaded."""
        if not team:
            return ["", exception]
        same = sorted((self.k("day", other), other) for other, (its_team, _e) in visits.items() if its_team == team)
        loads = dict.fromkeys(days, 0)
        chosen = {}
        for j, (_lot, other) in enumerate(same):
            p = (j * len(days) // len(same) + int(self.k("spread", team), 16)) % len(days)
            day = min(days[p:] + days[:p], key=lambda day: loads[day])
            loads[day] += 1
            chosen[other] = day
        return [chosen[firm], exception]
