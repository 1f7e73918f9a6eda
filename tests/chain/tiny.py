"""
A year of some twenty firms of the example with all that the newest records have, for tests that try every bit of them.

One open and one targeted round; entropy of dice, a lottery and witnesses, one of whom is silent; commitments of format
3, officers.json of format 4, places that draw by themselves, experts; then firms, an officer and an expert give way,
and visits are moved. The records are signed.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.agenda_rows import save_leave
from models.expert_rows import load_experts
from models.tables import DrawnFirm, FirmReplacement, TeamMember, Visit, table_of
from scheduler.agenda.leave import Leave
from scheduler.draw.seed import EntropySource
from scheduler.draw.sources import SourceKind
from scheduler.errors import StateError
from scheduler.example.city import ExampleCity
from scheduler.progress import SILENT
from scheduler.teams.expert_replacing import ExpertReason
from scheduler.teams.replacing import ReplacementReason
from scheduler.teams.roster import Recusal
from scheduler.workflow import demo as demo_module
from scheduler.workflow.commitments import commit_draw
from scheduler.workflow.contributions import reveal_contribution
from scheduler.workflow.demo import NUM_DICE, Demo
from scheduler.workflow.draw import draw_targets
from scheduler.workflow.expert_replacements import replace_expert
from scheduler.workflow.firm_replacements import FirmReplacementSummary, replace_firm
from scheduler.workflow.proving import prove_firm
from scheduler.workflow.replacements import replace_officer
from scheduler.workflow.teams import draw_officers
from tests.chain.substituting import GONE_ON
from tests.chain.year import small_city

HOME, AWAY, BUREAU = "371002", "371082", "371000"
POLICY = """format = 1
[bureau]
code = "371000"
name = "威海"
name_en = "W"
[year]
year = 2026
base_date = 2026-01-01
[target]
ratio = 0.4
object_types = ["enterprise"]
open_share = 0.5
full_coverage_share = 0.5
source = "s"
[[rounds]]
number = 1
kind = "open"
starts_on = 2026-03-02
ends_on = 2026-03-06
[[rounds]]
number = 2
kind = "targeted"
starts_on = 2026-06-01
ends_on = 2026-06-05
[tiers]
codes = ["A", "B", "C", "D"]
expected_findings = { A = 0.05, B = 0.10, C = 0.22, D = 0.40 }
[rates]
floor = { A = 0.0, B = 0.0, C = 0.0, D = 0.0 }
ceiling = { A = 1.0, B = 1.0, C = 1.0, D = 1.0 }
step = 0.0
tolerance = 1.0
least_cell = 30
[capacity]
hours_per_officer = 400
reserve = 0.1
hours_per_journey = 1.5
officers_per_visit = 2
[visits]
lookback_months = 12
[draw]
least_entropy_bits = 64
[agenda]
visits_per_team_day = 3
minutes_per_team_day = 480
blocked_days = []
officers_within_working_days = 5
[agenda.experts]
G01 = "food"
[results]
publication_working_days = 20
[publication]
hide_sole_traders = false
[[districts]]
code = "371002"
name = "环翠"
name_en = "H"
[[districts]]
code = "371082"
name = "荣成"
name_en = "R"
"""


def tiny_city() -> ExampleCity:
    """Nineteen firms of two districts, two tasks, two items, twelve officers and three experts of the small city."""
    city = small_city()
    columns = city.firms
    chosen: list[int] = []
    for district, object_type, library, wanted in (
        (HOME, "enterprise", "", 12),
        (AWAY, "enterprise", "", 4),
        (HOME, "individual", "", 1),
        (HOME, "", "food_wholesale", 2),
    ):
        fits = [
            place
            for place in range(len(columns["firm_id"]))
            if columns["district"][place] == district
            and columns["object_type"][place] == (object_type or columns["object_type"][place])
            and columns["status"][place] == "operating"
            and (library in columns["libraries"][place].split(";"))
        ]
        chosen += [place for place in fits if place not in chosen][:wanted]
    chosen.sort()
    firms = {name: [column[place] for place in chosen] for name, column in columns.items()}
    kept = set(firms["firm_id"])
    events = [place for place, firm_id in enumerate(city.events["firm_id"]) if firm_id in kept]
    tasks = [
        dataclasses.replace(task, item_ids=task.item_ids[:1]) for task in city.tasks if task.task_id in ("T01", "T07")
    ]
    tasks[0] = dataclasses.replace(tasks[0], ratio_min_micro=0, ratio_max_micro=1_000_000)
    tasks[1] = dataclasses.replace(tasks[1], range=dataclasses.replace(tasks[1].range, libraries=("food_wholesale",)))
    items = tuple(item for item in city.items if item.item_id in ("G01", "K03"))
    officers = tuple(
        officer
        for district, most in ((HOME, 5), (AWAY, 4), (BUREAU, 3))
        for officer in [one for one in city.officers if one.district == district and not one.expert][:most]
    ) + tuple(
        dataclasses.replace(
            next(one for one in city.officers if one.expert),
            officer_id=f"X{number}",
            specialities=("food",),
            certificate_no=f"x{number}",
        )
        for number in range(3)
    )
    recusals = (
        Recusal(officer_id=officers[0].officer_id, firm_id=firms["firm_id"][0], reason="kin", valid_until=None),
    )
    return dataclasses.replace(
        city,
        firms=firms,
        events={name: [column[place] for place in events] for name, column in city.events.items()},
        items=items,
        tasks=tuple(tasks),
        officers=officers,
        recusals=recusals,
    )


class TinyDemo(Demo):
    """
    The year; firms, an officer and an expert give way where a stage has drawn who they are.

    `proofs` has a firm's proof for each way in which a targeted round can end for it, unopened and opened.
    """

    proofs: dict[str, bytes]
    key: bytes

    def _commit(self, number: int) -> None:
        commit_draw(
            self._at(self._starts(number) - timedelta(days=14)),
            number,
            entropy=self._sources(number),
            secret=self._made_up("secret", number),
            officer_secret=self._made_up("officer secret", number),
        )
        self._at(self._starts(number) - timedelta(days=12))
        reveal_contribution(self.workspace, number, "a", self._contribution("a", number))

    def _sources(self, number: int) -> tuple[EntropySource, ...]:
        last = self._starts(number) - timedelta(days=7)
        witnesses = [
            EntropySource.of(
                name,
                last - timedelta(days=1),
                SourceKind.WITNESS,
                sha256(self._contribution(name, number).encode()).hexdigest(),
            )
            for name in ("a", "b")
        ]
        lottery = EntropySource.of("3D", last, SourceKind.DIGITS, "3")
        return (*witnesses, EntropySource.of("dice", last, SourceKind.DICE, str(NUM_DICE)), lottery)

    def _contribution(self, name: str, number: int) -> str:
        return self._made_up(f"witness {name}", number).hex()[:20]

    def _draw(self, number: int) -> None:
        throws = "".join(str(1 + byte % 6) for byte in self._made_up("dice", number, NUM_DICE))
        day = self._starts(number) - timedelta(days=7)
        draw_targets(self._at(day), number, {"dice": throws, "3D": "604"})

    def _officers(self, number: int) -> None:
        workspace = self._at(self._starts(number) - timedelta(days=5))
        self._leave("X0", self._starts(number))
        places = (HOME, AWAY, BUREAU) if number == 2 else (None,)
        for district in places:
            self.num_teams += draw_officers(workspace, number, district=district).num_teams
        self._change(number)

    def _change(self, number: int) -> None:
        """What happens after officers are drawn: leave, newcomers, an officer and an expert who fall ill."""
        if number == 1:
            summary = self._replace(number, self._listed(number)[0])
            assert summary.handed is not None
            replace_officer(
                self.workspace, number, self._member(summary.handed.team_ids[0]), reason=ReplacementReason.ILLNESS
            )
            self._replace(number, summary.firm_in)
        firm_id = next(firm for firm in self._listed(number)[::-1] if self._has_successor(number, firm))
        team_id, day = self._visit(number, firm_id)
        self._leave(self._member(team_id), day)
        self._replace(number, firm_id)
        with self.workspace.transaction() as connection:
            calls = load_experts(connection)
        expert = sorted(
            call.officer_id
            for (draw_id, firm_id), called in calls.items()
            for call in called
            if draw_id == f"2026-{number}-1" and call.officer_id and firm_id in self._listed(number)
        )
        replace_expert(self.workspace, number, expert[0], reason=ExpertReason.ILLNESS)

    def prove(self) -> None:
        """Makes the proofs of the first firm of each outcome of the targeted round."""
        self.key = self._made_up("signing key", 0)
        self.proofs = {}
        for firm_id in self.city.firms["firm_id"]:
            content = prove_firm(self.workspace, firm_id).content
            outcome = json.loads(content)["draws"][-1]["outcome"]
            if outcome not in self.proofs:
                opened = prove_firm(self.workspace, firm_id, open_chance=True, reason="r")
                self.proofs |= {outcome: content, f"{outcome}, opened": opened.content}

    def _leave(self, officer_id: str, day: date) -> None:
        with self.workspace.transaction() as connection:
            save_leave(connection, [Leave(officer_id=officer_id, starts_on=day, ends_on=day)])

    def _has_successor(self, number: int, firm_id: str) -> bool:
        """Whether a ticket of the firm's stratum is left."""
        try:
            return self._replace(number, firm_id, dry_run=True).firm_in != ""
        except StateError:  # in the last round
            return False

    def _replace(self, number: int, firm_id: str, *, dry_run: bool = False) -> FirmReplacementSummary:
        return replace_firm(self.workspace, number, firm_id, reason="revoked", gone_on=GONE_ON, dry_run=dry_run)

    def _member(self, team_id: str) -> str:
        table = table_of(TeamMember)
        statement = sa.select(table.c.officer_id).where(table.c.team_id == team_id, ~table.c.lead)
        with self.workspace.transaction() as connection:
            return str(connection.execute(statement.order_by(table.c.officer_id)).scalars().first())

    def _visit(self, number: int, firm_id: str) -> tuple[str, date]:
        """Team and day of the visit of a firm."""
        table = table_of(Visit)
        statement = sa.select(table.c.team_id, table.c.visit_on)
        where = (table.c.draw_id == f"2026-{number}-1", table.c.firm_id == firm_id)
        with self.workspace.transaction() as connection:
            row = connection.execute(statement.where(*where)).one()
        return row.team_id, row.visit_on

    def _listed(self, number: int) -> list[str]:
        """Firms of a round that count and stand on the list."""
        table, gone = table_of(DrawnFirm), table_of(FirmReplacement)
        where = (table.c.draw_id == f"2026-{number}-1", table.c.counting, table.c.chance_firms > 0)
        left = table.c.firm_id.not_in(sa.select(gone.c.firm_out).where(gone.c.draw_id == f"2026-{number}-1"))
        with self.workspace.transaction() as connection:
            return [str(firm) for firm in connection.scalars(sa.select(table.c.firm_id).where(*where, left))]


def run_tiny(folder: Path) -> TinyDemo:
    """The year, run to its end, and proofs of all kinds."""
    policy = folder / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_module, "data_path", lambda *_parts: policy)
        demo = TinyDemo(folder / "year", tiny_city(), progress=SILENT, database_url=None, signed=True)
    for stage in demo.stages():
        stage.work()
    demo.prove()
    demo.workspace.store.close()
    return demo
