from difflib import unified_diff
from pathlib import Path

import click

from gateway.cli import options
from gateway.cli.refusal import refuse
from gateway.schema.federation_sdl import subgraph_sdl
from gateway.schema.schema import make_schema


def printed() -> str:
    return make_schema().as_str().rstrip() + "\n"


@click.group(epilog="Example: gateway schema print")
def schema() -> None:
    """The graph as text."""


@schema.command("print", epilog="Example: gateway schema print > schema.graphql")
@click.option("--federation", is_flag=True, help="As a composer of Apollo Federation reads it, with keys.")
def print_schema(*, federation: bool) -> None:
    """Print the graph in the schema definition language."""
    click.echo(subgraph_sdl(printed()) if federation else printed(), nl=False)


@schema.command(epilog="Example: gateway schema check")
@click.argument("file", type=options.PATH, default="schema.graphql", help="The printed schema; else schema.graphql.")
def check(file: Path) -> None:
    """Compare a printed schema with the graph.

    Exit with 1 and the difference where they differ.
    """
    if not file.is_file():
        refuse(f"there is no file {file}; make it with: gateway schema print > {file}")
    try:
        kept = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"cannot read {file}: {error}")
    new = printed()
    if kept != new:
        difference = unified_diff(kept.splitlines(), new.splitlines(), str(file), "the graph", lineterm="")
        click.echo("\n".join(difference))
        refuse(f"{file} is not true any more: gateway schema print > {file}")
