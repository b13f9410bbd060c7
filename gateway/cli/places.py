from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from socket import socket

from msgspec import Struct

from gateway.app.doors import Door
from gateway.cli.listener import bind, url_of
from gateway.settings.settings import Settings


class Places(Struct, frozen=True):
    """Where the server listens. `url`: of its main port; `urls`: of each open door's."""

    sockets: Sequence[socket]
    url: str
    urls: Mapping[Door, str]


def listen(settings: Settings, doors: Mapping[Door, int], stack: ExitStack) -> Places:
    """Take every port that the doors need, and the main one whatever they need; raise NotUsable."""
    taken = {settings.port: stack.enter_context(bind(settings.host, settings.port))}
    for door, port in doors.items():
        if port not in taken:
            setting = f"{door}_port (GATEWAY_{door.upper()}_PORT)"
            taken[port] = stack.enter_context(bind(settings.host, port, setting))
    urls = {port: url_of(listener) for port, listener in taken.items()}
    return Places([*taken.values()], urls[settings.port], {door: urls[port] for door, port in doors.items()})
