from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

Result = TypeVar("Result")


class PostgresDatabase:
    """A PostgreSQL database through asyncpg; `url` is `postgresql://…` as libpq writes it."""

    def __init__(self, url: str, *, connections: int = 10) -> None:
        self._engine = engine_of(url, connections)

    async def read(self, function: Callable[[Connection], Result]) -> Result:
        async with self._engine.connect() as connection:
            return await connection.run_sync(function)

    async def scan(self, function: Callable[[Connection], Result]) -> Result:
        return await self.read(function)

    async def write(self, function: Callable[[Connection], Result]) -> Result:
        async with self._engine.begin() as connection:
            return await connection.run_sync(function)

    async def close(self) -> None:
        await self._engine.dispose()


def engine_of(url: str, pool_size: int) -> AsyncEngine:
    _, _, address = url.partition("://")
    return create_async_engine(f"postgresql+asyncpg://{address}", pool_size=pool_size, max_overflow=0)
