"""Sockets that never say who they are, that fall silent, or that say too much. Times are told, not waited for."""

import pytest

from gateway.http.stream_options import StreamOptions
from gateway.http.websocket.closing import CloseCode, SocketClosed
from gateway.http.websocket.vigil import Vigil

OPTIONS = StreamOptions(ping_seconds=20, init_seconds=10, messages_per_second=2)


def closing(vigil: Vigil, now: float) -> CloseCode:
    with pytest.raises(SocketClosed) as closed:
        vigil.look(now)
    return closed.value.code


def test_lets_go_of_a_socket_that_never_inits() -> None:
    """Whatever else it says, a socket without a connection_init in time is closed with 4408."""
    vigil = Vigil(OPTIONS, 100)
    vigil.hear(109)

    assert vigil.wake == 110
    assert closing(vigil, 110) == CloseCode.INIT_TIMEOUT


def test_asks_a_quiet_socket_and_lets_go_of_a_silent_one() -> None:
    """After an interval without a message there is a ping; after another without an answer the socket is closed."""
    vigil = Vigil(OPTIONS, 100)
    vigil.initialise(101)
    assert vigil.wake == 121

    vigil.look(121)
    vigil.hear(125)
    assert vigil.wake == 145
    vigil.look(145)
    assert vigil.wake == 165
    assert closing(vigil, 165) == CloseCode.GOING_AWAY


def test_bears_a_burst_and_no_flood() -> None:
    """Ten seconds' worth of messages may come at once, and then as many as the rate brings; one more closes 1008."""
    vigil = Vigil(OPTIONS, 0)
    for _ in range(20):
        vigil.hear(0)
    vigil.hear(0.5)

    with pytest.raises(SocketClosed) as closed:
        vigil.hear(0.5)

    assert closed.value.code == CloseCode.POLICY_VIOLATION
