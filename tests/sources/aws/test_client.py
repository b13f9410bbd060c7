"""How a source's settings become requests: where to, signed by whom, for which region."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.model import errors
from gateway.settings.read import read
from gateway.settings.source import SourceSettings
from gateway.sources.aws import UnusableSource, open_aws
from tests.aws_environment import ACCESS_KEY_ID
from tests.sources.aws.stub_upstream import Behaviour, StubUpstream, answer, error, say_nothing, stub_upstream

NO_DEVICES = answer(200, b'{"devices": []}')
NO_ECHOES = answer(200, b'{"Devices": [], "TotalCount": 0}')
ROLE = "arn:aws:iam::123456789012:role/fleet"


def role(expires_in: timedelta) -> Behaviour:
    """Answer an AssumeRole with credentials that last that long."""
    expiration = (datetime.now(UTC) + expires_in).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
        <AccessKeyId>ASIAROLEROLEROLE0000</AccessKeyId><SecretAccessKey>r</SecretAccessKey>
        <SessionToken>session token</SessionToken><Expiration>{expiration}</Expiration>
        </Credentials></AssumeRoleResult></AssumeRoleResponse>"""
    return answer(200, body.encode(), content_type="text/xml")


def scopes(stub: StubUpstream) -> list[str]:
    """What each request was signed for: access key and scope, without the date."""
    credentials = [re.search(r"Credential=([^,]+),", one.headers["authorization"]) for one in stub.received]
    return [re.sub(r"/\d{8}/", "/", found[1]) for found in credentials if found]


async def test_opening_a_source_asks_nothing() -> None:
    """A gateway starts whether or not its services are there."""
    async with stub_upstream(NO_DEVICES) as stub:
        async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=stub.url)):
            pass

        assert stub.received == []


async def test_one_click_below_a_path() -> None:
    """An endpoint may be a path of a server, with or without a slash at its end."""
    async with stub_upstream(NO_DEVICES) as stub:
        for url in (f"{stub.url}/one-click", f"{stub.url}/one-click/"):
            async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=url)) as upstream:
                await upstream.call("ListDevices", {"MaxResults": 5})

        assert [(one.method, one.path) for one in stub.received] == [("GET", "/one-click/devices?maxResults=5")] * 2
        assert scopes(stub) == [f"{ACCESS_KEY_ID}/us-west-2/iot1click/aws4_request"] * 2
        assert {one.headers["accept-encoding"] for one in stub.received} == {"identity"}


async def test_alexa_below_a_path() -> None:
    """Alexa for Business is asked by POST, with the operation in a header."""
    async with stub_upstream(NO_ECHOES) as stub:
        settings = SourceSettings(
            name="hq", service="alexa-for-business", endpoint_url=f"{stub.url}/alexa-for-business"
        )
        async with open_aws(settings) as upstream:
            await upstream.call("SearchDevices", {"MaxResults": 5, "NextToken": None})
        (request,) = stub.received

        assert (request.method, request.path) == ("POST", "/alexa-for-business")
        assert request.headers["x-amz-target"] == "AlexaForBusiness.SearchDevices"
        assert request.body == b'{"MaxResults":5}'
        assert scopes(stub) == [f"{ACCESS_KEY_ID}/us-east-1/a4b/aws4_request"]


async def test_a_region_of_its_own() -> None:
    """A source is asked, and its requests signed, for the region of its settings."""
    async with stub_upstream(NO_DEVICES) as stub:
        settings = SourceSettings(name="hq", service="one-click", endpoint_url=stub.url, region="eu-central-1")
        async with open_aws(settings) as upstream:
            await upstream.call("ListDevices", {})

        assert scopes(stub) == [f"{ACCESS_KEY_ID}/eu-central-1/iot1click/aws4_request"]


async def test_a_profile(tmp_path: Path) -> None:
    """Two sources of one process can use two profiles, whatever key the environment has."""
    (tmp_path / "credentials").write_text(
        "[north]\naws_access_key_id = AKIANORTH\naws_secret_access_key = n\n"
        "[south]\naws_access_key_id = AKIASOUTH\naws_secret_access_key = s\n"
    )
    async with stub_upstream(NO_DEVICES) as stub:
        for profile in ("north", "south"):
            settings = SourceSettings(name=profile, service="one-click", endpoint_url=stub.url, profile=profile)
            async with open_aws(settings) as upstream:
                await upstream.call("ListDevices", {})

        assert [scope.partition("/")[0] for scope in scopes(stub)] == ["AKIANORTH", "AKIASOUTH"]


async def test_a_role_is_assumed_once_and_again_when_it_ends() -> None:
    """Calls are signed by the assumed role, which is assumed once for many calls and renewed when it runs out."""
    async with (
        stub_upstream(role(timedelta(minutes=1)), role(timedelta(hours=1))) as sts,
        stub_upstream(NO_DEVICES) as stub,
    ):
        settings = SourceSettings(
            name="hq", service="one-click", endpoint_url=stub.url, role_arn=ROLE, sts_endpoint_url=sts.url
        )
        async with open_aws(settings) as upstream:
            # The first role is about to end, so the second call assumes it anew; that one lasts.
            for _ in range(5):
                await upstream.call("ListDevices", {})

        assert len(sts.received) == 2
        assert b"Action=AssumeRole" in sts.received[0].body
        assert b"RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Ffleet" in sts.received[0].body
        assert scopes(sts) == [f"{ACCESS_KEY_ID}/us-west-2/sts/aws4_request"] * 2
        assert scopes(stub) == ["ASIAROLEROLEROLE0000/us-west-2/iot1click/aws4_request"] * 5
        assert {one.headers["x-amz-security-token"] for one in stub.received} == {"session token"}


@pytest.mark.parametrize(
    "behaviour",
    [
        error(403, "AccessDenied", "user arn:aws:iam::1:user/x may not"),
        answer(200, b"<html>welcome</html>"),
        answer(200, b"<AssumeRoleResponse/>", content_type="text/xml"),
        say_nothing,
    ],
)
async def test_a_role_that_cannot_be_assumed(behaviour: Behaviour) -> None:
    """Trouble with a role makes the source unavailable: its service is not even asked."""
    async with stub_upstream(behaviour) as sts, stub_upstream(NO_DEVICES) as stub:
        settings = SourceSettings(
            name="hq",
            service="one-click",
            endpoint_url=stub.url,
            role_arn=ROLE,
            sts_endpoint_url=sts.url,
            connect_timeout=0.2,
            read_timeout=0.2,
        )
        async with open_aws(settings) as upstream:
            with pytest.raises(errors.UpstreamUnavailable) as raised:
                await upstream.call("ListDevices", {})
            probe = await upstream.check()

        assert raised.value.message == "Source hq cannot be used: the gateway has no valid credentials for it."
        assert (probe.available, probe.reachable, probe.accepted) == (False, False, False)
        assert stub.received == []


async def test_no_credentials_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the usual chain finds no key, the source says so, and the gateway still starts."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    async with stub_upstream(NO_DEVICES) as stub:
        async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=stub.url)) as upstream:
            with pytest.raises(errors.UpstreamUnavailable, match="no valid credentials"):
                await upstream.call("ListDevices", {})

        assert stub.received == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"profile": "nobody"}, "profile"),
        ({"endpoint_url": "127.0.0.1:8001"}, "endpoint_url"),
        ({"endpoint_url": "ftp://127.0.0.1"}, "endpoint_url"),
        ({"endpoint_url": "http://"}, "endpoint_url"),
        ({"endpoint_url": "http://127.0.0.1:port"}, "Port"),
        ({"endpoint_url": "http://127.0.0.1/?a=b"}, "endpoint_url"),
        ({"endpoint_url": "http://key@127.0.0.1/"}, "endpoint_url"),
        ({"region": "not a region"}, "region"),
    ],
)
async def test_settings_that_cannot_work_are_refused_at_start(settings: dict[str, str], words: str) -> None:
    """A source whose settings can never work is refused with its name and what is wrong."""
    given = {"name": "hq", "service": "one-click", "endpoint_url": "http://127.0.0.1:1"} | settings

    with pytest.raises(UnusableSource, match=f"source 'hq' cannot be used: .*{words}"):
        await open_aws(read(SourceSettings, given)).__aenter__()
