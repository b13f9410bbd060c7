from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.execution.result import ErrorCode
from gateway.http.accept import MediaType
from gateway.http.by_path import ByPath, direct_routes
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused
from gateway.http.refused_handshake import refuse_handshake
from gateway.http.response import write_refusal
from gateway.http.routes import middleware
from gateway.observability.metrics import Metrics

WORDS = {404: "There is nothing at this path.", 405: "This path is not served by that method."}


class Application(Starlette):
    """Starlette without its outermost layer: its part is EveryRequest's, and each that wraps `send` costs."""

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = ExceptionMiddleware(self.router, handlers=self.exception_handlers)
        for layer, arguments, named in reversed(self.user_middleware):
            app = layer(app, *arguments, **named)
        return app


def application(routes: Sequence[BaseRoute], options: HttpOptions, metrics: Metrics | None = None) -> Application:
    """Put routes behind what every request goes through. Paths are as they stand; another is refused as JSON."""
    layers = [*middleware(options, metrics), Middleware(ByPath, direct=direct_routes(routes))]
    app = Application(routes=routes, middleware=layers, exception_handlers={HTTPException: _refuse})
    app.router.redirect_slashes = False
    app.router.default = _nothing_here
    return app


async def _nothing_here(scope: Scope, _receive: Receive, send: Send) -> None:
    """Refuse what no route serves, the handshake of a socket too, which Starlette would forbid."""
    if scope["type"] != "websocket":
        raise HTTPException(404)
    refusal = HttpRefused(404, ErrorCode.BAD_USER_INPUT, WORDS[404])
    await refuse_handshake(scope, write_refusal(refusal, MediaType.JSON), send)


async def _refuse(_request: Request, error: Exception) -> Response:
    """Answer what no route serves."""
    if not isinstance(error, HTTPException):
        raise error
    message = WORDS.get(error.status_code, error.detail)
    refusal = HttpRefused(error.status_code, ErrorCode.BAD_USER_INPUT, message, dict(error.headers or {}))
    written = write_refusal(refusal, MediaType.JSON)
    return Response(written.body, written.status, {name.decode(): value.decode() for name, value in written.headers})
