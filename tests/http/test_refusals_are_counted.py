"""Whatever an operation travels by, its refusal shows in the metrics, once."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.http.test_metrics import gateway, labelled, told
from tests.http.websocket.socket import Socket, opened

Way: TypeAlias = Callable[[httpx.AsyncClient, str], Awaitable[Any]]
TRIES: Mapping[str, tuple[str, str]] = {
    "cost": ("{ devices(first: 100) { nodes { events(first: 100) { nodes { id } } } } }", "COST_LIMIT_EXCEEDED"),
    "deferred cost": (
        "{ devices(first: 100) { nodes { ... @defer { events(first: 100) { nodes { id } } } } } }",
        "COST_LIMIT_EXCEEDED",
    ),
    "subscription": ('subscription { deviceChanges(after: "forged") { cursor } }', "BAD_USER_INPUT"),
}


async def post(client: httpx.AsyncClient, query: str, accept: str) -> None:
    await client.post("/graphql", json={"query": query}, headers={"accept": accept})


async def over_a_socket(client: httpx.AsyncClient, query: str) -> None:
    async with opened(client) as socket:
        await socket.init()
        await socket.subscribe("1", query)
        await socket.hear()


WAYS: Mapping[str, Way] = {
    "event stream": lambda client, query: post(client, query, "text/event-stream"),
    "multipart": lambda client, query: post(client, query, "multipart/mixed, application/json"),
    "nothing but multipart": lambda client, query: post(client, query, "multipart/mixed; subscriptionSpec=1.0"),
    "WebSocket": over_a_socket,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("query", "code"), TRIES.values(), ids=TRIES)
async def test_a_refusal_is_counted_by_every_way(tmp_path: Path, way: Way, query: str, code: str) -> None:
    """A refusal that is told in a stream is one as well, and no service is called."""
    async with gateway(tmp_path, maximum_cost=500) as client:
        await way(client, query)
        series = await told(client)

    counted = {dict(labels)["code"]: value for labels, value in series["gateway_refusals_total"].items()}
    assert counted == {code: 1}
    assert "gateway_upstream_calls_total" not in series


async def test_a_refusal_in_a_shared_stream_is_counted(tmp_path: Path) -> None:
    """The request that begins an operation is accepted before it is known that it costs too much."""
    async with gateway(tmp_path, maximum_cost=500) as client:
        stream = {"x-graphql-event-stream-token": (await client.put("/graphql")).text}
        body = {"query": TRIES["cost"][0], "extensions": {"operationId": "1"}}
        accepted = await client.post("/graphql", json=body, headers=stream)
        async with client.stream("GET", "/graphql", headers={**stream, "accept": "text/event-stream"}) as answer:
            async for line in answer.aiter_lines():
                if "errors" in line:
                    break
        series = await told(client)

    assert accepted.status_code == 202
    refusal = labelled(door="graphql", code="COST_LIMIT_EXCEEDED", limit="maximum_cost")
    assert series["gateway_refusals_total"] == {refusal: 1}


async def _flood(socket: Socket) -> None:
    await socket.init()
    for _ in range(100):
        await socket.say({"type": "pong"})


async def _guess(socket: Socket) -> None:
    await socket.say({"type": "connection_init", "payload": {"x-api-key": "guessed"}})


async def _uninvited(socket: Socket) -> None:
    await socket.subscribe("1", "{ __typename }")


async def _gibberish(socket: Socket) -> None:
    await socket.connection.send("{")


async def _shout(socket: Socket) -> None:
    await socket.connection.send("x" * 300_000)


async def _silent(_: Socket) -> None:
    return


CLOSES: Mapping[str, tuple[Callable[[Socket], Awaitable[None]], list[tuple[str, str]]]] = {
    "flood": (_flood, [("RATE_LIMITED", "message_rate")]),
    "wrong credentials": (_guess, [("UNAUTHENTICATED", "none")]),
    "no init": (_uninvited, [("UNAUTHENTICATED", "none")]),
    "no JSON": (_gibberish, [("BAD_USER_INPUT", "none")]),
    "a message too large": (_shout, [("LIMIT_EXCEEDED", "maximum_message")]),
    "silence": (_silent, [("DEADLINE_EXCEEDED", "none")]),
}


@pytest.mark.parametrize(("misbehave", "refusals"), CLOSES.values(), ids=CLOSES)
async def test_a_socket_that_is_closed_is_counted(
    tmp_path: Path, misbehave: Callable[[Socket], Awaitable[None]], refusals: list[tuple[str, str]]
) -> None:
    """Whoever watches sees sockets that break rules, as requests that do."""
    given = {"message_rate": 2.0, "init_timeout": 0.2}
    given |= {"authentication": "required"} if misbehave is _guess else {}
    async with gateway(tmp_path, **given) as client:
        async with opened(client) as socket:
            await misbehave(socket)
            await socket.closed()
        series = await told(client)

    assert series["gateway_refusals_total"] == {
        labelled(door="graphql", code=code, limit=limit): 1 for code, limit in refusals
    }


async def test_a_socket_too_many_is_counted(tmp_path: Path) -> None:
    """So is one that comes while too many of its address have not said who they are."""
    async with gateway(tmp_path, maximum_waiting_sockets=1) as client:
        async with opened(client):
            with pytest.raises(InvalidStatus):
                async with opened(client):
                    pass
        series = await told(client)

    refusal = labelled(door="graphql", code="LIMIT_EXCEEDED", limit="waiting_sockets")
    assert series["gateway_refusals_total"] == {refusal: 1}


async def test_a_foreign_page_s_socket_is_counted(tmp_path: Path) -> None:
    """Hijacks that were tried can be seen."""
    async with gateway(tmp_path) as client:
        with pytest.raises(InvalidStatus):
            async with opened(client, origin="https://evil.example"):
                pass
        series = await told(client)

    assert series["gateway_refusals_total"] == {labelled(door="graphql", code="FORBIDDEN", limit="none"): 1}


async def test_who_guesses_over_sockets_is_told_apart(tmp_path: Path) -> None:
    """Credentials that are not looked at any more count against their rate."""
    async with gateway(tmp_path, authentication="required", credentials_rate=1) as client:
        for _ in range(3):
            async with opened(client) as socket:
                await _guess(socket)
                await socket.closed()
        series = await told(client)

    assert series["gateway_refusals_total"] == {
        labelled(door="graphql", code="UNAUTHENTICATED", limit="none"): 1,
        labelled(door="graphql", code="RATE_LIMITED", limit="credentials"): 2,
    }


async def test_one_operation_too_many_of_a_socket_is_counted(tmp_path: Path) -> None:
    """The limit shows by its name."""
    async with gateway(tmp_path, maximum_subscriptions=1) as client, opened(client) as socket:
        await socket.init()
        for id_ in ("1", "2"):
            await socket.subscribe(id_, "subscription { deviceChanges { cursor } }")
        await socket.hear()
        series = await told(client)

    limit = labelled(door="graphql", code="LIMIT_EXCEEDED", limit="maximum_subscriptions")
    assert series["gateway_refusals_total"] == {limit: 1}
