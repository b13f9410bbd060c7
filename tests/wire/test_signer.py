"""Our signatures held against botocore's, and against our own check of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.wire.authorization import read_authorization
from gateway.wire.message import Request
from gateway.wire.signature import verify
from gateway.wire.signer import AccessKey, Signer, basic_time
from tests.wire.sdk import ACCESS_KEY_ID, SECRET
from tests.wire.signing import SignerAt

HOST = "127.0.0.1:8000"
NOON = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)

PATHS = st.lists(
    st.sampled_from(["", ".", "..", "devices", "a%20b", "%2E%2E", "a+b", "%C3%A9", "~x", "a:b@c=d", "100%25", "*"]),
    max_size=6,
).map(lambda parts: "/" + "/".join(parts))
WORDS = st.text("abcXYZ019-_.~%", max_size=6)
QUERIES = st.lists(st.tuples(WORDS, WORDS).map("=".join) | st.sampled_from(["a", "a=", "=b", "b=1=2"]), max_size=5).map(
    "&".join
)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20).filter(str.strip)
NAMES = st.sampled_from(["content-type", "x-amz-target", "x-note", "accept", "range"])


def headers_of(
    request: Request, access_key: AccessKey, moment: datetime, region: str = "us-west-2", service: str = "iot1click"
) -> Mapping[str, str]:
    signed_at = basic_time(moment)
    form = Signer.of(access_key, region, service, signed_at[:8]).form(request.method, request.headers)
    signed = form.authorization(request.raw_path, request.query, request.body, signed_at)
    return {**dict(form.headers), "x-amz-date": signed_at, "authorization": signed}


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=PATHS,
    query=QUERIES,
    headers=st.dictionaries(NAMES, VALUES, max_size=3),
    body=st.binary(max_size=50),
    token=st.none() | st.text("abcXYZ019+/=", min_size=1, max_size=60),
    secret=st.text(min_size=1, max_size=40),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - aware by timezones=
)
@example("GET", "/", "", {}, b"", None, SECRET, NOON)
@example("GET", "/tags/arn%3Aaws%3Adevices%2FG030", "b=2&a=1&a=0", {}, b"", "token==", SECRET, NOON)
def test_a_signature_is_the_one_that_botocore_makes(
    method: str,
    path: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
    token: str | None,
    secret: str,
    moment: datetime,
) -> None:
    """Whatever is sent, its Authorization header is botocore's to the last byte."""
    url = f"http://{HOST}{path}" + (f"?{query}" if query else "")
    theirs = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
    SignerAt(Credentials(ACCESS_KEY_ID, secret, token), "iot1click", "us-west-2", moment).add_auth(theirs)
    request = Request(method, path, path, query, (*headers.items(), ("host", HOST)), body)
    ours = headers_of(request, AccessKey(ACCESS_KEY_ID, secret, token), moment)

    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")


@pytest.mark.parametrize(("region", "service"), [("us-east-1", "a4b"), ("eu-central-1", "iot1click")])
def test_what_is_signed_here_is_accepted_here(region: str, service: str) -> None:
    """The embedded services take what the gateway signs, for the service that it was signed for."""
    request = Request("POST", "/alexa-for-business", "/", "", (("host", HOST), ("x-amz-target", "A.B")), b"{}")
    headers = headers_of(request, AccessKey(ACCESS_KEY_ID, SECRET, "token"), NOON, region, service)
    received = Request("POST", request.raw_path, "/", "", tuple(headers.items()), b"{}")

    verify(received, read_authorization(received), SECRET, service, NOON)
    assert read_authorization(received).region == region


def test_what_is_secret_is_not_told() -> None:
    """Neither a secret nor a token stands in what a log would write of a signer and its forms."""
    signer = Signer.of(AccessKey(ACCESS_KEY_ID, SECRET, "session token"), "us-west-2", "iot1click", "20240229")
    told = repr((signer, signer.form("GET", (("host", HOST),))))

    assert ACCESS_KEY_ID in told
    assert SECRET not in told
    assert "session token" not in told
    assert repr(signer.key) not in told


def test_a_time_is_told_in_utc() -> None:
    """A machine's own time zone changes nothing about a signature."""
    assert basic_time(NOON.astimezone(timezone(timedelta(hours=9)))) == "20240229T120000Z"
