"""Whose an event stream is that operations share."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest_asyncio

from gateway.app.gateway import open_gateway
from gateway.settings.settings import Settings
from tests.http.issuer import Issuer
from tests.http.serving import serving


@pytest_asyncio.fixture
async def client(tmp_path: Path, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        data=tmp_path, authentication="required", token_issuer=issuer.url, token_audience="fleet", secret_key="s" * 32
    )
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def begin(client: httpx.AsyncClient, stream: str, token: str) -> httpx.Response:
    body = {"query": "{ __typename }", "extensions": {"operationId": token[-8:]}}
    return await client.post("/graphql", json=body, headers={"x-graphql-event-stream-token": stream, **bearer(token)})


async def test_a_renewed_token_is_the_same_caller(client: httpx.AsyncClient, issuer: Issuer) -> None:
    """Who has got a new token goes on with the stream that is open."""
    stream = (await client.put("/graphql", headers=bearer(issuer.token()))).text
    renewed = issuer.token(exp=datetime.now(UTC) + timedelta(hours=1))

    assert (await begin(client, stream, renewed)).status_code == 202


async def test_another_caller_has_no_part_in_it(client: httpx.AsyncClient, issuer: Issuer) -> None:
    """Who knows a stream's token, and is somebody else, can begin nothing there."""
    stream = (await client.put("/graphql", headers=bearer(issuer.token()))).text
    answer = await begin(client, stream, issuer.token(sub="eve"))

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


async def test_nobody_has_none(client: httpx.AsyncClient) -> None:
    """Where callers must be known, a stranger cannot hold what others need."""
    answer = await client.put("/graphql")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
