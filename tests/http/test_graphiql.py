from pathlib import Path

import pytest
from starlette.applications import Starlette

from gateway.app.gateway import open_gateway
from gateway.http.graphiql import graphiql_routes
from gateway.settings.settings import Settings
from tests.http.serving import serving

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'"
)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<h1>page</h1>")
    (tmp_path / "assets" / "index-abc.js").write_text("1")
    (tmp_path / "licenses.md").write_text("licences")
    return tmp_path


async def test_the_page_is_served_under_its_policy(built: Path) -> None:
    """The page may load and call this server only, is framed by nobody, and is looked for anew each time."""
    async with serving(Starlette(routes=graphiql_routes(built))) as client:
        answer = await client.get("/")

    assert (answer.status_code, answer.text) == (200, "<h1>page</h1>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_assets_are_kept_forever(built: Path) -> None:
    """What has a hash in its name is fetched once, and workers get the page's policy."""
    async with serving(Starlette(routes=graphiql_routes(built))) as client:
        answer = await client.get("/assets/index-abc.js")

    assert (answer.status_code, answer.text) == (200, "1")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-security-policy"] == POLICY


async def test_large_assets_are_compressed(built: Path) -> None:
    """A page over a network comes in a fraction of its bytes."""
    (built / "assets" / "large-abc.js").write_text("let a = 1;" * 10_000)
    async with serving(Starlette(routes=graphiql_routes(built))) as client:
        answer = await client.get("/assets/large-abc.js")

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == "let a = 1;" * 10_000
    assert answer.num_bytes_downloaded < 1_000


@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/assets/../licenses.md", "/assets/%2e%2e/licenses.md", "/assets/"]
)
async def test_what_is_not_an_asset_is_404_and_not_kept(built: Path, path: str) -> None:
    """Nothing outside of the folder is served, and a browser asks again for what was missing."""
    async with serving(Starlette(routes=graphiql_routes(built))) as client:
        answer = await client.get(path)

    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


async def test_without_its_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    """Someone without Node reads how to get the page, and that GraphQL works."""
    async with serving(Starlette(routes=graphiql_routes(tmp_path))) as client:
        answer = await client.get("/")

    assert answer.status_code == 503
    assert "Node 20" in answer.text
    assert "make web" in answer.text
    assert "/graphql" in answer.text
    assert answer.headers["content-security-policy"] == POLICY


async def test_switched_off_there_is_no_page(tmp_path: Path) -> None:
    """A server without the page does not mention it."""
    async with open_gateway(Settings(data=tmp_path, graphiql=False)) as gateway, serving(gateway.app) as client:
        answer = await client.get("/", headers={"accept": "text/html"})

    assert answer.status_code == 404
    assert "graphiql" not in answer.text.lower()
