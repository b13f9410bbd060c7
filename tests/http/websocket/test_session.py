"""The protocol's order, held against a model of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.request import GraphQLRequest
from gateway.http.websocket.closing import CloseCode, SocketClosed
from gateway.http.websocket.messages import ClientMessage, Complete, ConnectionInit, Ping, Pong, Subscribe
from gateway.http.websocket.session import Initialise, Reply, Session, Start, Step, Stop

REQUEST = GraphQLRequest("{ a }")
IDS = st.sampled_from(["1", "2", "3"])
MESSAGES = st.one_of(
    st.just(ConnectionInit({})),
    st.just(Ping()),
    st.just(Pong()),
    IDS.map(lambda id_: Subscribe(id_, REQUEST)),
    IDS.map(Complete),
)


def expected(message: ClientMessage, acknowledged: bool, active: set[str]) -> Step | CloseCode | None:  # noqa: FBT001 - of the model
    """What the protocol's document says."""
    match message:
        case ConnectionInit():
            return CloseCode.TOO_MANY_INITS if acknowledged else Initialise({})
        case Ping():
            return Reply('{"type":"pong"}')
        case Pong():
            return None
        case Subscribe(id_, request) if not acknowledged:
            return CloseCode.UNAUTHORIZED
        case Subscribe(id_, request):
            return CloseCode.SUBSCRIBER_EXISTS if id_ in active else Start(id_, request)
        case Complete(id_):
            return Stop(id_) if id_ in active else None


@given(st.lists(st.tuples(MESSAGES, st.booleans(), IDS), max_size=40))
def test_follows_the_protocol(said: list[tuple[ClientMessage, bool, str]]) -> None:
    """Whatever a client says in whatever order, and whichever operations end by themselves in between, the answer is
    that of the protocol's document.
    """
    session, acknowledged, active = Session(), False, set[str]()
    for message, finishes, finished in said:
        wanted = expected(message, acknowledged, active)
        if isinstance(wanted, CloseCode):
            with pytest.raises(SocketClosed) as closed:
                session.receive(message)
            assert closed.value.code == wanted
            return
        assert session.receive(message) == wanted
        if isinstance(wanted, Initialise):
            session.acknowledge()
            acknowledged = True
        elif isinstance(wanted, Start):
            active.add(wanted.id)
        elif isinstance(wanted, Stop):
            active.remove(wanted.id)
        if finishes:
            assert session.finish(finished) == (finished in active)
            active.discard(finished)


def test_closes_on_a_second_init_while_the_first_is_looked_at() -> None:
    """A second connection_init closes with 4429 even before the first was answered."""
    session = Session()
    session.receive(ConnectionInit({}))

    with pytest.raises(SocketClosed) as closed:
        session.receive(ConnectionInit({}))

    assert closed.value.code == CloseCode.TOO_MANY_INITS


def test_closes_on_a_subscribe_between_init_and_acknowledgement() -> None:
    """An operation asked for while the caller is being looked for closes with 4401."""
    session = Session()
    session.receive(ConnectionInit({}))

    with pytest.raises(SocketClosed) as closed:
        session.receive(Subscribe("1", REQUEST))

    assert closed.value.code == CloseCode.UNAUTHORIZED
