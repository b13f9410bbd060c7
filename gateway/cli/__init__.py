"""The command line: one file a command, imported when that command is typed."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from gateway import __version__

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


class Commands(TyperGroup):
    """Knows the commands by name; what a server does not need is not imported where one starts."""

    def list_commands(self, ctx: object) -> list[str]:
        del ctx
        return [*FILES]

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ANN401 - Typer keeps the class of commands private
        del ctx
        return _command(cmd_name) if cmd_name in FILES else None


def _command(name: str) -> object:
    found = getattr(import_module(f"gateway.cli.{FILES[name]}"), name.replace("-", "_"))
    alone = typer.Typer(rich_markup_mode="markdown")
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return get_group(alone).commands[name]


app = typer.Typer(
    name="gateway",
    cls=Commands,
    help="One GraphQL graph over AWS IoT 1-Click and Alexa for Business devices, with both services inside."
    "\n\nExample: `gateway serve --demo`",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"gateway {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *, version: bool = typer.Option(False, "--version", is_eager=True, callback=lambda asked: _version(asked=asked))
) -> None:
    del version


def main() -> None:
    app()
