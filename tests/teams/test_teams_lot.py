"""Eligibility, teams by lot and matching: the hard rules, exceptions, order, redraws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.assignment import Assignment, assign_officers
from scheduler.teams.demands import demands_of, tell_apart
from scheduler.teams.eligibility import ExclusionReason, check_eligibility, exclusion_reasons
from scheduler.teams.lots import Team, deal
from scheduler.teams.matching import MatchException, Visits
from scheduler.teams.needs import FrozenItem, FrozenTask
from scheduler.teams.roster import LAST_YEAR, Officer, Recusal
from scheduler.teams.spread import spread

FIRST_DAY, LAST_DAY = date(2026, 3, 2), date(2026, 5, 29)
BUREAU = "371000"
SEED = "ab" * 32
SECRET = b"k" * 32


def officer(officer_id: str, district: str = "371002", **changes: Any) -> Officer:
    """An eligible officer without specialities who may lead and check everything, but for the changes."""
    fields: dict[str, Any] = {
        "name": "",
        "unit": "",
        "department": "",
        "level": "",
        "certificate_no": "",
        "certificate_valid_until": date(2030, 12, 31),
        "post": "",
        "specialities": (),
        "item_ids": (),
        "lead_qualified": True,
        "expert": False,
        "active": True,
    }
    return Officer(officer_id=officer_id, district=district, **{**fields, **changes})


def item(item_id: str, speciality: str = "", *, required: int = 2, department: str = "") -> FrozenItem:
    """An item of the list."""
    return FrozenItem(item_id=item_id, department=department, officers_required=required, speciality=speciality)


def task(task_id: str, *item_ids: str, initiator: str = "", partners: tuple[str, ...] = ()) -> FrozenTask:
    """A task of the whole window."""
    return FrozenTask(
        task_id=task_id,
        item_ids=item_ids,
        starts_on=FIRST_DAY,
        ends_on=LAST_DAY,
        initiator=initiator,
        partners=partners,
    )


PLAIN = (item("G01"),)


def visits_in(district: str, number: int, package: str = "T1", first: int = 0) -> Visits:
    """Visits to made-up firms of one district."""
    return Visits(
        firm_id=tuple(f"FIRM{index:04d}" for index in range(first, first + number)),
        package=(package,) * number,
        district=(district,) * number,
    )


def assign(
    visits: Visits,
    roster: Iterable[Officer],
    items: Sequence[FrozenItem] = PLAIN,
    tasks: Sequence[FrozenTask] = (),
    recusals: Iterable[Recusal] = (),
    secret: bytes = SECRET,
    seed: str = SEED,
) -> Assignment:
    """Officers of a round; by default of one task with all items."""
    officers = tuple(roster)
    wanted = {entry.task_id: entry for entry in tasks or (task("T1", *(entry.item_id for entry in items)),)}
    departments = tell_apart(officers, items, wanted.values())
    listed = {entry.item_id: entry for entry in items}
    return assign_officers(
        visits,
        check_eligibility(officers, LAST_DAY).eligible,
        demands={package: demands_of(package, wanted, listed, departments) for package in set(visits.package)},
        departments=departments,
        recusals=recusals,
        first_day=FIRST_DAY,
        bureau=BUREAU,
        draw_id="2026-1-1",
        seed=seed,
        officer_secret=secret,
    )


def homes(found: Assignment) -> list[list[str]]:
    """Districts of the teams of each visit."""
    return [[found.lot.teams[team].district for team in match.teams] for match in found.matches]


def told(found: Assignment) -> list[list[str]]:
    """Exceptions of each visit."""
    return [[str(exception) for exception in match.exceptions] for match in found.matches]


def recused(officer_id: str, firm: int, valid_until: date | None = None, reason: str = "kin") -> Recusal:
    """A recusal from a made-up firm."""
    return Recusal(officer_id=officer_id, firm_id=f"FIRM{firm:04d}", reason=reason, valid_until=valid_until)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ()),
        ({"active": False}, (ExclusionReason.INACTIVE,)),
        ({"expert": True}, (ExclusionReason.EXPERT,)),
        ({"certificate_valid_until": None}, (ExclusionReason.NO_CERTIFICATE,)),
        ({"certificate_valid_until": LAST_DAY}, ()),
        ({"certificate_valid_until": LAST_DAY - timedelta(days=1)}, (ExclusionReason.CERTIFICATE_EXPIRES,)),
        (
            {"active": False, "expert": True, "certificate_valid_until": None},
            (ExclusionReason.INACTIVE, ExclusionReason.EXPERT, ExclusionReason.NO_CERTIFICATE),
        ),
    ],
)
def test_exclusion_keeps_every_reason(changes: dict[str, Any], reasons: tuple[ExclusionReason, ...]) -> None:
    """An officer is left out for every reason that holds on the last day of the window, and for no other."""
    assert exclusion_reasons(officer("O1", **changes), LAST_DAY) == reasons


def test_eligibility_divides_the_roster_in_order() -> None:
    """Both parts come in ascending order of officer id and together are the roster."""
    divided = check_eligibility([officer("O3"), officer("O1", active=False), officer("O2")], LAST_DAY)
    assert [entry.officer_id for entry in divided.eligible] == ["O2", "O3"]
    assert [entry.officer_id for entry in divided.excluded] == ["O1"]


def test_teams_of_five_officers_with_two_leads_follow_the_lot() -> None:
    """With n = 5, L = 2, s = 2: t = min(2, max(1, 5 div 2)) = 2; leads in the order of the lot, others 1, 2, 1."""
    roster = [officer(f"O{number}", lead_qualified=number in (2, 4)) for number in range(1, 6)]
    order = sorted((keyed_digest(SECRET, "officer", SEED, "0", entry.officer_id), entry.officer_id) for entry in roster)
    leads = [name for _, name in order if name in ("O2", "O4")]
    others = [name for _, name in order if name not in ("O2", "O4")]
    first, second = assign(visits_in("371002", 1), roster).lot.teams
    assert [member.officer_id for member in first.officers] == [leads[0], others[0], others[2]]
    assert [member.officer_id for member in second.officers] == [leads[1], others[1]]
    assert (first.team_id, second.team_id) == ("2026-1-1-371002-001", "2026-1-1-371002-002")
    assert first.lead is not None
    assert first.lead.officer_id == leads[0]


def test_leads_beyond_the_number_of_teams_become_members() -> None:
    """Four officers who may all lead make 4 div 2 = 2 teams of two, not four."""
    groups = deal([officer(f"O{number}") for number in range(4)], 2, lambda _officer: 0)
    assert [len(group) for group in groups] == [2, 2]


@pytest.mark.parametrize(
    "roster",
    [
        [officer("O1")],  # one officer
        [officer("O1", lead_qualified=False), officer("O2", lead_qualified=False)],  # no lead
        [officer("O1", district="371002"), officer("O2", district="371003")],  # never across districts
        [officer("O1", department="police"), officer("O2")],  # never across departments
    ],
)
def test_post_that_cannot_make_a_team_is_a_reserve(roster: list[Officer]) -> None:
    """Officers of whom no team can be made are kept as reserves, without a lead."""
    lot = assign(visits_in("371002", 1), roster, items=(item("G01"), item("K01", department="police"))).lot
    assert all(team.reserve and team.lead is None for team in lot.teams)
    assert lot.idle == tuple(entry.officer_id for entry in roster)


def test_team_numbers_pass_three_digits() -> None:
    """The thousandth team of a district is number 1000: 2,000 officers who may lead make 1,000 teams."""
    teams = assign(visits_in("371002", 1), [officer(f"O{number:04d}") for number in range(2000)]).lot.teams
    assert teams[0].team_id.endswith("-001")
    assert teams[-1].team_id.endswith("-1000")


def test_team_is_as_large_as_an_item_asks() -> None:
    """An item for three officers makes teams of three: seven officers, two teams."""
    found = assign(visits_in("371002", 6), [officer(f"O{number}") for number in range(7)], (item("K01", required=3),))
    assert sorted(len(team.officers) for team in found.lot.teams) == [3, 4]
    assert sorted(found.loads) == [3, 3]


def test_lot_is_cast_again_until_a_team_has_both_specialities() -> None:
    """Two of eight officers have one speciality each; visits need both, so the lot puts them into one team."""
    roster = [officer(f"O{number}", specialities=(("food",), ("drug",), ())[min(number, 2)]) for number in range(8)]
    items = (item("K01", "food"), item("K02", "drug"))
    counters: Counter[int] = Counter()
    for number in range(40):
        found = assign(visits_in("371002", 3), roster, items, secret=bytes([number]) * 32)
        assert told(found) == [[], [], []]
        counters.update(redraw.counter for redraw in found.lot.redraws)
    # The two are in one team of two with chance 1/7, so that most lots are cast again.
    assert sum(counters.values()) > 20


def test_speciality_must_be_of_one_who_may_check_the_item() -> None:
    """Food is known to an officer who may not check the item: the neighbours who may come, as an exception."""
    home = [officer("O1", specialities=("food",), item_ids=("G09",)), officer("O2"), officer("O3")]
    away = [officer("N1", "371003", specialities=("food",)), officer("N2", "371003")]
    found = assign(visits_in("371002", 1), [*home, *away], (item("K01", "food"),))
    assert (homes(found), told(found)) == ([["371003"]], [["borrowed"]])


def test_officers_who_may_not_check_an_item_do_not_count_for_it() -> None:
    """Three officers, of whom one alone may check the item: nobody can make the visit."""
    roster = [officer("O1"), officer("O2", item_ids=("G09",)), officer("O3", item_ids=("G09",))]
    found = assign(visits_in("371002", 1), roster)
    assert (homes(found), told(found)) == ([[]], [["unmet"]])


def test_joint_visit_takes_a_team_of_each_department_the_initiator_first() -> None:
    """Three departments send two officers each; the initiator's team is named first, the others ascend."""
    names = ("fire", "health", "market")
    roster = [officer(f"{name}-{number}", department=name) for name in names for number in range(4)]
    items = tuple(item(f"K0{number}", department=name) for number, name in enumerate(names))
    joint = task("T1", *(entry.item_id for entry in items), initiator="market")
    found = assign(visits_in("371002", 5), roster, items, (joint,))
    teams = [[found.lot.teams[team] for team in match.teams] for match in found.matches]
    assert all([team.department for team in visit] == ["market", "fire", "health"] for visit in teams)
    assert {member.department for visit in teams for member in visit[1].officers} == {"fire"}
    assert sorted(found.loads) == [2, 2, 2, 3, 3, 3]  # 5 visits over two teams of each department


def test_partner_without_items_sends_officers_too() -> None:
    """A partner that the roster knows joins in; one that it does not know sends nobody from here."""
    roster = [officer("O1"), officer("O2"), officer("P1", department="police"), officer("P2", department="police")]
    found = assign(visits_in("371002", 1), roster, tasks=(task("T1", "G01", partners=("police", "customs")),))
    assert [found.lot.teams[team].department for team in found.matches[0].teams] == ["", "police"]


def test_department_that_only_the_list_names_is_common() -> None:
    """「市场监管部门」 on the list and 「信用监管科」 on the roster belong together, because neither tells apart."""
    roster = [officer("O1", department="credit"), officer("O2", department="food")]
    found = assign(visits_in("371002", 1), roster, (item("G01", department="market"),))
    assert told(found) == [[]]


def test_district_without_team_takes_the_bureau_before_others() -> None:
    """The bureau's own teams serve a district that has none, without an exception; others are borrowed."""
    bureau = [officer("B1", BUREAU), officer("B2", BUREAU)]
    neighbour = [officer("N1", "371003"), officer("N2", "371003")]
    both = assign(visits_in("371002", 3), [*bureau, *neighbour])
    assert (homes(both), told(both)) == ([[BUREAU]] * 3, [[]] * 3)
    lent = assign(visits_in("371002", 3), neighbour)
    assert (homes(lent), told(lent)) == ([["371003"]] * 3, [["borrowed"]] * 3)


def test_visit_of_the_bureau_itself_is_no_loan() -> None:
    """A firm whose district is the bureau's own code is visited by the bureau's own teams."""
    roster = [officer("B1", BUREAU), officer("B2", BUREAU), officer("N1", "371003"), officer("N2", "371003")]
    found = assign(visits_in(BUREAU, 2), roster)
    assert (homes(found), told(found)) == ([[BUREAU]] * 2, [[]] * 2)


def test_officers_of_two_districts_are_assigned_directly_where_no_team_fits() -> None:
    """One officer of the district and one of a neighbour, neither makes a team: both go, the lead's first."""
    roster = [officer("A1", lead_qualified=False), officer("N1", "371003")]
    found = assign(visits_in("371002", 1), roster)
    assert (homes(found), told(found)) == ([["371003", "371002"]], [["direct"]])


def test_direct_assignment_sends_no_team_that_is_not_needed() -> None:
    """Both specialities are in different districts: their two teams go, the third stays at home."""
    roster = [
        *(officer(f"A{number}", "371002", specialities=("food",)) for number in range(2)),
        *(officer(f"N{number}", "371003", specialities=("drug",)) for number in range(2)),
        *(officer(f"M{number}", "371082") for number in range(2)),
    ]
    found = assign(visits_in("371002", 4), roster, (item("K01", "food"), item("K02", "drug")))
    assert all(sorted(teams) == ["371002", "371003"] for teams in homes(found))
    assert told(found) == [["direct"]] * 4


def test_without_any_officer_every_visit_is_unmet() -> None:
    """A year without officers gives visits without teams, not an error."""
    found = assign(visits_in("371002", 2), ())
    assert (homes(found), told(found)) == ([[], []], [["unmet"], ["unmet"]])


def test_no_visits_give_no_matches() -> None:
    """A round that drew nobody is matched with nothing."""
    assert assign(visits_in("371002", 0), [officer("O1"), officer("O2")]).matches == ()


@pytest.mark.parametrize(
    ("valid_until", "exceptions"),
    [
        (None, ["unmet"]),  # for ever
        (FIRST_DAY, ["unmet"]),  # on one day of the window
        (FIRST_DAY - timedelta(days=1), []),  # over before the window
    ],
)
def test_recusal_holds_on_any_day_of_the_window(valid_until: date | None, exceptions: list[str]) -> None:
    """A recused officer never visits the firm, not even if the recusal ends within the window."""
    roster = [officer("O1"), officer("O2")]
    assert told(assign(visits_in("371002", 1), roster, recusals=[recused("O2", 0, valid_until)])) == [exceptions]


def test_recusal_of_all_teams_of_a_district_borrows() -> None:
    """Where every team of the district is recused the neighbour's goes, as an exception."""
    roster = [officer("A1"), officer("A2"), officer("N1", "371003"), officer("N2", "371003")]
    found = assign(visits_in("371002", 3), roster, recusals=[recused("A1", 1)])
    assert homes(found) == [["371002"], ["371003"], ["371002"]]
    assert told(found) == [[], ["borrowed"], []]


def test_officers_of_last_year_come_only_if_nobody_else_is_left() -> None:
    """Everybody met firm 0 last year, so somebody goes again and the record says so; firm 1 has others."""
    roster = [officer(f"O{number}") for number in range(4)]
    met = [recused(entry.officer_id, 0, reason=LAST_YEAR) for entry in roster]
    found = assign(visits_in("371002", 2), roster, recusals=[*met, recused("O0", 1, reason=LAST_YEAR)])
    assert told(found) == [["repeated"], []]
    gone = {member.officer_id for team in found.matches[1].teams for member in found.lot.teams[team].officers}
    assert "O0" not in gone


def test_lasting_recusal_does_not_yield() -> None:
    """Two officers: one met the firm last year, the other is kin of its owner; nobody can go."""
    met = [recused("O1", 0, reason=LAST_YEAR), recused("O2", 0)]
    assert told(assign(visits_in("371002", 1), [officer("O1"), officer("O2")], recusals=met)) == [["unmet"]]


def test_seven_officers_with_the_lines_of_the_fano_plane_share_no_two_visits() -> None:
    """
    Each of seven specialities is known to three of seven officers, any two of them have one in common.

    A programme in halves sends 3.5 officers to each of two visits; in whole officers of two teams one at most has all
    specialities, so it makes both visits and nothing is an exception.
    """
    lines = ((0, 1, 2), (0, 3, 4), (0, 5, 6), (1, 3, 5), (1, 4, 6), (2, 3, 6), (2, 4, 5))
    roster = [
        officer(f"O{point}", specialities=tuple(f"s{line}" for line, points in enumerate(lines) if point in points))
        for point in range(7)
    ]
    items = tuple(item(f"K{line}", f"s{line}") for line in range(7))
    for number in range(20):
        found = assign(visits_in("371002", 2), roster, items, secret=bytes([number]) * 32)
        assert told(found) == [[], []]
        assert found.matches[0].teams == found.matches[1].teams
        assert max(found.loads) == 2


def test_exchanges_spread_specialities_by_the_rule_worked_by_hand() -> None:
    """
    Leads 0 and 1 have none; 2 and 3 know food, 4 and 5 drugs. Dealt 2, 4, 3, 5: food in one team, drugs in the other.

    Seats 1 and 3 are team 1's, seats 2 and 4 team 2's. First with second, 2 and 4: team 1 then knows drugs by 4 and
    food by 3, team 2 food by 2 and drugs by 5, so four in place of two are served, and no exchange can serve more.
    """
    skills = {"O2": 1, "O3": 1, "O4": 2, "O5": 2}
    leads, others = [officer(f"O{number}") for number in (0, 1)], [officer(f"O{number}") for number in (2, 4, 3, 5)]
    found = spread(leads, others, lambda one: skills.get(one.officer_id, 0))
    assert [[one.officer_id for one in team] for team in found] == [["O0", "O4", "O3"], ["O1", "O2", "O5"]]


def test_matching_equals_the_rule_worked_by_hand() -> None:
    """Three visits, two teams: the order of visits and their likings are recomputed from the specification's words."""
    found = assign(visits_in("371002", 3), [officer(f"O{number}") for number in range(4)])
    names = [team.team_id for team in found.lot.teams]
    firms = visits_in("371002", 3).firm_id
    order = sorted(firms, key=lambda firm_id: keyed_digest(SECRET, "visit", SEED, firm_id))
    liked = {
        firm: min((0, 1), key=lambda team: keyed_digest(SECRET, "match", SEED, firm, names[team])) for firm in order
    }
    # Loads are 2 and 1 whichever team has two. So each visit has what it likes, but for a third of the same liking.
    same = len(set(liked.values())) == 1
    expected = {firm: (1 - liked[firm] if same and firm == order[2] else liked[firm],) for firm in order}
    assert {firm: match.teams for firm, match in zip(firms, found.matches, strict=True)} == expected


def test_visits_refuse_a_firm_twice_and_ragged_columns() -> None:
    """One visit a firm, columns of one length."""
    with pytest.raises(ValueError, match="a firm twice"):
        Visits(firm_id=("A", "A"), package=("T1", "T1"), district=("1", "1"))
    with pytest.raises(ValueError, match="one length"):
        Visits(firm_id=("A",), package=(), district=("1",))


DISTRICTS = ("371002", "371003", BUREAU)
DEPARTMENTS = ("", "fire", "health")
ITEMS = (
    item("G01"),
    item("K01", "food"),
    item("K02", "drug", required=3),
    item("K03", department="fire"),
    item("K04", "food", department="health"),
)
TASKS = (
    task("T0", "G01"),
    task("T1", "K01"),
    task("T2", "G01", "K02"),
    task("T3", "G01", "K03", "K04", initiator="fire"),
    task("T4", "K01", partners=("health",)),
)
officers_strategy = st.lists(
    st.tuples(
        st.sampled_from(DISTRICTS),
        st.sampled_from(DEPARTMENTS),
        st.sets(st.sampled_from(("drug", "food"))),
        st.sets(st.sampled_from([entry.item_id for entry in ITEMS]), max_size=2),
        st.booleans(),
        st.sampled_from(("", "", "", "expert", "inactive", "expired")),
    ),
    max_size=16,
)
visits_strategy = st.lists(st.tuples(st.sampled_from(DISTRICTS), st.integers(0, 4)), max_size=10)
recusals_strategy = st.lists(
    st.tuples(st.integers(0, 15), st.integers(0, 9), st.integers(-3, 3), st.sampled_from(("kin", LAST_YEAR))),
    max_size=24,
)


def generated(
    people: Sequence[tuple[str, str, set[str], set[str], bool, str]],
    places: Sequence[tuple[str, int]],
    refused: Sequence[tuple[int, int, int, str]],
) -> tuple[list[Officer], Visits, list[Recusal]]:
    """A roster, visits and recusals from generated numbers."""
    roster = [
        officer(
            f"O{number:02d}",
            district,
            department=department,
            specialities=tuple(sorted(skills)),
            item_ids=tuple(sorted(allowed)),
            lead_qualified=lead,
            expert=state == "expert",
            active=state != "inactive",
            certificate_valid_until=LAST_DAY - timedelta(days=state == "expired"),
        )
        for number, (district, department, skills, allowed, lead, state) in enumerate(people)
    ]
    visits = Visits(
        firm_id=tuple(f"FIRM{number:04d}" for number in range(len(places))),
        package=tuple(f"T{kind}" for _, kind in places),
        district=tuple(district for district, _ in places),
    )
    recusals = {
        (who, firm, reason): recused(f"O{who:02d}", firm, FIRST_DAY + timedelta(days=days), reason)
        for who, firm, days, reason in refused
    }
    return roster, visits, list(recusals.values())


def able(officers: Sequence[Officer], items: Sequence[FrozenItem]) -> bool:
    """The hard rules of one department's part, in words of their own."""
    if len(officers) < 2 or not any(member.lead_qualified for member in officers):
        return False
    for entry in items:
        may = [member for member in officers if entry.item_id in (member.item_ids or (entry.item_id,))]
        if len(may) < entry.officers_required:
            return False
        if entry.speciality and all(entry.speciality not in member.specialities for member in may):
            return False
    return True


def parts_of(package: str, roster: Sequence[Officer]) -> dict[str, list[FrozenItem]]:
    """Items of each department that takes part, in words of their own."""
    known = {member.department for member in roster} & {"fire", "health"}
    wanted = next(entry for entry in TASKS if entry.task_id == package)
    parts: dict[str, list[FrozenItem]] = {name: [] for name in wanted.partners if name in known}
    for entry in ITEMS:
        if entry.item_id in wanted.item_ids:
            parts.setdefault(entry.department if entry.department in known else "", []).append(entry)
    return parts


def barred_from(firm: str, recusals: Iterable[Recusal], *, relaxed: bool) -> set[str]:
    """Officers who must not go to a firm."""
    return {
        entry.officer_id
        for entry in recusals
        if entry.firm_id == firm
        and (entry.valid_until is None or entry.valid_until >= FIRST_DAY)
        and not (relaxed and entry.reason == LAST_YEAR)
    }


@settings(max_examples=300, deadline=None)
@given(people=officers_strategy, places=visits_strategy, refused=recusals_strategy)
def test_no_hard_rule_is_ever_broken_and_exceptions_are_true(
    people: list[tuple[str, str, set[str], set[str], bool, str]],
    places: list[tuple[str, int]],
    refused: list[tuple[int, int, int, str]],
) -> None:
    """
    Whatever the roster: who goes may and can, and what is an exception had to be one.

    A part is unmet only if all officers of its department together, without those recused, cannot make it; an officer
    meets a firm again only if all others together cannot; assigned directly is what no team fits, and borrowed what no
    team of the district or the bureau fits. So no list of exceptions could be shorter with these teams.
    """
    roster, visits, recusals = generated(people, places, refused)
    found = assign(visits, roster, ITEMS, TASKS, recusals)
    known = {member.department for member in roster} & {"fire", "health"}
    eligible = [member for member in roster if member.active and not member.expert and member.certified_on(LAST_DAY)]
    assert sorted(o.officer_id for t in found.lot.teams for o in t.officers) == [o.officer_id for o in eligible]
    for firm, package, district, match in zip(
        visits.firm_id, visits.package, visits.district, found.matches, strict=True
    ):
        strict = barred_from(firm, recusals, relaxed=False)
        lasting = barred_from(firm, recusals, relaxed=True)
        due: set[str] = set()
        for department, items in parts_of(package, roster).items():
            mine = [team for team in found.lot.teams if team.department == department]
            sent = [found.lot.teams[team] for team in match.teams if found.lot.teams[team].department == department]
            pool = [o for o in eligible if (o.department if o.department in known else "") == department]
            others = able([o for o in pool if o.officer_id not in strict], items)
            barred = strict if others else lasting
            due |= exceptions_due(mine, pool, items, barred, district, others=others)
            if sent:
                assert able([o for team in sent for o in team.officers if o.officer_id not in barred], items)
                assert len(sent) == 1 or MatchException.DIRECT in match.exceptions
            if len(sent) == 1 and MatchException.DIRECT not in match.exceptions:
                assert not {o.officer_id for o in sent[0].officers} & barred
        assert {str(exception) for exception in match.exceptions} == due


def exceptions_due(
    teams: Sequence[Team],
    pool: Sequence[Officer],
    items: Sequence[FrozenItem],
    barred: set[str],
    district: str,
    *,
    others: bool,
) -> set[str]:
    """Exceptions that one department's part must be told by."""
    if not able([member for member in pool if member.officer_id not in barred], items):
        return {"unmet"}
    again = set() if others else {"repeated"}
    fit = [
        team
        for team in teams
        if able(team.officers, items) and not {member.officer_id for member in team.officers} & barred
    ]
    if any(team.district in (district, BUREAU) for team in fit):
        return again
    return again | ({"borrowed"} if fit else {"direct"})


@settings(max_examples=40, deadline=None)
@given(people=officers_strategy, places=visits_strategy, refused=recusals_strategy, seed=st.integers(0, 2**32))
def test_order_of_input_decides_nothing(
    people: list[tuple[str, str, set[str], set[str], bool, str]],
    places: list[tuple[str, int]],
    refused: list[tuple[int, int, int, str]],
    seed: int,
) -> None:
    """Permuted officers, visits, items, tasks and recusals give the same teams and the same matching."""
    roster, visits, recusals = generated(people, places, refused)
    rng = Random(seed)
    order = rng.sample(range(len(visits)), len(visits))
    mixed = Visits(
        firm_id=tuple(visits.firm_id[place] for place in order),
        package=tuple(visits.package[place] for place in order),
        district=tuple(visits.district[place] for place in order),
    )
    plain = assign(visits, roster, ITEMS, TASKS, recusals)
    other = assign(
        mixed,
        rng.sample(roster, len(roster)),
        rng.sample(ITEMS, len(ITEMS)),
        rng.sample(TASKS, len(TASKS)),
        rng.sample(recusals, len(recusals)),
    )
    assert other.lot == plain.lot
    assert list(other.matches) == [plain.matches[place] for place in order]
