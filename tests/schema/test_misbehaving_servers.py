"""Real servers that are slow, broken, or answer what is not their service's: an outage, no more."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.services.context import ServiceContext
from gateway.settings.source import SourceSettings
from gateway.sources.aws import open_aws
from tests.aws_environment import set_aws_environment
from tests.clock import Clock
from tests.schema.graph import Graph, open_graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES, Place, Ways
from tests.sources.aws.stub_upstream import Behaviour, answer, cut_off, error, hang_up, say_nothing, stub_upstream

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEVICES = """query ($order: [DeviceOrder!]) {
  devices(orderBy: $order) { nodes { name } totalCount unavailableSources { name } } }"""
BY_NAME = [{"field": "NAME"}]


async def answered(graph: Graph, order: object = None) -> tuple[list[str], list[str], int | None]:
    """The names of the devices, those of the sources that are missing, and the total."""
    found = (await graph.data(DEVICES, order=order))["devices"]
    missing = [source["name"] for source in found["unavailableSources"]]
    return [node["name"] for node in found["nodes"]], missing, found["totalCount"]


def listed(device: str) -> Behaviour:
    return answer(200, f'{{"devices": [{device}]}}'.encode())


MISBEHAVIOUR: dict[str, Behaviour] = {
    "refuses": error(503, "ServiceUnavailableException"),
    "hangs up": hang_up,
    "cuts off": cut_off(),
    "says nothing": say_nothing,
    "answers a page of HTML": answer(200, b"<html>", content_type="text/html"),
    "redirects": answer(302, b"", location="http://127.0.0.1:1/"),
    "answers another shape": answer(200, b'{"devices": {"a": 1}}'),
    "answers a list": answer(200, b"[1, 2]"),
    "lacks the id": listed('{"arn": "a", "type": "button"}'),
    "has a number for an id": listed('{"arn": "a", "deviceId": 7, "type": "button"}'),
    "has a text for a number": listed('{"arn": "a", "deviceId": "b", "type": "c", "remainingLife": "much"}'),
    "has no devices": listed("null"),
}


@asynccontextmanager
async def with_misbehaving(
    ways: Ways, context: ServiceContext, clock: Clock, behaviour: Behaviour, place: Place, *more: Behaviour
) -> AsyncIterator[Graph]:
    """One source behind a server of the network that does as it likes, the other in process."""
    async with stub_upstream(behaviour, *more) as stub:
        settings = SourceSettings(
            name=place.name, service=place.service.value, endpoint_url=stub.url, attempts=1, read_timeout=0.2
        )
        async with open_aws(settings) as upstream:
            by_name = {"mixed": {**ways.by_name["in process"], place.name: upstream}}
            mixed = Ways(ways.watched, by_name)
            async with open_graph(mixed, "mixed", context, clock, [BUTTONS, ECHOES]) as graph:
                yield graph


@pytest.mark.parametrize("behaviour", MISBEHAVIOUR.values(), ids=MISBEHAVIOUR.keys())
async def test_whatever_a_server_does_the_others_are_answered(
    ways: Ways,
    context: ServiceContext,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    behaviour: Behaviour,
) -> None:
    """A server that is slow, broken or answers nonsense is unavailable, no more: nothing of it is shown or masked."""
    set_aws_environment(monkeypatch, tmp_path)
    async with with_misbehaving(ways, context, clock, behaviour, BUTTONS) as graph:
        await Maker(graph).echo(echo(1))
        for order in (None, BY_NAME):
            assert await answered(graph, order) == ([echo(1)], ["buttons"], None)
        error = await graph.refusal('{ device(by: { deviceId: "G030PM0000000001" }) { id } }')
        assert error["code"] in {"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"}
        assert error["source"] == "buttons"


NONSENSE = {
    "a number for an ARN": '{"Devices": [{"DeviceArn": 7, "DeviceType": "b"}]}',
    "no ARN": '{"Devices": [{"DeviceSerialNumber": "a"}]}',
    "no code": '{"Devices": [{"DeviceArn": "a", "DeviceType": "b",'
    ' "DeviceStatusInfo": {"DeviceStatusDetails": [{}]}}]}',
    "no time": '{"Devices": [{"DeviceArn": "a", "DeviceType": "b", "CreatedTime": "noon"}]}',
    "nothing": "{}",
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE.keys())
async def test_nonsense_of_alexa_is_an_outage_too(
    ways: Ways, context: ServiceContext, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str
) -> None:
    """Devices that are not what Alexa for Business sends make the source unavailable; buttons are answered."""
    set_aws_environment(monkeypatch, tmp_path)
    behaviour = answer(200, body.encode(), content_type="application/x-amz-json-1.1")
    async with with_misbehaving(ways, context, clock, behaviour, ECHOES) as graph:
        await Maker(graph).buttons(button(1))
        found = await answered(graph)
        refusal = await graph.refusal(f'{{ device(by: {{ serialNumber: "{echo(1)}" }}) {{ id }} }}')

        assert found == ([button(1)], ["echoes"], None)
        assert (refusal["code"], refusal["source"]) == ("UPSTREAM_UNAVAILABLE", "echoes")


@pytest.mark.parametrize("event", ["not JSON", "[]", "{}", '{"reportedTime": "noon"}', '{"reportedTime": 7}'])
async def test_an_event_that_is_none_is_an_error_at_its_path(
    ways: Ways, context: ServiceContext, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, event: str
) -> None:
    """A StdEvent that cannot be read makes the events null with UPSTREAM_UNAVAILABLE; the device is there."""
    set_aws_environment(monkeypatch, tmp_path)
    device = {"arn": "arn:aws:iot1click:us-west-2:123456789012:devices/x", "deviceId": "x", "type": "button"}
    described = answer(200, json.dumps({"deviceDescription": device}).encode())
    events = answer(200, json.dumps({"events": [{"device": {}, "stdEvent": event}]}).encode())
    async with with_misbehaving(ways, context, clock, described, BUTTONS, events) as graph:
        body = await graph.run('{ device(by: { deviceId: "x" }) { name events { nodes { id } } } }')
        [told] = body["errors"]

        assert body["data"] == {"device": {"name": "x", "events": None}}
        assert told["path"] == ["device", "events"]
        assert told["extensions"] == {"code": "UPSTREAM_UNAVAILABLE", "source": "buttons"}
