import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gateway.store.accounts import (
    AccessKey,
    WrongEncryptionKeyError,
    access_keys_of,
    add_access_key,
    add_account,
    find_access_key,
    revoke_access_key,
)
from gateway.store.database import Database
from gateway.store.tables import access_keys, accounts

KEY = bytes(range(32))
ACCOUNT = "123456789012"


async def make_key(database: Database, account: str = ACCOUNT, *, demo: bool = False, now: int = 1) -> AccessKey:
    await database.write(lambda connection: add_account(connection, account, now))
    return await database.write(lambda connection: add_access_key(connection, KEY, account, demo=demo, now=now))


async def test_an_access_key_looks_like_aws_own(database: Database) -> None:
    """Tools that check the shape of access keys accept ours."""
    made = await make_key(database)

    assert re.fullmatch("AKIA[A-Z2-7]{16}", made.access_key_id)
    assert re.fullmatch("[A-Za-z0-9/+]{40}", made.secret)


@pytest.mark.parametrize("demo", [False, True])
async def test_an_access_key_is_found_by_its_id(database: Database, demo: bool) -> None:  # noqa: FBT001 - a parameter
    """Whoever signs with a key is known by it: account, secret, and whether it is the demo's."""
    made = await make_key(database, demo=demo)

    assert await database.read(lambda connection: find_access_key(connection, KEY, made.access_key_id)) == made
    assert (made.account, made.demo, made.revoked) == (ACCOUNT, demo, False)


@pytest.mark.parametrize("unknown", ["AKIAAAAAAAAAAAAAAAAA", "", "AKIA\0", "\ud800", "' OR 1=1 --"])
async def test_an_unknown_access_key_is_nobody(database: Database, unknown: str) -> None:
    """An id that was never given out stands for no account, whatever its characters."""
    await make_key(database)

    assert await database.read(lambda connection: find_access_key(connection, KEY, unknown)) is None


async def test_secrets_are_stored_encrypted(database: Database) -> None:
    """Whoever reads the database file alone cannot sign."""
    made = await make_key(database)

    stored = await database.read(lambda connection: connection.execute(select(access_keys.c.secret)).scalar_one())
    assert made.secret.encode() not in stored


async def test_another_encryption_key_is_noticed(database: Database) -> None:
    """A settings file of another database is told so, rather than refusing every signature."""
    made = await make_key(database)

    with pytest.raises(WrongEncryptionKeyError, match="another secret key: bring back"):
        await database.read(lambda connection: find_access_key(connection, bytes(32), made.access_key_id))


async def test_a_secret_cannot_be_moved_to_another_account(database: Database) -> None:
    """Editing the account of a stored key makes the key useless."""
    made = await make_key(database)
    await database.write(lambda connection: add_account(connection, "999999999999", 1))
    await database.write(lambda connection: connection.execute(update(access_keys).values(account="999999999999")))

    with pytest.raises(WrongEncryptionKeyError):
        await database.read(lambda connection: find_access_key(connection, KEY, made.access_key_id))


async def test_a_revoked_key_says_so(database: Database) -> None:
    """A revoked key is still known, so that the refusal can say why; revoking again changes nothing."""
    made = await make_key(database)
    revoked = await database.write(lambda connection: revoke_access_key(connection, made.access_key_id, 2))
    again = await database.write(lambda connection: revoke_access_key(connection, made.access_key_id, 3))
    found = await database.read(lambda connection: find_access_key(connection, KEY, made.access_key_id))

    assert (revoked, again) == (True, False)
    assert found is not None
    assert found.revoked


async def test_an_account_lists_its_own_keys_oldest_first(database: Database) -> None:
    """The key that the first run made can be shown again."""
    older, newer = await make_key(database, now=1), await make_key(database, now=2)
    await make_key(database, "210987654321")

    assert await database.read(lambda connection: access_keys_of(connection, KEY, ACCOUNT)) == [older, newer]


async def test_an_account_is_added_once(database: Database) -> None:
    """Naming an account in the settings again is no error."""
    for now in (1, 2):
        await database.write(lambda connection, now=now: add_account(connection, ACCOUNT, now))

    rows = await database.read(lambda connection: connection.execute(accounts.select()).all())
    assert [tuple(row) for row in rows] == [(ACCOUNT, 1)]


async def test_a_key_belongs_to_an_account_that_exists(database: Database) -> None:
    """A key of nobody is refused by the store itself, and not kept."""
    with pytest.raises(IntegrityError):
        await database.write(lambda connection: add_access_key(connection, KEY, "nobody", demo=False, now=1))

    assert await database.read(lambda connection: access_keys_of(connection, KEY, "nobody")) == []
