from collections.abc import Mapping
from typing import NoReturn

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send


class ServiceDoor(BaseRoute):
    """All paths below a prefix, and the prefix itself with or without a slash; signed paths stay whole."""

    def __init__(self, prefix: str, app: ASGIApp) -> None:
        self._prefix = prefix.encode()
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raw_path: bytes = scope["raw_path"] if scope["type"] == "http" else b""
        below = raw_path.startswith(self._prefix) and raw_path[len(self._prefix) :][:1] in {b"", b"/"}
        return (Match.FULL if below else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        raise NoMatchFound(name, dict(path_params))


def service_doors(apps: Mapping[str, ASGIApp]) -> list[BaseRoute]:
    """A door for each service, by its prefix."""
    return [ServiceDoor(prefix, app) for prefix, app in apps.items()]
