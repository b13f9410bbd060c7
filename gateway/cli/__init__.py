"""The command line: one file a command."""

import typer

from gateway import __version__
from gateway.cli.access_key import access_key
from gateway.cli.doctor import doctor
from gateway.cli.fleet import fleet
from gateway.cli.keys import keys
from gateway.cli.schema import schema
from gateway.cli.serve import serve, services
from gateway.cli.tail import tail

app = typer.Typer(
    name="gateway",
    help="One GraphQL graph over AWS IoT 1-Click and Alexa for Business devices, with both services inside."
    "\n\nExample: `gateway serve --demo`",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(serve)
app.command()(services)
app.command()(doctor)
app.command()(tail)
app.add_typer(fleet, name="fleet")
app.add_typer(access_key, name="access-key")
app.add_typer(schema, name="schema")
app.add_typer(keys, name="keys")


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
