from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

Result = TypeVar("Result")


class Database(Protocol):
    """Runs functions over a synchronous SQLAlchemy connection; implemented by SqliteDatabase and PostgresDatabase.

    A function gets one connection inside one transaction and must not keep it.
    """

    async def read(self, function: Callable[[Connection], Result]) -> Result:
        """Run a short, keyed read."""
        ...

    async def scan(self, function: Callable[[Connection], Result]) -> Result:
        """Run a read that may look at many rows: a part of a name, a count."""
        ...

    async def write(self, function: Callable[[Connection], Result]) -> Result:
        """Run a write; once this returns, the write survives a crash. What the function raises rolls everything
        back.
        """
        ...

    async def close(self) -> None: ...
