"""graphql-transport-ws over real sockets: what is served, what closes, and that whatever was held is let go."""

import pytest
from websockets.exceptions import InvalidStatus

from gateway.http.stream_options import StreamOptions
from tests.http.front_door import Journal, Serve
from tests.http.websocket.socket import opened

FAST = StreamOptions(ping_seconds=0.05, init_seconds=0.05)


async def test_answers_queries_and_mutations(serve: Serve, journal: Journal) -> None:
    """A query and a mutation over a socket are answered by one `next` and a `complete`."""
    async with serve() as client, opened(client) as socket:
        await socket.init()
        await socket.subscribe("q", "query Q($t: String!) { echo(text: $t) }", variables={"t": "hi"})
        answers = [await socket.hear(), await socket.hear()]
        await socket.subscribe("m", "mutation { change }")
        answers += [await socket.hear(), await socket.hear()]

    assert answers == [
        {"id": "q", "type": "next", "payload": {"data": {"echo": "hi"}}},
        {"id": "q", "type": "complete"},
        {"id": "m", "type": "next", "payload": {"data": {"change": "changed"}}},
        {"id": "m", "type": "complete"},
    ]
    assert journal.resolved == ["echo", "change"]


async def test_operations_run_side_by_side(serve: Serve) -> None:
    """A slow operation holds no other up, and an id may be used again when its operation has ended."""
    async with serve() as client, opened(client) as socket:
        await socket.init()
        await socket.subscribe("slow", "{ slow }")
        for _ in range(2):
            await socket.subscribe("1", "{ echo }")
            assert (await socket.hear())["payload"] == {"data": {"echo": "hello"}}
            assert await socket.hear() == {"id": "1", "type": "complete"}


async def test_tells_field_errors_in_the_result_and_masks_bugs(serve: Serve) -> None:
    """What a resolver raised is in the `next`, masked as over HTTP."""
    async with serve() as client, opened(client) as socket:
        await socket.init()
        await socket.subscribe("1", "{ broken }")
        payload = (await socket.hear())["payload"]

    assert payload["data"] == {"broken": None}
    assert payload["errors"][0]["message"] == "Internal server error"
    assert payload["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { echo } query B { echo }", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_refuses_an_operation_and_keeps_the_socket(serve: Serve, journal: Journal, query: str, code: str) -> None:
    """What cannot be run is answered by an `error`, which ends that operation only."""
    async with serve() as client, opened(client) as socket:
        await socket.init()
        await socket.subscribe("1", query)
        refusal = await socket.hear()
        await socket.subscribe("1", "{ echo }")
        answer = await socket.hear()

    assert (refusal["id"], refusal["type"]) == ("1", "error")
    assert refusal["payload"][0]["extensions"]["code"] == code
    assert answer["payload"] == {"data": {"echo": "hello"}}
    assert journal.resolved == ["echo"]


async def test_bounds_what_runs_at_once(serve: Serve, journal: Journal) -> None:
    """One operation more than a socket may have under way is refused by an `error`; the others go on."""
    async with serve(streams=StreamOptions(max_subscriptions=2)) as client, opened(client) as socket:
        await socket.init()
        for id_ in ("1", "2", "3"):
            await socket.subscribe(id_, "{ slow }")
        refusal = await socket.hear()
        await socket.say({"id": "1", "type": "complete"})
        await socket.subscribe("3", "{ echo }")
        answer = await socket.hear()

    assert refusal["id"] == "3"
    assert refusal["payload"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "maximum_subscriptions"}
    assert answer["payload"] == {"data": {"echo": "hello"}}
    await journal.released()


async def test_complete_stops_the_work(serve: Serve, journal: Journal) -> None:
    """A client that completes an operation stops it where it is, and hears nothing more of it."""
    async with serve() as client, opened(client) as socket:
        await socket.init()
        await socket.subscribe("1", "{ slow }")
        await journal.began.wait()
        await socket.say({"id": "1", "type": "complete"})
        await journal.released()
        await socket.say({"id": "1", "type": "complete"})
        await socket.say({"type": "ping", "payload": {"n": 1}})

        assert await socket.hear() == {"type": "pong", "payload": {"n": 1}}


async def test_leaving_stops_the_work(serve: Serve, journal: Journal) -> None:
    """When a socket is gone, closed well or cut, nothing of what it asked for goes on."""
    async with serve() as client:
        async with opened(client) as socket:
            await socket.init()
            await socket.subscribe("1", "{ slow }")
            await journal.began.wait()
        await journal.released()
        journal.began.clear()

        async with opened(client) as socket:
            await socket.init()
            await socket.subscribe("1", "{ slow }")
            await journal.began.wait()
            socket.connection.transport.abort()
            await journal.released()


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        (["not json"], 4400, "A message is JSON."),
        ([b"\x00"], 4400, "A message is text."),
        (['{"type":"subscribe","id":"1","payload":{"query":"{ slow }"}}'], 4401, "Unauthorized"),
        (['{"type":"connection_init"}'] * 2, 4429, "Too many initialisation requests"),
        (
            ['{"type":"connection_init"}', *['{"type":"subscribe","id":"1","payload":{"query":"{ slow }"}}'] * 2],
            4409,
            "Subscriber for 1 already exists",
        ),
        (
            [
                '{"type":"connection_init"}',
                '{"type":"subscribe","id":"1","payload":{"query":"{ slow }"}}',
                '{"type":"connection_terminate"}',
            ],
            4400,
            "A message has a type that the protocol knows.",
        ),
    ],
)
async def test_closes_on_broken_rules(
    serve: Serve, journal: Journal, messages: list[str | bytes], code: int, reason: str
) -> None:
    """Each broken rule has its close code, and ends what the socket had under way."""
    async with serve() as client, opened(client) as socket:
        for message in messages:
            await socket.connection.send(message)

        assert await socket.closed() == (code, reason)
        await journal.released()


async def test_closes_a_socket_that_never_inits(serve: Serve) -> None:
    """Who does not say who it is in time is let go with 4408, pings or no pings."""
    async with serve(streams=FAST) as client, opened(client) as socket:
        await socket.say({"type": "ping"})

        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_bounds_the_sockets_that_wait(serve: Serve) -> None:
    """Of one address so many may be open that have not said who they are; one more is told when to come again, before
    it is accepted. Who has said so, or was closed, makes room.
    """
    options = StreamOptions(max_waiting_sockets=2)
    async with serve(streams=options) as client, opened(client) as first, opened(client) as second:
        with pytest.raises(InvalidStatus) as refused:
            async with opened(client):
                pass
        await first.init()
        async with opened(client) as third:
            await second.say({"type": "subscribe"})
            assert await second.closed() == (4400, "A subscribe message has an id, and a payload.")
            async with opened(client) as fourth:
                await third.init()
                await fourth.init()

    response = refused.value.response
    assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    assert b'"extensions":{"code":"LIMIT_EXCEEDED","limit":"waiting_sockets"}' in response.body


async def test_pings_and_lets_go_of_the_silent(serve: Serve, journal: Journal) -> None:
    """A quiet socket is asked for a sign of life; as long as it answers it stays, then it is let go with all it had."""
    async with serve(streams=FAST) as client, opened(client) as socket:
        await socket.init()
        await socket.subscribe("1", "{ slow }")
        for _ in range(3):
            assert await socket.hear() == {"type": "ping"}
            await socket.say({"type": "pong"})

        assert await socket.closed() == (1001, "No sign of life")
        await journal.released()


async def test_closes_on_a_flood(serve: Serve) -> None:
    """Who says more than a socket may is let go with 1008."""
    async with serve(streams=StreamOptions(messages_per_second=1)) as client, opened(client) as socket:
        await socket.init()
        for _ in range(15):
            await socket.say({"type": "pong"})

        assert await socket.closed() == (1008, "Too many messages")


async def test_closes_on_a_message_too_large(serve: Serve) -> None:
    """A message beyond the maximum is not read to its end: 1009."""
    async with serve() as client, opened(client) as socket:
        await socket.init()
        await socket.connection.send("x" * 300_000)

        assert (await socket.closed())[0] == 1009


@pytest.mark.parametrize("protocols", [("graphql-ws",), ("something",)])
async def test_offers_no_other_protocol(serve: Serve, protocols: tuple[str, ...]) -> None:
    """The legacy protocol, or any other, is closed with 4406."""
    async with serve() as client, opened(client, protocols=protocols) as socket:
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_refuses_foreign_pages_before_it_accepts(serve: Serve) -> None:
    """The handshake of another origin's page is answered 403, in GraphQL's form; a listed one is accepted."""
    async with serve(allowed_origins=("https://app.example.com",)) as client:
        with pytest.raises(InvalidStatus) as refused:
            async with opened(client, origin="https://evil.example.com"):
                pass
        async with opened(client, origin="https://app.example.com") as socket:
            await socket.init()
        async with opened(client, origin=str(client.base_url).rstrip("/")) as socket:
            await socket.init()

    response = refused.value.response
    assert response.status_code == 403
    assert b'"code":"FORBIDDEN"' in response.body
    assert response.headers["content-type"] == "application/json; charset=utf-8"


async def test_refuses_a_foreign_host_and_a_large_head(serve: Serve) -> None:
    """A handshake is held to the rules of every request: its Host and the size of its head."""
    async with serve(allowed_hosts=("gateway.example.com",), max_head_bytes=500) as client:
        with pytest.raises(InvalidStatus) as by_host:
            async with opened(client):
                pass
        with pytest.raises(InvalidStatus) as by_size:
            async with opened(client, additional_headers={"x": "x" * 500}):
                pass

    assert (by_host.value.response.status_code, by_size.value.response.status_code) == (421, 431)


async def test_is_not_there_when_switched_off(serve: Serve) -> None:
    """Without the setting there is nothing at the path for a socket, which is told as it is of any other path."""
    async with serve(streams=StreamOptions(websocket=False)) as client:
        with pytest.raises(InvalidStatus) as refused:
            async with opened(client):
                pass

    assert refused.value.response.status_code == 404
    assert b"There is nothing at this path." in (refused.value.response.body or b"")
