"""Subscriptions as Apollo's clients take them over HTTP: multipart/mixed;subscriptionSpec=1.0."""

import json
from pathlib import Path

from tests.http.front_door import Serve
from tests.http.live_gateway import EVENTS, live_gateway

APOLLO = {"accept": "multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json"}
BUTTON = "G030PM0000000001"


async def test_tells_what_happens(tmp_path: Path) -> None:
    """Each event is a part whose JSON has it as `payload`, delimited as soon as it is whole; heartbeats are empty."""
    async with live_gateway(tmp_path, BUTTON, ping_interval=0.05) as gateway:
        async with gateway.client.stream("POST", "/graphql", json={"query": EVENTS}, headers=APOLLO) as answer:
            await gateway.streams(1)
            await gateway.press(BUTTON)
            text = ""
            async for chunk in answer.aiter_text():
                text += chunk
                if "clickType" in text and "{}" in text:
                    break
        await gateway.streams(0)

    assert answer.headers["content-type"] == 'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0'
    opening, *parts, rest = text.split("\r\n--graphql")
    assert (opening, rest) == ("", "")
    bodies = [json.loads(part.split("\r\n\r\n", 1)[1]) for part in parts]
    [told] = [body for body in bodies if body]
    assert told["payload"]["data"]["deviceEvents"]["event"]["clickType"] == "SINGLE"


async def test_is_refused_as_json(tmp_path: Path) -> None:
    """A subscription that cannot begin is refused as any request."""
    async with live_gateway(tmp_path, BUTTON) as gateway:
        body = {"query": EVENTS, "variables": {"after": "forged"}}
        answer = await gateway.client.post("/graphql", json=body, headers=APOLLO)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "after"}


async def test_a_query_is_not_answered_by_what_was_not_asked_for(serve: Serve) -> None:
    """A client that takes multipart alone gets a query's answer as JSON, not as an event stream."""
    async with serve() as client:
        accept = {"accept": "multipart/mixed;subscriptionSpec=1.0"}
        answer = await client.post("/graphql", json={"query": "{ echo }"}, headers=accept)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == {"data": {"echo": "hello"}}
