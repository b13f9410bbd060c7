"""One event stream that several operations share: reservations, what travels over it, and what ends with it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from gateway.http.event_stream.shared import SharedStream, SharedStreams
from gateway.http.refusal import HttpRefused
from gateway.http.stream_options import StreamOptions
from gateway.model.caller import ANYBODY
from gateway.store.database import Database
from tests.clock import Clock
from tests.http.event_stream.reading import Event, event_stream
from tests.http.front_door import Journal, Serve
from tests.http.live_gateway import EVENTS, live_gateway
from tests.live.following import following

BUTTON = "G030PM0000000001"
TOKEN = "x-graphql-event-stream-token"


async def reserve(client: httpx.AsyncClient) -> dict[str, str]:
    """The header that names a new stream."""
    answer = await client.put("/graphql")
    assert (answer.status_code, answer.headers["content-type"]) == (201, "text/plain; charset=utf-8")
    return {TOKEN: answer.text}


async def begin(client: httpx.AsyncClient, stream: dict[str, str], query: str, id_: object = "1") -> httpx.Response:
    body = {"query": query, "extensions": {"operationId": id_}}
    return await client.post("/graphql", json=body, headers=stream)


async def test_tells_of_all_its_operations(serve: Serve) -> None:
    """Operations are taken by 202, and what comes of them is told over the stream under their ids."""
    async with serve() as client:
        stream = await reserve(client)
        early = await begin(client, stream, "{ echo }", "early")
        async with event_stream(client, "GET", headers=stream) as events:
            first = [await events.next() for _ in range(2)]
            late = await begin(client, stream, '{ echo(text: "late") }', "late")
            then = [await events.next() for _ in range(2)]

    assert (early.status_code, early.content, late.status_code) == (202, b"", 202)
    assert first == [
        Event("next", {"id": "early", "payload": {"data": {"echo": "hello"}}}),
        Event("complete", {"id": "early"}),
    ]
    assert then[0].data == {"id": "late", "payload": {"data": {"echo": "late"}}}


async def test_opens_by_a_token_in_the_address(serve: Serve) -> None:
    """An EventSource, which can send no header, names its stream in the address."""
    async with serve() as client:
        stream = await reserve(client)
        await begin(client, stream, "{ echo }")
        async with event_stream(client, "GET", params={"token": stream[TOKEN]}) as events:
            assert (await events.next()).data["id"] == "1"


async def test_subscribes_and_stops(tmp_path: Path) -> None:
    """A subscription goes on until DELETE names it; the stream stays."""
    async with live_gateway(tmp_path, BUTTON) as gateway:
        stream = await reserve(gateway.client)
        async with event_stream(gateway.client, "GET", headers=stream) as events:
            await begin(gateway.client, stream, EVENTS)
            await gateway.streams(1)
            await gateway.press(BUTTON)
            told = await events.next()
            stopped = await gateway.client.delete("/graphql", params={"operationId": "1"}, headers=stream)
            await gateway.streams(0)
            await begin(gateway.client, stream, "{ __typename }", "2")
            after = await events.next()

    assert told.data["payload"]["data"]["deviceEvents"]["event"]["clickType"] == "SINGLE"
    assert stopped.status_code == 200
    assert after.data == {"id": "2", "payload": {"data": {"__typename": "Query"}}}


async def test_leaving_stops_all_of_it(serve: Serve, journal: Journal) -> None:
    """When the stream is gone, so is what it told of, and its token."""
    async with serve() as client:
        stream = await reserve(client)
        async with event_stream(client, "GET", headers=stream) as events:
            await begin(client, stream, "{ slow }")
            await asyncio.wait_for(journal.began.wait(), 5)
            assert events.response.status_code == 200
        await journal.released()
        gone = await begin(client, stream, "{ echo }")

    assert gone.status_code == 404
    assert journal.resolved == []


async def test_a_reservation_is_given_up(database: Database, clock: Clock) -> None:
    """Who reserves a stream and never comes for it holds nothing for long."""
    async with following(database, clock) as fleet:
        streams = SharedStreams(StreamOptions(init_seconds=0))
        subscription = await fleet.open()
        token = streams.reserve(ANYBODY)  # until the loop's next turn
        stream = streams.find(token)
        stream.reserve("1")
        assert await stream.begin("1", subscription)
        await asyncio.wait_for(subscription.ended.wait(), 5)

        with pytest.raises(HttpRefused) as refused:
            streams.find(token)

    assert refused.value.status == 404


@pytest.mark.parametrize("leave", [SharedStream.aclose, partial(SharedStream.stop, operation_id="1")])
async def test_leaving_at_once_ends_what_has_just_begun(
    database: Database, clock: Clock, leave: Callable[[SharedStream], Awaitable[None]]
) -> None:
    """A client that is gone before its subscription took the first step leaves nothing behind."""
    async with following(database, clock) as fleet:
        subscription = await fleet.open()
        stream = SharedStream(ANYBODY, 1, lambda: None)
        stream.reserve("1")
        await stream.begin("1", subscription)
        await leave(stream)

        assert subscription.ended.is_set()
        assert not fleet.hub.is_followed


async def test_one_connection_a_token(serve: Serve) -> None:
    """A second connection to an open stream is refused; the first goes on."""
    async with serve() as client:
        stream = await reserve(client)
        async with event_stream(client, "GET", headers=stream) as events:
            async with event_stream(client, "GET", headers=stream) as second:
                assert second.response.status_code == 409
            await begin(client, stream, "{ echo }")

            assert (await events.next()).data["id"] == "1"


@pytest.mark.parametrize(
    ("query", "id_", "status", "code"),
    [
        ("{ nothing }", "1", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("{ echo }", "", 400, "BAD_USER_INPUT"),
        ("{ echo }", 7, 400, "BAD_USER_INPUT"),
        ("{ echo }", "taken", 409, "BAD_USER_INPUT"),
    ],
)
async def test_refuses_operations(
    serve: Serve, journal: Journal, query: str, id_: object, status: int, code: str
) -> None:
    """What cannot begin is refused to the request that asked for it."""
    async with serve() as client:
        stream = await reserve(client)
        await begin(client, stream, "{ slow }", "taken")
        refusal = await begin(client, stream, query, id_)

    assert (refusal.status_code, refusal.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert journal.resolved == []


async def test_bounds_what_runs_at_once(serve: Serve) -> None:
    """One operation more than a stream may have under way is refused."""
    async with serve(streams=StreamOptions(max_subscriptions=1)) as client:
        stream = await reserve(client)
        await begin(client, stream, "{ slow }")
        refusal = await begin(client, stream, "{ echo }", "2")

    assert refusal.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "maximum_subscriptions"}


async def test_refuses_foreign_pages(serve: Serve) -> None:
    """Another origin's page reserves, opens and stops nothing."""
    foreign = {"origin": "https://evil.example.com", "sec-fetch-site": "cross-site"}
    async with serve() as client:
        stream = await reserve(client)
        reserved = await client.put("/graphql", headers=foreign)
        stopped = await client.delete("/graphql", params={"operationId": "1"}, headers=stream | foreign)
        async with event_stream(client, "GET", headers=stream | foreign) as events:
            opened = events.response.status_code

    assert (reserved.status_code, stopped.status_code, opened) == (403, 403, 403)


async def test_unknown_tokens_are_not_found(serve: Serve) -> None:
    """A token that was never given is 404, and DELETE needs the operation's id."""
    async with serve() as client:
        unknown = await client.delete("/graphql", params={"operationId": "1"}, headers={TOKEN: "guessed"})
        stream = await reserve(client)
        without = await client.delete("/graphql", headers=stream)

    assert (unknown.status_code, without.status_code) == (404, 400)


async def test_is_not_there_where_processes_share_a_port(serve: Serve) -> None:
    """A stream that a client's other requests might miss is not offered; one for each operation is."""
    async with serve(streams=StreamOptions(shared_event_streams=False)) as client:
        reserved = await client.put("/graphql")
        async with event_stream(client, json={"query": "{ echo }"}) as events:
            told = await events.next()

    assert reserved.status_code == 405
    assert told.data == {"data": {"echo": "hello"}}
