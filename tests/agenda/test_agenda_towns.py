"""Towns of firms: told by the station, else by the address, else unknown."""

from __future__ import annotations

import pytest

from scheduler.agenda.towns import town_of


@pytest.mark.parametrize(
    ("station", "address", "town"),
    [
        ("张村市场监管所", "威海市羊亭镇1号", "张村市场监管所"),
        ("", "山东省威海市乳山市下初镇驻地", "下初镇"),
        ("", "文登市大水泊镇大水泊村西", "大水泊镇"),
        ("", "火炬高技术产业开发区田和街道文澜路350号", "田和街道"),
        ("", "乳山市城区街道办事处西里村", ""),  # 城区 might as well be a district: not guessed
        ("", "威海市渔港路40号", ""),
        ("", "文登市景德镇路5号", ""),
        ("", "", ""),
        ("  ", "荣成市人和镇山西头村", "人和镇"),
    ],
)
def test_town_is_what_the_register_tells(station: str, address: str, town: str) -> None:
    """A road that is named for a town is no town, and nothing is guessed."""
    assert town_of(station, address) == town
