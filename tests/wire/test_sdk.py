"""Real SDKs over a real socket: the official one in an environment of its own, and the gateway's aioboto3."""

import http.client
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aioboto3
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from gateway.model.tenant import Tenant
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.errors import ServiceError
from gateway.wire.service import SPECS, ServiceModel
from tests.wire.sdk import ACCESS_KEY_ID, SECRET, Sdk

_ONE_CLICK, _ALEXA = "iot1click-devices", "alexaforbusiness"
_ARN = "arn:aws:iot1click:us-west-2:123456789012:devices/G030PM0123456789"
_AT = datetime(2019, 7, 17, 15, 45, 12, 880_000, tzinfo=UTC)


@dataclass
class Echo:
    """Both services at once: notes calls, answers by operation; the device "Code:x" is refused with error Code."""

    calls: list[tuple[Tenant, str, Mapping[str, Any]]] = field(default_factory=list)
    ahead: timedelta = timedelta()

    async def call(self, tenant: Tenant, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls.append((tenant, operation, params))
        name, refused, words = str(params.get("DeviceId", params.get("NextToken", ""))).partition(":")
        if refused:
            raise ServiceError(name, words)
        answers: dict[str, Mapping[str, Any]] = {
            "DescribeDevice": {"DeviceDescription": {"DeviceId": name, "RemainingLife": 0.5, "Type": None}},
            "ListTagsForResource": {"Tags": {"é": "\U0001f514"}},
            "ListDevices": {"Devices": [{"DeviceId": name or "first"}], "NextToken": None if name else "second"},
            "ListDeviceEvents": {"DeviceEvents": [{"Type": "DEVICE_STATUS", "Timestamp": _AT}]},
        }
        return answers.get(operation, {})

    async def credentials(self, access_key_id: str, peer: str | None) -> Credentials | None:
        assert peer == "127.0.0.1"
        return Credentials("123456789012", SECRET) if access_key_id == ACCESS_KEY_ID else None

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Site:
    port: int
    service: Echo

    def endpoint(self, service: str) -> str:
        return f"http://127.0.0.1:{self.port}/" + {_ONE_CLICK: "one-click", _ALEXA: "alexa-for-business"}[service]


@pytest.fixture(scope="module")
def _server(one_click: ServiceModel, alexa: ServiceModel) -> Iterator[Site]:
    service = Echo()
    routes: list[Route | Mount] = []
    for model, prefix in ((one_click, "/one-click"), (alexa, "/alexa-for-business")):
        app = ServiceApp(model, prefix, service.call, service.credentials, service.clock)
        routes += [Route(prefix, app), Mount(prefix, app)]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.listen()  # from here on a client waits for the server instead of being turned away
    thread = threading.Thread(target=server.run, args=([socket],))
    thread.start()
    yield Site(socket.getsockname()[1], service)
    server.should_exit = True
    thread.join(timeout=10)
    socket.close()


@pytest.fixture
def site(_server: Site) -> Site:
    _server.service.calls.clear()
    _server.service.ahead = timedelta()
    return _server


def test_a_call_goes_through_and_back(sdk: Sdk, site: Site) -> None:
    """An SDK that never heard of this project reads a device, and the request's id."""
    answer = sdk.call(_ONE_CLICK, "DescribeDevice", {"DeviceId": "a b/é"}, endpoint=site.endpoint(_ONE_CLICK))

    assert answer["output"] == {"DeviceDescription": {"DeviceId": "a b/é", "RemainingLife": 0.5}}
    assert len(answer["request_id"]) == 36
    assert site.service.calls == [(Tenant("123456789012", "us-west-2"), "DescribeDevice", {"DeviceId": "a b/é"})]


@pytest.mark.parametrize("slash", ["", "/"])
def test_both_services_answer_at_their_prefix(sdk: Sdk, site: Site, slash: str) -> None:
    """An endpoint may be written with and without a slash at its end; times come back as they were."""
    one_click = sdk.call(_ONE_CLICK, "ListDevices", {"MaxResults": 2}, endpoint=site.endpoint(_ONE_CLICK) + slash)
    params = {"DeviceArn": "arn:aws:a4b:us-east-1:123456789012:device/x"}
    alexa = sdk.call(_ALEXA, "ListDeviceEvents", params, endpoint=site.endpoint(_ALEXA) + slash)

    assert one_click["output"] == {"Devices": [{"DeviceId": "first"}], "NextToken": "second"}
    assert alexa["output"] == {"DeviceEvents": [{"Type": "DEVICE_STATUS", "Timestamp": _AT}]}


def test_arns_travel_in_paths(sdk: Sdk, site: Site) -> None:
    """Tags are set, read and taken away by an ARN with its colons and slash in the path; 204 has no output."""
    endpoint = site.endpoint(_ONE_CLICK)
    tags = {"a&b": "é"}

    tagged = sdk.call(_ONE_CLICK, "TagResource", {"ResourceArn": _ARN, "Tags": tags}, endpoint=endpoint)
    listed = sdk.call(_ONE_CLICK, "ListTagsForResource", {"ResourceArn": _ARN}, endpoint=endpoint)
    keys = ["a&b", "c d", "é"]
    untagged = sdk.call(_ONE_CLICK, "UntagResource", {"ResourceArn": _ARN, "TagKeys": keys}, endpoint=endpoint)

    assert [tagged["status"], listed["status"], untagged["status"]] == [204, 200, 204]
    assert listed["output"] == {"Tags": {"é": "\U0001f514"}}
    assert [params for _, _, params in site.service.calls] == [
        {"ResourceArn": _ARN, "Tags": tags},
        {"ResourceArn": _ARN},
        {"ResourceArn": _ARN, "TagKeys": keys},
    ]


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        (_ONE_CLICK, "DescribeDevice", ("ResourceNotFoundException", 404)),
        (_ONE_CLICK, "FinalizeDeviceClaim", ("PreconditionFailedException", 412)),
        (_ALEXA, "SearchDevices", ("NotFoundException", 400)),
    ],
)
def test_refusals_are_the_sdks_own_exceptions(
    sdk: Sdk, site: Site, service: str, operation: str, expected: tuple[str, int]
) -> None:
    """A client catches what the service refuses by the exception's name."""
    code, status = expected
    member = "DeviceId" if service == _ONE_CLICK else "NextToken"

    answer = sdk.call(service, operation, {member: f"{code}:words, é"}, endpoint=site.endpoint(service))

    error = answer["error"]
    assert (error["code"], error["message"], error["status"], error["modelled"]) == (code, "words, é", status, True)
    assert len(error["request_id"]) == 36


@pytest.mark.parametrize(
    ("service", "operation", "status"), [(_ONE_CLICK, "ListDevices", 403), (_ALEXA, "SearchUsers", 400)]
)
def test_strangers_are_refused(sdk: Sdk, site: Site, service: str, operation: str, status: int) -> None:
    """A wrong secret, an unknown key and a clock that is off are each told as AWS tells them, and call nothing."""
    endpoint = site.endpoint(service)

    wrong = sdk.call(service, operation, {}, endpoint=endpoint, secret="wrong")["error"]
    unknown = sdk.call(service, operation, {}, endpoint=endpoint, access_key_id="AKIDNOBODY")["error"]
    site.service.ahead = timedelta(minutes=6)
    stale = sdk.call(service, operation, {}, endpoint=endpoint)["error"]
    site.service.ahead = timedelta(minutes=-6)
    early = sdk.call(service, operation, {}, endpoint=endpoint)["error"]

    assert [each["code"] for each in (wrong, unknown, stale, early)] == [
        "InvalidSignatureException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "InvalidSignatureException",
    ]
    assert {each["status"] for each in (wrong, unknown, stale, early)} == {status}
    assert "Signature expired" in stale["message"]
    assert "Signature not yet current" in early["message"]
    assert site.service.calls == []


def test_an_operation_that_is_not_here_is_unknown(official: Sdk, site: Site) -> None:
    """The official SDK may ask for the rest of the real service, and is told that it is not here."""
    answer = official.call(_ALEXA, "ListSkills", {}, endpoint=site.endpoint(_ALEXA))

    assert (answer["error"]["code"], answer["error"]["status"]) == ("UnknownOperationException", 400)
    assert site.service.calls == []


def test_a_captured_request_can_be_repeated_but_not_changed(official: Sdk, site: Site) -> None:
    """What an SDK sent is taken again within its five minutes; with one byte changed on the way it is refused."""
    params = {"DeviceId": "a", "Enabled": True}
    sent = official.call(_ONE_CLICK, "UpdateDeviceState", params, endpoint=site.endpoint(_ONE_CLICK))["request"]
    path = sent["url"].removeprefix(f"http://127.0.0.1:{site.port}")
    headers = {name: value for name, value in sent["headers"] if name != "content-length"}

    statuses = [
        _send(site, sent["method"], path, headers, sent["body"]),
        _send(site, sent["method"], path, headers, sent["body"].replace("true", "null")),
        _send(site, sent["method"], path.replace("/a/", "/b/"), headers, sent["body"]),
    ]

    assert statuses == [200, 403, 403]
    assert [call[1:] for call in site.service.calls] == [("UpdateDeviceState", params)] * 2


def _send(site: Site, method: str, path: str, headers: Mapping[str, str], body: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request(method, path, body, dict(headers))
    status = connection.getresponse().status
    connection.close()
    return status


async def test_the_gateways_own_client_pages_through(site: Site) -> None:
    """aioboto3 with our models signs, pages and maps errors against the services on a real socket."""
    session = aioboto3.Session(
        aws_access_key_id=ACCESS_KEY_ID, aws_secret_access_key=SECRET, region_name="eu-central-1"
    )
    session._session.get_component("data_loader").search_paths.append(str(SPECS))

    async with session.client(_ONE_CLICK, endpoint_url=site.endpoint(_ONE_CLICK)) as client:
        pages = [page["Devices"] async for page in client.get_paginator("list_devices").paginate()]
        with pytest.raises(client.exceptions.ResourceConflictException, match="Taken"):
            await client.initiate_device_claim(DeviceId="ResourceConflictException:Taken")

    assert pages == [[{"DeviceId": "first"}], [{"DeviceId": "second"}]]
    assert {tenant for tenant, _, _ in site.service.calls} == {Tenant("123456789012", "eu-central-1")}
