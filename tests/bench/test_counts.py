"""What an operation may ask of its upstream; what it costs in time is `make bench`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.aws_environment import set_aws_environment
from tests.bench.counting import Counted, aws_environment, counted_in_process, counted_over_http
from tests.bench.fleets import FIFTY, Fleet, make_fleet
from tests.bench.operations import FANOUT50, LIST50, LIST50_ALL_TAGS, Operation, one, page

MOST_STATEMENTS = 6
SMALL_PAGE = page("page", None)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """25 buttons and 25 Echo devices with 50 events each; nothing here changes them."""
    return asyncio.run(make_fleet(tmp_path_factory.mktemp("bench") / "fleet", FIFTY))


@pytest.fixture(autouse=True)
def credentials(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_aws_environment(monkeypatch, tmp_path)
    for name, value in aws_environment(fleet.access_key, tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest_asyncio.fixture
async def straight(fleet: Fleet) -> AsyncIterator[Counted]:
    async with counted_in_process(fleet) as counted:
        yield counted


@pytest_asyncio.fixture
async def remote(fleet: Fleet, tmp_path: Path) -> AsyncIterator[Counted]:
    async with counted_over_http(fleet, tmp_path / "gateway") as counted:
        yield counted


@pytest.mark.parametrize(
    ("operation", "calls"), [(one(), 1), (LIST50, 2), (LIST50_ALL_TAGS, 2 + 25), (FANOUT50, 2 + 50), (SMALL_PAGE, 2)]
)
async def test_calls_over_http(remote: Counted, operation: Operation, calls: int) -> None:
    """A device, and a page of two services, is asked for once; what AWS cannot batch is asked once for each device."""
    _, asked = await remote.ask(operation)

    assert asked.total() == calls


@pytest.mark.parametrize("operation", [one(), LIST50, FANOUT50, SMALL_PAGE], ids=lambda operation: operation.name)
async def test_statements_in_process(straight: Counted, operation: Operation) -> None:
    """A page with everything nested is a handful of SQL statements, whatever its size."""
    _, asked = await straight.ask(operation)

    assert asked.total() <= MOST_STATEMENTS


async def test_alexa_tags_are_one_statement_in_process(straight: Counted) -> None:
    """The tags of all Echo devices of a page are read by one statement; where they are not selected, by none."""
    _, without = await straight.ask(LIST50)
    _, with_tags = await straight.ask(LIST50_ALL_TAGS)

    assert with_tags.total() == without.total() + 1


async def test_alexa_tags_are_one_call_each_over_http(remote: Counted) -> None:
    """Only the tags of Echo devices are asked for, once each: buttons bring theirs along."""
    await remote.ask(LIST50)
    _, asked = await remote.ask(LIST50_ALL_TAGS)

    assert asked == {"GET /one-click/devices": 1, "POST /alexa-for-business": 1 + 25}


async def test_both_upstreams_answer_alike(fleet: Fleet, tmp_path: Path) -> None:
    """What is counted is the whole of the work: 50 devices with 5 events each, the same by either upstream."""
    async with counted_in_process(fleet) as straight:
        here, _ = await straight.ask(FANOUT50)
    async with counted_over_http(fleet, tmp_path / "gateway") as remote:
        there, _ = await remote.ask(FANOUT50)
    devices: list[dict[str, Any]] = here["devices"]["nodes"]

    assert there == here
    assert [device["service"] for device in devices] == ["ONE_CLICK"] * 25 + ["ALEXA_FOR_BUSINESS"] * 25
    assert [len(device["events"]["nodes"]) for device in devices] == [5] * 50
    assert [device["tags"] for device in devices[:25]] == [
        [{"key": "Name", "value": f"Button {number}"}] for number in range(25)
    ]
    assert [device["room"]["name"] for device in devices[25:]] == [f"Room {number % 5 + 1}" for number in range(25)]
