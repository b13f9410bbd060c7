"""An endpoint that misbehaves: what callers are told, and how often it was asked."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.model import errors
from gateway.settings.read import read
from gateway.settings.source import SourceSettings
from gateway.sources.aws import open_aws
from gateway.sources.aws.retry import Retry
from gateway.sources.aws.upstream import AwsUpstream
from tests.aws_environment import SECRET_ACCESS_KEY
from tests.logged import capture_logs, capture_text
from tests.sources.aws.stub_upstream import (
    Behaviour,
    StubUpstream,
    answer,
    cut_off,
    drip,
    error,
    hang_up,
    say_nothing,
    stub_upstream,
)

DEVICES = answer(200, b'{"devices": [{"deviceId": "G030PM0000000001", "enabled": true, "remainingLife": 0.5}]}')
STATE = answer(200, b'{"state": "CLAIM_INITIATED"}')
DEVICE: dict[str, Any] = {"DeviceId": "G030PM0000000001"}
OUTAGES: list[tuple[Behaviour, type[errors.UpstreamError], str]] = [
    (hang_up, errors.UpstreamUnavailable, "closed the connection"),
    (cut_off(), errors.UpstreamUnavailable, "closed the connection"),
    (cut_off(b"HTTP/1.1 200"), errors.UpstreamUnavailable, "closed the connection"),
    (say_nothing, errors.UpstreamTimeout, "in time"),
    (drip, errors.UpstreamTimeout, "in time"),
    (error(500, "InternalFailureException", "stack trace"), errors.UpstreamUnavailable, "not available"),
    (error(503, "ServiceUnavailable"), errors.UpstreamUnavailable, "not available"),
    (answer(502, b"<html>bad gateway 10.0.0.7</html>"), errors.UpstreamUnavailable, "not available"),
    (answer(500, b"[1]"), errors.UpstreamUnavailable, "not available"),
]
NONSENSE: list[Behaviour] = [
    answer(200, b"<html>welcome to the wifi</html>"),
    answer(200, b'{"devices": ['),
    answer(200, b'["devices"]'),
    answer(200, b""),
    answer(200, b"{}"),
    answer(200, b'{"hello": 1}'),
    answer(200, b'{"devices": "none"}'),
    answer(200, b'{"devices": [{"enabled": "yes"}]}'),
    answer(200, b'{"devices": [{"deviceId": 7}]}'),
    answer(200, b"\x1f\x8b\x08\x00", content_encoding="gzip"),
    answer(302, b"", location="http://127.0.0.1:1/elsewhere"),
    answer(307, b"", location="/devices"),
    answer(404, b"<html>no such page</html>", content_type="text/html"),
    answer(403, b'{"hello": 1}'),
    cut_off(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
]


@asynccontextmanager
async def upstream_at(url: str, **settings: float) -> AsyncIterator[AwsUpstream]:
    """An upstream that hardly waits between attempts."""
    source = read(SourceSettings, {"name": "hq", "service": "one-click", "endpoint_url": url, **settings})
    async with open_aws(source) as upstream:
        yield replace(upstream, retry=Retry(source.attempts, fraction=lambda: 0.01))


@asynccontextmanager
async def misbehaving(*script: Behaviour, **settings: float) -> AsyncIterator[tuple[AwsUpstream, StubUpstream]]:
    if script[0] in (say_nothing, drip):
        settings = {"connect_timeout": 0.3, "read_timeout": 0.4} | settings
    async with stub_upstream(*script) as stub, upstream_at(stub.url, **settings) as upstream:
        yield upstream, stub


def assert_outage(raised: BaseException, kind: type[errors.UpstreamError], words: str) -> None:
    assert type(raised) is kind
    assert isinstance(raised, errors.UpstreamError)
    assert raised.source == "hq"
    assert raised.message.startswith("Source hq ")
    assert words in raised.message
    assert "127.0.0.1" not in raised.message
    assert "10.0.0.7" not in raised.message


@pytest.mark.parametrize(("behaviour", "kind", "words"), OUTAGES)
async def test_a_read_is_asked_as_often_as_set_then_told(
    behaviour: Behaviour, kind: type[errors.UpstreamError], words: str
) -> None:
    """A read of a service that stays down ends, after the attempts of the settings, in an error naming the source."""
    async with misbehaving(behaviour, attempts=2) as (upstream, stub):
        with pytest.raises(errors.UpstreamError) as raised:
            await upstream.call("ListDevices", {})

        assert_outage(raised.value, kind, words)
        assert len(stub.received) == 2


@pytest.mark.parametrize(("behaviour", "kind", "words"), OUTAGES)
@pytest.mark.parametrize("operation", ["InitiateDeviceClaim", "InvokeDeviceMethod"])
async def test_a_mutation_that_may_have_been_applied_is_sent_once(
    operation: str, behaviour: Behaviour, kind: type[errors.UpstreamError], words: str
) -> None:
    """Neither we nor the libraries below send a PUT or POST again when its answer was lost."""
    async with misbehaving(behaviour, STATE, attempts=3) as (upstream, stub):
        with pytest.raises(errors.UpstreamError) as raised:
            await upstream.call(operation, DEVICE)

        assert_outage(raised.value, kind, words)
        assert len(stub.received) == 1


@pytest.mark.parametrize("behaviour", [outage[0] for outage in OUTAGES])
async def test_a_read_outlives_a_short_outage(behaviour: Behaviour) -> None:
    """A read that fails once and then gets its answer gives that answer."""
    async with misbehaving(behaviour, DEVICES) as (upstream, stub):
        devices = await upstream.call("ListDevices", {})

        assert devices == {"Devices": [{"DeviceId": "G030PM0000000001", "Enabled": True, "RemainingLife": 0.5}]}
        assert len(stub.received) == 2


@pytest.mark.parametrize("behaviour", NONSENSE)
async def test_nonsense_is_an_outage_and_never_an_empty_fleet(behaviour: Behaviour) -> None:
    """What is no answer of the service is told as such, and not asked for again."""
    async with misbehaving(behaviour, DEVICES) as (upstream, stub):
        with pytest.raises(errors.UpstreamError) as raised:
            await upstream.call("ListDevices", {})

        assert_outage(raised.value, errors.UpstreamUnavailable, "cannot be understood")
        assert len(stub.received) == 1


@pytest.mark.parametrize(("operation", "road"), [("ListDevices", "connections"), ("InitiateDeviceClaim", "transport")])
async def test_an_endless_answer_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, operation: str, road: str
) -> None:
    """An answer larger than any page of devices is given up, so that it cannot fill the memory."""
    monkeypatch.setattr(f"gateway.sources.aws.{road}.LARGEST_ANSWER", 1000)
    async with misbehaving(answer(200, b" " * 1001)) as (upstream, stub):
        with pytest.raises(errors.UpstreamError) as raised:
            await upstream.call(operation, {} if operation == "ListDevices" else DEVICE)

        assert_outage(raised.value, errors.UpstreamUnavailable, "cannot be understood")
        assert len(stub.received) == 1


@pytest.mark.parametrize(
    "throttling",
    [error(429, "TooManyRequestsException"), error(400, "ThrottlingException"), error(503, "RequestLimitExceeded")],
)
@pytest.mark.parametrize(("operation", "then"), [("ListDevices", DEVICES), ("InitiateDeviceClaim", STATE)])
async def test_throttling_is_waited_out(throttling: Behaviour, operation: str, then: Behaviour) -> None:
    """A throttled call, reading or not, was not applied, and is made again until it is let in."""
    async with misbehaving(throttling, throttling, then) as (upstream, stub):
        assert await upstream.call(operation, DEVICE if then is STATE else {})
        assert len(stub.received) == 3


async def test_throttling_that_lasts_is_told() -> None:
    """A caller whose calls are all throttled is told to come again later."""
    async with misbehaving(error(429, "ThrottlingException"), attempts=2) as (upstream, stub):
        with pytest.raises(errors.UpstreamError) as raised:
            await upstream.call("ListDevices", {})

        assert_outage(raised.value, errors.UpstreamThrottled, "too often")
        assert len(stub.received) == 2


async def test_a_service_that_asks_for_a_long_rest_gets_it() -> None:
    """Where Retry-After is longer than a caller would wait, the error comes at once."""
    async with misbehaving(error(429, "ThrottlingException", retry_after="600")) as (upstream, stub):
        with pytest.raises(errors.UpstreamThrottled):
            await upstream.call("ListDevices", {})

        assert len(stub.received) == 1


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (error(403, "ExpiredTokenException", "The security token is expired"), "does not accept"),
        (error(403, "UnrecognizedClientException", "AKIAEXAMPLEEXAMPLE00 is not known"), "does not accept"),
        (error(403, "InvalidSignatureException", "The canonical string should have been"), "does not accept"),
        (error(403, "AccessDeniedException", "user arn:aws:iam::1:user/x is not authorized"), "does not accept"),
        (error(403, "RequestTimeTooSkewed"), "clocks differ"),
    ],
)
async def test_trouble_with_our_credentials_is_not_the_callers(behaviour: Behaviour, words: str) -> None:
    """A key that is not accepted makes the source unavailable, without a word about the key."""
    async with misbehaving(behaviour) as (upstream, stub):
        with pytest.raises(errors.UpstreamError) as raised:
            await upstream.call("ListDevices", {})

        assert_outage(raised.value, errors.UpstreamUnavailable, words)
        assert "AKIA" not in raised.value.message
        assert "arn:" not in raised.value.message
        assert len(stub.received) == 1


@pytest.mark.parametrize("operation", ["ListDevices", "InitiateDeviceClaim"])
async def test_an_endpoint_where_nobody_listens(operation: str) -> None:
    """A refused connection ends in an error naming the source, for reads and mutations alike."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        async with upstream_at(f"http://127.0.0.1:{free.getsockname()[1]}", attempts=2) as upstream:
            with pytest.raises(errors.UpstreamError) as raised:
                await upstream.call(operation, {} if operation == "ListDevices" else DEVICE)

    assert_outage(raised.value, errors.UpstreamUnavailable, "cannot be reached")


async def test_an_endpoint_that_takes_no_more_connections() -> None:
    """A connection that is not made in time is told as that: nothing can have been applied."""
    with socket.socket() as full, socket.socket() as first:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        first.connect(full.getsockname())  # the queue's only place, which nobody accepts from
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        async with upstream_at(url, attempts=2, connect_timeout=0.05) as upstream:
            with pytest.raises(errors.UpstreamError) as raised:
                await upstream.call("InitiateDeviceClaim", DEVICE)

    assert_outage(raised.value, errors.UpstreamTimeout, "cannot be reached in time")


async def test_a_mutation_is_made_again_when_nobody_was_there_to_apply_it() -> None:
    """A claim that met a closed port reaches the service once that listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with upstream_at(f"http://127.0.0.1:{port}", attempts=200) as upstream:
        call = asyncio.create_task(upstream.call("InitiateDeviceClaim", DEVICE))
        await asyncio.sleep(0.01)
        async with stub_upstream(STATE, port=port) as stub:
            assert await call == {"State": "CLAIM_INITIATED"}
            assert len(stub.received) == 1


async def test_a_refusal_keeps_the_services_words_and_is_asked_once() -> None:
    """What the service refuses is told in its own words."""
    refusal = error(409, "ResourceConflictException", "The device is claimed already.")
    async with misbehaving(refusal) as (upstream, stub):
        with pytest.raises(errors.Conflict) as raised:
            await upstream.call("InitiateDeviceClaim", DEVICE)

        assert raised.value.message == "The device is claimed already."
        assert len(stub.received) == 1


async def test_one_of_many_that_fails_leaves_the_others_their_answers() -> None:
    """Of many calls each gets its own answer or error, in the order asked."""
    device = answer(200, b'{"deviceDescription": {"deviceId": "G030PM0000000001"}}')
    script = (device, error(404, "ResourceNotFoundException", "no such device"), device)
    async with misbehaving(*script, concurrency=1) as (upstream, stub):
        first, second, third = await upstream.call_many("DescribeDevice", [DEVICE] * 3)

        assert first == third == {"DeviceDescription": {"DeviceId": "G030PM0000000001"}}
        assert isinstance(second, errors.NotFound)
        assert len(stub.received) == 3


async def test_many_calls_keep_to_the_ceiling() -> None:
    """A fan-out never has more calls under way than the settings allow."""
    four = asyncio.Barrier(4)

    async def answer_four_at_once(writer: asyncio.StreamWriter) -> None:
        await four.wait()
        await answer(200, b'{"deviceDescription": {}}')(writer)

    async with misbehaving(answer_four_at_once, concurrency=4) as (upstream, stub):
        answers = await upstream.call_many("DescribeDevice", [DEVICE] * 32)

        assert answers == [{"DeviceDescription": {}}] * 32
        assert stub.most_under_way == 4


async def test_a_deadline_ends_a_call_and_its_retries() -> None:
    """A caller's deadline is not outlasted by waiting for a service."""
    asked = asyncio.Event()

    async def think_for_ever(_writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with misbehaving(think_for_ever) as (upstream, stub):
        call = asyncio.create_task(upstream.call("ListDevices", {}))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        assert len(stub.received) == 1
        async with asyncio.timeout(1), upstream.ceiling.slot("ListDevices"):
            pass


async def test_a_check_tells_what_is_wrong_and_asks_once() -> None:
    """A check tells a service that is down from one that refuses the key, and by how much its clock is ahead."""
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    date = format_datetime(ahead, usegmt=True)
    async with misbehaving(error(403, "RequestTimeTooSkewed", date=date), hang_up) as (upstream, stub):
        skewed, left = await upstream.check(), (ahead - datetime.now(UTC)).total_seconds()
        down = await upstream.check()

        assert (skewed.available, skewed.reachable, skewed.accepted) == (False, True, False)
        assert left - 1 <= (skewed.skew_seconds or 0) <= 600
        assert "clocks differ" in skewed.detail
        assert (down.available, down.reachable, down.accepted, down.skew_seconds) == (False, False, False, None)
        assert "closed the connection" in down.detail
        assert len(stub.received) == 2


async def test_an_idle_connection_that_the_service_has_closed_costs_no_mutation() -> None:
    """A mutation after a pause reaches its service although the connection of the last call is gone."""
    async with misbehaving(DEVICES, STATE) as (upstream, stub):
        await upstream.call("ListDevices", {})
        await stub.close_connections()

        assert await upstream.call("InitiateDeviceClaim", DEVICE) == {"State": "CLAIM_INITIATED"}
        assert len(stub.received) == 2


async def test_a_check_does_not_trip_over_a_connection_that_is_just_closing() -> None:
    """A service that has closed, or is closing, the connections it kept is there all the same."""
    async with misbehaving(DEVICES, DEVICES, hang_up) as (upstream, stub):
        await upstream.call("ListDevices", {})
        available = (await upstream.check()).available

        assert available
        assert len(stub.received) == 2
        assert len(stub.writers) == 2


async def test_neither_key_nor_secret_is_logged() -> None:
    """An outage is logged with its cause, and without what requests are signed with."""
    with capture_logs() as logged, capture_text() as text:
        async with misbehaving(hang_up, attempts=1) as (upstream, _stub):
            with pytest.raises(errors.UpstreamUnavailable):
                await upstream.call("ListDevices", {})

    assert [(entry["event"], entry["source"], entry["operation"]) for entry in logged] == [
        ("upstream failed", "hq", "ListDevices")
    ]
    assert logged[0]["cause"] == "closed by its server"
    assert SECRET_ACCESS_KEY not in str(logged) + text.getvalue()
    assert "Signature=" not in str(logged) + text.getvalue()
