"""The directory of a gateway that keeps its own data: the SQLite file, the secret key, and the lock of its server."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway.settings.not_usable import NotUsable

DATABASE_FILE = "gateway.db"
KEY_FILE = "secret.key"
LOCK_FILE = "server.lock"
KEY_BYTES = 32
WAYS_OUT = "name another directory with --data or GATEWAY_DATA, or give this user the right"


def make_directory(directory: Path) -> None:
    """Make it where it is missing; raise NotUsable where nothing can be written in it."""
    probe = directory / f".writable.{os.getpid()}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise NotUsable(f"the data directory {directory} cannot be written ({error.strerror}): {WAYS_OUT}") from error


def has_database(directory: Path) -> bool:
    """Tell whether there is one; raise NotUsable where nobody may look."""
    try:
        return (directory / DATABASE_FILE).exists()
    except OSError as error:
        raise NotUsable(f"the data directory {directory} cannot be read ({error.strerror}): {WAYS_OUT}") from error


def kept_key(directory: Path) -> bytes:
    """The directory's secret key, made on the first run and readable by its owner only.

    Raise NotUsable where the file is not such a key, or not this user's: one that was cut short could be guessed.
    """
    make_directory(directory)
    file = directory / KEY_FILE
    if not file.exists():
        _make_key(file)
    try:
        key = file.read_bytes()
    except OSError as error:
        raise NotUsable(f"the secret key {file} cannot be read ({error.strerror}): {WAYS_OUT}") from error
    if len(key) != KEY_BYTES:
        raise NotUsable(
            f"the secret key {file} is damaged (it has {len(key)} bytes, not {KEY_BYTES}): bring it back from a copy; "
            "without it the access keys of this directory are lost"
        )
    return key


def _make_key(file: Path) -> None:
    made = file.with_name(f"{file.name}.{os.getpid()}")
    made.touch(mode=0o600)
    with made.open("r+b") as written:
        written.write(os.urandom(KEY_BYTES))
        written.flush()
        os.fsync(written.fileno())
    # Of two first runs at once, the one that links first gives the key to both.
    with suppress(FileExistsError):
        file.hardlink_to(made)
    made.unlink()
    _sync(file.parent)


def _sync(directory: Path) -> None:
    """What is encrypted under the key is synced to the disk; its name must not get lost before that."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def served_alone(directory: Path) -> Iterator[None]:
    """Hold the directory for one server; raise NotUsable where another has it. The lock ends with the process."""
    file = directory / LOCK_FILE
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotUsable(f"the lock {file} cannot be taken ({error.strerror}): {WAYS_OUT}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise NotUsable(
            f"another server uses the data directory {directory}: SQLite serves one process. "
            "Name another directory with --data, or use PostgreSQL (database_url, GATEWAY_DATABASE_URL)"
        ) from error
    try:
        yield
    finally:
        os.close(handle)
