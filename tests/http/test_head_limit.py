import pytest

from tests.http.front_door import Journal, Serve

LIMIT = {"code": "LIMIT_EXCEEDED", "limit": "maximum_headers"}


@pytest.mark.parametrize("headers", [{"x-large": "x" * 1000}, {f"x-{number}": "" for number in range(200)}])
async def test_huge_header(serve: Serve, journal: Journal, headers: dict[str, str]) -> None:
    """Headers beyond the limit, in one or in many, are 431 with a GraphQL body, and reach nothing."""
    async with serve(max_head_bytes=1000) as client:
        answer = await client.post("/graphql", json={"query": "{echo}"}, headers=headers)

    assert answer.status_code == 431
    assert answer.headers["connection"] == "close"
    assert answer.json()["errors"][0]["extensions"] == LIMIT
    assert answer.json()["errors"][0]["message"] == "The request's line and headers are larger than 1000 bytes."
    assert journal.callers == []


async def test_a_huge_address_is_414(serve: Serve, journal: Journal) -> None:
    """An address that is too long by itself is told from headers that are."""
    async with serve(max_head_bytes=1000) as client:
        answer = await client.get("/graphql", params={"query": "{echo}".ljust(1000, ",")})

    assert answer.status_code == 414
    assert answer.json()["errors"][0]["extensions"] == LIMIT
    assert journal.callers == []


async def test_headers_within_the_limit_pass(serve: Serve) -> None:
    """By default a request's line and headers may have 64 KiB."""
    async with serve() as client:
        answers = [
            await client.post("/graphql", json={"query": "{echo}"}, headers={"x-large": "x" * size})
            for size in (64_000, 65_536)
        ]

    assert [answer.status_code for answer in answers] == [200, 431]
