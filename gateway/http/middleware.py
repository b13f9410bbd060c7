import random
import time
from collections.abc import Collection

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.execution.result import ErrorCode, internal_error
from gateway.http.accept import MediaType
from gateway.http.doors import door_of
from gateway.http.refusal import HttpRefused
from gateway.http.refused_handshake import refuse_handshake
from gateway.http.response import HttpResponse, write_failure, write_refusal
from gateway.observability.metrics import Metrics

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

PROBED_PATHS = frozenset({"/live", "/ready"})


class RequestIdAndAccessLog:
    """Names each request, in the `x-request-id` answer header and in every log line, and logs one line at its end.

    What an application below could not answer is answered here, as masked as everything else, and logged.

    A client's own id is not taken: it could be chosen to confuse the log. The line has no query text and no header.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A name, not a secret: the kernel need not be asked for it each time.
        request_id = f"{random.getrandbits(64):016x}"
        scope.setdefault("state", {})["request_id"] = request_id
        status: int | None = None  # stays so where the client left before it had an answer

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        began = time.perf_counter()
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            if status is not None:
                raise
            await _send(write_failure(internal_error(error), MediaType.JSON), send_with_id)
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000, 2)
            log.info("request", method=scope["method"], path=path_as_sent(scope), status=status, ms=milliseconds)
            structlog.contextvars.reset_contextvars(**bound)


class AllowedHosts:
    """Refuses a Host that is not ours, so that no page can reach us under a name of its own (DNS rebinding).

    The probes' paths are open: a probe asks by address, and they tell nothing.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str], metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._exact = frozenset(host.lower() for host in allowed_hosts)
        self._suffixes = tuple(host[1:].lower() for host in allowed_hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or scope["path"] in PROBED_PATHS or self._allows(scope):
            await self._app(scope, receive, send)
            return
        self._metrics.refusals(door_of(scope["path"]), ErrorCode.FORBIDDEN.value, "allowed_hosts").inc()
        if scope["type"] == "websocket":
            await refuse_handshake(scope, _host_refused(), send)
        else:
            await _send(_host_refused(), send)

    def _allows(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        name = _without_port(hosts[0].decode("latin-1").lower())
        return "*" in self._exact or name in self._exact or name.endswith(self._suffixes)


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdecimal() else host


def _host_refused() -> HttpResponse:
    refusal = HttpRefused(
        421, ErrorCode.FORBIDDEN, "This Host is not served here; the setting allowed_hosts can list it."
    )
    return write_refusal(refusal, MediaType.JSON)


async def _send(response: HttpResponse, send: Send) -> None:
    for message in response.messages():
        await send(message)


def path_as_sent(scope: Scope) -> str:
    """Return it percent-encoded, so that it cannot hold a line break."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("ascii", "backslashreplace")
