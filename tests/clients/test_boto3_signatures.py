"""Who is let in: the same for both services, each in the words of its protocol."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.auth
import httpx
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.clients.account import ALEXA, ONE_CLICK, Account
from tests.clients.boto3_process import Client
from tests.clients.site import Site

OPERATIONS = {ONE_CLICK: ("ListDevices", 403), ALEXA: ("SearchRooms", 400)}
SERVICES = sorted(OPERATIONS)


def answer(account: Account, client: Client, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - of any type
    operation, _ = OPERATIONS[client.service]
    return account.site.call(client, operation, {"MaxResults": 7}, **options)


def error(account: Account, client: Client, **options: Any) -> str:  # noqa: ANN401 - of any type
    """The code of the error, after making sure of its status."""
    told = answer(account, client, **options)["error"]
    assert told["status"] == OPERATIONS[client.service][1]
    assert told["message"]
    assert len(told["request_id"]) == 36
    return str(told["code"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_secret_is_told(account: Account, neighbour: Account, service: str) -> None:
    """A signature made with another secret, a neighbour's among them, lets nobody in."""
    client = account.clients[service]

    assert error(account, replace(client, secret="wrong")) == "InvalidSignatureException"
    assert error(account, replace(client, secret=neighbour.clients[service].secret)) == "InvalidSignatureException"


@pytest.mark.parametrize("service", SERVICES)
def test_an_unknown_key_is_told(account: Account, service: str) -> None:
    """As AWS tells it."""
    client = replace(account.clients[service], access_key_id="AKIAIOSFODNN7EXAMPLE")

    assert error(account, client) == "UnrecognizedClientException"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("minutes", "words"), [(-6, "Signature expired"), (6, "Signature not yet current")])
def test_a_stale_date_is_told(account: Account, service: str, minutes: int, words: str) -> None:
    """Five minutes are the limit, in both directions."""
    client = account.clients[service]

    assert error(account, client, ahead=timedelta(minutes=minutes)) == "InvalidSignatureException"
    assert words in answer(account, client, ahead=timedelta(minutes=minutes))["error"]["message"]
    assert "output" in answer(account, client, ahead=timedelta(minutes=minutes * 0.8))


def test_a_tampered_body_is_told(account: Account) -> None:
    """Of either service; nothing is changed."""
    device_id, room = account.claimed_button(), account.alexa("CreateRoom", RoomName="Lobby")["RoomArn"]
    before = account.site.everything()

    answers = [
        account.site.call(
            account.clients[ONE_CLICK],
            "UpdateDeviceState",
            {"DeviceId": device_id, "Enabled": False},
            replace=("false", "null "),
        ),
        account.site.call(
            account.clients[ALEXA], "UpdateRoom", {"RoomArn": room, "RoomName": "Attic"}, replace=("Attic", "Vault")
        ),
    ]

    assert [(each["error"]["code"], each["error"]["status"]) for each in answers] == [
        ("InvalidSignatureException", 403),
        ("InvalidSignatureException", 400),
    ]
    assert account.site.everything() == before


def test_a_tampered_path_or_query_is_told(account: Account) -> None:
    """A signed request cannot be sent to another device, or for another page."""
    mine, other = account.claimed_button(), account.claimed_button()
    client = account.clients[ONE_CLICK]
    before = account.site.everything()

    path = account.site.call(client, "UnclaimDevice", {"DeviceId": mine}, replace=(mine, other))
    query = answer(account, client, replace=("maxResults=7", "maxResults=8"))

    assert [each["error"]["code"] for each in (path, query)] == ["InvalidSignatureException"] * 2
    assert account.site.everything() == before


@pytest.mark.parametrize("service", SERVICES)
def test_two_equal_requests_in_one_second_are_both_served(account: Account, service: str) -> None:
    """Their signatures are the same; honest SDKs do that."""
    moment = datetime.now(UTC)

    first, second = (answer(account, account.clients[service], stopped_at=moment) for _ in range(2))

    assert first["sent"]["headers"]["Authorization"] == second["sent"]["headers"]["Authorization"]
    assert first["output"] == second["output"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_slash_after_the_prefix_makes_no_difference(account: Account, service: str) -> None:
    """Neither is answered by a redirect."""
    client = account.clients[service]

    answers = [answer(account, replace(client, endpoint=client.endpoint + slash)) for slash in ("", "/")]

    assert [each["status"] for each in answers] == [200, 200]
    assert answers[0]["output"] == answers[1]["output"]


def test_percent_encoding_is_signed_as_it_travels(account: Account) -> None:
    """An ARN in a path is sent as %3A and %2F; the signature is over just that, prefix included."""
    arn = account.button_arn(account.claimed_button())

    sent = account.site.call(account.clients[ONE_CLICK], "ListTagsForResource", {"ResourceArn": arn})

    assert sent["output"] == {"Tags": {}}
    assert sent["sent"]["url"].endswith("/one-click/tags/" + arn.replace(":", "%3A").replace("/", "%2F"))


def send(site: Site, method: str, url: str, headers: Mapping[str, str]) -> httpx.Response:
    response = httpx.request(method, url, headers=dict(headers))
    site.settle()
    return response


def send_signed(
    site: Site, method: str, path: str, headers: Mapping[str, str], access_key_id: str, secret: str
) -> httpx.Response:
    """Sign by hand what no SDK can be made to send."""
    request, service = AWSRequest(method, site.url + path, headers), "a4b" if path.startswith("/alexa") else "iot1click"
    botocore.auth.SigV4Auth(Credentials(access_key_id, secret), service, "us-west-2").add_auth(request)
    return send(site, method, site.url + path, dict(request.headers.items()))


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/one-click/nothing", {}, 404),
        ("PATCH", "/one-click/devices", {}, 404),
        ("GET", "/one-click/", {}, 404),
        ("POST", "/alexa-for-business", {"x-amz-target": "AlexaForBusiness.Dance"}, 400),
        ("POST", "/alexa-for-business", {"x-amz-target": "AnotherService.GetDevice"}, 400),
        ("POST", "/alexa-for-business/", {}, 400),
    ],
)
def test_an_operation_that_never_was_is_unknown(
    account: Account, method: str, path: str, headers: Mapping[str, str], status: int
) -> None:
    """The name of the error stands where each protocol has it."""
    client = account.clients[ONE_CLICK]

    response = send_signed(account.site, method, path, headers, client.access_key_id, client.secret)

    assert response.status_code == status
    name = response.json()["__type"] if path.startswith("/alexa") else response.headers["x-amzn-errortype"]
    assert name == "UnknownOperationException"


@pytest.mark.parametrize("service", SERVICES)
def test_an_unsigned_request_is_told(account: Account, service: str) -> None:
    """Whatever it asks for."""
    response = send(account.site, "POST", account.clients[service].endpoint, {})

    assert response.status_code == OPERATIONS[service][1]
    assert "MissingAuthenticationTokenException" in str(response.headers) + response.text


def test_the_demo_key_is_refused_beyond_loopback(site: Site) -> None:
    """It is printed for everybody to see; where a proxy says that the caller is far away, it opens nothing."""
    key = site.access_key(demo=True)

    def status(headers: Mapping[str, str]) -> int:
        return send_signed(site, "GET", "/one-click/devices", headers, key.access_key_id, key.secret).status_code

    assert status({}) == 200
    assert status({"X-Forwarded-For": "203.0.113.7"}) == 403
