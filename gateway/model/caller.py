from collections.abc import Hashable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Scope(StrEnum):
    """What a caller may do; the values are what keys and tokens carry."""

    DEVICES_READ = "devices:read"
    DEVICES_WRITE = "devices:write"
    DEVICES_CLAIM = "devices:claim"
    USERS_READ = "users:read"


ALL_SCOPES = frozenset(Scope)


class Caller(Struct, frozen=True):
    """Who asks. `id` names the caller in logs and in rates; `sources` confines to these, None to all.

    `expires_at`: when the credentials end; None where they do not.
    """

    id: str
    authenticated: bool
    scopes: frozenset[Scope]
    sources: frozenset[str] | None = None
    expires_at: datetime | None = None

    @property
    def sight(self) -> Hashable:
        """What decides what the caller may see: who has the same is answered the same, but for what is personal."""
        return self.authenticated, self.scopes, self.sources

    @property
    def is_admitted(self) -> bool:
        """Whether somebody is known, or nobody is asked."""
        return self.authenticated or bool(self.scopes)


ANYBODY = Caller("anybody", authenticated=False, scopes=ALL_SCOPES)
"""Everyone who reaches a gateway that asks nobody who they are."""

NOBODY = Caller("nobody", authenticated=False, scopes=frozenset())
"""Someone without credentials, where credentials are needed."""
