from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.table import Table

from gateway.cli import options
from gateway.cli.refusal import refuse
from gateway.cli.store import at_database
from gateway.cli.table import print_table
from gateway.model.caller import ALL_SCOPES, Scope
from gateway.store.api_keys import ApiKey, add_api_key, all_api_keys, revoke_api_key
from gateway.store.database import Database
from gateway.store.times import milliseconds, time_of


@click.group(epilog="Example: gateway keys add dashboard")
def keys() -> None:
    """API keys, with which callers of the graph say who they are."""


@keys.command(epilog="Example: gateway keys add dashboard --scope devices:read --days 90")
@click.argument("name", help="Whose key it is, for the list.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="What it may do, repeatable; else all.",
)
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Source it is confined to, repeatable.")
@click.option("--days", metavar="DAYS", type=click.IntRange(1, 36_500), help="Days until it expires; else never.")
@options.data
@options.config
def add(
    name: str,
    scopes: tuple[str, ...],
    sources: tuple[str, ...],
    days: int | None,
    data: Path | None,
    config: Path | None,
) -> None:
    """Make an API key; it is shown this once."""
    now = datetime.now(UTC)
    expires_at = None if days is None else milliseconds(now + timedelta(days=days))
    granted = frozenset(map(Scope, scopes)) or ALL_SCOPES
    confined_to = frozenset(sources) or None

    async def work(database: Database) -> str:
        return await database.write(
            lambda connection: add_api_key(connection, name, granted, confined_to, milliseconds(now), expires_at)
        )

    click.echo(at_database(data, config, work))


@keys.command("list", epilog="Example: gateway keys list")
@options.data
@options.config
def list_keys(data: Path | None, config: Path | None) -> None:
    """Print the API keys, without their secrets."""

    async def work(database: Database) -> Sequence[ApiKey]:
        return await database.read(all_api_keys)

    table = Table("Id", "Name", "Scopes", "Sources", "State", box=None, pad_edge=False)
    for key in at_database(data, config, work, existing=True):
        sources = "all" if key.sources is None else " ".join(sorted(key.sources))
        table.add_row(key.id, key.name, " ".join(sorted(key.scopes)), sources, _state(key))
    print_table(table)


@keys.command(epilog="Example: gateway keys revoke 5f2c81a09d3e")
@click.argument("identifier", help="The key's id, as gateway keys list prints it.")
@options.data
@options.config
def revoke(identifier: str, data: Path | None, config: Path | None) -> None:
    """Refuse an API key from now on."""
    now = milliseconds(datetime.now(UTC))

    async def work(database: Database) -> bool:
        return await database.write(lambda connection: revoke_api_key(connection, identifier, now))

    if not at_database(data, config, work, existing=True):
        refuse(f"there is no API key {identifier!r} to revoke")
    click.echo(f"{identifier} is revoked.")


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "usable"
    expired = key.expires_at <= milliseconds(datetime.now(UTC))
    return "expired" if expired else f"usable until {time_of(key.expires_at):%Y-%m-%d}"
