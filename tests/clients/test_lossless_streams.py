"""Whatever goes down, and whenever: every client has had every event once, in order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from gateway.settings.settings import Settings
from tests.clients.server_process import ServerProcess, start_server
from tests.clients.watchers import Watcher, make_fleet

WATCHERS = 5
KILLS, MANY_KILLS = 2, 25
LONG = 1200
PATIENCE = 60.0
SECRET = "s" * 32


async def test_nothing_is_lost_over_sqlite(tmp_path: Path) -> None:
    """Clients drop at random, the server is killed and comes back, and a command writes beside it."""
    await watch_while_servers_are_killed(Settings(data=tmp_path / "0"), 1, KILLS)


async def test_nothing_is_lost_over_two_replicas(tmp_path: Path, postgres_url: str) -> None:
    """The same over PostgreSQL, where a client comes back to either of two servers."""
    await watch_while_servers_are_killed(on_postgres(tmp_path, postgres_url), 2, KILLS)


@pytest.mark.long
@pytest.mark.timeout(LONG)
async def test_nothing_is_lost_over_sqlite_many_times(tmp_path: Path) -> None:
    """The same, many times over."""
    await watch_while_servers_are_killed(Settings(data=tmp_path / "0"), 1, MANY_KILLS)


@pytest.mark.long
@pytest.mark.timeout(LONG)
async def test_nothing_is_lost_over_two_replicas_many_times(tmp_path: Path, postgres_url: str) -> None:
    """The same, many times over."""
    await watch_while_servers_are_killed(on_postgres(tmp_path, postgres_url), 2, MANY_KILLS)


def on_postgres(directory: Path, url: str) -> Settings:
    return Settings(data=directory / "0", database_url=url, secret_key=SECRET)


async def watch_while_servers_are_killed(settings: Settings, replicas: int, kills: int) -> None:
    random = Random(kills)  # noqa: S311 - no secret
    fleet = await make_fleet(settings)
    async with running(settings, replicas) as servers:

        def url() -> str:
            return random.choice(servers).url

        watchers = [Watcher(url, Random(number)) for number in range(WATCHERS)]  # noqa: S311 - no secret
        async with background(*(one.run() for one in watchers)):
            async with background(fleet.press_beside(), fleet.press_by_ingest(url)):
                for one in watchers:
                    await within_patience(one.began.wait())
                for _ in range(kills):
                    await asyncio.sleep(random.random())
                    await kill_one(servers, random, settings)
            logged = await fleet.logged()
            await all_have(watchers, logged[-1])

    for one in watchers:
        assert one.refused == []
        assert one.seen == logged[logged.index(one.seen[0]) :]
        assert one.connections > kills
    assert {device for device, _ in logged} == {"G030PM0000000001", "G030PM0000000002"}


@asynccontextmanager
async def running(settings: Settings, replicas: int) -> AsyncIterator[list[ServerProcess]]:
    """Servers with a data directory each; those that are there at the end are killed."""
    servers: list[ServerProcess] = []
    async with AsyncExitStack() as stack:
        stack.callback(lambda: [server.kill() for server in servers])
        for number in range(replicas):
            data = settings.data.with_name(str(number))
            servers.append(await asyncio.to_thread(start_server, data, settings=environment_of(settings)))
        yield servers


async def kill_one(servers: list[ServerProcess], random: Random, settings: Settings) -> None:
    """Kill a server in the middle of all, and start another in its place."""
    number = random.randrange(len(servers))
    servers[number].kill()
    data = settings.data.with_name(str(number))
    servers[number] = await asyncio.to_thread(start_server, data, settings=environment_of(settings))


def environment_of(settings: Settings) -> Mapping[str, str]:
    if settings.database_url is None:
        return {}
    return {"GATEWAY_DATABASE_URL": settings.database_url, "GATEWAY_SECRET_KEY": SECRET}


async def all_have(watchers: Sequence[Watcher], last: object) -> None:
    """Wait until all have come so far, however far behind they are; raise TimeoutError where one comes no further."""
    for one in watchers:
        while not one.refused and one.seen[-1] != last:
            await within_patience(one.sees_more())


async def within_patience(work: object) -> None:
    async with asyncio.timeout(PATIENCE):
        await work  # type: ignore[misc]  # an awaitable


@asynccontextmanager
async def background(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Have all of it done meanwhile, and stop it at the end, whatever that is; what has failed raises."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None and not isinstance(outcome, asyncio.CancelledError):
            raise outcome
