"""A whole gateway before services on a socket: how often it asks them, and that it never tells what was before."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app.gateway import Gateway, open_gateway
from gateway.app.services import make_services
from gateway.app.services_alone import open_services
from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.plan import make_plan
from gateway.execution.stream import Stream
from gateway.execution.viewers import Viewer
from gateway.model.caller import ANYBODY
from gateway.services.context import ServiceContext
from gateway.services.ingest import ClickType, report_click
from gateway.store.one_click_devices import arn_of
from tests.aws_environment import set_aws_environment
from tests.bench.counting import aws_environment, remote_settings
from tests.bench.fleets import ONE_CLICK, Fleet, Size, button_id, button_node_id, make_fleet
from tests.http.serving import serving

DEVICE = "query ($id: ID!) { node(id: $id) { ... on OneClickDevice { enabled tags { key value } } } }"
TAG = "mutation ($input: TagDeviceInput!) { tagDevice(input: $input) { userErrors { message } device { ...T } } }"
TAGS = "fragment T on Device { tags { key value } }"
TAGS_OF_EVENTS = "subscription ($ids: [ID!]) { deviceEvents(ids: $ids) { event { device { ...T } } } }" + TAGS
CHANGES = "subscription { deviceChanges { kind device { id ... on OneClickDevice { enabled } } } }"
LOOPS_OF_64_REQUESTS = 5000
POLL_SECONDS = 0.05
SEVENTEENTH = {"key": "floor", "value": "17"}
PATIENCE = 30.0


@dataclass(slots=True)
class Services:
    """The services behind the gateway: the paths that they were asked for, and whether they answer."""

    app: ASGIApp
    asked: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        await self.open.wait()
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Asking:
    """`gateway` asks `services`, in which `behind` writes without its knowledge."""

    client: httpx.AsyncClient
    gateway: Gateway
    services: Services
    behind: ServiceContext

    async def data(self, query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
        answer = (await self.client.post("/graphql", json={"query": query, "variables": variables})).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def subscribe(self, text: str, **variables: object) -> Stream:
        subscriptions = self.gateway.subscriptions
        schema = subscriptions._execution.executor.schema._schema
        document = Documents(schema, DocumentOptions()).read(text)
        plan = make_plan(document, None, variables, 30, subscriptions=True)
        return await subscriptions.open(plan, Viewer(ANYBODY, ANYBODY.id), {})


Open = Callable[[float], AbstractAsyncContextManager[Asking]]


@pytest_asyncio.fixture
async def fleet(tmp_path: Path) -> Fleet:
    return await make_fleet(tmp_path / "store", Size(buttons=3, echoes=2, events=3))


@pytest.fixture
def asking(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """Open a gateway whose sources keep what they read for that many seconds."""
    set_aws_environment(monkeypatch, tmp_path)
    for name, value in aws_environment(fleet.access_key, tmp_path).items():
        monkeypatch.setenv(name, value)

    @asynccontextmanager
    async def opened(seconds: float) -> AsyncIterator[Asking]:
        async with open_services(fleet.settings) as alone:
            services = Services(alone.app)
            services.open.set()
            async with serving(services) as server:
                remote = remote_settings(tmp_path / "gateway", str(server.base_url))
                sources = tuple(replace(source, cache_seconds=seconds) for source in remote.sources)
                settings = replace(remote, sources=sources, endpoint_poll=POLL_SECONDS)
                async with open_gateway(settings) as gateway:
                    transport = httpx.ASGITransport(gateway.app)
                    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                        yield Asking(client, gateway, services, alone.services.one_click.context)

    return opened


async def test_many_that_look_at_one_device_ask_for_it_once(asking: Open) -> None:
    """64 requests at the same moment, for the same device, are one call of its service, and each has its answer."""
    async with asking(0) as gateway:
        gateway.services.open.clear()
        requests = [asyncio.create_task(gateway.data(DEVICE, id=button_node_id(0))) for _ in range(64)]
        for _ in range(LOOPS_OF_64_REQUESTS):
            await asyncio.sleep(0)
        gateway.services.open.set()
        answers = await asyncio.gather(*requests)

        assert gateway.services.asked == [f"/one-click/devices/{button_id(0)}"]
        assert answers == [answers[0]] * 64
        assert answers[0]["node"]["enabled"] is not None


@pytest.mark.parametrize(("seconds", "calls"), [(0, 3), (60, 1)])
async def test_what_was_read_is_kept_where_that_is_set(asking: Open, seconds: float, calls: int) -> None:
    """Requests one after another ask each for itself, unless the source is told to keep what it reads."""
    async with asking(seconds) as gateway:
        answers = [await gateway.data(DEVICE, id=button_node_id(0)) for _ in range(3)]

        assert len(gateway.services.asked) == calls
        assert answers == [answers[0]] * 3


async def test_a_mutation_tells_what_it_wrote_and_so_does_all_that_follows(asking: Open) -> None:
    """What is kept never hides a write of this gateway: neither from its own payload nor from the next request."""
    async with asking(60) as gateway:
        before = await gateway.data(DEVICE, id=button_node_id(0))
        await gateway.data("{ devices(first: 5) { nodes { id } } }")
        change = {"id": button_node_id(0), "tags": [{"key": "floor", "value": "17"}]}
        payload = (await gateway.data(TAG + TAGS, input=change))["tagDevice"]
        after = await gateway.data(DEVICE, id=button_node_id(0))
        listed = await gateway.data("{ devices(first: 5) { nodes { name tags { key value } } } }")

        assert {"key": "floor", "value": "17"} not in before["node"]["tags"]
        assert payload["userErrors"] == []
        for tags in (payload["device"]["tags"], after["node"]["tags"], listed["devices"]["nodes"][0]["tags"]):
            assert {"key": "floor", "value": "17"} in tags


async def tag_behind(context: ServiceContext) -> None:
    arn = arn_of(ONE_CLICK, button_id(0))
    await make_services(context).one_click.call(ONE_CLICK, "TagResource", {"ResourceArn": arn, "Tags": {"floor": "17"}})


async def test_an_event_tells_its_device_as_it_is(asking: Open) -> None:
    """What is kept of a device is not used again once something has happened to it, whoever made that happen."""
    async with asking(60) as gateway:
        stream = await gateway.subscribe(TAGS_OF_EVENTS, ids=[button_node_id(0)])
        await gateway.data(DEVICE, id=button_node_id(0))
        await tag_behind(gateway.behind)
        await report_click(gateway.behind, button_id(0), ClickType.SINGLE)
        async with asyncio.timeout(PATIENCE):
            payload = await anext(stream)
        await stream.aclose()
        after = await gateway.data(DEVICE, id=button_node_id(0))

        [change] = orjson.loads(payload.body)["data"].values()
        assert SEVENTEENTH in change["event"]["device"]["tags"]
        assert SEVENTEENTH in after["node"]["tags"]


async def test_a_change_is_found_past_what_is_kept(asking: Open) -> None:
    """Pages that are kept for readers are not what changes are looked for in; once one is told, readers see it too."""
    enabled = "{ devices(first: 3) { nodes { id ... on OneClickDevice { enabled } } } }"
    async with asking(60) as gateway:
        before = (await gateway.data(enabled))["devices"]["nodes"][0]
        stream = await gateway.subscribe(CHANGES)
        one_click = make_services(gateway.behind).one_click
        params = {"DeviceId": button_id(0), "Enabled": not before["enabled"]}
        await one_click.call(ONE_CLICK, "UpdateDeviceState", params)
        async with asyncio.timeout(PATIENCE):
            payload = await anext(stream)
        await stream.aclose()
        after = (await gateway.data(enabled))["devices"]["nodes"][0]

        change = {"kind": "CHANGED", "device": {"id": before["id"], "enabled": not before["enabled"]}}
        assert orjson.loads(payload.body)["data"]["deviceChanges"] == change
        assert after == change["device"]


async def test_what_is_kept_is_told_to_operators(asking: Open) -> None:
    """A source's cache has its hits, misses and bytes among the metrics, and only real calls count as calls."""
    async with asking(60) as gateway:
        for _ in range(3):
            await gateway.data(DEVICE, id=button_node_id(0))
        told = (await gateway.client.get("/metrics")).text

        assert 'gateway_cache_hits_total{cache="source_buttons"} 2.0' in told
        assert 'gateway_cache_misses_total{cache="source_buttons"} 1.0' in told
        assert 'gateway_upstream_calls_total{operation="DescribeDevice",outcome="ok",source="buttons"} 1.0' in told
