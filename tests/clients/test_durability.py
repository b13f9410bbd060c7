import random
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Semaphore

import pytest

from gateway.settings.settings import Settings
from tests.clients.boto3_process import Boto3
from tests.clients.server_process import GATEWAY, environment, served
from tests.clients.written_fleet import WrittenFleet, written_fleet

KILLS, MANY_KILLS = 5, 50
LONG = 1200
MOST_WRITES = 40
FIRST_STARTS, LONGEST_START = 20, 2.0


def test_an_acknowledged_write_survives_kill_9(boto3: Boto3, tmp_path: Path) -> None:
    """Clicks by the ingest, tags by GraphQL and by boto3: all that was acknowledged is there after the crash."""
    fleet = written_fleet(boto3, Settings(data=tmp_path / "data"))

    kill_again_and_again(fleet, KILLS, {})


@pytest.mark.long
@pytest.mark.timeout(LONG)
def test_an_acknowledged_write_survives_kill_9_many_times(boto3: Boto3, tmp_path: Path) -> None:
    """The same, fifty times over."""
    fleet = written_fleet(boto3, Settings(data=tmp_path / "data"))

    kill_again_and_again(fleet, MANY_KILLS, {})


@pytest.mark.long
@pytest.mark.timeout(LONG)
def test_an_acknowledged_write_survives_kill_9_on_postgresql(boto3: Boto3, tmp_path: Path, postgres_url: str) -> None:
    """The same, fifty times over, where PostgreSQL keeps the data."""
    fleet = written_fleet(boto3, Settings(data=tmp_path / "data", database_url=postgres_url))

    kill_again_and_again(fleet, MANY_KILLS, {"GATEWAY_DATABASE_URL": postgres_url})


@pytest.mark.long
@pytest.mark.timeout(LONG)
def test_a_first_start_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    """Whatever was made by then, the next start finds its way."""
    for number in range(FIRST_STARTS):
        data = tmp_path / str(number) / "data"
        data.parent.mkdir()
        command = [*GATEWAY, "serve", "--data", data, "--port", "0"]
        start = subprocess.Popen(command, cwd=data.parent, env=environment({}), stdout=subprocess.DEVNULL)
        with pytest.raises(subprocess.TimeoutExpired):
            start.wait(timeout=LONGEST_START * number / FIRST_STARTS)
        start.kill()
        start.wait()

        with served(data) as server:
            server.stop()


def kill_again_and_again(fleet: WrittenFleet, times: int, settings: Mapping[str, str]) -> None:
    for seed in range(times):
        kill_while_writing(fleet, random.Random(seed).randrange(1, MOST_WRITES), settings)  # noqa: S311 - no secret
    with served(fleet.settings.data, settings=settings) as server:
        fleet.check(server.url)
        server.stop()

    fleet.check_store()
    assert all(writer.acknowledged for writer in fleet.writers)


def kill_while_writing(fleet: WrittenFleet, writes: int, settings: Mapping[str, str]) -> None:
    """Check what is there, write from all sides, and kill the server right after so many acknowledged writes.

    The end of `served` is a SIGKILL; the writers see that by themselves.
    """
    acknowledged = Semaphore(0)
    with (
        ThreadPoolExecutor(len(fleet.writers)) as pool,
        served(fleet.settings.data, settings=settings) as server,
    ):
        fleet.check(server.url)
        writing = [pool.submit(writer.run, server.url, acknowledged) for writer in fleet.writers]
        for _ in range(writes):
            assert acknowledged.acquire(timeout=30)
    for writer in writing:
        writer.result()
