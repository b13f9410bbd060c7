"""API keys of the graph's callers. Only a hash of each is kept: a key is shown once, when it is made."""

import hashlib
import json
import secrets
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection, Row, insert, select, update

from gateway.model.caller import Scope
from gateway.store.tables import api_keys
from gateway.store.text import is_storable

PREFIX = "gwk"
SECRET_BYTES = 32


class ApiKey(Struct, frozen=True):
    """Times in milliseconds since 1970; `sources` None: all."""

    id: str
    name: str
    scopes: frozenset[Scope]
    sources: frozenset[str] | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None


def add_api_key(
    connection: Connection,
    name: str,
    scopes: frozenset[Scope],
    sources: frozenset[str] | None,
    now: int,
    expires_at: int | None = None,
) -> str:
    """Make a key and return its text, which nobody can tell again."""
    identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(SECRET_BYTES)
    connection.execute(
        insert(api_keys).values(
            id=identifier,
            hash=_hash(secret),
            name=name,
            scopes=json.dumps(sorted(scopes)),
            sources=None if sources is None else json.dumps(sorted(sources)),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return f"{PREFIX}_{identifier}_{secret}"


def find_api_key(connection: Connection, text: str) -> ApiKey | None:
    """Find the key of that text, revoked and expired ones too; None where there is none."""
    prefix, _, rest = text.partition("_")
    identifier, _, secret = rest.partition("_")
    if prefix != PREFIX or not is_storable(text):
        return None
    row = connection.execute(select(api_keys).where(api_keys.c.id == identifier)).first()
    if row is None or not secrets.compare_digest(row.hash, _hash(secret)):
        return None
    return _key(row)


def all_api_keys(connection: Connection) -> Sequence[ApiKey]:
    return [_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id))]


def revoke_api_key(connection: Connection, identifier: str, now: int) -> bool:
    """Refuse the key from now on; return whether there was one to revoke."""
    statement = update(api_keys).where(api_keys.c.id == identifier, api_keys.c.revoked_at.is_(None))
    return connection.execute(statement.values(revoked_at=now)).rowcount == 1


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(map(Scope, json.loads(row.scopes))),
        sources=None if row.sources is None else frozenset(json.loads(row.sources)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _hash(secret: str) -> bytes:
    # A key has 256 random bits: nothing to guess, so nothing to slow down.
    return hashlib.sha256(secret.encode()).digest()
