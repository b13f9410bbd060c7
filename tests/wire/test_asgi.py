"""The ASGI app, fed with messages: who may call what, and what is answered when something goes wrong."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from gateway.model.tenant import Tenant
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.errors import ServiceError
from gateway.wire.message import Request
from gateway.wire.service import ServiceModel
from tests.logged import capture_logs
from tests.wire.sdk import ACCESS_KEY_ID, SECRET
from tests.wire.signing import NOW, signed

_TENANT = Tenant("123456789012", "us-west-2")


@dataclass
class Service:
    """A service that notes its calls and answers what it was told to."""

    output: Mapping[str, Any] = field(default_factory=dict)
    error: BaseException | None = None
    calls: list[tuple[Tenant, str, Mapping[str, Any]]] = field(default_factory=list)
    peers: list[str | None] = field(default_factory=list)

    async def call(self, tenant: Tenant, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls.append((tenant, operation, params))
        if self.error:
            raise self.error
        return self.output

    async def credentials(self, access_key_id: str, peer: str | None) -> Credentials | None:
        self.peers.append(peer)
        return Credentials(_TENANT.account, SECRET) if access_key_id == ACCESS_KEY_ID else None

    def app(self, model: ServiceModel, prefix: str = "/one-click", **bounds: Any) -> ServiceApp:  # noqa: ANN401 - passed on
        return ServiceApp(model, prefix, self.call, self.credentials, lambda: NOW, **bounds)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body)


Message = MutableMapping[str, Any]


def _scope(request: Request, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - ASGI
    scope = {
        "type": "http",
        "method": request.method,
        "path": "/not/to/be/used",
        "raw_path": request.raw_path.encode(),
        "query_string": request.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in request.headers],
        "client": ("127.0.0.1", 5000),
    }
    return scope | others


def _receive(*messages: Message) -> Callable[[], Awaitable[Message]]:
    """Receive messages, and then none for ever."""
    pending = list(messages)

    async def receive() -> Message:
        if not pending:
            await asyncio.Event().wait()
        return pending.pop(0)

    return receive


async def _run(app: ServiceApp, scope: dict[str, Any], receive: Callable[[], Awaitable[Message]]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


async def _ask(app: ServiceApp, request: Request, *messages: Message) -> Answer:
    body = messages or ({"type": "http.request", "body": request.body},)
    start, end = await _run(app, _scope(request), _receive(*body))
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, end["body"])


async def test_a_signed_request_is_answered(one_click: ServiceModel) -> None:
    """The call gets the key's account, the region of the signature, and the parameters by their SDK names."""
    service = Service({"Devices": [{"DeviceId": "a"}], "NextToken": None})

    answer = await _ask(service.app(one_click), signed(query="maxResults=1"))

    assert (answer.status, answer.json) == (200, {"devices": [{"deviceId": "a"}]})
    assert service.calls == [(_TENANT, "ListDevices", {"MaxResults": 1})]
    assert service.peers == ["127.0.0.1"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(answer.body))


async def test_every_answer_has_an_id_of_its_own(one_click: ServiceModel) -> None:
    """Answers and refusals carry a request id, never the same twice, whatever a client sends."""
    app = Service().app(one_click)

    answers = [await _ask(app, signed(headers={"x-amzn-requestid": "mine"})) for _ in range(2)]
    answers.append(await _ask(app, signed(secret="wrong")))

    assert len({answer.headers["x-amzn-requestid"] for answer in answers} | {"mine"}) == 4


async def test_an_answer_without_content_has_no_body(one_click: ServiceModel) -> None:
    """204 comes with neither a body nor a length."""
    request = signed("POST", "/tags/arn%3Aaws", body=b'{"tags":{"k":"v"}}')

    answer = await _ask(Service().app(one_click), request)

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers.keys() == {"x-amzn-requestid"}


async def test_a_body_in_pieces_is_one(one_click: ServiceModel) -> None:
    """A body may arrive in as many pieces as it likes."""
    request = signed("PUT", "/devices/a/state", body=b'{"enabled":true}')
    service = Service()

    await _ask(
        service.app(one_click),
        request,
        {"type": "http.request", "body": request.body[:5], "more_body": True},
        {"type": "http.request", "more_body": True},
        {"type": "http.request", "body": request.body[5:]},
    )

    assert service.calls == [(_TENANT, "UpdateDeviceState", {"DeviceId": "a", "Enabled": True})]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (signed(secret="wrong"), 403, "InvalidSignatureException"),
        (replace(signed("PUT", "/devices/a/state", body=b"{}"), body=b"[]"), 403, "InvalidSignatureException"),
        (signed(service="a4b"), 403, "InvalidSignatureException"),
        (replace(signed(), headers=()), 403, "MissingAuthenticationTokenException"),
        (replace(signed(), headers=(("authorization", "Basic eA=="),)), 403, "IncompleteSignatureException"),
        (signed("DELETE"), 404, "UnknownOperationException"),
        (signed(path="/nowhere"), 404, "UnknownOperationException"),
        (signed(prefix="/one-clicked"), 404, "UnknownOperationException"),
        (signed(prefix="/other"), 404, "UnknownOperationException"),
        (signed(prefix=""), 404, "UnknownOperationException"),
        (signed("PUT", "/devices/a/state", body=b"{"), 400, "SerializationException"),
    ],
)
async def test_a_refusal_is_named_and_calls_nothing(
    one_click: ServiceModel, request_: Request, status: int, code: str
) -> None:
    """Who may not call, or asks for what is not there, is told so in the protocol's form, and no call is made."""
    service = Service()

    answer = await _ask(service.app(one_click), request_)

    assert (answer.status, answer.headers["x-amzn-errortype"], answer.json["code"]) == (status, code, str(status))
    assert answer.json["message"]
    assert service.calls == []


async def test_an_unknown_key_is_refused(one_click: ServiceModel) -> None:
    """A key that is nobody's is told so, and calls nothing."""
    request = signed()
    headers = [(name, value.replace(ACCESS_KEY_ID, "AKIDNOBODY")) for name, value in request.headers]
    service = Service()

    answer = await _ask(service.app(one_click), replace(request, headers=tuple(headers)))

    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "UnrecognizedClientException")
    assert service.calls == []


async def test_a_stale_request_is_refused(one_click: ServiceModel) -> None:
    """The app's clock decides, not the client's."""
    service = Service()
    app = replace(service.app(one_click), clock=lambda: datetime.fromisoformat("2024-02-29T13:06:00+01:00"))

    answer = await _ask(app, signed())

    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
    assert "Signature expired: 20240229T120000Z is now earlier than 20240229T120100Z" in answer.json["message"]
    assert service.calls == []


async def test_the_services_own_error_is_told(alexa: ServiceModel) -> None:
    """What the service refuses reaches the client by name, status and words."""
    service = Service(error=ServiceError("NotFoundException", "No such device."))
    request = signed(
        "POST", "/", headers={"x-amz-target": "AlexaForBusiness.GetDevice"}, service="a4b", prefix="/alexa-for-business"
    )

    answer = await _ask(service.app(alexa, "/alexa-for-business"), request)

    assert (answer.status, answer.json) == (400, {"__type": "NotFoundException", "Message": "No such device."})
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"


@pytest.mark.parametrize(
    "service",
    [
        Service(error=RuntimeError("secret of the store")),
        Service(error=ServiceError("NoSuchErrorException", "secret of the store")),
        Service(error=ServiceError("InvalidRequestException", "\ud800 secret of the store")),
        Service(output={"Secret": "of the store"}),
        Service(output={"NextToken": object()}),
    ],
)
async def test_a_fault_is_masked_and_logged(one_click: ServiceModel, service: Service) -> None:
    """A fault of ours is an InternalFailure without internals; the log has all of it under the answer's request id."""
    with capture_logs() as logs:
        answer = await _ask(service.app(one_click), signed())

    assert (answer.status, answer.headers["x-amzn-errortype"]) == (500, "InternalFailureException")
    assert answer.json == {"code": "500", "message": "Internal server error"}
    assert [(log["log_level"], log["request_id"], "exc_info" in log) for log in logs] == [
        ("error", answer.headers["x-amzn-requestid"], True)
    ]


async def test_a_body_beyond_the_limit_is_refused(one_click: ServiceModel) -> None:
    """A body that is too large is refused as soon as that is known, declared or counted, and the connection closed."""
    request = signed("PUT", "/devices/a/state", body=b'{"enabled":true}')
    declared = replace(request, headers=(*request.headers, ("content-length", "17")))
    service = Service()
    app = service.app(one_click, max_body_bytes=16)

    answers = [
        await _ask(app, declared, {"type": "never.read"}),
        await _ask(app, request, {"type": "http.request", "body": b"x" * 17, "more_body": True}),
    ]

    for answer in answers:
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (413, "RequestEntityTooLarge")
        assert answer.headers["connection"] == "close"
    assert service.calls == []
    assert (await _ask(app, request)).status == 200


async def test_a_slow_body_is_not_waited_for(one_click: ServiceModel) -> None:
    """A client that never finishes its body is told so after a while, and holds nothing any longer."""
    service = Service()
    first = {"type": "http.request", "body": b"{", "more_body": True}

    answer = await _ask(service.app(one_click, body_seconds=0.01), signed("PUT", "/devices/a/state", body=b"{}"), first)

    assert (answer.status, answer.headers["x-amzn-errortype"]) == (408, "RequestTimeout")
    assert answer.headers["connection"] == "close"
    assert service.calls == []


async def test_a_client_that_left_is_not_answered(one_click: ServiceModel) -> None:
    """A request that never became whole is neither carried out nor answered."""
    service = Service()
    half = ({"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"})

    sent = await _run(service.app(one_click), _scope(signed("PUT", "/devices/a/state")), _receive(*half))

    assert sent == []
    assert service.calls == []


async def test_a_cancelled_call_is_not_an_error(one_click: ServiceModel) -> None:
    """A server that stops cancels what runs; that is no fault to answer or to log."""
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await _ask(Service(error=asyncio.CancelledError()).app(one_click), signed())

    assert logs == []


async def test_options_are_told_to_anyone(one_click: ServiceModel) -> None:
    """OPTIONS on a known path answers its methods without a signature, as the service did; other paths stay closed."""
    service = Service()
    known = Request("OPTIONS", "/one-click/tags/arn%3Aaws", "", "", (), b"")

    answer = await _ask(service.app(one_click), known)
    unknown = await _ask(service.app(one_click), replace(known, raw_path="/one-click/nowhere"))

    assert (answer.status, answer.headers["allow"], answer.body) == (200, "DELETE, GET, OPTIONS, POST", b"")
    assert (unknown.status, unknown.headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException")
    assert service.calls == []


def test_a_secret_is_not_shown() -> None:
    """Credentials that end in a log do not show their secret."""
    assert repr(Credentials("123456789012", SECRET)) == "Credentials(account='123456789012')"


async def test_a_websocket_is_closed(one_click: ServiceModel) -> None:
    """The services speak HTTP only."""
    sent = await _run(Service().app(one_click), {"type": "websocket"}, _receive())

    assert sent == [{"type": "websocket.close", "code": 1000}]


@pytest.mark.parametrize(("prefix", "path"), [("/alexa-for-business", ""), ("/alexa-for-business", "/"), ("", "/")])
async def test_the_prefix_answers_with_and_without_a_slash(alexa: ServiceModel, prefix: str, path: str) -> None:
    """An SDK may be pointed at the prefix with or without a slash; it is answered, never redirected."""
    app = Service({"TotalCount": 0}).app(alexa, prefix)
    routes = [Route(prefix or "/", app), Mount(prefix, app)]
    request = signed(
        "POST", path, headers={"x-amz-target": "AlexaForBusiness.SearchDevices"}, service="a4b", prefix=prefix
    )

    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes))) as client:
        answer = await client.post(f"http://127.0.0.1:8000{prefix}{path}", headers=dict(request.headers))

    assert (answer.status_code, answer.json()) == (200, {"TotalCount": 0})


@pytest.mark.parametrize("outer", ["", "/behind/a/proxy"])
async def test_the_raw_path_is_whole_wherever_the_app_is_mounted(one_click: ServiceModel, outer: str) -> None:
    """An ARN keeps its percent-encoding through any mount, and the signature its whole path."""
    service = Service({"Tags": {}})
    app = service.app(one_click, outer + "/one-click")
    inner = Mount("/one-click", app)
    request = signed(path="/tags/arn%3Aaws%3Aiot1click%2Fx", prefix=outer + "/one-click")
    site = Starlette(routes=[Mount(outer, routes=[inner])] if outer else [inner])

    async with httpx.AsyncClient(transport=httpx.ASGITransport(site)) as client:
        answer = await client.get(f"http://127.0.0.1:8000{request.raw_path}", headers=dict(request.headers))

    assert answer.status_code == 200
    assert service.calls == [(_TENANT, "ListTagsForResource", {"ResourceArn": "arn:aws:iot1click/x"})]
