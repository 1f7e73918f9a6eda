"""
The made-up register as columns of numbers: who is where, of which kind, age, industry and in which special library.

Counts by district and type are exact shares, not lots, so that a small city has everything a large one has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.errors import UsageError
from scheduler.example.credit_codes import credit_codes
from scheduler.example.parameters import ExampleParameters, LibraryShape
from scheduler.example.randomness import Chance, Whole, apportion
from scheduler.i18n import gettext as _
from scheduler.parameters import micro
from scheduler.registry.codes import FIRM_STATUSES, OBJECT_TYPES, FirmStatus, ObjectType
from scheduler.registry.frame import Frame, Ids, Mask
from scheduler.registry.items import MICRO

LEAST_FIRMS = 200
TYPES = (ObjectType.ENTERPRISE, ObjectType.INDIVIDUAL, ObjectType.COOPERATIVE, ObjectType.REPRESENTATIVE)
_KINDS = (b"91", b"92", b"93", b"91")
_UNSET = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """
    All firms, in ascending order of their codes; shape (n,) each.

    Attributes
    ----------
    frame
        What the register tells.
    district
        Position in the parameters' districts.
    type
        Position in `TYPES`.
    industry
        Position in the parameters' industries, also where the register does not tell it.
    registrar
        Characters 3 to 8 of the code.
    """

    frame: Frame
    district: Whole
    type: Whole
    industry: Whole
    registrar: Ids


def build_register(parameters: ExampleParameters, chance: Chance, num_firms: int) -> Register:
    """
    Makes the register.

    Raises
    ------
    UsageError
        If fewer than `LEAST_FIRMS` are asked for: a city so small cannot have every district, type and library.
    """
    if num_firms < LEAST_FIRMS:
        raise UsageError(
            _("expected at least {least} firms, got {number}; ask for more").format(least=LEAST_FIRMS, number=num_firms)
        )
    district, object_type = _cells(parameters, num_firms)
    registrar = _registrars(parameters, chance, district)
    ids = credit_codes(chance, np.array(_KINDS)[object_type], registrar)
    order = np.argsort(ids)
    district, object_type, registrar = district[order], object_type[order], registrar[order]
    statuses = tuple(parameters.statuses)
    status = chance.chosen("status", num_firms, tuple(parameters.statuses.values()))
    operating = np.asarray(status == statuses.index(FirmStatus.OPERATING))
    industry, libraries = _libraries(parameters, chance, object_type, operating)
    industry = _industries(parameters, chance, object_type, industry)
    frame = Frame(
        firm_id=ids[order],
        object_type=np.array([OBJECT_TYPES.index(code) for code in TYPES], dtype=np.int16)[object_type],
        district=_district_codes(parameters)[district],
        status=np.array([FIRM_STATUSES.index(code) for code in statuses], dtype=np.int16)[status],
        industry=_told_industries(parameters, chance, industry, libraries),
        established_on=_dates(parameters, chance, num_firms),
        capital_yuan=_capital(parameters, chance, object_type),
        libraries=libraries,
        district_codes=tuple(sorted(entry.code for entry in parameters.districts)),
        library_codes=tuple(sorted(entry.code for entry in parameters.libraries)),
    )
    return Register(frame=frame, district=district, type=object_type, industry=industry, registrar=registrar)


def _cells(parameters: ExampleParameters, num_firms: int) -> tuple[Whole, Whole]:
    """District and type of every firm: exact shares of district × type, but no district empty and no type too rare."""
    weights = np.zeros((len(parameters.districts), len(TYPES)), dtype=np.int64)
    for row, entry in enumerate(parameters.districts):
        mix = entry.types or parameters.types
        shares = [mix.get(code, 0) for code in TYPES]
        weights[row] = [entry.weight * share * MICRO // sum(shares) for share in shares]
    counts = np.array(apportion(num_firms, weights.ravel().tolist()), dtype=np.int64).reshape(weights.shape)
    for empty in np.flatnonzero((weights.sum(axis=1) > 0) & (counts.sum(axis=1) == 0)):
        _move(counts, counts[empty], weights[empty], 1)
    for column in np.flatnonzero(weights.sum(axis=0) > 0):
        line = counts[:, column]
        _move(counts, line, weights[:, column], parameters.least_of_a_type - int(line.sum()))
    cell = np.repeat(np.arange(counts.size, dtype=np.int64), counts.ravel())
    return cell // len(TYPES), cell % len(TYPES)


def _move(counts: Whole, line: Whole, weights: Whole, num: int) -> None:
    """Moves `num` firms (none if negative) from the largest cells to `line`, a view of `counts`, by its weights."""
    for _step in range(num):
        counts[np.unravel_index(np.argmax(counts), counts.shape)] -= 1
        line[int(np.argmax(weights // (1 + line)))] += 1


def _district_codes(parameters: ExampleParameters) -> npt.NDArray[np.int16]:
    """Index into the frame's ascending district codes of each district of the parameters."""
    codes = [entry.code for entry in parameters.districts]
    return np.array([sorted(codes).index(code) for code in codes], dtype=np.int16)


def _registrars(parameters: ExampleParameters, chance: Chance, district: Whole) -> Ids:
    registrar = np.zeros(len(district), dtype="S6")
    for index, entry in enumerate(parameters.districts):
        here = np.flatnonzero(district == index)
        drawn = chance.chosen(f"registrar/{entry.code}", len(here), tuple(entry.registrars.values()))
        registrar[here] = np.array([code.encode("ascii") for code in entry.registrars])[drawn]
    return registrar


def _libraries(
    parameters: ExampleParameters, chance: Chance, object_type: Whole, operating: Mask
) -> tuple[Whole, npt.NDArray[np.uint64]]:
    """Firms of each special library, operating ones only; those of a library with industries get one of them."""
    num = len(object_type)
    industry = np.full(num, _UNSET, dtype=np.int64)
    libraries = np.zeros(num, dtype=np.uint64)
    positions = {code: index for index, code in enumerate(parameters.industries)}
    bits = sorted(entry.code for entry in parameters.libraries)
    for library in parameters.libraries:
        open_to = operating & (industry == _UNSET) if library.industries else operating
        members = _members(library, chance, object_type, open_to)
        libraries[members] |= np.uint64(1 << bits.index(library.code))
        if library.industries:
            given = np.array([positions[code] for code in library.industries], dtype=np.int64)
            industry[members] = given[chance.below(f"library/{library.code}/industry", len(members), len(given))]
    return industry, libraries


def _members(library: LibraryShape, chance: Chance, object_type: Whole, open_to: Mask) -> Whole:
    """Positions of a library's firms: of each type its exact share, of its commonest type at least `least`."""
    num = len(object_type)
    largest = max(library.shares, key=lambda code: library.shares[code])
    order = chance.shuffled(f"library/{library.code}", num)
    chosen = []
    for code, share in library.shares.items():
        size = (num * micro(share) + MICRO // 2) // MICRO
        able = open_to & (object_type == TYPES.index(code))
        chosen.append(order[able[order]][: max(size, library.least if code is largest else 0)])
    return np.sort(np.concatenate(chosen))


def _industries(parameters: ExampleParameters, chance: Chance, object_type: Whole, industry: Whole) -> Whole:
    """Industry of every firm: the one its library gave it, otherwise by the weights of its type."""
    filled = industry.copy()
    shapes = parameters.industries.values()
    for index, code in enumerate(TYPES):
        # a representative office does what enterprises do
        name = ObjectType.ENTERPRISE if code is ObjectType.REPRESENTATIVE else code
        weights = [getattr(shape, name.value) for shape in shapes]
        here = np.flatnonzero((object_type == index) & (industry == _UNSET))
        filled[here] = chance.chosen(f"industry/{code.value}", len(here), weights)
    return filled


def _told_industries(
    parameters: ExampleParameters, chance: Chance, industry: Whole, libraries: npt.NDArray[np.uint64]
) -> Ids:
    codes = np.array([code.encode("ascii") for code in parameters.industries], dtype="S5")[industry]
    share = np.full(len(codes), micro(parameters.unknown.industry), dtype=np.int64)
    codes[chance.happens("unknown/industry", share) & (libraries == 0)] = b""
    return codes


def _dates(parameters: ExampleParameters, chance: Chance, num: int) -> npt.NDArray[np.datetime64]:
    """Dates of establishment, the day before the base date at the latest."""
    ages = parameters.ages
    drawn = chance.chosen("age", num, [entry.weight for entry in ages])
    start = np.array([entry.start * 365 for entry in ages], dtype=np.int64)
    span = np.array([(entry.stop - entry.start) * 365 for entry in ages], dtype=np.int64)
    days = 1 + start[drawn] + chance.within("age/day", span[drawn])
    dates = np.datetime64(parameters.base_date, "D") - days.astype("timedelta64[D]")
    share = np.full(num, micro(parameters.unknown.established_on), dtype=np.int64)
    dates[chance.happens("unknown/established_on", share)] = np.datetime64("NaT")
    return np.asarray(dates)


def _capital(parameters: ExampleParameters, chance: Chance, object_type: Whole) -> Whole:
    """Registered capital in yuan, −1 where unknown or where the type has none."""
    capital = np.full(len(object_type), -1, dtype=np.int64)
    for index, code in enumerate(TYPES):
        choices = parameters.capital.get(code, ())
        here = np.flatnonzero(object_type == index)
        if choices:
            drawn = chance.chosen(f"capital/{code.value}", len(here), [entry.weight for entry in choices])
            capital[here] = np.array([entry.yuan for entry in choices], dtype=np.int64)[drawn]
    share = np.full(len(object_type), micro(parameters.unknown.capital_yuan), dtype=np.int64)
    capital[chance.happens("unknown/capital_yuan", share)] = -1
    return capital
