from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from gateway.cli.refusal import refuse
from gateway.cli.store import Config, Data, at_database
from gateway.cli.table import print_table
from gateway.model.caller import ALL_SCOPES, Scope
from gateway.store.api_keys import ApiKey, add_api_key, all_api_keys, revoke_api_key
from gateway.store.database import Database
from gateway.store.times import milliseconds, time_of

keys = typer.Typer(
    help="API keys, with which callers of the graph say who they are.\n\nExample: `gateway keys add dashboard`",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Whose key it is, for the list.")]
Scopes = Annotated[list[Scope] | None, typer.Option("--scope", help="What it may do, repeatable; all without it.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Source it is confined to, repeatable.")]
Days = Annotated[int | None, typer.Option("--days", min=1, help="Days until it expires; never without it.")]
Identifier = Annotated[str, typer.Argument(help="The key's id, as `gateway keys list` prints it.")]


@keys.command()
def add(
    name: Name,
    *,
    scope: Scopes = None,
    source: Sources = None,
    days: Days = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make an API key; it is shown this once.

    Example: `gateway keys add dashboard --scope devices:read --days 90`
    """
    now = datetime.now(UTC)
    expires_at = None if days is None else milliseconds(now + timedelta(days=days))
    scopes = frozenset(scope) if scope else ALL_SCOPES
    sources = frozenset(source) if source else None

    async def work(database: Database) -> str:
        return await database.write(
            lambda connection: add_api_key(connection, name, scopes, sources, milliseconds(now), expires_at)
        )

    typer.echo(at_database(data, config, work))


@keys.command("list")
def list_keys(*, data: Data = None, config: Config = None) -> None:
    """Print the API keys, without their secrets.

    Example: `gateway keys list`
    """

    async def work(database: Database) -> Sequence[ApiKey]:
        return await database.read(all_api_keys)

    table = Table("Id", "Name", "Scopes", "Sources", "State", box=None, pad_edge=False)
    for key in at_database(data, config, work, existing=True):
        sources = "all" if key.sources is None else " ".join(sorted(key.sources))
        table.add_row(key.id, key.name, " ".join(sorted(key.scopes)), sources, _state(key))
    print_table(table)


@keys.command()
def revoke(identifier: Identifier, *, data: Data = None, config: Config = None) -> None:
    """Refuse an API key from now on.

    Example: `gateway keys revoke 5f2c81a09d3e`
    """
    now = milliseconds(datetime.now(UTC))

    async def work(database: Database) -> bool:
        return await database.write(lambda connection: revoke_api_key(connection, identifier, now))

    if not at_database(data, config, work, existing=True):
        refuse(f"there is no API key {identifier!r} to revoke")
    typer.echo(f"{identifier} is revoked.")


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "usable"
    expired = key.expires_at <= milliseconds(datetime.now(UTC))
    return "expired" if expired else f"usable until {time_of(key.expires_at):%Y-%m-%d}"
