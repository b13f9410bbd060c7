from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from gateway.cli.refusal import refuse
from gateway.cli.store import Config, Data, Opened, at_store
from gateway.cli.table import print_table
from gateway.services.access_keys import list_access_keys, make_access_key
from gateway.services.access_keys import revoke as revoke_access_key
from gateway.store.accounts import AccessKey

access_key = typer.Typer(
    help="Access keys, with which AWS SDKs sign.\n\nExample: `gateway access-key add`", no_args_is_help=True
)

Account = Annotated[
    str | None, typer.Option(help="Account of 12 digits; else that of the first embedded source.", metavar="ACCOUNT")
]


@access_key.command("add")
def add(*, account: Account = None, data: Data = None, config: Config = None) -> None:
    """Make an access key; its secret is shown this once.

    Example: `gateway access-key add --account 123456789012`
    """

    async def work(opened: Opened) -> AccessKey:
        return await make_access_key(opened.context, opened.encryption_key, _account(opened, account))

    made = at_store(data, config, work)
    typer.echo(f"account            {made.account}")
    typer.echo(f"access key id      {made.access_key_id}")
    typer.echo(f"secret access key  {made.secret}")


@access_key.command("list")
def list_keys(*, account: Account = None, data: Data = None, config: Config = None) -> None:
    """Print an account's access keys, without their secrets.

    Example: `gateway access-key list`
    """

    async def work(opened: Opened) -> Sequence[AccessKey]:
        return await list_access_keys(opened.context, opened.encryption_key, _account(opened, account))

    table = Table("Access key id", "Account", "State", box=None, pad_edge=False)
    for key in at_store(data, config, work, existing=True):
        table.add_row(key.access_key_id, key.account, _state(key))
    print_table(table)


@access_key.command()
def revoke(
    access_key_id: Annotated[str, typer.Argument(help="Access key id, as `gateway access-key list` prints it.")],
    *,
    account: Account = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Refuse an access key from now on.

    Example: `gateway access-key revoke AKIA…`
    """

    async def work(opened: Opened) -> None:
        owner = _account(opened, account)
        await revoke_access_key(opened.context, opened.encryption_key, owner, access_key_id)

    at_store(data, config, work, existing=True)
    typer.echo(f"{access_key_id} is revoked.")


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
