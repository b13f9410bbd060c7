"""Access keys as people give them out and take them back."""

from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.services.context import ServiceContext
from gateway.services.fleet.refusal import FleetRefusal
from gateway.store.accounts import AccessKey, access_keys_of, add_access_key, add_account, revoke_access_key
from gateway.store.times import milliseconds


async def make_access_key(context: ServiceContext, encryption_key: bytes, account: str) -> AccessKey:
    """Make a key for an account, which is made too where it is new."""
    now = milliseconds(context.clock())

    def write(connection: Connection) -> AccessKey:
        add_account(connection, account, now)
        return add_access_key(connection, encryption_key, account, demo=False, now=now)

    return await context.database.write(write)


async def list_access_keys(context: ServiceContext, encryption_key: bytes, account: str) -> Sequence[AccessKey]:
    """Oldest first, revoked ones among them."""
    return await context.database.read(lambda connection: access_keys_of(connection, encryption_key, account))


async def revoke(context: ServiceContext, encryption_key: bytes, account: str, access_key_id: str) -> None:
    """Refuse a key of the account from now on; raise FleetRefusal where it has none such, or not any more."""
    now = milliseconds(context.clock())

    def write(connection: Connection) -> None:
        keys = access_keys_of(connection, encryption_key, account)
        if all(key.access_key_id != access_key_id for key in keys):
            raise FleetRefusal(f"account {account} has no access key {access_key_id!r}")
        if not revoke_access_key(connection, access_key_id, now):
            raise FleetRefusal(f"the access key {access_key_id!r} is revoked already")

    await context.database.write(write)
