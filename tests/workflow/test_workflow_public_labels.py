"""Names as the public may read them."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from models.tables import Firm, table_of
from scheduler.registry.personal import NAME_WITHHELD
from scheduler.workflow.public_labels import public_labels
from scheduler.workflow.settings import parse_settings
from scheduler.workflow.workspace import Workspace
from tests.draw.tiny_year import ENTERPRISES, HOUSEHOLDS, fill


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    """A workspace with an enterprise that has a telephone number in its name, and a household."""
    fill(workspace)
    names = {ENTERPRISES[0]: "威海甲商行 13812345678", HOUSEHOLDS[0]: "张三小吃店"}
    table = table_of(Firm)
    with workspace.transaction() as connection:
        for firm_id, name in names.items():
            connection.execute(sa.update(table).where(table.c.firm_id == firm_id).values(name=name))
    return workspace


def names_of(workspace: Workspace) -> list[str]:
    """Public names of the two."""
    with workspace.transaction() as connection:
        labels = public_labels(connection, workspace, [ENTERPRISES[0], HOUSEHOLDS[0], "not there"])
    return [labels[firm_id][0] for firm_id in (ENTERPRISES[0], HOUSEHOLDS[0])]


def test_names_are_public_unless_withheld(town: Workspace) -> None:
    """By default a household's name is public; telephone numbers never are."""
    assert names_of(town) == ["威海甲商行 ＊＊＊", "张三小吃店"]


def test_sole_traders_go_by_their_code_where_so_configured(town: Workspace) -> None:
    """The setting withholds names of individual households alone."""
    text = town.settings_text.replace("hide_sole_traders = false", "hide_sole_traders = true")
    assert text != town.settings_text
    other = dataclasses.replace(town, settings=parse_settings(text, "t"), settings_text=text)
    assert names_of(other) == ["威海甲商行 ＊＊＊", NAME_WITHHELD]
