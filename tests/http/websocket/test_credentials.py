"""Who may speak over a socket, and for how long; over the whole gateway."""

import time
from pathlib import Path

import pytest

from gateway.model.caller import Scope
from gateway.store.api_keys import add_api_key, revoke_api_key
from tests.http.live_gateway import EVENTS, LiveGateway, live_gateway
from tests.http.websocket.socket import Socket, opened

BUTTON = "G030PM0000000001"
REQUIRED = {"authentication": "required"}
READ = frozenset({Scope.DEVICES_READ})


async def key(
    gateway: LiveGateway, scopes: frozenset[Scope] = READ, sources: frozenset[str] | None = None, seconds: float = 60
) -> str:
    expires_at = int((time.time() + seconds) * 1000)
    return await gateway.context.database.write(
        lambda connection: add_api_key(connection, "test", scopes, sources, 0, expires_at)
    )


async def answer(socket: Socket, query: str = "{ sources { name } }") -> dict[str, object]:
    await socket.subscribe("1", query)
    told: dict[str, object] = await socket.hear()
    if told["type"] == "next":
        await socket.hear()
    return told


@pytest.mark.parametrize("where", ["authorization", "Authorization", "x-api-key", "headers", "handshake"])
async def test_credentials_come_in_the_init_or_the_handshake(tmp_path: Path, where: str) -> None:
    """A browser puts its key into the payload, any other client perhaps into the handshake's headers."""
    async with live_gateway(tmp_path, **REQUIRED) as gateway:
        text = await key(gateway)
        bearer = f"Bearer {text}"
        payload = {"headers": {"headers": {"authorization": bearer}}, "handshake": None, "x-api-key": {where: text}}
        headers = {"authorization": bearer} if where == "handshake" else {}
        async with opened(gateway.client, additional_headers=headers) as socket:
            await socket.init(payload.get(where, {where: bearer}))
            told = await answer(socket)

    assert told["payload"] == {"data": {"sources": [{"name": "buttons"}, {"name": "echoes"}]}}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (None, "An API key or a token is needed."),
        ({}, "An API key or a token is needed."),
        ({"authorization": "Bearer gwk_000000000000_x"}, "The API key is not known."),
        ({"x-api-key": "guessed"}, "The API key is not known."),
        ({"authorization": "Basic eDp5"}, "Authorization must be `Bearer` and an API key or a token."),
    ],
)
async def test_closes_on_credentials_that_are_not_good(tmp_path: Path, payload: object, reason: str) -> None:
    """Who does not say who it is, or says it wrong, is closed with 4403 and never acknowledged."""
    async with live_gateway(tmp_path, **REQUIRED) as gateway, opened(gateway.client) as socket:
        await socket.say({"type": "connection_init", "payload": payload})

        assert await socket.closed() == (4403, reason)


async def test_scopes_hold_for_subscriptions(tmp_path: Path) -> None:
    """What a key may not read it cannot subscribe to either, and nothing is opened."""
    async with live_gateway(tmp_path, BUTTON, **REQUIRED) as gateway, opened(gateway.client) as socket:
        await socket.init({"x-api-key": await key(gateway, frozenset({Scope.USERS_READ}))})
        told = await answer(socket, EVENTS)
        await gateway.streams(0)

    assert told["type"] == "error"
    [error] = told["payload"]  # type: ignore[misc]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_a_cursor_of_another_caller_is_refused(tmp_path: Path) -> None:
    """Who sees other sources cannot resume where somebody else left off."""
    async with live_gateway(tmp_path, BUTTON, **REQUIRED) as gateway:
        async with opened(gateway.client) as socket:
            await socket.init({"x-api-key": await key(gateway)})
            await socket.subscribe("1", EVENTS)
            await gateway.streams(1)
            await gateway.press(BUTTON)
            cursor = (await socket.hear())["payload"]["data"]["deviceEvents"]["cursor"]
        async with opened(gateway.client) as socket:
            await socket.init({"x-api-key": await key(gateway, sources=frozenset({"buttons"}))})
            await socket.subscribe("1", EVENTS, variables={"after": cursor})
            refusal = await socket.hear()

    assert (refusal["type"], refusal["payload"][0]["extensions"]) == (
        "error",
        {"code": "BAD_USER_INPUT", "argument": "after"},
    )


async def test_a_key_that_expires_ends_its_socket(tmp_path: Path) -> None:
    """When the credentials end, the socket is closed with 4403, and its streams with it."""
    async with live_gateway(tmp_path, BUTTON, **REQUIRED) as gateway, opened(gateway.client) as socket:
        await socket.init({"x-api-key": await key(gateway, seconds=3)})
        await socket.subscribe("1", EVENTS)
        await gateway.streams(1)

        assert await socket.closed() == (4403, "The credentials have expired.")
        await gateway.streams(0)


async def test_a_revoked_key_ends_its_streams_and_then_its_socket(tmp_path: Path) -> None:
    """A stream of a key that was revoked ends by an `error`; the next operation closes the socket with 4403."""
    settings = {**REQUIRED, "credentials_check": 0.1}
    async with live_gateway(tmp_path, BUTTON, **settings) as gateway, opened(gateway.client) as socket:
        text = await key(gateway)
        await socket.init({"x-api-key": text})
        await socket.subscribe("1", EVENTS)
        await gateway.streams(1)
        await gateway.context.database.write(lambda connection: revoke_api_key(connection, text.split("_")[1], 1))
        ended = await socket.hear()
        await gateway.streams(0)
        await socket.subscribe("2", "{ __typename }")

        assert (ended["type"], ended["payload"][0]["extensions"]["code"]) == ("error", "UNAUTHENTICATED")
        assert "cursor" in ended["payload"][0]["extensions"]
        assert await socket.closed() == (4403, "The API key is not known.")
