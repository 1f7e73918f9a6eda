"""
The made-up roster: officers by district, department and speciality, and who must not meet which firm.

Specialities and the right to lead go round in turn within a district, so that even eight officers make teams that can
do every kind of visit. Names carry the character 例 and are nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from scheduler.example.firms import TYPES, Register
from scheduler.example.parameters import ExampleParameters
from scheduler.example.randomness import Chance, Whole, apportion
from scheduler.parameters import micro
from scheduler.registry.codes import ObjectType
from scheduler.registry.items import MICRO
from scheduler.teams.roster import Officer, Recusal

_PATTERNS = ((0, 2), (1, 3, 0), (2, 4), (3, 4), (4, 1, 2), (0, 3, 4), (1, 4), (2, 0, 1))  # specialities, in turn
_YEARS_VALID = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """District of a group of officers and how many of them are of which standing."""

    code: str
    name: str
    num: int
    partners: int
    expired: int
    inactive: int


def build_officers(parameters: ExampleParameters, chance: Chance, register: Register) -> tuple[Officer, ...]:
    """All officers and experts, by id."""
    officers = [
        _officer(parameters, chance, place, number)
        for place in _places(parameters, register)
        for number in range(place.num)
    ]
    experts = max(2, parameters.roster.experts_per_thousand * len(officers) // 1000)
    officers += [_expert(parameters, chance, number) for number in range(experts)]
    return tuple(sorted(officers, key=lambda officer: officer.officer_id))


def build_recusals(
    parameters: ExampleParameters, chance: Chance, register: Register, officers: tuple[Officer, ...]
) -> tuple[Recusal, ...]:
    """Pairs of an officer and an operating enterprise of the officer's district, sorted."""
    shape = parameters.roster
    able = [officer for officer in officers if not officer.expert and officer.district != parameters.bureau]
    num = max(6, shape.recusals_per_thousand * len(officers) // 1000)
    who = chance.shuffled("recusal/officer", len(able))[:num]
    where = {entry.code: index for index, entry in enumerate(parameters.districts)}
    enterprises = register.frame.operating() & (register.type == TYPES.index(ObjectType.ENTERPRISE))
    recusals = []
    for number, officer in enumerate(able[index] for index in who):
        firms = np.flatnonzero(enterprises & (register.district == where[officer.district]))
        if not len(firms):
            continue
        firm = firms[chance.below(f"recusal/{number}", 1, len(firms))[0]]
        reason = number % len(shape.recusal_reasons)
        recusals.append(
            Recusal(
                officer_id=officer.officer_id,
                firm_id=register.frame.firm_id[firm].decode("ascii"),
                reason=shape.recusal_reasons[reason],
                # a former employer binds for three years, the rest for good
                valid_until=_shifted(parameters.base_date, 3 * 365) if reason == 1 else None,
            )
        )
    return tuple(sorted(recusals, key=lambda entry: (entry.officer_id, entry.firm_id, entry.reason)))


def _places(parameters: ExampleParameters, register: Register) -> Iterator[_Place]:
    """Districts, by the hours their firms cost, then the bureau itself."""
    shape, num_firms = parameters.roster, len(register.frame)
    total = num_firms // shape.firms_per_officer
    city = max(4, total * micro(shape.city_share) // MICRO)
    hours = _hours(parameters, register)
    shares = apportion(max(total - city, 0), hours)
    for entry, share in zip(parameters.districts, shares, strict=True):
        yield _place(parameters, entry.code, entry.name, max(share, shape.least_per_district))
    yield _place(parameters, parameters.bureau, "威海市", city)


def _hours(parameters: ExampleParameters, register: Register) -> list[int]:
    """What each district's firms cost, in hundredths of a firm that is no enterprise."""
    weight = int(parameters.roster.enterprise_weight * 100)
    cost = np.where(register.type == TYPES.index(ObjectType.ENTERPRISE), weight, 100)
    return [int(cost[register.district == index].sum()) for index in range(len(parameters.districts))]


def _place(parameters: ExampleParameters, code: str, name: str, num: int) -> _Place:
    shape = parameters.roster
    spare = num > 2 * shape.least_per_district
    return _Place(
        code=code,
        name=name,
        num=num,
        partners=num * micro(shape.partner_share) // MICRO if num > 5 * shape.least_per_district else 0,
        expired=max(1, num * micro(shape.expired_share) // MICRO) if spare else 0,
        inactive=max(1, num * micro(shape.inactive_share) // MICRO) if spare else 0,
    )


def _officer(parameters: ExampleParameters, chance: Chance, place: _Place, number: int) -> Officer:
    """Officer of a place; partners come last, those who cannot inspect before them."""
    shape = parameters.roster
    officer_id = f"{place.code}-{number + 1:04d}"
    lot = chance.below(f"officer/{officer_id}", 4, 2**32)
    from_end = place.num - 1 - number
    partner = from_end < place.partners
    expired = place.partners <= from_end < place.partners + place.expired
    inactive = not partner and not expired and from_end < place.partners + place.expired + place.inactive
    department = shape.partner_departments[number % len(shape.partner_departments)] if partner else shape.department
    return Officer(
        officer_id=officer_id,
        name=_name(parameters, lot),
        unit=place.name + (department if partner else shape.unit),
        department=department,
        level="市级" if place.code == parameters.bureau else "区（市）级",
        district=place.code,
        certificate_no=f"SL{place.code.replace('-', '')}{number + 1:05d}",
        certificate_valid_until=_valid_until(parameters.base_date, int(lot[2]), expired),
        post=shape.posts[int(lot[3]) % len(shape.posts)],
        specialities=() if partner else _specialities(shape.specialities, number),
        item_ids=_partner_items(parameters, department) if partner else (),
        lead_qualified=not partner and number % 100 * 37 % 100 < micro(shape.lead_share) * 100 // MICRO,
        expert=False,
        active=not inactive,
    )


def _specialities(codes: tuple[str, ...], number: int) -> tuple[str, ...]:
    pattern = _PATTERNS[number % len(_PATTERNS)]
    return tuple(sorted({codes[index % len(codes)] for index in pattern}))


def _partner_items(parameters: ExampleParameters, department: str) -> tuple[str, ...]:
    return tuple(sorted(code for code, item in parameters.items.items() if item.department == department))


def _name(parameters: ExampleParameters, lot: Whole) -> str:
    shape = parameters.roster
    surname = shape.surnames[int(lot[0]) % len(shape.surnames)]
    return f"{surname}例{shape.given_names[int(lot[1]) % len(shape.given_names)]}"


def _valid_until(base: date, lot: int, expired: bool) -> date:
    """Last day of a certificate: from two in three years around the base date where it fails, years later otherwise."""
    if expired:
        return _shifted(base, lot % 450 - 250)
    return _shifted(base, 366 + lot % (_YEARS_VALID * 365))


def _expert(parameters: ExampleParameters, chance: Chance, number: int) -> Officer:
    shape = parameters.roster
    officer_id = f"X-{number + 1:04d}"
    lot = chance.below(f"officer/{officer_id}", 4, 2**32)
    return Officer(
        officer_id=officer_id,
        name=_name(parameters, lot),
        unit=shape.expert_units[number % len(shape.expert_units)],
        department=shape.expert_units[number % len(shape.expert_units)],
        level="专家",
        district=parameters.bureau,
        certificate_no="",
        certificate_valid_until=None,
        post="",
        specialities=_specialities(shape.specialities, number),
        item_ids=(),
        lead_qualified=False,
        expert=True,
        active=True,
    )


def _shifted(day: date, days: int) -> date:
    return day + timedelta(days=days)
