"""A server that stops lets streams go at once, in their own words, and does not wait for them."""

import json
import time
from pathlib import Path

import httpx
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.clients.server_process import start_server

CHANGES = "subscription { deviceChanges { cursor } }"
GRACE = {"GATEWAY_SHUTDOWN_GRACE": "30"}


def test_sockets_are_told_that_it_goes(tmp_path: Path) -> None:
    """A socket is closed with 1001, whatever goes on over it, and the server ends well before its grace does."""
    server = start_server(tmp_path / "data", settings=GRACE)
    url = server.url.replace("http", "ws", 1) + "/graphql"
    with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": CHANGES}}))
        assert json.loads(socket.recv()) == {"type": "connection_ack"}
        began = time.monotonic()
        server.stop()
        list(socket)
        code, reason = socket.close_code, socket.close_reason

    assert (code, reason) == (1001, "The server is going away")
    assert time.monotonic() - began < 20


def test_event_streams_end_whole(tmp_path: Path) -> None:
    """An event stream ends as HTTP has it and without `complete`, so that a client comes again; multipart is closed."""
    server = start_server(tmp_path / "data", settings=GRACE)
    asking = {"json": {"query": CHANGES}, "timeout": 20}
    multipart = {"accept": "multipart/mixed;subscriptionSpec=1.0"}
    with (
        httpx.stream("POST", f"{server.url}/graphql", headers={"accept": "text/event-stream"}, **asking) as events,
        httpx.stream("POST", f"{server.url}/graphql", headers=multipart, **asking) as parts,
    ):
        began = time.monotonic()
        server.stop()
        told, closed = events.read(), parts.read()

    assert b"event: " not in told
    assert told.endswith(b"\n\n")
    assert closed == b"\r\n--graphql--\r\n"
    assert time.monotonic() - began < 20
