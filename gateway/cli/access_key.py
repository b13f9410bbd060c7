from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from gateway.cli import options
from gateway.cli.refusal import refuse
from gateway.cli.store import Opened, at_store
from gateway.cli.table import print_table
from gateway.services.access_keys import list_access_keys, make_access_key
from gateway.services.access_keys import revoke as revoke_access_key
from gateway.store.accounts import AccessKey

_account_option = click.option(
    "--account", metavar="ACCOUNT", help="Account of 12 digits; else that of the first embedded source."
)


@click.group(epilog="Example: gateway access-key add")
def access_key() -> None:
    """Access keys, with which AWS SDKs sign."""


@access_key.command(epilog="Example: gateway access-key add --account 123456789012")
@_account_option
@options.data
@options.config
def add(account: str | None, data: Path | None, config: Path | None) -> None:
    """Make an access key; its secret is shown this once."""

    async def work(opened: Opened) -> AccessKey:
        return await make_access_key(opened.context, opened.encryption_key, _account(opened, account))

    made = at_store(data, config, work)
    click.echo(f"account            {made.account}")
    click.echo(f"access key id      {made.access_key_id}")
    click.echo(f"secret access key  {made.secret}")


@access_key.command("list", epilog="Example: gateway access-key list")
@_account_option
@options.data
@options.config
def list_keys(account: str | None, data: Path | None, config: Path | None) -> None:
    """Print an account's access keys, without their secrets."""

    async def work(opened: Opened) -> Sequence[AccessKey]:
        return await list_access_keys(opened.context, opened.encryption_key, _account(opened, account))

    table = Table("Access key id", "Account", "State", box=None, pad_edge=False)
    for key in at_store(data, config, work, existing=True):
        table.add_row(key.access_key_id, key.account, _state(key))
    print_table(table)


@access_key.command(epilog="Example: gateway access-key revoke AKIA…")
@click.argument("access_key_id", help="As gateway access-key list prints it.")
@_account_option
@options.data
@options.config
def revoke(access_key_id: str, account: str | None, data: Path | None, config: Path | None) -> None:
    """Refuse an access key from now on."""

    async def work(opened: Opened) -> None:
        owner = _account(opened, account)
        await revoke_access_key(opened.context, opened.encryption_key, owner, access_key_id)

    at_store(data, config, work, existing=True)
    click.echo(f"{access_key_id} is revoked.")


def _account(opened: Opened, account: str | None) -> str:
    if account is None:
        return opened.tenants.accounts[0]
    if len(account) != 12 or not (account.isascii() and account.isdigit()):  # noqa: PLR2004 - as AWS has them
        refuse(f"{account!r} is no account: 12 digits, as in 123456789012")
    return account


def _state(key: AccessKey) -> str:
    if key.revoked:
        return "revoked"
    return "demo, loopback only" if key.demo else "usable"
