"""The doors of the device services are rated by access key, and say so as AWS does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gateway.app.gateway import open_gateway
from gateway.app.keys import encryption_key
from gateway.app.services_alone import open_services
from gateway.services.context import ServiceContext
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT
from gateway.store.accounts import AccessKey, add_access_key, add_account
from tests.http.serving import serving
from tests.http.test_metrics import labelled, told

RATED = {"aws_rate": 0.001}
"""One call, and the next a quarter of an hour later."""


async def new_key(context: ServiceContext, settings: Settings) -> AccessKey:
    def make(connection: object) -> AccessKey:
        add_account(connection, EMBEDDED_ACCOUNT, 0)
        return add_access_key(connection, encryption_key(settings), EMBEDDED_ACCOUNT, demo=False, now=0)

    return await context.database.write(make)


@asynccontextmanager
async def doors(settings: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, ServiceContext]]:
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        assert gateway.services is not None
        yield client, gateway.services.one_click.context


async def list_devices(
    client: httpx.AsyncClient, key: AccessKey, secret: str | None = None, path: str = "devices"
) -> httpx.Response:
    url = f"{client.base_url}/one-click/{path}"
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(Credentials(key.access_key_id, secret or key.secret), "iot1click", "us-west-2").add_auth(request)
    return await client.get(url, headers=dict(request.headers))


async def search_users(client: httpx.AsyncClient, key: AccessKey) -> httpx.Response:
    url = f"{client.base_url}/alexa-for-business/"
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AlexaForBusiness.SearchUsers"}
    request = AWSRequest(method="POST", url=url, data=b"{}", headers=headers)
    SigV4Auth(Credentials(key.access_key_id, key.secret), "a4b", "us-east-1").add_auth(request)
    return await client.post(url, content=b"{}", headers=dict(request.headers))


async def test_a_key_that_calls_too_often_is_throttled(tmp_path: Path) -> None:
    """As AWS: 429 ThrottlingException of 1-Click, 400 of Alexa for Business; another key is not throttled."""
    settings = Settings(data=tmp_path, **RATED)
    async with doors(settings) as (client, context):
        one, other = await new_key(context, settings), await new_key(context, settings)
        first = await list_devices(client, one)
        throttled = await list_devices(client, one)
        users = await search_users(client, one)
        others = await search_users(client, other)

    assert (first.status_code, others.status_code) == (200, 200)
    assert throttled.status_code == 429
    assert throttled.headers["x-amzn-errortype"] == "ThrottlingException"
    assert throttled.json() == {"code": "429", "message": "Rate exceeded"}
    assert users.status_code == 400
    assert users.json() == {"__type": "ThrottlingException", "Message": "Rate exceeded"}


async def test_who_cannot_sign_spends_nobodys_rate(tmp_path: Path) -> None:
    """A request with a wrong signature does not count against the key that it names."""
    settings = Settings(data=tmp_path, **RATED)
    async with doors(settings) as (client, context):
        key = await new_key(context, settings)
        forged = [(await list_devices(client, key, "wrong")).status_code for _ in range(3)]
        own = await list_devices(client, key)

    assert forged == [403] * 3
    assert own.status_code == 200


async def test_the_graph_is_not_slowed_by_the_rate_of_its_services(tmp_path: Path) -> None:
    """The gateway's own reads, in process, are not those of an access key."""
    async with doors(Settings(data=tmp_path, **RATED)) as (client, _):
        answers = [await client.post("/graphql", json={"query": "{ devices { scanned } }"}) for _ in range(3)]

    assert [answer.json() for answer in answers] == [{"data": {"devices": {"scanned": None}}}] * 3


@pytest.mark.parametrize(("down", "statuses"), [("open", [200, 429]), ("closed", [429, 429])])
async def test_the_store_of_rates_is_down_for_the_services_too(tmp_path: Path, down: str, statuses: list[int]) -> None:
    """Open, the replica counts for itself; closed, it throttles."""
    settings = Settings(data=tmp_path, rate_store_url="redis://127.0.0.1:1", rate_store_down=down, **RATED)
    async with doors(settings) as (client, context):
        key = await new_key(context, settings)
        answers = [(await list_devices(client, key)).status_code for _ in range(2)]

    assert answers == statuses


async def test_the_services_alone_are_rated_too(tmp_path: Path) -> None:
    """`gateway services` keeps the same setting."""
    settings = Settings(data=tmp_path, **RATED)
    async with open_services(settings) as alone, serving(alone.app) as client:
        key = await new_key(alone.services.one_click.context, settings)
        answers = [(await list_devices(client, key)).status_code for _ in range(2)]

    assert answers == [200, 429]


async def test_without_the_setting_nobody_is_throttled(tmp_path: Path) -> None:
    """Off by default."""
    settings = Settings(data=tmp_path)
    async with doors(settings) as (client, context):
        key = await new_key(context, settings)
        answers = [(await list_devices(client, key)).status_code for _ in range(50)]

    assert set(answers) == {200}


async def test_what_is_refused_at_the_door_is_counted(tmp_path: Path) -> None:
    """By the same codes as at the graph's; what a service answers is no refusal, be it an error."""
    settings = Settings(data=tmp_path, **RATED)
    async with doors(settings) as (client, context):
        key, other = await new_key(context, settings), await new_key(context, settings)
        answers = [
            await list_devices(client, key, path="devices/G030PM0000000009"),
            await list_devices(client, other, path="nothing"),
            await list_devices(client, key),
            await list_devices(client, key, "wrong"),
            await client.get("/one-click/devices"),
            await client.put("/one-click/devices/G030PM0000000009/state", content=b"x" * 2_000_000),
        ]
        series = await told(client)

    assert [answer.status_code for answer in answers] == [404, 404, 429, 403, 403, 413]
    assert series["gateway_refusals_total"] == {
        labelled(door="aws", code="BAD_USER_INPUT", limit="none"): 1,
        labelled(door="aws", code="RATE_LIMITED", limit="aws_rate"): 1,
        labelled(door="aws", code="UNAUTHENTICATED", limit="none"): 2,
        labelled(door="aws", code="LIMIT_EXCEEDED", limit="maximum_body"): 1,
    }
