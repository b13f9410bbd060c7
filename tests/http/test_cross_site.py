import httpx
import pytest

from tests.http.front_door import Journal, Serve

CROSS_SITE = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost:1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "anything"},
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
]


async def send(client: httpx.AsyncClient, method: str, headers: dict[str, str]) -> httpx.Response:
    if method == "GET":
        return await client.get("/graphql", params={"query": "{echo}"}, headers=headers)
    return await client.post("/graphql", json={"query": "mutation{change}"}, headers=headers)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", CROSS_SITE)
async def test_a_page_of_another_origin_is_refused(
    serve: Serve, journal: Journal, method: str, headers: dict[str, str]
) -> None:
    """Nothing that a foreign page makes a browser send reaches a resolver."""
    async with serve() as client:
        answer = await send(client, method, headers)

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert "allowed_origins" in answer.json()["errors"][0]["message"]
    assert journal.callers == []
    assert journal.resolved == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("site", [None, "none", "same-origin"])
async def test_our_own_pages_and_programs_pass(serve: Serve, journal: Journal, method: str, site: str | None) -> None:
    """A program, a typed address and our own page are served."""
    headers = {} if site is None else {"sec-fetch-site": site}
    async with serve() as client:
        if site == "same-origin":
            headers["origin"] = str(client.base_url).rstrip("/")
        answer = await send(client, method, headers)

    assert answer.status_code == 200
    assert journal.resolved == ["echo" if method == "GET" else "change"]


@pytest.mark.parametrize("suffix", ["1", ".evil.example", "@evil.example"])
async def test_an_origin_that_begins_like_ours_is_refused(serve: Serve, journal: Journal, suffix: str) -> None:
    """Only the very same name and port is the same origin."""
    async with serve() as client:
        answer = await send(client, "POST", {"origin": str(client.base_url).rstrip("/") + suffix})

    assert answer.status_code == 403
    assert journal.callers == []


async def test_a_listed_origin_passes(serve: Serve, journal: Journal) -> None:
    """A frontend elsewhere works once it is listed, and only that one."""
    async with serve(allowed_origins=("https://app.example",)) as client:
        listed = await send(client, "POST", {"origin": "https://app.example", "sec-fetch-site": "cross-site"})
        other = await send(client, "POST", {"origin": "https://app.example.evil", "sec-fetch-site": "cross-site"})

    assert (listed.status_code, other.status_code) == (200, 403)
    assert journal.resolved == ["change"]


async def test_a_listed_page_may_read_the_answer(serve: Serve) -> None:
    """A browser asks before it posts JSON; a listed page's browser is told yes, another's is not."""
    asking = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    async with serve(allowed_origins=("https://app.example",)) as client:
        before = await client.options("/graphql", headers={"origin": "https://app.example"} | asking)
        answer = await send(client, "POST", {"origin": "https://app.example"})
        other = await client.options("/graphql", headers={"origin": "https://evil.example"} | asking)

    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.headers["vary"] == "Accept, Origin"
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers


async def test_by_default_no_page_elsewhere_may_read(serve: Serve) -> None:
    """Nothing is said of other origins where none is listed."""
    asking = {"origin": "https://app.example", "access-control-request-method": "POST"}
    async with serve() as client:
        answer = await client.options("/graphql", headers=asking)

    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_what_a_form_can_post_is_refused(serve: Serve, journal: Journal, content_type: str) -> None:
    """A body type that needs no preflight is refused whatever else the request says."""
    async with serve() as client:
        answer = await client.post(
            "/graphql", content='{"query":"mutation{change}"}', headers={"content-type": content_type}
        )

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert journal.callers == []
