from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.services.context import ServiceContext
from gateway.store.accounts import AccessKey, access_keys_of, add_access_key, add_account


async def first_access_keys(
    context: ServiceContext, encryption_key: bytes, accounts: Sequence[str]
) -> Sequence[AccessKey]:
    """Make an access key for each account that has none yet; return those made, which is when a secret is shown."""
    now = int(context.clock().timestamp() * 1000)

    def write(connection: Connection) -> list[AccessKey]:
        made = []
        for account in accounts:
            add_account(connection, account, now)
            if not access_keys_of(connection, encryption_key, account):
                made.append(add_access_key(connection, encryption_key, account, demo=False, now=now))
        return made

    return await context.database.write(write)
