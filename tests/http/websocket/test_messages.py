"""What the protocol has, and what it does not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.request import GraphQLRequest
from gateway.http.websocket.closing import CloseCode, SocketClosed, shortened
from gateway.http.websocket.messages import (
    Complete,
    ConnectionInit,
    Ping,
    Pong,
    Subscribe,
    next_prefix,
    read_message,
    write_complete,
    write_error,
    write_pong,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"type": "connection_init"}, ConnectionInit({})),
        ({"type": "connection_init", "payload": None}, ConnectionInit({})),
        ({"type": "connection_init", "payload": {"a": 1}}, ConnectionInit({"a": 1})),
        ({"type": "ping"}, Ping(None)),
        ({"type": "ping", "payload": {"at": 1}}, Ping({"at": 1})),
        ({"type": "pong", "payload": {"at": 1}}, Pong()),
        ({"type": "complete", "id": "1"}, Complete("1")),
        ({"type": "subscribe", "id": "1", "payload": {"query": "{ a }"}}, Subscribe("1", GraphQLRequest("{ a }"))),
        (
            {"type": "subscribe", "id": "1", "payload": {"documentId": "d", "variables": {"v": 1}}},
            Subscribe("1", GraphQLRequest(None, None, {"v": 1}, {}, "d")),
        ),
    ],
)
def test_reads_every_message(sent: object, read: object) -> None:
    """Each message of the protocol is understood, with and without what it may leave out."""
    assert read_message(json.dumps(sent)) == read


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (None, "A message is text."),
        ("{", "A message is JSON."),
        ("[]", "A message is a JSON object."),
        ("{}", "A message has a type that the protocol knows."),
        ('{"type": "start", "id": "1", "payload": {}}', "A message has a type that the protocol knows."),
        ('{"type": "ping", "payload": 1}', "A payload is an object or null."),
        ('{"type": "complete"}', "A complete message has an id."),
        ('{"type": "complete", "id": 1}', "A complete message has an id."),
        ('{"type": "subscribe", "id": "", "payload": {}}', "A subscribe message has an id, and a payload."),
        ('{"type": "subscribe", "id": "1"}', "A subscribe message has an id, and a payload."),
        ('{"type": "subscribe", "id": "1", "payload": {}}', "The parameter 'query' must be a string."),
        (
            '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": 1}}',
            "The parameter 'variables' must be an object or null.",
        ),
    ],
)
def test_closes_on_what_it_does_not_have(sent: str | None, reason: str) -> None:
    """Whatever is no message closes the socket with 4400, and says what was wrong."""
    with pytest.raises(SocketClosed) as closed:
        read_message(sent)

    assert (closed.value.code, closed.value.reason) == (CloseCode.BAD_MESSAGE, reason)


@given(JSON | st.builds(lambda kind, rest: {**rest, "type": kind}, st.text(), st.dictionaries(st.text(), JSON)))
def test_reads_or_closes(sent: Any) -> None:  # noqa: ANN401 - JSON is any of its types
    """No JSON whatever does anything but be read, or close with 4400."""
    code = CloseCode.BAD_MESSAGE
    try:
        read_message(json.dumps(sent))
    except SocketClosed as closed:
        code = closed.code

    assert code == CloseCode.BAD_MESSAGE


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_writes_ids_as_they_came(id_: str) -> None:
    """An id comes back as the client chose it, whatever is in it."""
    assert json.loads(next_prefix(id_) + '{"data":null}}') == {"id": id_, "type": "next", "payload": {"data": None}}
    assert json.loads(write_complete(id_)) == {"id": id_, "type": "complete"}
    assert json.loads(write_error(id_, ({"message": "no"},)))["payload"] == [{"message": "no"}]


def test_pong_brings_the_payload_back() -> None:
    """A ping's payload comes back with the pong, so that a client can measure."""
    assert json.loads(write_pong({"at": 1})) == {"type": "pong", "payload": {"at": 1}}
    assert json.loads(write_pong(None)) == {"type": "pong"}


@given(st.text())
def test_reasons_fit_into_a_close_frame(reason: str) -> None:
    """A reason, however long, is cut to the 123 bytes that there is room for, between two characters."""
    cut = shortened(reason.encode(errors="ignore").decode())

    assert len(cut.encode()) <= 123
    assert reason.encode(errors="ignore").decode().startswith(cut)
