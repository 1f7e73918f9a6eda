"""
Town of a firm 镇、街道: visits of one town on one day share a journey.

The register tells it by the station in charge 属地监管所, which has a town or a few; where there is none, by a town
named in the address. What neither tells is unknown: nothing is guessed, and such a firm is a journey of its own.
"""

from __future__ import annotations

import re

from scheduler.registry.text import fold

# Whatever names a province, city, district or zone goes first; then the town, which is no part of a road's name.
_AREA = re.compile(r"^.{0,24}?(?:自治区|开发区|新区|省|市|区|县|旗)")
_TOWN = re.compile(r"^([\u4e00-\u9fff]{1,8}?(?:街道|镇|乡))(?:办事处|办)?(?![路街巷道])")


def town_of(station: str, address: str) -> str:
    """
    Town of a firm, empty where the register does not tell.

    Examples
    --------
    >>> town_of("泊于市场监管所", "威海泊于镇夏庄村1号")
    '泊于市场监管所'
    >>> town_of("", "山东省威海市乳山市城北镇驻地")
    '城北镇'
    >>> town_of("", "经济技术开发区凤林街道静海路302号"), town_of("", "文登市景德镇路5号")
    ('凤林街道', '')
    """
    if station.strip():
        return fold(station)
    rest = fold(address)
    while True:
        found = _TOWN.match(rest)
        if found and not _AREA.match(found.group(1)):
            return found.group(1)
        area = _AREA.match(rest)
        if not area:
            return ""
        rest = rest[area.end() :]
