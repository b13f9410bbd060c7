import random
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.execution.result import internal_error
from gateway.http.accept import MediaType
from gateway.http.access_log import log_request
from gateway.http.counting import ExchangeCounts
from gateway.http.exchange import Exchange
from gateway.http.guard import Guard
from gateway.http.options import HttpOptions
from gateway.http.response import HttpResponse, write_failure
from gateway.http.websocket.access_log import SocketIdAndAccessLog
from gateway.http.websocket.guarded import GuardedSockets
from gateway.observability.event_log import REQUEST_ID
from gateway.observability.metrics import Metrics


class EveryRequest:
    """What is done for each request, whatever serves it: it is named, guarded, answered, counted and logged.

    Its name is in the `x-request-id` answer header and in every log line; a client's own id is not taken, for it could
    be chosen to confuse the log. What an application below could not answer is answered here, as masked as everything
    else, and logged.

    One layer, for each that wraps `send` costs a request some microseconds.
    """

    def __init__(self, app: ASGIApp, options: HttpOptions, metrics: Metrics) -> None:
        self._app = app
        self._counts = ExchangeCounts(metrics)
        self._guard = Guard(options, metrics)
        guarded = GuardedSockets(app, self._guard)
        self._sockets: ASGIApp = SocketIdAndAccessLog(guarded) if options.streams.websocket else guarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._sockets(scope, receive, send)
            return
        # A name, not a secret: the kernel need not be asked for it each time.
        request_id = f"{random.getrandbits(64):016x}"
        scope.setdefault("state", {})["request_id"] = request_id
        named = REQUEST_ID.set(request_id)
        exchange = Exchange(receive, send, request_id)
        began = time.perf_counter()
        try:
            await self._serve(scope, exchange)
        finally:
            seconds = time.perf_counter() - began
            log_request(scope, exchange.status, seconds)
            self._counts.add(scope, exchange, seconds)
            REQUEST_ID.reset(named)

    async def _serve(self, scope: Scope, exchange: Exchange) -> None:
        try:
            refused = self._guard.refusal(scope)
            if refused is None:
                await self._app(scope, exchange.receive, exchange.send)
            else:
                await _send(refused, exchange)
        except Exception as error:
            if exchange.status is not None:
                raise
            await _send(write_failure(internal_error(error), MediaType.JSON), exchange)


async def _send(response: HttpResponse, exchange: Exchange) -> None:
    for message in response.messages():
        await exchange.send(message)
