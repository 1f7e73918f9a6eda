"""
Where pages stand and how they point at each other.

Paths are made of codes only; a code that could leave its folder, or upset a file system, is replaced by its digest.
Chinese pages stand at the root, their English twins under the same path in `en/`; all links are relative, so that the
site works from any place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scheduler.draw.hashing import content_digest

_SAFE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLanguage:
    """
    A language of the site.

    Attributes
    ----------
    code
        Name of the catalogue.
    tag
        BCP 47 tag for browsers and screen readers.
    folder
        Folder of the pages, with a final slash, or empty for the root.
    own_name
        The language's name in itself, for the switch.
    """

    code: str
    tag: str
    folder: str
    own_name: str


CHINESE = SiteLanguage(code="zh_CN", tag="zh-CN", folder="", own_name="中文")
ENGLISH = SiteLanguage(code="en", tag="en", folder="en/", own_name="English")
SITE_LANGUAGES = (CHINESE, ENGLISH)


def slug(code: str) -> str:
    """
    Code as a safe name of a file.

    Examples
    --------
    >>> slug("2026-1-1")
    '2026-1-1'
    >>> slug("../x").startswith("x-")
    True
    """
    return code if _SAFE.fullmatch(code) else "x-" + content_digest(code.encode("utf-8"))[:16]


def relative(source: str, target: str) -> str:
    """
    Link from one page to another, both given from the root of the site.

    Examples
    --------
    >>> relative("en/draws/2026-1-1/index.html", "en/plan.html")
    '../../plan.html'
    >>> relative("index.html", "style.css")
    'style.css'
    """
    own, other = source.split("/")[:-1], target.split("/")
    shared = 0
    while shared < min(len(own), len(other) - 1) and own[shared] == other[shared]:
        shared += 1
    return "/".join([".."] * (len(own) - shared) + other[shared:])


def task_page(task_id: str) -> str:
    """Page of a task's notice."""
    return f"tasks/{slug(task_id)}.html"


def draw_page(draw_id: str) -> str:
    """Ceremony page of a draw."""
    return f"draws/{slug(draw_id)}/index.html"


def drawn_page(draw_id: str, number: int = 1) -> str:
    """Page of a draw's list, counted from 1."""
    return f"draws/{slug(draw_id)}/list-{number}.html"


def findings_page(draw_id: str, number: int = 1) -> str:
    """Page of a draw's results, counted from 1."""
    return f"draws/{slug(draw_id)}/results-{number}.html"


def firms_page(number: int) -> str:
    """Page of drawn firms in the order of their codes, counted from 1."""
    return f"firms/{number}.html"


def list_script(draw_id: str) -> str:
    """Script that holds the whole list of a draw, for searching; it stands at the root, the same for both languages."""
    return f"draws/{slug(draw_id)}/list.js"
