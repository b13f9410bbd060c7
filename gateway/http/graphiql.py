from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEVEL = 6
"""Of compression: assets are fetched once by each browser."""
PACKAGED = Path(__file__).resolve().parents[1] / "web" / "dist"

_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",
}
ASSET_HEADERS = PAGE_HEADERS | {"cache-control": "public, max-age=31536000, immutable"}

NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>GraphiQL is not built</title></head>
<body>
<h1>GraphiQL is not built</h1>
<p>The GraphQL endpoint works: send it a <code>POST</code> at <code>/graphql</code>.</p>
<p>To have this page as well, install Node 20 or newer, run <code>make web</code>, and start the server again.</p>
</body>
</html>
"""


def graphiql_routes(built: Path = PACKAGED) -> list[BaseRoute]:
    """`/` and `/assets`, from the folder that the browser side was built into; without it a page that says what to do.

    Asset names carry a hash of what is in them, so a browser may keep them forever.
    """
    page = built / "index.html"
    if not page.is_file():
        return [Route("/", _answer_not_built)]

    async def answer_page(_request: Request) -> Response:
        return FileResponse(page, headers=PAGE_HEADERS)

    assets = GZipMiddleware(_WithHeaders(StaticFiles(directory=built / "assets"), ASSET_HEADERS), compresslevel=LEVEL)
    return [Route("/", answer_page), Mount("/assets", app=assets)]


async def _answer_not_built(_request: Request) -> Response:
    return HTMLResponse(NOT_BUILT, status_code=503, headers=PAGE_HEADERS)


class _WithHeaders:
    """Adds headers to what the application below answers; what it does not find it raises, and that stays as it is."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)
