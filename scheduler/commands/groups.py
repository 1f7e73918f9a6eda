"""Groups of commands that mean one of them when none is named."""

from __future__ import annotations

from typing import ClassVar

import click


class DefaultGroup(click.Group):
    """Group that runs a command of its own when none is named: ``classify --json`` is ``classify run --json``."""

    default: ClassVar[str]

    @classmethod
    def of(cls, name: str) -> type[DefaultGroup]:
        """Class of groups whose command of this name is the one meant."""
        return type(f"Default{name.title()}Group", (cls,), {"default": name})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the default command in front of what does not name one."""
        if not args or (args[0].startswith("-") and args[0] not in self.get_help_option_names(ctx)):
            args = [self.default, *args]
        return super().parse_args(ctx, args)
