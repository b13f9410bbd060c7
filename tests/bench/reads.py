"""What one read of a service costs over each road to it: all but the sending and receiving of ours is the same."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any, TypeAlias, cast

import aioboto3
import aiohttp
from aiobotocore.session import AioSession
from msgspec.structs import replace
from yarl import URL

from gateway.settings.source import SourceSettings
from gateway.sources.aws import open_aws
from gateway.sources.aws.answers import Answer
from gateway.sources.aws.connections import Connections
from gateway.sources.aws.credentials import source_credentials
from gateway.sources.aws.endpoint import Endpoint
from gateway.sources.aws.signed_http import SignedHttp
from gateway.wire.service import SPECS
from tests.bench.counting import aws_environment
from tests.bench.roads import stub_of
from tests.bench.section import Ground, Section, Table

Read: TypeAlias = Callable[[], Awaitable[Any]]

AT_ONCE, BATCHES, MORE_ROUNDS = 50, 10, 3
MICROSECONDS = 1_000_000
SDK = "aioboto3"


async def reads(ground: Ground) -> Section:
    """A button's five events, asked for over each road in turn."""
    ground.say("reading over each road")
    directory = ground.directory / "reads"
    os.environ |= {**aws_environment(ground.fleet.access_key, directory), "AWS_DATA_PATH": str(SPECS)}
    asked = {
        "DeviceId": next(iter(ground.tape.clicks)),
        "FromTimeStamp": datetime(2026, 1, 1, tzinfo=UTC),
        "ToTimeStamp": datetime(2026, 1, 2, tzinfo=UTC),
        "MaxResults": 250,
    }
    with stub_of(ground.tape, directory) as stub:
        url = f"{stub.url}/one-click"
        source = SourceSettings(name="buttons", service="one-click", endpoint_url=url, concurrency=AT_ONCE)
        async with _by_road(source, asked) as roads:
            events = [len((await read())["Events"]) for read in roads.values()]
            assert events == [events[0]] * len(roads), "every road tells the same"
            costs = await _costs(roads, MORE_ROUNDS * ground.effort.rounds)
    rows = [(name, f"{cost:.0f}", f"1/{costs[SDK] / cost:.1f}") for name, cost in costs.items()]
    return Section([Table("A read of five events, 50 at once", ("road", "CPU µs", f"of {SDK}"), rows)], [])


@asynccontextmanager
async def _by_road(source: SourceSettings, asked: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Read]]:
    plain = aioboto3.Session().client(
        "iot1click-devices", region_name=source.aws_region, endpoint_url=source.endpoint_url
    )
    async with plain as client, open_aws(source) as ours, aiohttp.ClientSession() as session:
        credentials, endpoint = source_credentials(AioSession(), source), Endpoint.of_url(source.endpoint_url or "")
        connections = cast("Connections", AiohttpConnections(session, f"http://{endpoint.authority}"))
        signed = SignedHttp(ours.model, source.aws_region, endpoint, credentials, connections)
        by_aiohttp = replace(ours, reads={"ListDeviceEvents": signed.method("ListDeviceEvents")})
        yield {
            SDK: lambda: client.list_device_events(**asked),
            "aiohttp": lambda: by_aiohttp.call("ListDeviceEvents", asked),
            "the gateway's": lambda: ours.call("ListDeviceEvents", asked),
        }


class AiohttpConnections:
    """Exchanges requests for answers as `Connections` does; taking them apart again costs a few microseconds."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session = session
        self._origin = origin

    async def exchange(self, request: bytes) -> Answer:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, target, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        url = URL(self._origin + target, encoded=True)
        async with self._session.request(method, url, headers=headers, data=body or None) as response:
            return Answer(response.status, response.raw_headers, await response.read())


async def _costs(roads: Mapping[str, Read], rounds: int) -> dict[str, float]:
    """Microseconds of this process's CPU for one read, the medians of rounds in which the roads take turns."""
    costs: dict[str, list[float]] = {name: [] for name in roads}
    for _ in range(rounds):
        for name, read in roads.items():
            costs[name].append(await _cost(read))
    return {name: median(found) for name, found in costs.items()}


async def _cost(read: Read) -> float:
    began = time.process_time()
    for _ in range(BATCHES):
        await asyncio.gather(*(read() for _ in range(AT_ONCE)))
    return (time.process_time() - began) / (BATCHES * AT_ONCE) * MICROSECONDS
