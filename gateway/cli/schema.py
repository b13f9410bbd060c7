from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from gateway.schema.federation_sdl import subgraph_sdl
from gateway.schema.schema import make_schema

schema = typer.Typer(help="The graph as text.\n\nExample: `gateway schema print`", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The printed schema.")]


Federation = Annotated[
    bool, typer.Option("--federation", help="As a composer of Apollo Federation reads it, with keys.")
]


def printed() -> str:
    return make_schema().as_str().rstrip() + "\n"


@schema.command("print")
def print_schema(*, federation: Federation = False) -> None:
    """Print the graph in the schema definition language.

    Example: `gateway schema print > schema.graphql`
    """
    typer.echo(subgraph_sdl(printed()) if federation else printed(), nl=False)


@schema.command()
def check(file: File = Path("schema.graphql")) -> None:
    """Compare a printed schema with the graph; exit with 1 and the difference where they differ.

    Example: `gateway schema check`
    """
    if not file.is_file():
        typer.secho(f"gateway: there is no file {file}; make it with: gateway schema print > {file}", err=True)
        raise typer.Exit(1)
    kept, new = file.read_text(), printed()
    if kept != new:
        difference = unified_diff(kept.splitlines(), new.splitlines(), str(file), "the graph", lineterm="")
        typer.echo("\n".join(difference))
        typer.secho(f"gateway: {file} is not true any more: gateway schema print > {file}", err=True)
        raise typer.Exit(1)
