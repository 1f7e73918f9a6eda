"""
Officers bent by who holds every key: the claim about what was bent fails, though everything was remade.

The program itself is bent and then runs a whole year, so seals, commitments, log, digests, manifest and signature fit
what it did, in the newest formats. Verification runs with the program as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from models.draw_rows import list_files
from models.results_rows import load_visits
from scheduler.agenda import days
from scheduler.agenda.days import PlannedDay
from scheduler.audit.claims import Report, Status, Verdict
from scheduler.audit.verifier import verify_record
from scheduler.errors import StateError
from scheduler.example.city import ExampleCity, build_city
from scheduler.progress import SILENT
from scheduler.resources import data_path
from scheduler.teams import experts, lots, matching, offers, replacing
from scheduler.teams.matching import Barred
from scheduler.teams.replacing import ReplacementReason
from scheduler.teams.roster import Recusal
from scheduler.workflow import agenda, demo, officer_inputs, places
from scheduler.workflow.agenda import move_visit
from scheduler.workflow.example import SEED, load_parameters
from scheduler.workflow.replacements import replace_officer
from scheduler.workflow.teams import draw_officers, show_teams

POLICY = '\n[agenda.experts]\nG01 = "food"\nG13 = ""\n'
LAST_ROUND = 3
Patch = pytest.MonkeyPatch
Bend = Callable[[Patch], None]


@cache
def city() -> ExampleCity:
    """300 firms; an officer is off duty, some certificates end early, and each is kept from a sixth of the firms."""
    made = build_city(load_parameters(), num_firms=300, seed=SEED)
    officers = [
        dataclasses.replace(
            one,
            active=one.expert or number != 3,
            certificate_valid_until=date(2026, 6, 30)
            if not one.expert and number % 7 == 5
            else one.certificate_valid_until,
        )
        for number, one in enumerate(made.officers)
    ]
    kept_away = [
        Recusal(officer_id=one.officer_id, firm_id=firm_id, reason="kin", valid_until=None)
        for (number, one), (place, firm_id) in product(enumerate(officers), enumerate(made.firms["firm_id"]))
        if (number + place) % 6 == 0
    ]
    return dataclasses.replace(made, officers=officers, recusals=kept_away)


class Year(demo.Demo):
    """A year whose last round is drawn at once or by places; an officer of it may give way, and a visit be moved."""

    by_place = replaced = moved = False

    def _officers(self, number: int) -> None:
        if number < LAST_ROUND or not (self.by_place or self.replaced or self.moved):
            super()._officers(number)
            return
        first = self._starts(number) - timedelta(days=5)
        if self.by_place:
            turn = self.turn(draw_officers(self._at(first), number, district="371082").places_left)
            for later, place in enumerate(turn, start=1):
                draw_officers(self._at(first + timedelta(days=later)), number, district=place)
        else:
            super()._officers(number)
        if self.replaced:
            self._give_way()
        if self.moved:
            self._move()

    def _inspect(self, number: int) -> None:
        if number < LAST_ROUND:
            super()._inspect(number)

    def turn(self, left: tuple[str, ...]) -> tuple[str, ...]:
        """Places in the order in which they draw."""
        return left

    def _give_way(self) -> None:
        """The first officer who may be replaced is."""
        for team in show_teams(self.workspace, LAST_ROUND)[1]:
            if team.num_visits and not team.reserve:
                try:
                    replace_officer(self.workspace, LAST_ROUND, team.officer_ids[1], reason=ReplacementReason.LEFT)
                except StateError:
                    continue
                return
        raise AssertionError("nobody can be replaced")

    def _move(self) -> None:
        """The first visit with a day is moved to the first Monday of the round on which it is not."""
        with self.workspace.transaction() as connection:
            visits = load_visits(connection, f"2026-{LAST_ROUND}-1")
        firm_id, day = next((firm, day) for firm, day in zip(visits.firm_id, visits.visit_on, strict=True) if day)
        to = self.day_of_move(next(one for one in (date(2026, 9, 14), date(2026, 9, 21)) if one != day))
        move_visit(self.workspace, firm_id, to, reason="停产", round_name=str(LAST_ROUND), allow_overload=True)

    def day_of_move(self, honest: date) -> date:
        """The day to which a visit is moved."""
        return honest


def run(folder: Path, bend: Bend, **ways: Any) -> Report:
    """A year with a bent program, and what the honest one says of its record."""
    policy = folder / "policy.toml"
    policy.write_text(
        data_path("examples", "double-random.toml").read_text(encoding="utf-8") + POLICY, encoding="utf-8"
    )
    with Patch.context() as patch:
        patch.setattr(demo, "data_path", lambda *_parts: policy)
        bend(patch)
        made = type("Bent", (Year,), ways)(folder / "year", city(), progress=SILENT, database_url=None, signed=True)
        for stage in made.stages():
            if stage.name != "verify":
                stage.work()
        with made.workspace.transaction() as connection:
            assert "experts.tsv" in list_files(connection, f"2026-{LAST_ROUND}-1")
        made.workspace.store.close()
    return verify_record(folder / "year" / "records" / "audit")


def mirrored(digest: Callable[..., str]) -> Callable[..., str]:
    """Digests that stand in the opposite order."""
    return lambda *fields: "".join(f"{15 - int(digit, 16):x}" for digit in digest(*fields))


def with_digests_of(module: Any) -> Bend:
    """A room whose lots stand in the opposite order."""
    return lambda patch: patch.setattr(module, "keyed_digest", mirrored(module.keyed_digest))


def everybody(patch: Patch, **better: Any) -> None:
    """Officers who are not eligible take part."""
    honest = places.check_eligibility
    patch.setattr(
        places,
        "check_eligibility",
        lambda people, day: honest([one if one.expert else dataclasses.replace(one, **better) for one in people], day),
    )


def expired(patch: Patch) -> None:
    """Certificates are taken to be valid for ever."""
    everybody(patch, certificate_valid_until=date.max)


def off_duty(patch: Patch) -> None:
    """Who is off duty is drawn."""
    everybody(patch, active=True)


def favourites(patch: Patch) -> None:
    """In each lot the last members of the first two teams change places."""
    honest = lots.deal

    def deal(*arguments: Any) -> list[Any]:
        groups = honest(*arguments)
        if len(groups) > 1:
            one, two = groups[:2]
            groups[:2] = [(*one[:-1], two[-1]), (*two[:-1], one[-1])]
        return groups

    patch.setattr(lots, "deal", deal)


def unspread(patch: Patch) -> None:
    """Specialities stay as they were dealt."""
    patch.setattr(
        lots,
        "spread",
        lambda leading, others, _skills: [(lead, *others[n :: len(leading)]) for n, lead in enumerate(leading)],
    )


def cast_again(patch: Patch) -> None:
    """A lot that does well is cast again all the same, and told as if it had had to be."""
    honest = lots._missed
    seen: list[int] = []

    def missed(*arguments: Any) -> int:
        seen.append(1)
        return honest(*arguments) + (len(seen) % 2)

    patch.setattr(lots, "_missed", missed)


def by_choice(patch: Patch) -> None:
    """Firms get the team that the lot likes least."""
    honest = offers.Offers.by_lot
    patch.setattr(offers.Offers, "by_lot", lambda *arguments: honest(*arguments)[::-1])


def uneven(patch: Patch) -> None:
    """Every visit goes to the first team by lot, whatever its load."""
    patch.setattr(matching, "most_even", lambda fits, _teams, likes: [likes(visit)[0] for visit in range(len(fits))])


def kin(patch: Patch) -> None:
    """Recusals are forgotten."""
    nobody = Barred(hard={}, repeated={})
    monkey = "scheduler.teams.assignment.bar"
    patch.setattr(monkey, lambda *_arguments: nobody)


def day_by_hand(patch: Patch) -> None:
    """The first visit of a draw is made on the last working day."""
    honest = places.plan_days

    def plan_days(visits: Any, calendar: Any, **words: Any) -> tuple[PlannedDay, ...]:
        planned = honest(visits, calendar, **words)
        if not planned:
            return planned
        first, *others = planned
        other = next(day for day in calendar.working_days[::-1] if day != first.visit_on)
        return (PlannedDay(visit_on=other, exceptions=first.exceptions), *others)

    patch.setattr(places, "plan_days", plan_days)


def fewer_days(patch: Patch) -> None:
    """Every fifth working day is struck out."""
    honest = officer_inputs.read_inputs

    def read_inputs(*arguments: Any) -> Any:
        inputs = honest(*arguments)
        kept = tuple(day for number, day in enumerate(inputs.working_days) if number % 5)
        return dataclasses.replace(inputs, working_days=kept)

    patch.setattr("scheduler.workflow.teams.read_inputs", read_inputs)


def more_a_day(patch: Patch) -> None:
    """A team makes more visits a day than the policy allows."""
    honest = officer_inputs.read_day_inputs

    def read_day_inputs(*arguments: Any, **words: Any) -> Any:
        inputs = honest(*arguments, **words)
        return dataclasses.replace(inputs, limits=dataclasses.replace(inputs.limits, visits=inputs.limits.visits + 1))

    patch.setattr(officer_inputs, "read_day_inputs", read_day_inputs)


def easier_visits(patch: Patch) -> None:
    """What packages need is told without their specialities."""
    honest = officer_inputs.package_needs

    def package_needs(*arguments: Any) -> dict[str, Any]:
        return {name: dataclasses.replace(need, specialities=()) for name, need in honest(*arguments).items()}

    patch.setattr(officer_inputs, "package_needs", package_needs)


def experts_by_choice(patch: Patch) -> None:
    """The last expert by lot comes."""
    honest = experts.expert_order
    patch.setattr(experts, "expert_order", lambda *arguments: honest(*arguments)[::-1])


def substitute_by_choice(patch: Patch) -> None:
    """The last who may come takes the place."""
    honest = replacing.Bench.order
    patch.setattr(replacing.Bench, "order", lambda *arguments: iter([*honest(*arguments)][::-1]))


def any_day(patch: Patch) -> None:
    """Nothing stands against any day."""
    patch.setattr(agenda, "_require_day", lambda *_arguments: None)


def any_turn(patch: Patch) -> None:
    """Places draw when they like."""
    patch.setattr("scheduler.workflow.teams.check_turn", lambda *_arguments: None)


def nothing(_patch: Patch) -> None:
    """The program as it is."""


HONEST: dict[str, dict[str, Any]] = {
    "at once": {},
    "replaced": {"replaced": True},
    "moved": {"moved": True},
    "place by place": {"by_place": True, "replaced": True, "moved": True},
}
BENT: dict[str, tuple[Bend, dict[str, Any], str, str]] = {
    # name: how the program is bent, how the last round goes, section and words of the claim that fails
    "certificates run out": (expired, {}, "8.1", "certified to the end"),
    "off duty": (off_duty, {}, "8.1", "on duty"),
    "favourites in one team": (favourites, {}, "8.2", "the teams are those that the lot makes"),
    "order of the officers' lot": (with_digests_of(lots), {}, "8.2", "the teams are those that the lot makes"),
    "specialities not spread": (unspread, {}, "8.2", "the teams are those that the lot makes"),
    "cast until it pleased": (cast_again, {}, "8.2", "cast again"),
    "team by choice": (by_choice, {}, "8.3", "first by lot"),
    "order of visits": (with_digests_of(matching), {}, "8.3", "first by lot"),
    "loads uneven": (uneven, {}, "8.3", "as evenly as can be"),
    "kin goes": (kin, {}, "8.3", "recused"),
    "day by hand": (day_by_hand, {}, "8.4", "the day that the lot gives it"),
    "order of days": (with_digests_of(days), {}, "8.4", "the day that the lot gives it"),
    "more visits a day": (more_a_day, {}, "8.5", "what the policy sealed says"),
    "visits made easier": (easier_visits, {}, "8.5", "needs"),
    "expert by choice": (experts_by_choice, {}, "8.12", "experts"),
    "substitute by choice": (substitute_by_choice, {"replaced": True}, "8.10", "next by lot"),
    "moved behind the window": (
        any_day,
        {"moved": True, "day_of_move": lambda _self, _day: date(2026, 12, 24)},
        "8.6",
        "unbroken history",
    ),
    "moved to the past": (
        any_day,
        {"moved": True, "day_of_move": lambda _self, _day: date(2026, 8, 24)},
        "8.6",
        "unbroken history",
    ),
    "the bureau before its turn": (
        any_turn,
        {"by_place": True, "turn": lambda _self, left: left[::-1]},
        "8.11",
        "the bureau last",
    ),
    "team by choice of a place": (by_choice, {"by_place": True}, "8.3", "first by lot"),
    "day by hand of a place": (day_by_hand, {"by_place": True}, "8.4", "the day that the lot gives it"),
    "favourites of a place": (favourites, {"by_place": True}, "8.2", "the teams are those that the lot makes"),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_year_is_consistent(name: str, tmp_path: Path) -> None:
    """The same year with the program as it is: nothing fails, so what fails below does so by the bending alone."""
    report = run(tmp_path, nothing, **HONEST[name])
    assert [(claim.section, claim.text, claim.found) for claim in report.of_status(Status.FAILED)] == []
    assert report.verdict is Verdict.CONSISTENT


@pytest.mark.parametrize("name", BENT)
def test_bending_is_found_though_everything_was_remade(name: str, tmp_path: Path) -> None:
    """The claim about what was bent fails with what was expected and found, and no claim that is not about officers."""
    bend, ways, section, words = BENT[name]
    report = run(tmp_path, bend, **ways)
    assert report.verdict is Verdict.REJECTED
    failed = report.of_status(Status.FAILED)
    told = sorted({(claim.section, claim.text) for claim in failed})
    assert any(
        claim.section == section and words in claim.text and claim.expected and claim.found for claim in failed
    ), told
    assert all(claim.section.startswith("8.") for claim in failed), told


def test_working_days_struck_out_are_told_as_nothing_that_a_record_can_show(tmp_path: Path) -> None:
    """No record holds the calendar: who strikes out days is not found, and the report says how many days to count."""
    report = run(tmp_path, fewer_days)
    assert report.verdict is Verdict.CONSISTENT
    told = [claim.found for claim in report.of_status(Status.NOT_CHECKED) if "working_days" in claim.text]
    honest = [62, 65, 61]  # working days of the rounds after each draw of officers; every fifth is gone
    assert [int(text.split()[-4]) for text in told] == [number - -(-number // 5) for number in honest]
