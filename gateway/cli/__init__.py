"""The command line: one file a command, imported when that command is typed."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

from gateway import __version__
from gateway.cli.garbage import settle

FILES: Mapping[str, str] = MappingProxyType(
    {
        "serve": "serve",
        "services": "serve",
        "doctor": "doctor",
        "tail": "tail",
        "fleet": "fleet",
        "access-key": "access_key",
        "schema": "schema",
        "keys": "keys",
    }
)
"""Where each command is, under its own name."""


class Commands(click.Group):
    """Knows the commands by name; what a server does not need is not imported where one starts."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return [*FILES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in FILES:
            return None
        file = import_module(f"gateway.cli.{FILES[cmd_name]}")
        found: click.Command = getattr(file, cmd_name.replace("-", "_"))
        return found


@click.group(
    "gateway",
    cls=Commands,
    context_settings={"show_default": True, "max_content_width": 100},
    epilog="Example: gateway serve --demo",
)
@click.version_option(__version__, message="gateway %(version)s")
def main() -> None:
    """One GraphQL graph over AWS IoT 1-Click and Alexa for Business devices, with both services inside."""
    settle()  # the command's file is imported by now
