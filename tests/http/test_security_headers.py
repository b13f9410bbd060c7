import pytest

from tests.http.front_door import Serve

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
NOT_A_PAGE = "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/graphql", {}, 200),
        ("GET", "/graphql", {}, 400),
        ("PATCH", "/graphql", {}, 405),
        ("POST", "/graphql", {"accept": "text/html"}, 406),
        ("POST", "/graphql", {"host": "evil.example"}, 421),
        ("POST", "/graphql", {"x-large": "x" * 70_000}, 431),
        ("GET", "/live", {}, 200),
        ("GET", "/nowhere", {}, 404),
        ("POST", "/live", {}, 405),
    ],
)
async def test_every_answer_is_held_to_what_it_is(
    serve: Serve, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """No answer is sniffed, framed, loaded by another origin's page, or tells where a link came from."""
    async with serve() as client:
        body = {"query": "{ echo }"} if method == "POST" else None
        answer = await client.request(method, path, json=body, headers=headers)

    assert answer.status_code == status
    assert {name: answer.headers.get_list(name) for name in EVERYWHERE} == {
        name: [value] for name, value in EVERYWHERE.items()
    }
    assert answer.headers["content-security-policy"] == NOT_A_PAGE


async def test_a_page_keeps_its_own_policy(serve: Serve) -> None:
    """What is a page may run its own scripts, and has the other headers all the same."""
    async with serve() as client:
        answer = await client.get("/")

    assert answer.headers.get_list("content-security-policy") != [NOT_A_PAGE]
    assert answer.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
