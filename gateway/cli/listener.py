import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from gateway.cli.garbage import settle
from gateway.http.connection import Connection
from gateway.observability.metrics import Metrics
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings

BACKLOG = 2048
IDLE_SECONDS = 75
MAIN = "--port or GATEWAY_PORT"
HOST = "--host or GATEWAY_HOST"
WEB_SOCKETS: dict[str, Any] = {"ws_per_message_deflate": False, "ws_ping_interval": None}
"""Compressing takes more memory than all else of a socket; graphql-transport-ws has pings of its own, which a client's
program sees.
"""


def bind(host: str, port: int, setting: str = MAIN) -> socket.socket:
    """Take the address; raise NotUsable where it is not to be had, naming the `setting` that can change it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        way_out = HOST if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL else setting
        raise NotUsable(f"cannot listen on {host}:{port} ({error.strerror}): name another with {way_out}") from error
    except (TypeError, UnicodeError) as error:
        listener.close()
        raise NotUsable(f"cannot listen on {host!r} (it is no address): name another with {HOST}") from error
    listener.setblocking(False)
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Listener:
    """A server over some sockets; told to stop, it finishes what is under way, for the grace that settings give."""

    def __init__(self) -> None:
        self._server: uvicorn.Server | None = None

    def stopping(self) -> bool:
        return self._server is not None and self._server.should_exit

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True

    async def run(
        self,
        app: ASGIApp,
        listeners: Sequence[socket.socket],
        settings: Settings,
        started: Callable[[], None],
        metrics: Metrics | None = None,
    ) -> None:
        self._server = server = uvicorn.Server(
            uvicorn.Config(
                app,
                # It makes one; uvicorn's type wants a class.
                http=partial(Connection, max_head_bytes=settings.maximum_headers, metrics=metrics),  # type: ignore[arg-type]  # see above
                ws=_socket,  # type: ignore[arg-type]  # the same
                ws_max_size=settings.maximum_message,
                **WEB_SOCKETS,
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=round(settings.shutdown_grace),
            )
        )
        # From here on a signal is heard even before uvicorn listens to it. When it has stopped it raises the signal
        # again; without this handler that would end us before all is closed.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        settle()
        started()
        await server.serve(sockets=list(listeners))


def _socket(**given: Any) -> asyncio.Protocol:  # noqa: ANN401  # uvicorn's
    from gateway.http.socket_protocol import SocketProtocol  # noqa: PLC0415  # answers come long before sockets

    return SocketProtocol(**given)
