"""An event stream for each operation: what it tells, how it ends, and who may open it."""

import asyncio
from pathlib import Path

import pytest

from gateway.http.stream_options import StreamOptions
from gateway.services.ingest import ClickType
from tests.http.event_stream.reading import EVENTS_ONLY, Event, EventReader, event_stream
from tests.http.front_door import Journal, Serve
from tests.http.live_gateway import EVENTS, live_gateway

BUTTON = "G030PM0000000001"


def asking(query: str, **variables: object) -> dict[str, object]:
    return {"json": {"query": query, "variables": variables}}


async def clicks(events: EventReader, count: int) -> tuple[list[str], str | None]:
    """The next events' clicks, and the id of the last."""
    read = [await events.next() for _ in range(count)]
    told = [event.data["data"]["deviceEvents"] for event in read]
    assert [payload["cursor"] for payload in told] == [event.id for event in read]
    return [payload["event"]["clickType"] for payload in told], read[-1].id


async def test_answers_a_query_with_one_event(serve: Serve) -> None:
    """Who takes nothing but events gets a query's result as one, and the end as another."""
    async with serve() as client, event_stream(client, **asking("{ echo }")) as events:
        told = await events.rest()

    assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert events.response.headers["cache-control"] == "no-store"
    assert told == [Event("next", {"data": {"echo": "hello"}}), Event("complete", None)]


async def test_tells_refusals_as_events(serve: Serve, journal: Journal) -> None:
    """A document that cannot be run is told by an event, which is all that a browser's EventSource sees."""
    async with serve() as client, event_stream(client, **asking("{ nothing }")) as events:
        told, end = await events.rest()

    assert events.response.status_code == 200
    assert told.data["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert end == Event("complete", None)
    assert journal.resolved == []


async def test_tells_parts_as_events(serve: Serve) -> None:
    """What is deferred comes as an event of its own."""
    query = "{ item { name ... @defer { detail } } }"
    async with serve() as client, event_stream(client, **asking(query)) as events:
        first, second, end = await events.rest()

    assert first.data["data"] == {"item": {"name": "a"}}
    assert second.data["incremental"] == [{"id": "0", "data": {"detail": "all of a"}}]
    assert end == Event("complete", None)


async def test_tells_what_happens_and_resumes(tmp_path: Path) -> None:
    """Each event has its cursor as id; who comes again with Last-Event-ID gets what happened in between, once."""
    async with live_gateway(tmp_path, BUTTON) as gateway:
        async with event_stream(gateway.client, **asking(EVENTS)) as events:
            await gateway.streams(1)
            for click in ClickType.SINGLE, ClickType.DOUBLE:
                await gateway.press(BUTTON, click)
            first, cursor = await clicks(events, 2)
        await gateway.streams(0)
        await gateway.press(BUTTON, ClickType.LONG)
        headers = {"last-event-id": cursor or ""}
        async with event_stream(gateway.client, "GET", params={"query": EVENTS}, headers=headers) as events:
            missed, _ = await clicks(events, 1)
            await gateway.press(BUTTON, ClickType.SINGLE)
            then, _ = await clicks(events, 1)

    assert (first, missed, then) == (["SINGLE", "DOUBLE"], ["LONG"], ["SINGLE"])


async def test_can_be_resumed_before_the_first_event(tmp_path: Path) -> None:
    """Who is cut off before anything happened comes back to where it began, and misses nothing."""
    async with live_gateway(tmp_path, BUTTON) as gateway:
        async with event_stream(gateway.client, **asking(EVENTS)) as events:
            while not (line := await anext(events.lines)).startswith("id: "):
                pass
        await gateway.streams(0)
        await gateway.press(BUTTON, ClickType.LONG)
        headers = {"last-event-id": line.removeprefix("id: ")}
        async with event_stream(gateway.client, "GET", params={"query": EVENTS}, headers=headers) as events:
            assert (await clicks(events, 1))[0] == ["LONG"]


async def test_tells_of_a_bad_cursor(tmp_path: Path) -> None:
    """A Last-Event-ID that the gateway did not give is told by an event that ends the stream."""
    async with (
        live_gateway(tmp_path, BUTTON) as gateway,
        event_stream(gateway.client, **asking(EVENTS), headers={"last-event-id": "forged"}) as events,
    ):
        told, end = await events.rest()

    assert told.data["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "after"}
    assert end == Event("complete", None)


async def test_an_empty_cursor_is_none(tmp_path: Path) -> None:
    """A client that has had no event yet may say so by an empty Last-Event-ID, which begins with what happens next."""
    async with (
        live_gateway(tmp_path, BUTTON) as gateway,
        event_stream(gateway.client, **asking(EVENTS), headers={"last-event-id": ""}) as events,
    ):
        await gateway.streams(1)
        await gateway.press(BUTTON)

        assert (await clicks(events, 1))[0] == ["SINGLE"]


async def test_gives_signs_of_life(serve: Serve, journal: Journal) -> None:
    """A quiet stream has comments, so that nothing in between takes it for dead; leaving stops the work."""
    async with serve(streams=StreamOptions(ping_seconds=0.02)) as client:
        async with event_stream(client, **asking("{ slow }")) as events:
            comments = [await anext(events.lines) for _ in range(6)]
        await journal.released()

    assert comments == [":", ""] * 3


async def test_a_subscription_needs_a_client_that_takes_a_stream(tmp_path: Path) -> None:
    """Over plain JSON a subscription is refused, and says what it needs."""
    async with live_gateway(tmp_path, BUTTON) as gateway:
        answer = await gateway.client.post("/graphql", json={"query": EVENTS})

    assert answer.json()["errors"][0]["extensions"] == {"code": "OPERATION_RESOLUTION_FAILURE"}


async def test_no_mutation_by_get(serve: Serve, journal: Journal) -> None:
    """A GET changes nothing, whatever it takes as an answer."""
    async with serve() as client:
        answer = await client.get("/graphql", params={"query": "mutation { change }"}, headers=EVENTS_ONLY)

    assert answer.status_code == 405
    assert journal.resolved == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "https://app.example.com", "sec-fetch-site": "cross-site"}, 200),
        ({"graphql-require-preflight": "1"}, 200),
        ({}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "https://evil.example.com", "sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_hardened_event_sources_need_a_browser_that_vouches(
    serve: Serve, journal: Journal, headers: dict[str, str], status: int
) -> None:
    """Where plain GETs are refused, an EventSource is served that its browser says is ours or a listed page's."""
    async with serve(plain_get=False, allowed_origins=("https://app.example.com",)) as client:
        answer = await client.get("/graphql", params={"query": "{ echo }"}, headers=EVENTS_ONLY | headers)

    assert answer.status_code == status
    assert journal.resolved == (["echo"] if status == 200 else [])


async def test_is_not_there_when_switched_off(serve: Serve) -> None:
    """With the setting off no event stream is offered."""
    async with serve(streams=StreamOptions(event_stream=False)) as client:
        answer = await client.post("/graphql", json={"query": "{ echo }"}, headers=EVENTS_ONLY)

    assert answer.status_code == 406


async def test_a_client_that_never_reads_frees_what_it_held(serve: Serve, journal: Journal) -> None:
    """A stream whose client is cut off without a word ends with it."""
    async with serve() as client:
        host, port = client.base_url.host, client.base_url.port or 0
        reader, writer = await asyncio.open_connection(host, port)
        body = b'{"query": "{ slow }"}'
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        )
        await asyncio.wait_for(journal.began.wait(), 5)
        writer.transport.abort()
        await journal.released()
        assert reader is not None
