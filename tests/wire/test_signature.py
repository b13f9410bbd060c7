"""botocore signs, we verify; and whatever is changed on the way is noticed."""

import hashlib
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.wire.authorization import read_authorization
from gateway.wire.errors import ServiceError
from gateway.wire.message import Request
from gateway.wire.signature import verify
from tests.wire.sdk import SECRET
from tests.wire.signing import NOW, signed


def _verify(request: Request, now: datetime = NOW, secret: str = SECRET) -> None:
    verify(request, read_authorization(request), secret, "iot1click", now)


def _refused(request: Request, words: str, **others: Any) -> str:  # noqa: ANN401 - passed on
    with pytest.raises(ServiceError, match=words) as refusal:
        _verify(request, **others)
    return refusal.value.code


def _with_header(request: Request, name: str, value: str) -> Request:
    return replace(request, headers=tuple((k, value if k == name else v) for k, v in request.headers))


def _without_header(request: Request, name: str) -> Request:
    return replace(request, headers=tuple(pair for pair in request.headers if pair[0] != name))


_SEGMENTS = st.lists(st.text(min_size=1, max_size=8).map(lambda text: quote(text, safe="~:")), max_size=4)
_PAIRS = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=4)
_HEADER_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=10)
_HEADERS = st.dictionaries(
    st.from_regex(r"x-[a-z]{1,8}", fullmatch=True).filter(lambda name: name != "x-amz"), _HEADER_TEXT, max_size=3
)


@st.composite
def _requests(draw: st.DrawFn) -> Request:
    path = "".join("/" + segment for segment in draw(_SEGMENTS))
    assume(not {".", ".."} & set(path.split("/")))
    query = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in draw(_PAIRS))
    method = draw(st.sampled_from(["GET", "PUT", "POST", "DELETE"]))
    return signed(method, path or "/", query, draw(_HEADERS), draw(st.binary(max_size=50)))


@given(_requests())
def test_whatever_an_sdk_signs_is_verified(request_: Request) -> None:
    """Any method, path, query, headers and body that botocore signs are taken."""
    _verify(request_)


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(_requests(), st.data())
def test_any_changed_byte_is_noticed(request_: Request, data: st.DataObject) -> None:
    """One byte changed in method, path, query, a signed header, the body or the signature is a refusal."""
    part = data.draw(st.sampled_from(["method", "raw_path", "query", "header", "body", "signature"]))
    tampered = _tampered(request_, part, data)
    assume(tampered != request_)

    with pytest.raises(ServiceError) as refusal:
        _verify(tampered)

    assert refusal.value.code in {"InvalidSignatureException", "IncompleteSignatureException"}


def _tampered(request: Request, part: str, data: st.DataObject) -> Request:
    if part == "method":
        return replace(request, method=data.draw(st.sampled_from(["GET", "PUT", "POST", "DELETE"])))
    if part == "body":
        return replace(request, body=_changed(request.body, data, range(256)))
    if part == "raw_path":
        # A dot or an empty segment is dropped before signing, and no route has one.
        path = _changed(request.raw_path.encode(), data, set(range(33, 127)) - set(b"/.?#")).decode()
        return replace(request, raw_path=path)
    if part == "query":
        return replace(request, query=_changed(request.query.encode(), data, range(33, 127)).decode())
    names = read_authorization(request).signed_headers if part == "header" else ("authorization",)
    name = data.draw(st.sampled_from(sorted(names)))
    value = request.header(name) or ""
    return _with_header(request, name, _changed_text(value, data, at_end=64 if part == "signature" else None))


def _changed(text: bytes, data: st.DataObject, values: Any) -> bytes:  # noqa: ANN401 - any collection
    assume(text)
    index = data.draw(st.integers(0, len(text) - 1))
    return text[:index] + bytes([data.draw(st.sampled_from(sorted(values)))]) + text[index + 1 :]


def _changed_text(text: str, data: st.DataObject, at_end: int | None) -> str:
    kept, changed = (text[:-at_end], text[-at_end:]) if at_end else ("", text)
    return kept + _changed(changed.encode("latin-1"), data, range(33, 127)).decode()


def test_an_encoded_arn_in_the_path_is_signed_as_it_travels() -> None:
    """The whole raw path is signed, prefix and percent-encoding included; decoded on the way it no longer fits."""
    arn = "/tags/arn%3Aaws%3Aiot1click%3Aus-west-2%3A123456789012%3Adevices%2FG030"
    request = signed(path=arn)

    _verify(request)

    decoded = request.raw_path.replace("%2F", "/")
    assert _refused(replace(request, raw_path=decoded), "does not match") == "InvalidSignatureException"
    assert _refused(replace(request, raw_path=arn), "does not match") == "InvalidSignatureException"


def test_dot_and_empty_segments_are_signed_as_sdks_do() -> None:
    """SDKs sign a path without its dot and empty segments, however it travels."""
    for path in ("/a/./b", "/a//b/", "/a/../b", "/../..", "//"):
        _verify(signed(path=path))


def test_equal_requests_in_one_second_are_both_taken() -> None:
    """Two equal requests of one second have one signature; there is no replay cache that refuses honest clients."""
    first, second = signed(), signed()

    assert first == second
    _verify(first)
    _verify(second)


def test_the_clock_may_be_five_minutes_off() -> None:
    """A request of five minutes ago or ahead is taken, a second more is not, and the refusal tells both times."""
    limit, second = timedelta(minutes=5), timedelta(seconds=1)
    request = signed()

    _verify(request, NOW + limit)
    _verify(request, NOW - limit)

    expired = "Signature expired: 20240229T120000Z is now earlier than 20240229T120001Z .20240229T120501Z - 5 min"
    assert _refused(request, expired, now=NOW + limit + second) == "InvalidSignatureException"
    assert (
        _refused(request, "not yet current: 20240229T120000Z", now=NOW - limit - second) == "InvalidSignatureException"
    )


@pytest.fixture
def _new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_new_york")
def test_a_date_header_serves_too() -> None:
    """A client may send Date instead of X-Amz-Date; it has to be signed, and is UTC wherever the server stands."""
    request = signed(headers={"Date": "x"})

    _verify(request)

    assert request.header("x-amz-date") is None
    assert request.header("date") == "Thu, 29 Feb 2024 12:00:00 -0000"


@pytest.mark.parametrize("date", ["", "yesterday", "20240229", "20240230T120000Z", "2024-02-29T12:00:00Z"])
def test_without_a_date_nothing_is_verified(date: str) -> None:
    """A date that is missing or cannot be read is said to be."""
    request = _with_header(signed(), "x-amz-date", date)

    assert _refused(request, "'X-Amz-Date' or a 'Date' header") == "IncompleteSignatureException"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("/iot1click/", "/a4b/", "correct service: 'iot1click'"),
        ("aws4_request", "aws5_request", "valid terminator: 'aws4_request'"),
        ("/20240229/", "/20240228/", "Date in Credential scope"),
        ("/us-west-2/", "/us-east-1/", "does not match"),
        ("SignedHeaders=host;", "SignedHeaders=", "'Host' must be a 'SignedHeader'"),
        (";x-amz-date", "", "'X-Amz-Date' or 'Date' must be"),
    ],
)
def test_the_scope_is_checked(old: str, new: str, words: str) -> None:
    """A signature for another day, region or service, or over too little, is refused with what it should be."""
    request = signed()
    header = request.header("authorization") or ""
    assert old in header

    assert (
        _refused(_with_header(request, "authorization", header.replace(old, new)), words) == "InvalidSignatureException"
    )


def test_what_decides_the_call_must_besigned() -> None:
    """An X-Amz-* header that was added on the way is refused, and a signed one that was taken away."""
    added = signed()
    added = replace(added, headers=(*added.headers, ("x-amz-target", "AlexaForBusiness.DeleteDevice")))
    removed = _without_header(signed(headers={"x-amz-target": ""}), "x-amz-target")

    assert _refused(added, "not signed: x-amz-target") == "InvalidSignatureException"
    assert _refused(removed, "absent from the request: x-amz-target") == "InvalidSignatureException"


def test_headers_that_proxies_add_do_not_matter() -> None:
    """An unsigned header outside X-Amz-* may come and go."""
    request = signed()

    _verify(replace(request, headers=(*request.headers, ("x-forwarded-for", "127.0.0.1"), ("date", "x"))))


def test_spaces_in_headers_are_signed_as_one() -> None:
    """Runs of spaces in a signed header's value count as one, as the standard has it; repeated headers are joined."""
    request = signed(headers={"x-note": "  a   b "})

    _verify(request)
    _verify(_with_header(request, "x-note", "a b"))


def test_the_body_must_be_the_signed_one() -> None:
    """A declared hash must be the body's own, and a body left unsigned is refused."""
    right = hashlib.sha256(b"{}").hexdigest()

    _verify(signed("PUT", headers={"x-amz-content-sha256": right}, body=b"{}"))

    for declared in ("UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", hashlib.sha256(b"").hexdigest()):
        request = signed("PUT", headers={"x-amz-content-sha256": declared}, body=b"{}")
        assert _refused(request, "'x-amz-content-sha256' header is not the SHA-256") == "InvalidSignatureException"


def test_another_secret_is_refused() -> None:
    """A request that was signed with another secret is not the key's."""
    assert _refused(signed(), "does not match", secret="another") == "InvalidSignatureException"


def test_a_request_without_a_signature_is_told_so() -> None:
    """No Authorization header at all is a missing token."""
    with pytest.raises(ServiceError, match="Missing Authentication Token") as refusal:
        read_authorization(_without_header(signed(), "authorization"))

    assert refusal.value.code == "MissingAuthenticationTokenException"


def test_a_presigned_url_is_refused_clearly() -> None:
    """A signature in the query is not taken, and the refusal says what to do."""
    request = replace(_without_header(signed(), "authorization"), query="X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=1")

    assert _refused(request, "Presigned URLs are not accepted; sign with an Authorization header") == (
        "IncompleteSignatureException"
    )


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Bearer x", "requires the algorithm AWS4-HMAC-SHA256"),
        ("AWS4-HMAC-SHA256", "requires 'Credential'"),
        ("AWS4-HMAC-SHA256 Credential=A/20240229/r/s/aws4_request", "requires 'SignedHeaders'"),
        ("AWS4-HMAC-SHA256 Credential=A/20240229/r/s/aws4_request, SignedHeaders=host", "requires 'Signature'"),
        (
            "AWS4-HMAC-SHA256 Credential=A/20240229/r/s, SignedHeaders=host, Signature=" + "0" * 64,
            "malformed 'Credential'",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=A/20240229/r/s/aws4_request, SignedHeaders=Host, Signature=" + "0" * 64,
            "malformed 'SignedHeaders'",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=A/20240229/r/s/aws4_request, SignedHeaders=host, Signature=" + "A" * 64,
            "malformed 'Signature'",
        ),
    ],
)
def test_a_header_of_another_form_is_refused(header: str, words: str) -> None:
    """The refusal says which part of the Authorization header is missing or malformed."""
    assert _refused(_with_header(signed(), "authorization", header), words) == "IncompleteSignatureException"


def test_two_signatures_are_one_too_many() -> None:
    """A request with two Authorization headers is nobody's."""
    request = signed()

    assert _refused(replace(request, headers=request.headers * 2), "exactly one") == "IncompleteSignatureException"


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_any_header_is_read_or_refused(text: str) -> None:
    """Whatever stands in Authorization, the answer is a refusal in AWS's words and nothing else."""
    for header in (text, "AWS4-HMAC-SHA256 " + text):
        with pytest.raises(ServiceError):
            _verify(_with_header(signed(), "authorization", header))
