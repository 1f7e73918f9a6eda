"""
Turns a sheet into columns of values, and every bad cell into a `Problem`.

A row with a bad cell is bad as a whole; rows that repeat each other count once, rows that contradict each other are all
bad, so that what is kept never depends on the order of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scheduler.errors import Problem
from scheduler.i18n import gettext as _
from scheduler.registry.binding import Binding, bind
from scheduler.registry.cells import BadCellError, ParseCell, parse_yes
from scheduler.registry.codes import UNKNOWN_DISTRICT
from scheduler.registry.column_parsing import Findings, parse_column
from scheduler.registry.columns import CheckColumns, Column, Columns, Fault, Kind, Vocabulary
from scheduler.registry.mapping import Mapping, told_districts, told_object_types, translated
from scheduler.registry.mapping_rules import told_texts
from scheduler.registry.naming import RegisteredNames, told_firms
from scheduler.registry.parsing_rows import cells_at, kept_rows, named_cells
from scheduler.registry.readers import Sheet
from scheduler.registry.text import clean_text, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    A sheet, parsed.

    Attributes
    ----------
    kind, sheet
        What it holds and where it stands.
    headers
        Headers as the file has them.
    rows
        Cells of each row, as read, without the template's example.
    numbers
        Row number of each, as a spreadsheet counts.
    columns
        Field → values, one per row; None in bad cells.
    present
        Fields that the file, or its mapping, speaks about.
    good
        Whether each row is to be imported.
    row_ids
        Ids that the quarantine gave the rows when it exported them; empty where it did not.
    problems, notices
        What is wrong, and what was decided for the reader, in the order of rows.
    num_examples, num_blank, num_skipped, num_repeated
        Rows left out as the template's example, as not filled in yet, by the mapping, and because an equal row stands
        in the file.
    unneeded
        Places of the columns that a mapping does not name: nobody needs them, and nothing keeps them.
    standing
        Whether the mapping says that the file tells who stands on a list, without the day.
    """

    kind: Kind
    sheet: Sheet
    headers: tuple[str, ...]
    rows: tuple[Sequence[str], ...]
    numbers: tuple[int, ...]
    columns: dict[str, list[object]]
    present: frozenset[str]
    good: list[bool]
    row_ids: tuple[str, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    num_examples: int
    num_blank: int
    num_skipped: int
    num_repeated: int
    unneeded: frozenset[int] = frozenset()
    standing: bool = False

    @property
    def num_left_out(self) -> int:
        """Rows that are not to be imported although nothing is wrong with them."""
        return self.num_examples + self.num_blank + self.num_skipped + self.num_repeated

    @property
    def num_read(self) -> int:
        """Rows that hold something, below the header."""
        return len(self.rows) + self.num_examples + self.num_blank + self.num_skipped

    def good_columns(self) -> dict[str, list[object]]:
        """Columns of the good rows alone."""
        if all(self.good):
            return self.columns
        return {
            name: [value for value, good in zip(column, self.good, strict=True) if good]
            for name, column in self.columns.items()
        }

    def good_numbers(self) -> list[int]:
        """Row numbers of the good rows."""
        return [number for number, good in zip(self.numbers, self.good, strict=True) if good]


def parse_sheet(
    sheet: Sheet,
    kind: Kind,
    known: Vocabulary,
    mapping: Mapping | None = None,
    checks: Sequence[CheckColumns] = (),
    register: RegisteredNames | None = None,
) -> Table:
    """
    Parses one sheet.

    Parameters
    ----------
    known
        What the cells may refer to.
    mapping
        How a foreign file is read; None for official or English headers.
    checks
        Further checks over the columns, such as whether a firm is on the register.
    register
        Names of the firms, for mappings that find a firm by its name.

    Raises
    ------
    InputError
        If the sheet has no header that fits.
    """
    binding = bind(sheet, kind, mapping)
    findings = Findings()
    kept = kept_rows(sheet, kind, binding, mapping, findings)
    rows, numbers = kept.rows, kept.numbers
    texts = _texts(kind, binding, rows, mapping)
    columns = _read_columns(kind, binding, rows, texts, known, mapping, register, findings)
    _notice_columns(kind, binding, columns, texts, findings, mapping)
    for check in (*((kind.check,) if kind.check else ()), *checks):
        findings.faults.extend(check(columns, known))
    good = [True] * len(rows)
    for fault in findings.faults:
        good[fault.place] = False
    num_repeated = _settle_repeats(kind, columns, good, numbers, findings)
    told = mapping.told_fields() if mapping else frozenset()
    return Table(
        kind=kind,
        sheet=sheet,
        headers=binding.headers,
        rows=rows,
        numbers=numbers,
        columns=columns,
        present=frozenset({*texts, *told, *((kind.ticked,) if binding.ticks else ())}),
        good=good,
        row_ids=cells_at(rows, binding.row_id),
        problems=_problems(findings.faults, sheet, kind, binding, rows, numbers),
        notices=(
            *_whole_notices(findings, sheet, sheet.numbers[binding.header_row]),
            *_problems(findings.notices, sheet, kind, binding, rows, numbers),
        ),
        num_examples=kept.num_examples,
        num_blank=kept.num_blank,
        num_skipped=kept.num_skipped,
        num_repeated=num_repeated,
        unneeded=frozenset(place for place, name in enumerate(binding.headers) if mapping and name in binding.ignored),
        standing=bool(mapping and mapping.standing),
    )


def _texts(
    kind: Kind, binding: Binding, rows: Sequence[Sequence[str]], mapping: Mapping | None
) -> dict[str, Sequence[str]]:
    texts: dict[str, Sequence[str]] = {name: cells_at(rows, bound.place) for name, bound in binding.columns.items()}
    if mapping:
        texts |= {name: ("",) * len(rows) for name in mapping.defaults if name not in texts}
        texts |= _told_texts(mapping, binding, rows, texts)
        texts = {name: translated(mapping, name, cells) for name, cells in texts.items()}
    return texts


def _read_columns(
    kind: Kind,
    binding: Binding,
    rows: Sequence[Sequence[str]],
    texts: dict[str, Sequence[str]],
    known: Vocabulary,
    mapping: Mapping | None,
    register: RegisteredNames | None,
    findings: Findings,
) -> dict[str, list[object]]:
    """Values of every field of the kind: from its own column, from the mapping, from the ticks, or empty."""
    columns = {
        column.field: parse_column(column, _parser(column, binding, known), texts.get(column.field), findings, mapping)
        for column in kind.columns
        if column.field in texts and not (column.field == "firm_id" and mapping and mapping.firm)
    }
    columns |= {column.field: [column.empty] * len(rows) for column in kind.columns if column.field not in columns}
    _tell_by_mapping(mapping, binding, rows, columns, findings, known)
    if register is not None and mapping and mapping.firm:
        names = named_cells(binding, rows, mapping.firm.name)
        columns["firm_id"] = told_firms(texts.get("firm_id", ("",) * len(rows)), names, register, findings)
    _read_ticks(kind, binding, rows, columns, findings)
    return columns


def _told_texts(
    mapping: Mapping, binding: Binding, rows: Sequence[Sequence[str]], texts: dict[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """Texts of the fields that rules tell from other columns, with the field's own cells where no rule does."""
    told: dict[str, Sequence[str]] = {}
    for field in dict.fromkeys(rule.field for rule in mapping.tell):
        rules = [rule for rule in mapping.tell if rule.field == field]
        words = told_texts(rules, lambda header: named_cells(binding, rows, header), len(rows))
        told[field] = [word or own for word, own in zip(words, texts.get(field, ("",) * len(rows)), strict=True)]
    return told


def _parser(column: Column, binding: Binding, known: Vocabulary) -> ParseCell:
    bound = binding.columns.get(column.field)
    return (bound.parser if bound else column.parser)(known)


def _tell_by_mapping(
    mapping: Mapping | None,
    binding: Binding,
    rows: Sequence[Sequence[str]],
    columns: dict[str, list[object]],
    findings: Findings,
    known: Vocabulary,
) -> None:
    """Object types and districts that the mapping tells from other columns; what it cannot tell is noticed."""
    if mapping is None:
        return
    if mapping.object_type:
        codes = [code if isinstance(code, str) else "" for code in columns["firm_id"]]
        columns["object_type"] = list(told_object_types(mapping.object_type, codes))
        for place, code in enumerate(codes):
            if code and code[:2] not in mapping.object_type.prefixes:
                message = _("the mapping knows no object type for codes that begin with {prefix}; it counts as {other}")
                message = message.format(prefix=code[:2], other=mapping.object_type.otherwise)
                findings.notices.append(Fault(place=place, field="firm_id", message=message, remedy=""))
    if mapping.district:
        told = told_districts(mapping, lambda header: named_cells(binding, rows, header), len(rows))
        columns["district"] = list(told)
        for place, code in enumerate(told):
            if code == UNKNOWN_DISTRICT:
                message = _("no rule of the mapping tells the district; it counts as unknown")
                findings.notices.append(Fault(place=place, field="district", message=message, remedy=""))
        foreign = sorted(set(told) - set(known.districts) - {UNKNOWN_DISTRICT})
        if foreign:
            message = _("the mapping tells districts that are not in the policy file: {codes}")
            remedy = _("add them to [[districts]] so that they have names")
            findings.for_all.append(("", message.format(codes=", ".join(foreign)), remedy))


def _read_ticks(
    kind: Kind,
    binding: Binding,
    rows: Sequence[Sequence[str]],
    columns: dict[str, list[object]],
    findings: Findings,
) -> None:
    """Adds the codes whose column is ticked to what the list column says."""
    for code, place in sorted(binding.ticks.items()):
        for row, text in enumerate(cells_at(rows, place)):
            try:
                ticked = bool(clean_text(text)) and parse_yes(text)
            except BadCellError as error:
                fault = Fault(place=row, field=kind.ticked, message=error.message, remedy=error.remedy)
                findings.faults.append(fault)
                continue
            listed = columns[kind.ticked][row]
            if ticked and isinstance(listed, tuple):
                columns[kind.ticked][row] = tuple(sorted({*listed, code}))


def _notice_columns(
    kind: Kind,
    binding: Binding,
    columns: dict[str, list[object]],
    texts: dict[str, Sequence[str]],
    findings: Findings,
    mapping: Mapping | None,
) -> None:
    if binding.ignored:
        names = "、".join(header[:40] for header in binding.ignored[:30])
        findings.for_all.append(
            ("", _("columns left out, because nobody asked for them: {names}").format(names=names), "")
        )
    told = ("district",) if mapping and mapping.district else ()
    for column in kind.columns:
        if column.empty_notice and column.field not in (*texts, *told):
            message = _("the file has no such column: {notice}").format(notice=_(column.empty_notice))
            findings.for_all.append((column.zh, message, ""))
    for name, default in mapping.defaults.items() if mapping else ():
        message = _("by the mapping, a cell that is absent or empty counts as {value}").format(value=default)
        findings.for_all.append((kind.column(name).zh, message, ""))


def _settle_repeats(kind: Kind, columns: Columns, good: list[bool], numbers: Sequence[int], findings: Findings) -> int:
    """Keeps one of equal rows, refuses all rows that share a key and differ; returns the number of rows left out."""
    if not kind.key:
        return 0
    keys = list(zip(*(columns[name] for name in kind.key), strict=True))
    places: dict[tuple[object, ...], list[int]] = defaultdict(list)
    if len(set(keys)) == len(keys):
        return 0
    for place, key in enumerate(keys):
        if good[place]:
            places[key].append(place)
    num_repeated = 0
    for group in (group for group in places.values() if len(group) > 1):
        contents = {tuple(column[place] for column in columns.values()) for place in group}
        rows = ", ".join(str(numbers[place]) for place in group[:10])
        if len(contents) == 1:
            message = _("rows {rows} are equal and count once").format(rows=rows)
            findings.notices.append(Fault(place=group[0], field=kind.key[0], message=message, remedy=""))
            num_repeated += len(group) - 1
        else:
            message = _("expected each key once, got rows {rows} that differ").format(rows=rows)
            remedy = _("keep the row that is right")
            findings.faults.extend(
                Fault(place=place, field=kind.key[0], message=message, remedy=remedy) for place in group
            )
        for place in group[1:] if len(contents) == 1 else group:
            good[place] = False
    return num_repeated


def _problems(
    faults: Iterable[Fault],
    sheet: Sheet,
    kind: Kind,
    binding: Binding,
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
) -> tuple[Problem, ...]:
    order = {column.field: position for position, column in enumerate(kind.columns)}
    headers = {column.field: column.zh for column in kind.columns}

    def problem(fault: Fault) -> Problem:
        bound = binding.found(fault.field)
        row = rows[fault.place]
        return Problem(
            file=sheet.file,
            sheet=sheet.name,
            row=numbers[fault.place],
            column=bound.header if bound else headers.get(fault.field, ""),
            value=shown(row[bound.place]) if bound and bound.place < len(row) else "",
            message=fault.message,
            remedy=fault.remedy,
        )

    ranked = sorted(faults, key=lambda fault: (fault.place, order.get(fault.field, -1)))
    return tuple(problem(fault) for fault in ranked)


def _whole_notices(findings: Findings, sheet: Sheet, row: int) -> Iterable[Problem]:
    for column, message, remedy in findings.for_all:
        yield Problem(
            file=sheet.file, sheet=sheet.name, row=row, column=column, value="", message=message, remedy=remedy
        )
