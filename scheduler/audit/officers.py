"""Claims about officers: who was eligible, which teams the lot made, which team went to which firm (8.1–8.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scheduler.audit.claims import Group
from scheduler.audit.context import Draw, Lists
from scheduler.audit.formats.files import HANDOVERS
from scheduler.audit.register import districts_of
from scheduler.audit.sampling import Sampling
from scheduler.audit.year import Differences
from scheduler.draw.canonical import split_list
from scheduler.i18n import gettext as _

MATCH_EXCEPTIONS = frozenset({"borrowed", "direct", "repeated", "unmet"})
LAST_YEAR = "last_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """One row of `roster.tsv`, as far as checks need it."""

    officer_id: str
    department: str
    district: str
    certificate_valid_until: str
    specialities: frozenset[str]
    item_ids: frozenset[str]
    lead_qualified: bool
    expert: bool
    active: bool

    def obstacle(self, day: str) -> str:
        """Why the officer is not eligible on a day (section 8.1); empty if nothing stands against it."""
        if not self.active:
            return _("not active")
        if self.expert:
            return _("an expert, not an officer")
        if self.certificate_valid_until < day:
            return _("certificate valid until {day}").format(day=self.certificate_valid_until or _("no day on record"))
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team: its post, its officers with the leader first, if it has one, and what they are specialised in."""

    team_id: str
    district: str
    department: str = ""
    officer_ids: tuple[str, ...]
    specialities: frozenset[str]
    reserve: bool = False

    def fits(self, need: Need) -> bool:
        """Whether the team has the specialities and the number of officers that a visit needs."""
        return need.specialities <= self.specialities and len(self.officer_ids) >= need.officers_required


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a visit serving a package needs, and its tasks' common window."""

    specialities: frozenset[str]
    officers_required: int
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One row of `visits.tsv`."""

    team_id: str
    visit_on: str
    exceptions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A firm that gave way after officers were drawn (8.14): rows of `handovers.tsv` and `substitutes.tsv` together."""

    number: str
    firm_out: str
    firm_in: str
    replaced: int
    decided_on: str
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """
    All that the officers' draw is made from and what came of it.

    Attributes
    ----------
    visits
        Recorded visits, by firm.
    teams
        Teams recomputed, by id.
    districts, packages
        District of each firm that was ever on the list, and package of those on it when officers were drawn.
    handovers, came
        Firms that gave way after that, and the package of each that came then.
    recused, met_last_year
        Officers recused from each firm in the window, and those recused only because they met it last year.
    """

    draw: Draw
    seed: str
    secret: bytes
    bureau: str
    window: Mapping[str, str]
    document: Mapping[str, Any]
    roster: Mapping[str, Officer]
    teams: Mapping[str, Team]
    needs: Mapping[str, Need]
    visits: Mapping[str, Visit]
    districts: Mapping[str, str]
    packages: Mapping[str, str]
    recused: Mapping[str, frozenset[str]]
    met_last_year: Mapping[str, frozenset[str]] = field(default_factory=dict)
    handovers: tuple[Handover, ...] = ()
    came: Mapping[str, str] = field(default_factory=dict)

    @property
    def format(self) -> int:
        """Format of officers.json, whose rules hold."""
        return int(self.document["format"])

    @property
    def places(self) -> dict[str, str]:
        """Places that drew one by one, in turn, each with its day; none where all drew at once (8.11)."""
        return {entry["district"]: entry["drawn_on"] for entry in self.document.get("places", ())}

    @property
    def is_complete(self) -> bool:
        """Whether all places have drawn: the bureau's own code draws last."""
        return not self.places or self.bureau in self.places

    @property
    def visits_of_newcomers(self) -> dict[str, Visit]:
        """Visits handed over, by the firm that came."""
        return {entry.firm_in: entry.visit for entry in self.handovers if entry.firm_in}

    def package_of(self, firm: str) -> str:
        """Package of a firm that is on the list or was."""
        return self.packages.get(firm) or self.came[firm]


def load_offices(sampling: Sampling, bureau: str) -> Offices:
    """Reads the officers' files of a draw, but for its teams; raises `RecordError`."""
    draw = sampling.draw
    window = draw.document("commitment.json")["window"]
    roster = load_roster(draw)
    seed, secret = draw.seed(), draw.officer_secret()
    recused = _recused(draw, window["starts_on"])
    visits = {
        firm: Visit(team_id=team, visit_on=day, exceptions=split_list(exceptions))
        for firm, team, day, exceptions in draw.table("visits.tsv").rows("firm_id", "team_id", "visit_on", "exception")
    }
    handovers = load_handovers(draw)
    packages, came = _packages(sampling, handovers)
    return Offices(
        draw=draw,
        seed=seed,
        secret=secret,
        bureau=bureau,
        window=window,
        document=draw.document("officers.json"),
        roster=roster,
        teams={},
        needs={entry["package"]: _need(entry) for entry in draw.document("officers.json")["packages"]},
        visits=visits,
        districts=_districts(sampling),
        packages=packages,
        recused=recused[False],
        met_last_year=recused[True],
        handovers=handovers,
        came=came,
    )


def load_handovers(draw: Draw) -> tuple[Handover, ...]:
    """Firms that gave way after officers were drawn, by number; raises `RecordError`."""
    if not draw.has(HANDOVERS):
        return ()
    gave_way = draw.table("substitutes.tsv").rows("number", "firm_out", "decided_on")
    told = {number: (firm_out, decided_on) for number, firm_out, decided_on in gave_way}
    columns = ("number", "firm_in", "replaced", "team_id", "visit_on", "exception")
    return tuple(
        Handover(
            number=number,
            firm_out=told.get(number, ("", ""))[0],
            firm_in=firm_in,
            replaced=int(replaced),
            decided_on=told.get(number, ("", ""))[1],
            visit=Visit(team_id=team_id, visit_on=day, exceptions=split_list(exception)),
        )
        for number, firm_in, replaced, team_id, day, exception in draw.table(HANDOVERS).rows(*columns)
    )


def _packages(sampling: Sampling, handovers: Sequence[Handover]) -> tuple[dict[str, str], dict[str, str]]:
    """Packages of the firms that officers were drawn for, by firm, and of those that came after."""
    if not handovers:
        return {firm: package for firm, (_stratum, package) in sampling.current.items()}, {}
    draw = sampling.draw
    packages = {firm: package for firm, package in draw.table("drawn.tsv").rows("firm_id", "package")}  # noqa: C416
    added = {firm: package for firm, package in draw.table("added.tsv").rows("firm_id", "package")}  # noqa: C416
    late = {entry.number for entry in handovers}
    standing, newcomers = set(packages), set()
    for number, firm_out, firm_in in draw.table("substitutes.tsv").rows("number", "firm_out", "firm_in"):
        if number in late:
            newcomers.add(firm_in)
        else:
            standing = standing - {firm_out} | {firm_in}
    packages |= added
    listed = {firm: packages[firm] for firm in sorted(standing & packages.keys())}
    return listed, {firm: added[firm] for firm in sorted(newcomers & added.keys())}


def load_roster(draw: Draw) -> dict[str, Officer]:
    """Officers of the roster, by id; raises `RecordError`."""
    columns = (
        "officer_id",
        "district",
        "certificate_valid_until",
        "specialities",
        "lead_qualified",
        "expert",
        "active",
        "department",
        "item_ids",
    )
    return {
        row[0]: Officer(
            officer_id=row[0],
            district=row[1],
            certificate_valid_until=row[2],
            specialities=frozenset(split_list(row[3])),
            lead_qualified=row[4] == "1",
            expert=row[5] == "1",
            active=row[6] == "1",
            department=row[7],
            item_ids=frozenset(split_list(row[8])),
        )
        for row in draw.table("roster.tsv").rows(*columns)
    }


def _need(entry: Mapping[str, Any]) -> Need:
    return Need(
        specialities=frozenset(entry["specialities"]),
        officers_required=entry["officers_required"],
        starts_on=entry["starts_on"],
        ends_on=entry["ends_on"],
    )


def _recused(draw: Draw, first_day: str) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Officers recused from each firm on any day of the window, for other reasons than last year's visit and for it."""
    version = draw.document("officers.json")["format"]
    recused: tuple[dict[str, set[str]], dict[str, set[str]]] = {}, {}
    rows = draw.table("recusals.tsv").rows("officer_id", "firm_id", "reason", "valid_until")
    for officer, firm, reason, valid_until in rows:
        if not valid_until or valid_until >= first_day:
            recused[version > 1 and reason == LAST_YEAR].setdefault(firm, set()).add(officer)
    hard, soft = ({firm: frozenset(officers) for firm, officers in kind.items()} for kind in recused)
    return hard, soft


def _districts(sampling: Sampling) -> dict[str, str]:
    firm_ids = sampling.draw.drawn().firm_id
    if sampling.draw.has("added.tsv"):
        firm_ids = np.concatenate([firm_ids, sampling.draw.table("added.tsv").fixed["firm_id"]])
    names = [firm.decode("ascii") for firm in firm_ids.tolist()]
    return dict(zip(names, districts_of(sampling.register, firm_ids), strict=True))


def check_eligible(group: Group, offices: Offices, section: str) -> None:
    """Claims that every officer of a team was eligible (sections 8.1 and 8.9)."""
    last_day = offices.window["ends_on"]
    differences: Differences = []
    for team_id, officer_id in offices.draw.table("teams.tsv").rows("team_id", "officer_id"):
        officer = offices.roster.get(officer_id)
        obstacle = officer.obstacle(last_day) if officer else _("not on the roster")
        if obstacle:
            expected = _("{officer} of {team} eligible on {day}").format(officer=officer_id, team=team_id, day=last_day)
            differences.append((expected, obstacle))
    group.first(
        section, _("every officer of a team is on duty, no expert, and certified to the end of the window"), differences
    )


def check_teams(group: Group, offices: Offices, section: str) -> None:
    """Claims that the teams are those of the lot (sections 8.2 and 8.9)."""
    expected = {
        (team.team_id, officer_id): (str(int(position == 0 and not team.reserve)), "0")
        for team in offices.teams.values()
        for position, officer_id in enumerate(team.officer_ids)
    }
    rows = offices.draw.table("teams.tsv").rows("team_id", "officer_id", "lead", "borrowed")
    found = {(team_id, officer_id): (lead, borrowed) for team_id, officer_id, lead, borrowed in rows}
    differences: Differences = []
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            want, got = expected.get(key), found.get(key)
            differences.append(
                (f"{key[1]} – {key[0]}: {_member(want)}", _member(got)),
            )
    group.first(
        section, _("the teams are those that the lot makes of the eligible officers"), differences, len(offices.teams)
    )


def _member(flags: tuple[str, str] | None) -> str:
    if flags is None:
        return _("not a member")
    return _("lead {lead}, borrowed {borrowed}").format(lead=flags[0], borrowed=flags[1])


def check_needs(group: Group, offices: Offices, lists: Lists) -> None:
    """Claims about officers.json: seed, days, packages and their needs (section 8.5)."""
    document, days = offices.document, offices.document["working_days"]
    packages = [entry["package"] for entry in document["packages"]]
    differences = [*_other_draw(offices), *_unfit_days(offices)]
    if packages != sorted(set(packages)) or not set(packages) >= set(offices.packages.values()):
        differences.append((_("every package drawn, ascending"), ", ".join(packages)))
    group.first("8.5", _("officers.json speaks of this draw, its window and its packages"), differences, len(days))
    group.not_checked(
        "8.5",
        _("working_days are the Chinese working days of the window"),
        _("no record holds the calendar; {count} days are listed").format(count=len(days)),
    )
    if document["format"] > 1:
        group.not_checked(
            "8.5",
            _("calendar.tsv, towns.tsv and the minutes of packages are true"),
            _("no record holds leave, addresses or the effort of items"),
        )
    needs = _other_needs(offices, lists, packages)
    group.first("8.5", _("the needs of every package are those of the frozen items and tasks"), needs, len(packages))


def _other_draw(offices: Offices) -> Differences:
    """Where officers.json names another draw or seed, or a day before that of the draw."""
    document, ceremony = offices.document, offices.draw.document("ceremony.json")
    differences: Differences = [
        (f"{key}: {value}", document[key])
        for key, value in (("draw_id", offices.draw.draw_id), ("seed", offices.seed))
        if document[key] != value
    ]
    if document["drawn_on"] < ceremony["drawn_on"]:
        differences.append((f"drawn_on ≥ {ceremony['drawn_on']}", document["drawn_on"]))
    return differences


def _unfit_days(offices: Offices) -> Differences:
    """Working days that do not ascend, or are not of the window and after the day of the lot."""
    days, drawn_on, window = offices.document["working_days"], offices.document["drawn_on"], offices.window
    differences: Differences = []
    if days != sorted(set(days)):
        differences.append((_("working days, ascending"), ", ".join(days)))
    differences += [
        (_("days of the window after {day}").format(day=drawn_on), day)
        for day in days
        if not (drawn_on < day and window["starts_on"] <= day <= window["ends_on"])
    ]
    return differences


def _other_needs(offices: Offices, lists: Lists, packages: Sequence[str]) -> Differences:
    """Packages that the frozen tasks do not have, or of which the frozen items and tasks need something else."""
    return [
        (f"{package}: {_listed_need(lists, package)}", offices.needs[package])
        if lists.is_package(package)
        else (_("packages of the frozen tasks"), package)
        for package in packages
        if not lists.is_package(package) or _listed_need(lists, package) != offices.needs[package]
    ]


def _listed_need(lists: Lists, package: str) -> Need:
    items = [lists.items[item_id] for item_id in lists.items_of(package) if item_id in lists.items]
    tasks = [lists.tasks[task_id] for task_id in package.split("+")]
    return Need(
        specialities=frozenset(item.speciality for item in items) - {""},
        officers_required=max((item.officers_required for item in items), default=0),
        starts_on=max(task.starts_on for task in tasks),
        ends_on=min(task.ends_on for task in tasks),
    )
