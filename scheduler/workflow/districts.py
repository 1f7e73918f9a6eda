"""In which district firms stood when they were drawn: told by what was frozen, not by the register of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from models.draw_rows import StoredDraw, get_file, list_files
from models.firm_replacement_rows import stands
from models.tables import DrawnFirm, table_of
from scheduler.allocation.cells import OPEN_STRATUM
from scheduler.registry.codes import DrawStatus

REGISTER_NAME = "register.tsv"
DISTRICT_CELL = 2  # firm_id object_type district … (specification, section 2)


def frozen_districts(register: bytes, firm_ids: Sequence[str]) -> tuple[str, ...]:
    """Districts of firms by a frozen register; it has half a million lines, so only theirs are taken apart."""
    wanted = {firm_id.encode("ascii") for firm_id in firm_ids}
    found = {
        line.partition(b"\t")[0]: line.split(b"\t")[DISTRICT_CELL].decode("utf-8")
        for line in register.split(b"\n")
        if line.partition(b"\t")[0] in wanted
    }
    return tuple(found[firm_id.encode("ascii")] for firm_id in firm_ids)


def counted_by_district(connection: sa.Connection, draws: Iterable[StoredDraw]) -> Counter[str]:
    """Distinct enterprises that count towards T, in draws that stand, by the district they stood in when drawn."""
    district: dict[str, str] = {}
    drawn = table_of(DrawnFirm).c
    for draw in draws:
        if draw.status != DrawStatus.DRAWN:
            continue
        wanted = sa.select(drawn.firm_id, drawn.stratum).where(
            drawn.draw_id == draw.draw_id, drawn.counting, stands(table_of(DrawnFirm))
        )
        stratum = {row.firm_id: row.stratum for row in connection.execute(wanted)}
        open_firms = sorted(firm_id for firm_id, key in stratum.items() if key == OPEN_STRATUM)
        if open_firms and REGISTER_NAME in list_files(connection, draw.draw_id):
            register = get_file(connection, draw.draw_id, REGISTER_NAME)
            district.update(zip(open_firms, frozen_districts(register, open_firms), strict=True))
        district.update({firm: key.split("/")[0] for firm, key in stratum.items() if key != OPEN_STRATUM})
    return Counter(district.values())
