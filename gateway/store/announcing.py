from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from gateway.store.database import Database

Result = TypeVar("Result")


class AnnouncingDatabase:
    """A database that tells of every write once it is committed."""

    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._database = database
        self._written = written

    async def read(self, function: Callable[[Connection], Result]) -> Result:
        return await self._database.read(function)

    async def scan(self, function: Callable[[Connection], Result]) -> Result:
        return await self._database.scan(function)

    async def write(self, function: Callable[[Connection], Result]) -> Result:
        try:
            return await self._database.write(function)
        finally:
            self._written()  # also where whoever waited for it has left

    async def close(self) -> None:
        await self._database.close()
