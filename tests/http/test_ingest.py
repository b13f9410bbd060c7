import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from gateway.http.ingest import ingest_routes
from gateway.http.mistakes import Mistakes
from gateway.limits.rate_memory import MemoryRates
from gateway.model.seal import Sealer
from gateway.observability.exposition import registry_of
from gateway.observability.metrics import Metrics, make_metrics
from gateway.services.context import ServiceContext
from gateway.services.device_secrets import issue_button_secret, issue_echo_secret
from gateway.store.alexa_devices import NewAlexaDevice, add_device, device_by_arn
from gateway.store.sqlite import SqliteDatabase
from tests.clock import Clock
from tests.services.one_click.fleet import BUTTON, HERE, Fleet, button_id, one_click_fleet

SERIAL = "G090LF1181350001"
ARN = f"arn:aws:a4b:us-west-2:123456789012:device/0123456789abcdef0123456789abcdef/{SERIAL}:A2M35JJZWCQOMZ"
CLICK = f"/ingest/one-click/{BUTTON}/events"
HEALTH = f"/ingest/one-click/{BUTTON}/health"
CONNECTION = f"/ingest/alexa-for-business/{SERIAL}/connection"


@pytest.fixture
def context(sqlite_database: SqliteDatabase, clock: Clock) -> ServiceContext:
    return ServiceContext(sqlite_database, clock, Sealer(bytes(32)))


@pytest.fixture
def fleet(context: ServiceContext) -> Fleet:
    return one_click_fleet(context)


@pytest.fixture
async def button(fleet: Fleet) -> str:
    """The secret of a claimed, enabled button."""
    await fleet.claimed()
    return await issue_button_secret(fleet.service.context, BUTTON)


@pytest.fixture
async def echo(context: ServiceContext) -> str:
    """The secret of an Echo device."""
    device = NewAlexaDevice(ARN, SERIAL, "A2M35JJZWCQOMZ")
    await context.database.write(lambda connection: add_device(connection, HERE, device, 0))
    return await issue_echo_secret(context, HERE, ARN)


@pytest.fixture
def metrics() -> Metrics:
    return make_metrics()


@pytest.fixture
async def client(context: ServiceContext, metrics: Metrics) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=ingest_routes(context, Mistakes(None, MemoryRates()), metrics))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield client


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}", "content-type": "application/json"}


async def events(fleet: Fleet, clock: Clock) -> list[dict[str, Any]]:
    window = {"FromTimeStamp": clock.now - timedelta(days=40), "ToTimeStamp": clock.now + timedelta(days=1)}
    answer = await fleet.call("ListDeviceEvents", DeviceId=BUTTON, **window)
    return [json.loads(event["StdEvent"]) for event in answer["Events"]]


async def test_a_button_reports_a_click(client: httpx.AsyncClient, fleet: Fleet, button: str, clock: Clock) -> None:
    """With its own time, or without one; its owner lists it."""
    own = {"clickType": "LONG", "reportedTime": "2024-05-17T11:29:00.5+02:00"}
    answers = [
        await client.post(CLICK, headers=bearer(button), json=body) for body in (own, {"clickType": "SINGLE"}, own)
    ]
    listed = [(event["clickType"], event["reportedTime"]) for event in await events(fleet, clock)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 3
    assert listed == [("LONG", "2024-05-17T09:29:00.500Z"), ("SINGLE", "2024-05-17T09:30:00.000Z")]


@pytest.mark.parametrize(("percent", "told"), [(0, 0), (99.95, 0.9995), (100, 1)])
async def test_a_button_reports_its_health(
    client: httpx.AsyncClient, fleet: Fleet, button: str, percent: float, told: float
) -> None:
    """In percent, as in its events."""
    answer = await client.post(HEALTH, headers=bearer(button), json={"remainingLife": percent})
    described = await fleet.call("DescribeDevice", DeviceId=BUTTON)

    assert answer.status_code == 204
    assert described["DeviceDescription"]["RemainingLife"] == told


async def test_an_echo_reports_its_connection(client: httpx.AsyncClient, context: ServiceContext, echo: str) -> None:
    """Its state is what it said last."""
    for body in ({"status": "ONLINE", "time": "2024-05-17T09:29:00Z"}, {"status": "OFFLINE"}):
        answer = await client.post(CONNECTION, headers=bearer(echo), json=body)
        assert answer.status_code == 204
    device = await context.database.read(lambda connection: device_by_arn(connection, HERE, ARN))

    assert device is not None
    assert device.connection_status == "OFFLINE"


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic eDp5", "Bearer \xff", "bearer {other}"]
)
@pytest.mark.parametrize(
    "path", [CLICK, HEALTH, CONNECTION, CLICK.replace(BUTTON, "nobody"), CLICK.replace(BUTTON, "%00")]
)
@pytest.mark.usefixtures("button", "echo")
async def test_nobody_speaks_for_a_device_without_its_secret(
    client: httpx.AsyncClient, fleet: Fleet, authorization: str | None, path: str
) -> None:
    """An unknown device, one without a secret and a wrong secret are answered alike, and nothing changes."""
    await fleet.manufacture([button_id(2)])
    other = await issue_button_secret(fleet.service.context, button_id(2))
    before = await fleet.everything()
    headers = {} if authorization is None else {"authorization": authorization.format(other=other).encode("latin-1")}
    answer = await client.post(path, headers=headers, json={"clickType": "SINGLE"})  # type: ignore[arg-type]

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {
        "error": "No device of that name has that secret; it is sent as `Authorization: Bearer …`."
    }
    assert await fleet.everything() == before


REFUSED = [
    (CLICK, b"", "JSON object"),
    (CLICK, b"[]", "JSON object"),
    (CLICK, b"{", "JSON object"),
    (CLICK, b"\xff", "JSON object"),
    (CLICK, b"[" * 4000, "JSON object"),
    (CLICK, b"{}", "SINGLE, DOUBLE, LONG"),
    (CLICK, b'{"clickType": "TRIPLE"}', "SINGLE, DOUBLE, LONG"),
    (CLICK, b'{"clickType": 1}', "SINGLE, DOUBLE, LONG"),
    (CLICK, b'{"clickType": ["SINGLE"]}', "SINGLE, DOUBLE, LONG"),
    (CLICK, b'{"clickType": "SINGLE", "reportedtime": "x"}', "'reportedtime'; it may have clickType, reportedTime."),
    (CONNECTION, b'{"Status": "ONLINE"}', "'Status'; it may have status, time."),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "yesterday"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-05-17T09:30:00"}', "offset"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": 1715938200}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-05-17T09:30:00Z\\u0000"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-W20-5T09:30:00Z"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "20240517T093000Z"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-05-17T09:30:00+00:00:01"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-05-17 09:30:00Z"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-02-30T09:30:00Z"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-05-17T09:35:00.001Z"}', "future"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "2024-04-17T09:29:59Z"}', "older"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "0001-01-01T00:00:00+14:00"}', "reportedTime"),
    (CLICK, b'{"clickType": "SINGLE", "reportedTime": "9999-12-31T23:59:59-14:00"}', "reportedTime"),
    (HEALTH, b"{}", "number"),
    (HEALTH, b'{"remainingLife": "50"}', "number"),
    (HEALTH, b'{"remainingLife": true}', "number"),
    (HEALTH, b'{"remainingLife": -1}', "percent"),
    (HEALTH, b'{"remainingLife": 100.1}', "percent"),
    (HEALTH, b'{"remainingLife": NaN}', "JSON object"),
    (CONNECTION, b"{}", "ONLINE, OFFLINE"),
    (CONNECTION, b'{"status": "UNKNOWN"}', "ONLINE, OFFLINE"),
    (CONNECTION, b'{"status": ["ONLINE"]}', "ONLINE, OFFLINE"),
    (CONNECTION, b'{"status": "ONLINE", "time": ""}', "time"),
]


@pytest.mark.parametrize(("path", "body", "word"), REFUSED)
async def test_a_bad_report_is_told_what_is_wrong(
    client: httpx.AsyncClient, fleet: Fleet, button: str, echo: str, path: str, body: bytes, word: str
) -> None:
    """And changes nothing."""
    before = await fleet.everything()
    answer = await client.post(path, headers=bearer(echo if path == CONNECTION else button), content=body)

    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert await fleet.everything() == before


async def test_a_large_body_is_refused(client: httpx.AsyncClient, fleet: Fleet, button: str, metrics: Metrics) -> None:
    """No device has that much to say; whoever watches sees that one had."""
    before = await fleet.everything()
    answer = await client.post(CLICK, headers=bearer(button), content=b" " * 4097)

    assert (answer.status_code, answer.json()) == (413, {"error": "The body is larger than 4096 bytes."})
    limit = {"door": "ingest", "code": "LIMIT_EXCEEDED", "limit": "maximum_body"}
    assert registry_of(metrics).get_sample_value("gateway_refusals_total", limit) == 1
    assert await fleet.everything() == before


async def test_only_post_reports(client: httpx.AsyncClient, button: str) -> None:
    """A link cannot press a button."""
    answer = await client.get(CLICK, headers=bearer(button))

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
async def test_only_json_is_read(
    client: httpx.AsyncClient, fleet: Fleet, button: str, content_type: str | None
) -> None:
    """What a page's form can send, and what says not that it is JSON, is 415 in JSON, and changes nothing."""
    before = await fleet.everything()
    headers = {**bearer(button), "content-type": content_type}
    given = {name: value for name, value in headers.items() if value is not None}
    answer = await client.post(CLICK, headers=given, content=b'{"clickType": "SINGLE"}')

    assert (answer.status_code, answer.json()) == (415, {"error": "The Content-Type must be application/json."})
    assert await fleet.everything() == before


@pytest.mark.parametrize("path", ["/ingest", "/ingest/", "/ingest/nowhere", f"{CLICK}/", CLICK.removesuffix("events")])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_where_nothing_reports_is_told_in_json(client: httpx.AsyncClient, method: str, path: str) -> None:
    """Devices read JSON alone, and so the path that there is not is told in it."""
    answer = await client.request(method, path)

    assert (answer.status_code, answer.json()) == (404, {"error": "There is nothing to report to at this path."})
