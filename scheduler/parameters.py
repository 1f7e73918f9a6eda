"""
What all parameter files share: TOML read with exact decimals into frozen classes, errors in the planner's terms.

Each room declares its own parameters next to what they steer; `scheduler.workflow.settings` puts them together.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from scheduler.errors import PolicyError
from scheduler.i18n import gettext as _
from scheduler.registry.items import MICRO


class Parameters(BaseModel):
    """Base of all parameter classes: immutable, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


def _exact_ratio(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError(f"expected a ratio from 0 to 1, got {value}")
    if value * MICRO != int(value * MICRO):
        raise ValueError(f"expected a ratio of at most six decimals, got {value}")
    return value


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
    try:
        values: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
        return model.model_validate(values)
    except tomllib.TOMLDecodeError as error:
        message = _("{name}: expected TOML, got text that is not: {error}").format(name=name, error=error)
        raise PolicyError(message) from error
    except ValidationError as error:
        lines = [
            f"{name}: {'.'.join(map(str, issue['loc']))}: {issue['msg']} ({str(issue['input'])[:60]!r})"
            for issue in error.errors()
        ]
        raise PolicyError("\n".join(lines)) from error
