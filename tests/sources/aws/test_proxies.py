"""Endpoints behind a proxy, as HTTP_PROXY and its like say."""

import pytest

from gateway.settings.source import SourceSettings
from gateway.sources.aws import open_aws
from tests.sources.aws.proxy import forward_proxy
from tests.sources.aws.stub_upstream import answer, stub_upstream

DEVICES = answer(200, b'{"devices": [{"deviceId": "G030PM0000000001"}]}')


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
async def test_reads_and_mutations_go_through_a_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Where the environment names a proxy, every call takes it, and its answer is the same."""
    async with stub_upstream(DEVICES, answer(200, b'{"state": "CLAIM_INITIATED"}')) as stub, forward_proxy() as proxy:
        monkeypatch.setenv(variable, proxy.url)
        async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=stub.url)) as upstream:
            devices = await upstream.call("ListDevices", {"MaxResults": 5})
            state = await upstream.call("InitiateDeviceClaim", {"DeviceId": "G030PM0000000001"})

        assert devices == {"Devices": [{"DeviceId": "G030PM0000000001"}]}
        assert state == {"State": "CLAIM_INITIATED"}
        assert proxy.passed == [
            f"{stub.url}/devices?maxResults=5",
            f"{stub.url}/devices/G030PM0000000001/initiate-claim",
        ]


async def test_what_needs_no_proxy_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that NO_PROXY names is asked directly."""
    async with stub_upstream(DEVICES) as stub, forward_proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=stub.url)) as upstream:
            await upstream.call("ListDevices", {})

        assert proxy.passed == []
        assert len(stub.received) == 1
