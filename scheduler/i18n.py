"""
Languages: Chinese and English through gettext catalogues in `data/locales`.

English is the language of the source, so it needs no catalogue. `activate` chooses the language of the process, click's
own words included (click asks the default text domain); pages, which are written in both languages at once, ask for
`translator` instead.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Callable, Mapping
from functools import cache

from scheduler.resources import data_path

DOMAIN = "double-random"
LANGUAGES = ("zh_CN", "en")

Translate = Callable[[str], str]


def activate(language: str) -> None:
    """Makes `language` (one of `LANGUAGES`) the language of all messages from here on."""
    os.environ["LANGUAGE"] = language
    _gettext.bindtextdomain(DOMAIN, str(data_path("locales")))
    _gettext.textdomain(DOMAIN)


def active_language() -> str:
    """The language chosen by `activate`."""
    return os.environ.get("LANGUAGE", "en")


def gettext(message: str) -> str:
    """Message in the active language."""
    return translations(active_language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Message in the active language, in the form that `number` asks for."""
    return translations(active_language()).ngettext(singular, plural, number)


def noop(message: str) -> str:
    """Marks a message for the catalogues without translating it yet: codes are kept, words are looked up when shown."""
    return message


@cache
def translations(language: str) -> _gettext.NullTranslations:
    """Catalogue of one language, whatever the active one is."""
    if language == "en":
        return _gettext.NullTranslations()
    return _gettext.translation(DOMAIN, str(data_path("locales")), languages=[language], fallback=True)


def translator(language: str) -> Translate:
    """Function that translates into `language`, whatever the active one is."""
    return translations(language).gettext


def language_from(environment: Mapping[str, str]) -> str:
    """
    Language that a locale environment asks for; English where it asks for none that we have.

    Parameters
    ----------
    environment
        Variables such as `os.environ`; LANGUAGE, LC_ALL, LC_MESSAGES and LANG are looked at, first one set wins.
    """
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "zh_CN" if value.lower().startswith("zh") else "en"
    return "en"
