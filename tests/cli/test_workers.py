"""Several processes that serve one port, over PostgreSQL."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.clients.server_process import ServerProcess, refused, served

WORKERS = 2


@pytest.fixture
def server(tmp_path: Path, postgres_url: str) -> Iterator[ServerProcess]:
    settings = {"GATEWAY_DATABASE_URL": postgres_url, "GATEWAY_WORKERS": str(WORKERS)}
    with served(tmp_path / "data", settings=settings) as server:
        yield server
        for worker in workers(server):
            worker.kill()


def workers(server: ServerProcess) -> list[psutil.Process]:
    """Those beside the one that watches over resources."""
    if not psutil.pid_exists(server.process.pid):
        return []
    return [child for child in psutil.Process(server.process.pid).children() if serves(child)]


def serves(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # it has ended since it was found
        return False


async def until_there_are(server: ServerProcess, *, without: set[int]) -> list[psutil.Process]:
    """Wait for as many workers as there should be, none of those."""
    async with asyncio.timeout(60):
        while True:
            found = workers(server)
            if len(found) == WORKERS and not without & {worker.pid for worker in found}:
                return found
            await asyncio.sleep(0.05)


async def answers(server: ServerProcess) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        return await client.post("/graphql", json={"query": "{ devices { totalCount } }"})


async def asked(server: ServerProcess, enough: asyncio.Event) -> AsyncIterator[int]:
    """Ask again and again, over new connections."""
    while not enough.is_set():
        yield (await answers(server)).status_code


async def test_one_that_dies_is_replaced(server: ServerProcess) -> None:
    """The others serve on, and soon there are as many as before."""
    first, second = await until_there_are(server, without=set())
    second.kill()

    assert (await answers(server)).json() == {"data": {"devices": {"totalCount": 0}}}
    found = await until_there_are(server, without={second.pid})
    assert first.pid in {worker.pid for worker in found}
    assert "worker died" in server.log.read_text()


async def test_a_restart_loses_no_request(server: ServerProcess) -> None:
    """SIGHUP replaces every worker, and whoever asks meanwhile is answered."""
    before = {worker.pid for worker in await until_there_are(server, without=set())}
    enough = asyncio.Event()

    async def ask() -> list[int]:
        return [status async for status in asked(server, enough)]

    asking = asyncio.create_task(ask())
    server.process.send_signal(signal.SIGHUP)
    await until_there_are(server, without=before)
    enough.set()

    statuses = await asking
    assert statuses == [200] * len(statuses)
    assert statuses != []


async def test_all_end_together(server: ServerProcess) -> None:
    """SIGTERM ends all of them, with status 0, and what a first run has to tell is told once."""
    found = await until_there_are(server, without=set())

    printed = server.stop()

    assert printed.count("Access key") == 1
    assert not any(worker.is_running() for worker in found)


async def test_an_end_within_a_restart_is_no_error(server: ServerProcess) -> None:
    """Whoever stops a server that is being restarted gets what was asked for, and no alarm."""
    await until_there_are(server, without=set())
    server.process.send_signal(signal.SIGHUP)
    server.stop()

    assert "restart given up" not in server.log.read_text()


async def test_none_is_left_alone(server: ServerProcess) -> None:
    """Workers whose supervisor is gone end by themselves."""
    found = await until_there_are(server, without=set())
    await answers(server)

    server.process.kill()

    gone, _ = await asyncio.to_thread(psutil.wait_procs, found, timeout=60)
    assert len(gone) == WORKERS


def test_what_cannot_start_is_refused_once(tmp_path: Path) -> None:
    """As with one process: a sentence, exit code 1, and nobody tries again."""
    settings = {"GATEWAY_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "GATEWAY_WORKERS": "2"}

    told = refused(tmp_path, "--port", "0", settings=settings)

    assert told.count("database cannot be used") == 1


def test_several_over_sqlite_are_refused(tmp_path: Path) -> None:
    """With the way out, and nothing is made."""
    told = refused(tmp_path, "--port", "0", settings={"GATEWAY_WORKERS": "2"})

    assert "SQLite is for one process" in told
    assert "GATEWAY_DATABASE_URL" in told
    assert [*tmp_path.iterdir()] == []
