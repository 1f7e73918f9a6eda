"""
What all parameter files share: TOML read with exact decimals into frozen classes, errors in the planner's terms.

Each room declares its own parameters next to what they steer; `scheduler.workflow.settings` puts them together.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.items import MICRO


class Parameters(BaseModel):
    """Base of all parameter classes: immutable, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


def _exact_ratio(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError(_("expected a ratio from 0 to 1, got {value}").format(value=value))
    if value * MICRO != int(value * MICRO):
        raise ValueError(_("expected a ratio of at most six decimals, got {value}").format(value=value))
    return value


# What pydantic finds, in our words; kinds of findings that are not here keep its own.
_WHOLE, _CHOICE = N_("expected a whole number, got {got}"), N_("expected {expected}, got {got}")
_DAY, _NUMBER = N_("expected a day such as 2026-01-01, got {got}"), N_("expected a number, got {got}")
_FINDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": N_("expected this key, got none: add it"),
        "extra_forbidden": N_("there is no such key, got {got}: mend its spelling, or take it out"),
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
        **dict.fromkeys(("literal_error", "enum"), _CHOICE),
        **dict.fromkeys(("bool_type", "bool_parsing"), N_("expected true or false, got {got}")),
        "string_type": N_("expected a text in quotation marks, got {got}"),
        **dict.fromkeys(("tuple_type", "list_type"), N_("expected a list in square brackets, got {got}")),
        **dict.fromkeys(("decimal_type", "decimal_parsing", "float_type", "float_parsing"), _NUMBER),
        **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), _DAY),
        "greater_than_equal": N_("expected {ge} or more, got {got}"),
        "greater_than": N_("expected more than {gt}, got {got}"),
        "less_than_equal": N_("expected {le} or less, got {got}"),
        "less_than": N_("expected less than {lt}, got {got}"),
        "too_short": N_("expected {min_length} entries or more, got {actual_length}"),
        "too_long": N_("expected {max_length} entries or fewer, got {actual_length}"),
    }
)
LONGEST_SHOWN: Final = 60
Ratio = Annotated[Decimal, AfterValidator(_exact_ratio)]
ParametersT = TypeVar("ParametersT", bound=Parameters)


def micro(ratio: Decimal) -> int:
    """
    Ratio as an integer of 10^-6.

    Examples
    --------
    >>> micro(Decimal("0.08"))
    80000
    """
    return int(ratio * MICRO)


def parse_parameters(model: type[ParametersT], text: str, name: str) -> ParametersT:
    """
    Reads TOML text into a parameter class.

    Parameters
    ----------
    name
        The file's name, for messages.

    Raises
    ------
    PolicyError
        If the text is not TOML, or a key is missing, unknown or has an impossible value; all of them are named.
    """
    values: dict[str, Any] = {}
    try:
        values = tomllib.loads(text, parse_float=Decimal)
        return model.model_validate(values)
    except tomllib.TOMLDecodeError as error:
        message = _("{name}: expected TOML, got text that is not: {error}").format(name=name, error=error)
        raise PolicyError(message) from error
    except ValidationError as error:
        lines = [f"{name}: {_place(values, issue['loc'])}: {_finding(issue)}" for issue in error.errors()]
        raise PolicyError("\n".join(lines)) from error


def _place(values: Any, keys: tuple[int | str, ...]) -> str:
    """Keys joined by dots; an entry of a list goes by its own name or, counted from 1, by its number."""
    parts = []
    for key in keys:
        try:
            values = values[key]
        except (KeyError, IndexError, TypeError):
            values = None
        named = values.get("name") if isinstance(key, int) and isinstance(values, dict) else None
        parts.append(named if isinstance(named, str) and named else str(key + 1) if isinstance(key, int) else key)
    return ".".join(parts)


def _finding(issue: Any) -> str:
    words = _FINDINGS.get(issue["type"])
    got = issue["input"]
    shown = str(got) if isinstance(got, bool | int | Decimal) else repr(got)
    shown = shown.lower() if isinstance(got, bool) else shown
    message = str(issue["msg"]).removeprefix("Value error, ")
    if words is None and (
        isinstance(got, dict | list) or message.endswith(shown)
    ):  # the message tells the value itself
        return message
    if words is None:
        return f"{message} ({shown[:LONGEST_SHOWN]})"
    return _(words).format(**{**issue.get("ctx", {}), "got": shown[:LONGEST_SHOWN]})
