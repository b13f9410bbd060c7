"""The two profiles in the whole gateway: open on loopback, hardened beyond, each by setting too."""

from pathlib import Path

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.settings.settings import Settings
from tests.http.serving import serving

BEYOND = {"host": "0.0.0.0", "allow_anonymous": True}  # noqa: S104  # that is the point
OPEN = {"introspection": True, "suggestions": True, "graphiql": True, "plain_get": True}
CLOSED = dict.fromkeys(OPEN, False)


async def found(client: httpx.AsyncClient) -> dict[str, bool]:
    """What of the profile's four is open."""
    introspection = await client.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})
    suggestion = await client.post("/graphql", json={"query": "{ device }"})
    page = await client.get("/")
    query = await client.get("/graphql", params={"query": "{ __typename }"})
    return {
        "introspection": "data" in introspection.json(),
        "suggestions": "Did you mean" in suggestion.text,
        "graphiql": page.status_code != 404,
        "plain_get": query.status_code == 200,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, OPEN),
        ({"profile": "hardened"}, CLOSED),
        (BEYOND, CLOSED),
        (BEYOND | {"profile": "loopback"}, OPEN),
        ({"host": "localhost"}, OPEN),
        ({"host": "::1"}, OPEN),
        *((BEYOND | {name: True}, CLOSED | {name: True}) for name in OPEN),
        *(({name: False}, OPEN | {name: False}) for name in OPEN),
    ],
)
async def test_a_profile_is_open_or_closed_and_each_setting_goes_before_it(
    tmp_path: Path, given: dict, expected: dict[str, bool]
) -> None:
    """What is not said follows from where the gateway listens; what is said goes first."""
    async with open_gateway(Settings(data=tmp_path, **given)) as gateway, serving(gateway.app) as client:
        assert await found(client) == expected


@pytest.mark.parametrize("given", [{}, BEYOND])
async def test_csrf_in_both_profiles(tmp_path: Path, given: dict) -> None:
    """In neither does a cross-site simple request reach a resolver."""
    async with open_gateway(Settings(data=tmp_path, **given)) as gateway, serving(gateway.app) as client:
        origin = {"origin": "https://evil.example"}
        answers = [
            await client.get("/graphql", params={"query": "{ __typename }"}, headers=origin),
            await client.post("/graphql", json={"query": "{ __typename }"}, headers=origin),
            await client.post("/graphql", content='{"query":"{__typename}"}', headers={"content-type": "text/plain"}),
            await client.post("/graphql", data={"query": "{__typename}"}),
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 415, 415]
    assert all("data" not in answer.json() for answer in answers)
