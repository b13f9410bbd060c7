"""Subscriptions over a socket, before the whole gateway."""

from pathlib import Path

from gateway.services.ingest import ClickType
from tests.http.live_gateway import EVENTS, live_gateway
from tests.http.websocket.socket import Socket, opened

BUTTON = "G030PM0000000001"


async def clicks(socket: Socket, count: int) -> tuple[list[str], str]:
    """The next events' clicks, and the cursor of the last."""
    payloads = [(await socket.hear())["payload"]["data"]["deviceEvents"] for _ in range(count)]
    return [payload["event"]["clickType"] for payload in payloads], payloads[-1]["cursor"]


async def test_tells_what_happens_and_resumes(tmp_path: Path) -> None:
    """Events come as they happen, in order; who comes again with the last cursor gets what happened in between."""
    async with live_gateway(tmp_path, BUTTON) as gateway:
        async with opened(gateway.client) as socket:
            await socket.init()
            await socket.subscribe("1", EVENTS)
            await gateway.streams(1)
            for click in ClickType.SINGLE, ClickType.DOUBLE:
                await gateway.press(BUTTON, click)
            first, cursor = await clicks(socket, 2)
        await gateway.streams(0)
        for click in ClickType.LONG, ClickType.SINGLE:
            await gateway.press(BUTTON, click)
        async with opened(gateway.client) as socket:
            await socket.init()
            await socket.subscribe("1", EVENTS, variables={"after": cursor})
            missed, _ = await clicks(socket, 2)
            await gateway.press(BUTTON, ClickType.DOUBLE)
            then, _ = await clicks(socket, 1)

    assert (first, missed, then) == (["SINGLE", "DOUBLE"], ["LONG", "SINGLE"], ["DOUBLE"])


async def test_resumes_after_a_restart(tmp_path: Path) -> None:
    """A cursor outlives the server that gave it."""
    async with live_gateway(tmp_path, BUTTON) as gateway, opened(gateway.client) as socket:
        await socket.init()
        await socket.subscribe("1", EVENTS)
        await gateway.streams(1)
        await gateway.press(BUTTON)
        _, cursor = await clicks(socket, 1)
        await gateway.press(BUTTON, ClickType.LONG)
    async with live_gateway(tmp_path) as gateway, opened(gateway.client) as socket:
        await socket.init()
        await socket.subscribe("1", EVENTS, variables={"after": cursor})

        assert (await clicks(socket, 1))[0] == ["LONG"]


async def test_a_cursor_of_nobody_is_bad_input(tmp_path: Path) -> None:
    """A cursor that the gateway did not give is refused by an `error` that names the argument."""
    async with live_gateway(tmp_path, BUTTON) as gateway, opened(gateway.client) as socket:
        await socket.init()
        await socket.subscribe("1", EVENTS, variables={"after": "forged"})
        refusal = await socket.hear()

    assert refusal["type"] == "error"
    assert refusal["payload"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "after"}


async def test_payloads_are_whole(tmp_path: Path) -> None:
    """What a variable would defer or stream of a subscription comes with it, as GraphQL has no parts of a payload."""
    document = """subscription($later: Boolean!) {
      deviceEvents { event { device { id ... @defer(if: $later) { name } tags @stream(if: $later) { key } } } }
    }"""
    async with live_gateway(tmp_path, BUTTON) as gateway, opened(gateway.client) as socket:
        await socket.init()
        await socket.subscribe("1", document, variables={"later": True})
        await gateway.streams(1)
        await gateway.press(BUTTON)
        payload = (await socket.hear())["payload"]

    device = payload["data"]["deviceEvents"]["event"]["device"]
    assert payload.keys() == {"data"}
    assert (device["name"], device["tags"]) == (BUTTON, [])
