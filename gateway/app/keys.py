from hashlib import sha256

from gateway.settings.settings import Settings
from gateway.store.data_directory import kept_key


def secret_key(settings: Settings) -> bytes:
    """The key that all others come from: the setting, else the one kept in the data directory."""
    if settings.secret_key is not None:
        return sha256(settings.secret_key.encode(errors="surrogateescape")).digest()
    return kept_key(settings.data)


def derived_key(settings: Settings, purpose: str) -> bytes:
    """A key of its own for each purpose, so that what one of them seals means nothing to another."""
    return sha256(purpose.encode() + b"\0" + secret_key(settings)).digest()


def encryption_key(settings: Settings) -> bytes:
    return derived_key(settings, "access keys")
