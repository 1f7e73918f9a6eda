"""Experts by lot: the nearest with the speciality, never a barred one, one for several specialities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from scheduler.teams.experts import AskingVisit, ExpertCall, draw_experts, experts_bytes, specialities_asked
from scheduler.teams.matching import bar
from scheduler.teams.roster import LAST_YEAR, Officer, Recusal
from tests.teams.test_teams_lot import BUREAU, FIRST_DAY, SECRET, SEED, officer, recused, task

FIRM = "FIRM0000"
DAY = date(2026, 4, 8)


def expert(officer_id: str, district: str = "371002", *specialities: str, active: bool = True) -> Officer:
    """An expert without certificate."""
    return officer(
        officer_id,
        district,
        specialities=specialities,
        expert=True,
        active=active,
        lead_qualified=False,
        certificate_valid_until=None,
    )


def call(
    roster: Iterable[Officer],
    *asked: str,
    recusals: Iterable[Recusal] = (),
    secret: bytes = SECRET,
    away: Mapping[str, Collection[date]] | None = None,
) -> tuple[ExpertCall, ...]:
    """Experts of one visit in district 371002."""
    barred = bar(recusals, (FIRM,), FIRST_DAY)
    visits = [AskingVisit(firm_id=FIRM, district="371002", specialities=asked, visit_on=DAY)]
    return draw_experts(visits, roster, barred=barred, away=away or {}, bureau=BUREAU, seed=SEED, officer_secret=secret)


def test_package_asks_for_each_speciality_once() -> None:
    """Three of four items ask, two of them for food: drug and food, ascending."""
    tasks = {"T1": task("T1", "A", "B"), "T2": task("T2", "C", "D")}
    assert specialities_asked("T1+T2", tasks, {"A": "food", "B": "drug", "D": "food"}) == ("drug", "food")
    assert specialities_asked("T1", tasks, {"D": "food"}) == ()


def test_nearest_expert_who_has_the_speciality_comes() -> None:
    """District before bureau before neighbour; no officer, nobody without the speciality, nobody off duty."""
    near, bureau, far = expert("X1", "371002", "food"), expert("X2", BUREAU, "food"), expert("X3", "371003", "food")
    others = [
        officer("O1", specialities=("food",)),
        expert("X4", "371002", "drug"),
        expert("X5", "371002", "food", active=False),
    ]
    for roster, who in (((near, bureau, far), "X1"), ((bureau, far), "X2"), ((far,), "X3"), ((), "")):
        expected = (ExpertCall(firm_id=FIRM, speciality="food", officer_id=who),)
        assert call([*others, *roster], "food") == expected


def test_recusal_holds_for_experts_whatever_its_reason() -> None:
    """Of two experts one is kin; the other met the firm last year: nobody comes."""
    experts = [expert("X1", "371002", "food"), expert("X2", "371002", "food")]
    kin, met = recused("X1", 0), recused("X2", 0, reason=LAST_YEAR)
    assert call(experts, "food", recusals=[kin])[0].officer_id == "X2"
    assert call(experts, "food", recusals=[kin, met])[0].officer_id == ""


def test_nobody_comes_who_is_on_leave_that_day() -> None:
    """On leave on the day the nearest gives way to the neighbour, and nobody comes if he or she is away too."""
    experts = [expert("X1", "371002", "food"), expert("X2", "371003", "food")]
    for away, who in (
        ({"X1": [date(2026, 4, 9)]}, "X1"),
        ({"X1": [DAY]}, "X2"),
        ({"X1": [DAY], "X2": [DAY]}, ""),
    ):
        assert call(experts, "food", away=away)[0].officer_id == who


def test_who_goes_already_goes_for_another_speciality_too() -> None:
    """The neighbour's expert for drugs knows food as well and goes anyway, so the district's food expert stays."""
    experts = [expert("X1", "371002", "food"), expert("X2", "371003", "drug", "food")]
    assert [one.officer_id for one in call(experts, "drug", "food")] == ["X2", "X2"]


def test_any_expert_may_come_where_no_speciality_is_named() -> None:
    """An empty speciality is had by everybody."""
    assert call([expert("X1")], "")[0].officer_id == "X1"


def test_lot_takes_each_of_the_nearest_as_often() -> None:
    """Over 3,000 secrets each of three experts comes 1,000 times, to four standard deviations of 26."""
    experts = [expert(f"X{number}", "371002", "food") for number in range(3)]
    counts = Counter(call(experts, "food", secret=number.to_bytes(32, "big"))[0].officer_id for number in range(3000))
    assert len(counts) == 3
    assert all(abs(count - 1000) < 4 * 26 for count in counts.values())


def test_file_has_a_row_for_each_speciality_and_tells_that_nobody_comes() -> None:
    """Rows ascend by firm and speciality; the last cell is empty where there is no expert."""
    content = experts_bytes(call([expert("X1", "371002", "food")], "drug", "food")).decode()
    assert content == f"firm_id\tspeciality\tofficer_id\n{FIRM}\tdrug\t\n{FIRM}\tfood\tX1\n"
