"""Accounts and their access keys.

A secret is stored encrypted, not hashed: a signature can only be checked with the secret itself.
"""

import base64
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from gateway.store.dialect import insert_or_ignore
from gateway.store.tables import access_keys, accounts
from gateway.store.text import is_storable

ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
NONCE_BYTES = 12


_KEYS = select(
    access_keys.c.access_key_id,
    access_keys.c.account,
    access_keys.c.secret,
    access_keys.c.demo,
    access_keys.c.revoked_at,
)
# Every signed request asks for its key, so that one that was revoked is refused at once: kept, because making the
# statement takes six times as long as reading the row and decrypting the secret.
_BY_ID = _KEYS.where(access_keys.c.access_key_id == bindparam("id"))


class WrongEncryptionKeyError(Exception):
    """The encryption key of the settings is not the one that the secrets were stored under."""


class AccessKey(Struct, frozen=True):
    """What a caller signs with. `demo`: refused beyond loopback; `revoked`: refused everywhere."""

    access_key_id: str
    secret: str
    account: str
    demo: bool
    revoked: bool


def add_account(connection: Connection, account: str, now: int) -> None:
    """Make the account known; nothing changes where it already is."""
    connection.execute(insert_or_ignore(connection, accounts), {"account": account, "created_at": now})


def add_access_key(connection: Connection, encryption_key: bytes, account: str, *, demo: bool, now: int) -> AccessKey:
    """Make an access key for an account that exists; `encryption_key` has 32 bytes, `now` is in milliseconds."""
    made = AccessKey(
        access_key_id="AKIA" + "".join(secrets.choice(ID_ALPHABET) for _ in range(16)),
        secret=base64.b64encode(secrets.token_bytes(30)).decode(),
        account=account,
        demo=demo,
        revoked=False,
    )
    connection.execute(
        insert(access_keys).values(
            access_key_id=made.access_key_id,
            account=account,
            secret=_encrypted(encryption_key, made),
            demo=demo,
            created_at=now,
        )
    )
    return made


def find_access_key(connection: Connection, encryption_key: bytes, access_key_id: str) -> AccessKey | None:
    """Raise WrongEncryptionKeyError where the secret was stored under another key."""
    if not is_storable(access_key_id):
        return None
    row = connection.execute(_BY_ID, {"id": access_key_id}).first()
    return row and _decrypted(encryption_key, row)


def access_keys_of(connection: Connection, encryption_key: bytes, account: str) -> Sequence[AccessKey]:
    """The account's keys, oldest first, revoked ones among them. Raise WrongEncryptionKeyError as above."""
    statement = _KEYS.where(access_keys.c.account == account)
    rows = connection.execute(statement.order_by(access_keys.c.created_at, access_keys.c.access_key_id))
    return [_decrypted(encryption_key, row) for row in rows]


def revoke_access_key(connection: Connection, access_key_id: str, now: int) -> bool:
    """Return whether there was such a key, not revoked before."""
    statement = update(access_keys).where(
        access_keys.c.access_key_id == access_key_id, access_keys.c.revoked_at.is_(None)
    )
    return connection.execute(statement.values(revoked_at=now)).rowcount == 1


def _encrypted(encryption_key: bytes, made: AccessKey) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(encryption_key).encrypt(
        nonce, made.secret.encode(), _bound_to(made.access_key_id, made.account)
    )


def _decrypted(encryption_key: bytes, row: Row[str, str, bytes, bool, int | None]) -> AccessKey:
    nonce, sealed = row.secret[:NONCE_BYTES], row.secret[NONCE_BYTES:]
    try:
        secret = AESGCM(encryption_key).decrypt(nonce, sealed, _bound_to(row.access_key_id, row.account))
    except InvalidTag as error:
        raise WrongEncryptionKeyError(
            "The access keys of this database were stored under another secret key: bring back the secret_key "
            "(GATEWAY_SECRET_KEY), or the file secret.key of the data directory, that they were made with"
        ) from error
    return AccessKey(row.access_key_id, secret.decode(), row.account, row.demo, row.revoked_at is not None)


def _bound_to(access_key_id: str, account: str) -> bytes:
    # A row's secret does not decrypt in another row: nobody who can write the table can lend a key to another account.
    return f"{access_key_id}/{account}".encode()
