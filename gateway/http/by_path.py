from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class ByPath:
    """Gives a request to the application of its path, with nothing between; others go on to the routes below."""

    def __init__(self, app: ASGIApp, direct: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._direct = direct

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._direct.get(scope["path"]) if scope["type"] == "http" else None
        await (app or self._app)(scope, receive, send)


def direct_routes(routes: Sequence[BaseRoute]) -> dict[str, ASGIApp]:
    """The applications that serve a path of their own by every method, and so need none of Starlette's routing."""
    whole = [route for route in routes if isinstance(route, Route) and route.methods is None]
    return {route.path: route.app for route in reversed(whole) if not route.param_convertors}
