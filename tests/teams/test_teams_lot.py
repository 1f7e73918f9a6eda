"""Eligibility, teams by lot and matching: the hard rules, evenness, order, unpredictability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.draw.hashing import keyed_digest
from scheduler.teams.eligibility import ExclusionReason, check_eligibility, exclusion_reasons
from scheduler.teams.lots import Team, draw_teams
from scheduler.teams.matching import NO_TEAM, Matching, Visits, match_visits
from scheduler.teams.needs import PackageNeeds
from scheduler.teams.roster import Officer, Recusal

FIRST_DAY, LAST_DAY = date(2026, 3, 2), date(2026, 5, 29)
BUREAU = "371000"
SEED = "ab" * 32
SECRET = b"k" * 32


def officer(officer_id: str, district: str = "371002", **changes: Any) -> Officer:
    """An eligible officer without specialities who may lead, but for the changes."""
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


def needs(package: str = "T1", specialities: tuple[str, ...] = (), officers_required: int = 2) -> PackageNeeds:
    """Needs of one package over the whole window."""
    return PackageNeeds(
        package=package,
        specialities=specialities,
        officers_required=officers_required,
        starts_on=FIRST_DAY,
        ends_on=LAST_DAY,
    )


def teams_of(officers: Iterable[Officer], secret: bytes = SECRET) -> tuple[Team, ...]:
    """Teams drawn from a roster."""
    eligible = check_eligibility(officers, LAST_DAY).eligible
    return draw_teams(eligible, draw_id="2026-1-1", seed=SEED, officer_secret=secret).teams


def match(
    visits: Visits,
    teams: tuple[Team, ...],
    package: PackageNeeds | None = None,
    recusals: Iterable[Recusal] = (),
    secret: bytes = SECRET,
) -> Matching:
    """Matching with one kind of package."""
    wanted = package or needs()
    return match_visits(
        visits,
        teams,
        needs={wanted.package: wanted},
        recusals=recusals,
        first_day=FIRST_DAY,
        bureau=BUREAU,
        seed=SEED,
        officer_secret=secret,
    )


def visits_in(district: str, number: int, package: str = "T1", first: int = 0) -> Visits:
    """Visits to made-up firms of one district."""
    return Visits(
        firm_id=tuple(f"FIRM{index:04d}" for index in range(first, first + number)),
        package=(package,) * number,
        district=(district,) * number,
    )


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
    """With n = 5, L = 2: t = min(2, 5 div 2) = 2; leads in the order of the lot, others dealt 1, 2, 1."""
    roster = [officer(f"O{number}", lead_qualified=number in (2, 4)) for number in range(1, 6)]
    order = sorted((keyed_digest(SECRET, "officer", SEED, entry.officer_id), entry.officer_id) for entry in roster)
    leads = [name for _, name in order if name in ("O2", "O4")]
    others = [name for _, name in order if name not in ("O2", "O4")]
    first, second = teams_of(roster)
    assert [member.officer_id for member in first.officers] == [leads[0], others[0], others[2]]
    assert [member.officer_id for member in second.officers] == [leads[1], others[1]]
    assert (first.team_id, second.team_id) == ("2026-1-1-371002-001", "2026-1-1-371002-002")
    assert first.lead.officer_id == leads[0]


def test_leads_beyond_the_number_of_teams_become_members() -> None:
    """Four officers who may all lead make 4 div 2 = 2 teams of two, not four."""
    teams = teams_of([officer(f"O{number}") for number in range(4)])
    assert [len(team.officers) for team in teams] == [2, 2]


@pytest.mark.parametrize(
    "roster",
    [
        [officer("O1")],  # one officer: 1 div 2 = 0
        [officer("O1", lead_qualified=False), officer("O2", lead_qualified=False)],  # no lead
        [officer("O1", district="371002"), officer("O2", district="371003")],  # never across districts
    ],
)
def test_district_that_cannot_make_a_team_leaves_its_officers_idle(roster: list[Officer]) -> None:
    """Officers of a district without two officers or without a lead are named as idle."""
    lot = draw_teams(roster, draw_id="2026-1-1", seed=SEED, officer_secret=SECRET)
    assert lot.teams == ()
    assert lot.idle == tuple(entry.officer_id for entry in roster)


def test_team_numbers_pass_three_digits() -> None:
    """The thousandth team of a district is number 1000: 2,000 officers who may lead make 1,000 teams."""
    teams = teams_of([officer(f"O{number:04d}") for number in range(2000)])
    assert teams[0].team_id.endswith("-001")
    assert teams[-1].team_id.endswith("-1000")


def test_visits_of_one_district_are_shared_evenly() -> None:
    """Ten visits over three teams that all fit: loads 4, 3, 3."""
    teams = teams_of([officer(f"O{number}") for number in range(6)])
    loads = match(visits_in("371002", 10), teams).loads(len(teams))
    assert sorted(loads.tolist()) == [3, 3, 4]


def test_speciality_may_come_from_different_officers() -> None:
    """A team fits if its officers together have every speciality, and does not if one is missing."""
    teams = teams_of([officer("O1", specialities=("food",)), officer("O2", specialities=("drug",))])
    visits = visits_in("371002", 1)
    assert match(visits, teams, needs(specialities=("drug", "food"))).team.tolist() == [0]
    assert match(visits, teams, needs(specialities=("drug", "metrology"))).team.tolist() == [NO_TEAM]


def test_visit_that_needs_three_officers_gets_no_team_of_two() -> None:
    """`officers_required` is never undercut: 5 officers with 2 leads make a team of 3 and one of 2."""
    teams = teams_of([officer(f"O{number}", lead_qualified=number < 2) for number in range(5)])
    large = next(index for index, team in enumerate(teams) if len(team.officers) == 3)
    assert set(match(visits_in("371002", 6), teams, needs(officers_required=3)).team.tolist()) == {large}
    assert set(match(visits_in("371002", 6), teams, needs(officers_required=4)).team.tolist()) == {NO_TEAM}


def test_district_without_team_takes_the_bureau_before_others() -> None:
    """The bureau's own teams serve a district that has none, without an exception; others are borrowed."""
    bureau = [officer("B1", BUREAU), officer("B2", BUREAU)]
    neighbour = [officer("N1", "371003"), officer("N2", "371003")]
    visits = visits_in("371002", 3)
    both = teams_of([*bureau, *neighbour])
    served = match(visits, both)
    assert {both[team].district for team in served.team.tolist()} == {BUREAU}
    assert not served.borrowed.any()
    lent = match(visits, teams_of(neighbour))
    assert lent.team.tolist() == [0, 0, 0]
    assert lent.borrowed.all()


def test_visit_of_the_bureau_itself_is_no_loan() -> None:
    """A firm whose district is the bureau's own code is visited by the bureau's own teams."""
    teams = teams_of([officer("B1", BUREAU), officer("B2", BUREAU), officer("N1", "371003"), officer("N2", "371003")])
    served = match(visits_in(BUREAU, 2), teams)
    assert {teams[team].district for team in served.team.tolist()} == {BUREAU}
    assert not served.borrowed.any()


def test_without_any_officer_every_visit_is_unmet() -> None:
    """A year without officers gives visits without teams, not an error."""
    served = match(visits_in("371002", 2), ())
    assert served.team.tolist() == [NO_TEAM, NO_TEAM]
    assert not served.borrowed.any()


def test_no_visits_give_no_teams() -> None:
    """A round that drew nobody is matched with nothing."""
    assert len(match(visits_in("371002", 0), teams_of([officer("O1"), officer("O2")])).team) == 0


@pytest.mark.parametrize(
    ("valid_until", "team"),
    [
        (None, NO_TEAM),  # for ever
        (FIRST_DAY, NO_TEAM),  # on one day of the window
        (FIRST_DAY - timedelta(days=1), 0),  # over before the window
    ],
)
def test_recusal_holds_on_any_day_of_the_window(valid_until: date | None, team: int) -> None:
    """A team with a recused officer never visits the firm, not even if the recusal ends within the window."""
    teams = teams_of([officer("O1"), officer("O2")])
    recusal = Recusal(officer_id="O2", firm_id="FIRM0000", reason="kin", valid_until=valid_until)
    assert match(visits_in("371002", 1), teams, recusals=[recusal]).team.tolist() == [team]


def test_recusal_of_all_teams_of_a_district_borrows() -> None:
    """Where every team of the district is recused the neighbour's goes, as an exception."""
    teams = teams_of([officer("A1"), officer("A2"), officer("N1", "371003"), officer("N2", "371003")])
    recusal = Recusal(officer_id="A1", firm_id="FIRM0001", reason="interest", valid_until=None)
    served = match(visits_in("371002", 3), teams, recusals=[recusal])
    home = [teams[team].district for team in served.team.tolist()]
    assert home == ["371002", "371003", "371002"]
    assert served.borrowed.tolist() == [False, True, False]


def test_recusal_of_a_stranger_changes_nothing() -> None:
    """A recusal of somebody who is in no team is of no weight."""
    teams = teams_of([officer("O1"), officer("O2")])
    recusal = Recusal(officer_id="O9", firm_id="FIRM0000", reason="kin", valid_until=None)
    assert match(visits_in("371002", 1), teams, recusals=[recusal]).team.tolist() == [0]


def test_matching_equals_the_rule_worked_by_hand() -> None:
    """Three visits, two teams: the order of visits and the tie are recomputed here from the specification's words."""
    teams = teams_of([officer(f"O{number}") for number in range(4)])
    visits = visits_in("371002", 3)
    order = sorted(visits.firm_id, key=lambda firm_id: keyed_digest(SECRET, "visit", SEED, firm_id))
    tie = {
        firm_id: min((0, 1), key=lambda team: keyed_digest(SECRET, "match", SEED, firm_id, teams[team].team_id))
        for firm_id in order
    }
    # The first visit meets two empty teams, the second the other team, the third two teams of load 1 again.
    expected = {order[0]: tie[order[0]], order[1]: 1 - tie[order[0]], order[2]: tie[order[2]]}
    served = match(visits, teams)
    assert dict(zip(visits.firm_id, served.team.tolist(), strict=True)) == expected


def test_visits_refuse_a_firm_twice_and_ragged_columns() -> None:
    """One visit a firm, columns of one length."""
    with pytest.raises(ValueError, match="a firm twice"):
        Visits(firm_id=("A", "A"), package=("T1", "T1"), district=("1", "1"))
    with pytest.raises(ValueError, match="one length"):
        Visits(firm_id=("A",), package=(), district=("1",))


def test_teams_and_visits_depend_on_the_secret() -> None:
    """With the same seed and roster, 40 secrets give many team lists and send a firm to every team."""
    roster = [officer(f"O{number}") for number in range(8)]
    visits = visits_in("371002", 12)
    made, met = set(), Counter[str]()
    for number in range(40):
        secret = bytes([number]) * 32
        teams = teams_of(roster, secret)
        made.add(tuple(tuple(member.officer_id for member in team.officers) for team in teams))
        team = teams[int(match(visits, teams, secret=secret).team[0])]
        met.update(member.officer_id for member in team.officers)
    # 8 officers have 8! = 40,320 orders, each another list of teams: among 40 a repetition is unlikely.
    assert len(made) > 35
    # Each officer meets the firm with chance 1/4: 10 times of 40 expected; the chance of none is below 0.75^40 ≈ 1e-5.
    assert len(met) == 8


DISTRICTS = ("371002", "371003", "371082", BUREAU)
SPECIALITIES = ("drug", "food", "metrology")

officers_strategy = st.lists(
    st.builds(
        lambda district, skills, lead, expert, active, days: (district, skills, lead, expert, active, days),
        st.sampled_from(DISTRICTS),
        st.sets(st.sampled_from(SPECIALITIES)),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.one_of(st.none(), st.integers(-30, 30)),
    ),
    max_size=14,
)
visits_strategy = st.lists(st.tuples(st.sampled_from(DISTRICTS), st.integers(0, 3)), max_size=12)
recusals_strategy = st.lists(st.tuples(st.integers(0, 13), st.integers(0, 11), st.integers(-5, 5)), max_size=20)
PACKAGES = {
    "T0": needs("T0"),
    "T1": needs("T1", ("food",)),
    "T2": needs("T2", ("drug", "food")),
    "T3": needs("T3", (), 3),
}


def generated(
    people: list[tuple[str, set[str], bool, bool, bool, int | None]],
    places: list[tuple[str, int]],
    refused: list[tuple[int, int, int]],
) -> tuple[list[Officer], Visits, list[Recusal]]:
    """A roster, visits and recusals from generated numbers."""
    roster = [
        officer(
            f"O{number:02d}",
            district,
            specialities=tuple(sorted(skills)),
            lead_qualified=lead,
            expert=expert,
            active=active,
            certificate_valid_until=None if days is None else LAST_DAY + timedelta(days=days),
        )
        for number, (district, skills, lead, expert, active, days) in enumerate(people)
    ]
    visits = Visits(
        firm_id=tuple(f"FIRM{number:04d}" for number in range(len(places))),
        package=tuple(f"T{package}" for _, package in places),
        district=tuple(district for district, _ in places),
    )
    recusals = [
        Recusal(
            officer_id=f"O{who:02d}",
            firm_id=f"FIRM{firm:04d}",
            reason="kin",
            valid_until=FIRST_DAY + timedelta(days=days),
        )
        for who, firm, days in refused
    ]
    return roster, visits, recusals


def outcome(
    roster: Iterable[Officer], visits: Visits, recusals: Iterable[Recusal]
) -> tuple[tuple[Team, ...], Matching]:
    """Teams and matching of a generated case."""
    teams = teams_of(roster)
    served = match_visits(
        visits,
        teams,
        needs=PACKAGES,
        recusals=recusals,
        first_day=FIRST_DAY,
        bureau=BUREAU,
        seed=SEED,
        officer_secret=SECRET,
    )
    return teams, served


@settings(max_examples=150, deadline=None)
@given(people=officers_strategy, places=visits_strategy, refused=recusals_strategy)
def test_no_hard_rule_is_ever_broken(
    people: list[tuple[str, set[str], bool, bool, bool, int | None]],
    places: list[tuple[str, int]],
    refused: list[tuple[int, int, int]],
) -> None:
    """Whatever the roster: teams of two or more certified officers with a lead, and fit for every visit they make."""
    roster, visits, recusals = generated(people, places, refused)
    teams, served = outcome(roster, visits, recusals)
    members = [member for team in teams for member in team.officers]
    assert len({member.officer_id for member in members}) == len(members)
    for member in members:
        assert member.active
        assert not member.expert
        assert member.certified_on(LAST_DAY)
    for team in teams:
        assert len(team.officers) >= 2
        assert team.lead.lead_qualified
        assert {member.district for member in team.officers} == {team.district}
    for index, chosen in enumerate(served.team.tolist()):
        fit = [
            position
            for position, team in enumerate(teams)
            if may_visit(team, visits.firm_id[index], PACKAGES[visits.package[index]], recusals)
        ]
        assert (chosen in fit) if fit else (chosen == NO_TEAM)  # a true exception: unmet only where nobody fits
        home = {teams[position].district for position in fit} & {visits.district[index], BUREAU}
        assert bool(served.borrowed[index]) == (bool(fit) and not home)


def may_visit(team: Team, firm_id: str, package: PackageNeeds, recusals: Iterable[Recusal]) -> bool:
    """The hard rules of one visit, in words of their own."""
    skills = {skill for member in team.officers for skill in member.specialities}
    barred = {
        recusal.officer_id
        for recusal in recusals
        if recusal.firm_id == firm_id and (recusal.valid_until is None or recusal.valid_until >= FIRST_DAY)
    }
    return (
        set(package.specialities) <= skills
        and len(team.officers) >= package.officers_required
        and not barred & {member.officer_id for member in team.officers}
    )


@settings(max_examples=60, deadline=None)
@given(people=officers_strategy, places=visits_strategy, refused=recusals_strategy, shuffled=st.randoms())
def test_order_of_input_decides_nothing(
    people: list[tuple[str, set[str], bool, bool, bool, int | None]],
    places: list[tuple[str, int]],
    refused: list[tuple[int, int, int]],
    shuffled: Random,
) -> None:
    """Permuted officers, visits and recusals give the same teams and the same matching."""
    roster, visits, recusals = generated(people, places, refused)
    teams, served = outcome(roster, visits, recusals)
    order = list(range(len(visits)))
    for entries in (roster, recusals, order):
        shuffled.shuffle(entries)
    permuted = Visits(
        firm_id=tuple(visits.firm_id[index] for index in order),
        package=tuple(visits.package[index] for index in order),
        district=tuple(visits.district[index] for index in order),
    )
    again, served_again = outcome(roster, permuted, recusals)
    assert [team.team_id for team in again] == [team.team_id for team in teams]
    assert [team.officers for team in again] == [team.officers for team in teams]
    assert served_again.team.tolist() == [served.team.tolist()[index] for index in order]


@settings(max_examples=60, deadline=None)
@given(people=officers_strategy, number=st.integers(0, 30))
def test_loads_differ_by_one_where_every_team_fits(
    people: list[tuple[str, set[str], bool, bool, bool, int | None]], number: int
) -> None:
    """Without specialities and recusals the loads of a district's teams differ by at most one."""
    roster, _, _ = generated(people, [], [])
    teams = teams_of([entry for entry in roster if entry.district == "371002"])
    if teams:
        loads = match(visits_in("371002", number), teams).loads(len(teams))
        assert loads.max() - loads.min() <= 1
        assert loads.sum() == number
