"""SSRF and injection: whatever stands in an id, a filter, an ARN or a code, it stays a value, over both upstreams."""

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.execution.budget import Budget
from gateway.model.errors import NotFound
from gateway.model.ids import GlobalId, NodeKind
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from gateway.sources.aws.client import open_aws
from tests.aws_environment import set_aws_environment
from tests.http.limited import limited
from tests.http.serving import serving
from tests.sources.aws.stub_upstream import error, stub_upstream

VALUES = [
    "../claims",
    "..%2F..%2Fclaims",
    "a/../../users",
    "//evil.example/x",
    "https://evil.example/",
    "x?tag=y#z",
    "x\r\nhost: evil.example",
    "x' OR '1'='1",
    '"; DROP TABLE devices; --',
    "%",
    "_",
    "{{7*7}}${7*7}",
    "$(id)`id`",
]
READS = """query($id: ID!, $key: String!, $arn: String!) {
    byId: device(by: {id: $id}) { id } byKey: device(by: {deviceId: $key}) { id }
    byArn: device(by: {arn: $arn}) { id } node(id: $id) { id }
}"""
TAGS = 'mutation($id: ID!) { tagDevice(input: {id: $id, tags: [{key: "a", value: "b"}]}) { userErrors { code } } }'
ENABLE = "mutation($id: ID!) { setDeviceEnabled(input: {id: $id, enabled: true}) { userErrors { code } } }"
NAME = 'mutation($id: ID!) { tagDevice(input: {id: $id, tags: [{key: "Name", value: "x1"}]}) { device { name } } }'
UNCLAIM = "mutation($id: ID!) { unclaimDevice(input: {id: $id}) { userErrors { code } } }"
CLAIM = "mutation($key: String!) { claimDevices(input: {claimCode: $key}) { userErrors { code } } }"
INITIATE = "mutation($key: String!) { initiateDeviceClaim(input: {deviceId: $key}) { userErrors { code } } }"
FILTER = """query($key: String!) {
    named: devices(filter: {nameContains: $key}) { totalCount }
    typed: devices(filter: {types: [$key]}) { totalCount }
    tagged: devices(filter: {tags: [{key: $key}]}) { totalCount }
    serial: devices(filter: {serialNumbers: [$key]}) { totalCount }
    inRoom: devices(filter: {roomNames: [$key]}) { totalCount }
    users(filter: {emails: [$key]}) { totalCount }
    rooms(nameContains: $key) { totalCount }
}"""


def variables(value: str) -> dict[str, str]:
    node_id = GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", value).encode()
    arn = f"arn:aws:iot1click:us-west-2:123456789012:devices/{value}"
    return {"id": node_id, "key": value, "arn": arn}


async def asked(client: httpx.AsyncClient, query: str, value: str) -> list[str]:
    """Ask with those of the variables that the query has; return the codes of errors."""
    given = {name: text for name, text in variables(value).items() if f"${name}:" in query}
    answer = await client.post("/graphql", json={"query": query, "variables": given})
    return [one["extensions"]["code"] for one in answer.json().get("errors", [])]


@pytest.mark.parametrize("value", VALUES)
async def test_what_can_be_no_device_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """An endpoint hears of nothing that its devices could not be called; the caller is told that there is none."""
    set_aws_environment(monkeypatch, tmp_path)
    async with stub_upstream(error(404, "ResourceNotFoundException")) as stub:
        source = SourceSettings(name="buttons", service="one-click", endpoint_url=f"{stub.url}/one-click")
        async with (
            open_gateway(Settings(data=tmp_path, sources=[source], secret_key="s" * 32)) as gateway,
            serving(gateway.app) as client,
        ):
            codes = [await asked(client, query, value) for query in (READS, TAGS, ENABLE, UNCLAIM, CLAIM, INITIATE)]
            heard = len(stub.received)
            await asked(client, READS, "G030PM0123456789")

    assert heard == 0
    assert {code for found in codes for code in found} <= {"BAD_USER_INPUT"}
    assert stub.received


@pytest.mark.parametrize("value", VALUES)
async def test_a_value_stays_one_part_of_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Should one get through, the endpoint is asked for what is below the operation's path, and for nothing else."""
    set_aws_environment(monkeypatch, tmp_path)
    async with stub_upstream(error(404, "ResourceNotFoundException")) as stub:
        source = SourceSettings(name="hq", service="one-click", endpoint_url=f"{stub.url}/one-click", attempts=1)
        async with open_aws(source) as upstream:
            for operation in ("DescribeDevice", "UnclaimDevice"):
                with pytest.raises(NotFound):
                    await upstream.call(operation, {"DeviceId": value})

    part = quote(value, safe="~")
    assert [one.path for one in stub.received] == [f"/one-click/devices/{part}", f"/one-click/devices/{part}/unclaim"]
    assert {one.headers["host"] for one in stub.received} == {stub.url.removeprefix("http://")}


@pytest.mark.parametrize("value", VALUES)
async def test_a_value_stays_a_value_in_sql(tmp_path: Path, value: str) -> None:
    """It finds what is named so and nothing else, and no row has changed."""
    async with limited(tmp_path, Budget()) as graph, graph.client() as client:
        await graph.buttons(3)
        assert await asked(client, NAME, "G030PM0000000001") == []
        before = await graph.everything()
        for query in (READS, TAGS, ENABLE, UNCLAIM, CLAIM, INITIATE):
            assert "INTERNAL_SERVER_ERROR" not in await asked(client, query, value), query
        found = (await client.post("/graphql", json={"query": FILTER, "variables": {"key": value}})).json()
        after = await graph.everything()

    assert "errors" not in found
    assert {name: one["totalCount"] for name, one in found["data"].items()} == dict.fromkeys(found["data"], 0)
    assert after == before
