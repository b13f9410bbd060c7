"""Finding one device by what its service calls it."""

import pytest

from gateway.model.tenant import Tenant
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from tests.schema.graph import Graph
from tests.schema.makers import ECHO_TYPE, Maker, button, button_arn, echo
from tests.schema.upstreams import DOTS, ECHOES, KNOBS

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEVICE = "query ($by: DeviceBy!, $source: String) { device(by: $by, source: $source) { name source { name } } }"
ECHO = {"name": echo(1), "source": {"name": "echoes"}}
BUTTON = {"name": button(1), "source": {"name": "buttons"}}


async def test_each_member_finds_its_device(graph: Graph) -> None:
    """A device is found by its id, its ARN, its device id or its serial number."""
    maker = Maker(graph)
    await maker.buttons(button(1), button(2))
    arn = await maker.echo(echo(1))
    await maker.echo(echo(2))
    listed = await graph.data("{ devices { nodes { id } } }")
    ids = [node["id"] for node in listed["devices"]["nodes"]]
    asked = [
        ({"id": ids[0]}, BUTTON),
        ({"id": ids[2]}, ECHO),
        ({"arn": button_arn(button(1))}, BUTTON),
        ({"arn": arn}, ECHO),
        ({"deviceId": button(1)}, BUTTON),
        ({"serialNumber": echo(1)}, ECHO),
    ]
    for by, device in asked:
        assert (await graph.data(DEVICE, by=by))["device"] == device
        assert (await graph.data(DEVICE, by=by, source=device["source"]["name"]))["device"] == device


NOTHING: tuple[dict[str, str], ...] = (
    {"deviceId": button(9)},
    {"deviceId": ""},
    {"deviceId": ".."},
    {"deviceId": "a/b?c=\N{BELL}"},
    {"deviceId": "\0"},
    {"serialNumber": echo(9)},
    {"serialNumber": ""},
    {"serialNumber": "no serial number"},
    {"serialNumber": "\0\N{GRINNING FACE}" + "x" * 600},
    {"arn": button_arn(button(9))},
    {"arn": button_arn(button(1), Tenant("210987654321", "us-west-2"))},
    {"arn": button_arn(button(1), Tenant("123456789012", "eu-west-1"))},
    {"arn": "arn:aws:a4b:us-east-1:123456789012:device/0/G090LF0001:A3S5BH2HU6VAYF"},
    {"arn": "arn:aws:a4b:us-east-1:123456789012:device/0"},
    {"arn": "arn:aws:a4b:::device/\N{GRINNING FACE}" + "x" * 2000},
)


@pytest.mark.parametrize("by", NOTHING, ids=lambda by: next(iter(by)) + " " + next(iter(by.values()))[:20])
async def test_what_is_not_there_is_null(graph: Graph, by: dict[str, str]) -> None:
    """A device that no source has is null, however strange the text that was asked for."""
    maker = Maker(graph)
    await maker.buttons(button(1))
    await maker.echo(echo(1))

    assert await graph.run(DEVICE, by=by) == {"data": {"device": None}}


@pytest.mark.parametrize("arn", ["", "no arn", "arn:aws:s3:::bucket", "arn:aws:a4b:us-east-1:123456789012:room/0/1"])
async def test_what_is_no_device_arn_is_refused(graph: Graph, arn: str) -> None:
    """What cannot be the ARN of a device of either service is BAD_USER_INPUT, and nobody is asked."""
    error = await graph.refusal(DEVICE, by={"arn": arn})

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "by")
    assert "arn" in error["message"]
    assert graph.reached() == []


@pytest.mark.parametrize("malformed", ["", "no id"])
async def test_a_malformed_id_is_refused(graph: Graph, malformed: str) -> None:
    """An id that the gateway never gave out is null with BAD_USER_INPUT."""
    error = await graph.refusal(DEVICE, by={"id": malformed})

    assert (error["code"], error["argument"], error["path"]) == ("BAD_USER_INPUT", "by", ["device"])


async def test_the_id_of_something_else_finds_no_device(graph: Graph) -> None:
    """The id of a room or of a user is no device's."""
    await Maker(graph).room("Lobby")
    [room] = (await graph.data("{ rooms { nodes { id } } }"))["rooms"]["nodes"]

    assert await graph.data(DEVICE, by={"id": room["id"]}) == {"device": None}


@pytest.mark.parametrize(
    "by", ["{}", '{ deviceId: "a", serialNumber: "b" }', "{ deviceId: null }", '{ deviceId: "a", arn: null }']
)
async def test_exactly_one_member_is_asked_about(graph: Graph, by: str) -> None:
    """None, two, or null for a member is refused: DeviceBy is a oneOf, in the document as in variables."""
    in_document = await graph.refusal(f"{{ device(by: {by}) {{ id }} }}")

    assert in_document["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert graph.reached() == []


@pytest.mark.parametrize(
    "by", [{}, {"deviceId": "a", "serialNumber": "b"}, {"deviceId": None}, {"deviceId": "a", "arn": None}]
)
async def test_exactly_one_member_is_given_in_variables(graph: Graph, by: dict[str, object]) -> None:
    """The same in variables is BAD_USER_INPUT."""
    error = await graph.refusal(DEVICE, by=by)

    assert error["code"] == "BAD_USER_INPUT"
    assert "DeviceBy" in error["message"] or "deviceId" in error["message"]
    assert graph.reached() == []


async def test_a_source_that_is_not_configured_is_refused(graph: Graph) -> None:
    """`source` must name a configured source."""
    error = await graph.refusal(DEVICE, by={"deviceId": button(1)}, source="nowhere")

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "source")
    assert "nowhere" in error["message"]
    assert graph.reached() == []


async def test_two_matches_are_told_and_the_source_decides(wide_graph: Graph) -> None:
    """A serial number that two sources have is BAD_USER_INPUT that names them; with `source` it is found."""
    maker = Maker(wide_graph)
    await maker.echo(echo(1))
    await maker.echo(echo(1), place=DOTS)
    await maker.echo(echo(2), place=DOTS)
    error = await wide_graph.refusal(DEVICE, by={"serialNumber": echo(1)})
    found = await wide_graph.data(DEVICE, by={"serialNumber": echo(1)}, source="dots")

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "by")
    assert "dots, echoes" in error["message"]
    assert found["device"] == {"name": echo(1), "source": {"name": "dots"}}
    assert (await wide_graph.data(DEVICE, by={"serialNumber": echo(2)}))["device"]["source"]["name"] == "dots"
    assert await wide_graph.data(DEVICE, by={"serialNumber": echo(2)}, source="echoes") == {"device": None}
    assert await wide_graph.data(DEVICE, by={"serialNumber": echo(2)}, source="knobs") == {"device": None}


async def test_an_id_is_looked_for_in_its_own_source(graph: Graph) -> None:
    """With the name of another source, an id finds nothing, and nobody is asked."""
    await Maker(graph).buttons(button(1))
    [device] = (await graph.data("{ devices { nodes { id } } }"))["devices"]["nodes"]
    graph.reached()

    assert await graph.data(DEVICE, by=device, source="echoes") == {"device": None}
    assert graph.reached() == []
    assert await graph.data(DEVICE, by=device, source="buttons") == {"device": BUTTON}


async def test_two_of_one_source_are_told_as_well(graph: Graph) -> None:
    """A serial number that two devices of one source have is ambiguous too."""
    maker = Maker(graph)
    await maker.echo(echo(1))
    device = NewAlexaDevice("arn:aws:a4b:us-east-1:123456789012:device/0/G090LF0001:B", echo(1), "B" + ECHO_TYPE)
    await graph.context.database.write(lambda connection: add_device(connection, ECHOES.tenant, device, 0))
    error = await graph.refusal(DEVICE, by={"serialNumber": echo(1)})

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "by")


async def test_only_sources_of_the_right_service_are_asked(wide_graph: Graph) -> None:
    """A serial number is looked for in Alexa sources, a device id in 1-Click sources, an id in its own alone."""
    await Maker(wide_graph).buttons(button(1), place=KNOBS)
    [device] = (await wide_graph.data("{ devices { nodes { id } } }"))["devices"]["nodes"]
    wide_graph.reached()
    await wide_graph.data(DEVICE, by={"deviceId": button(1)})
    by_device_id = [region for region, _, _ in wide_graph.reached()]
    await wide_graph.data(DEVICE, by={"serialNumber": echo(1)})
    by_serial_number = [region for region, _, _ in wide_graph.reached()]
    await wide_graph.data(DEVICE, by={"id": device["id"]})

    assert by_device_id == ["eu-west-1", "us-west-2"]
    assert by_serial_number == ["eu-west-1", "us-east-1"]
    assert wide_graph.reached() == [("eu-west-1", "DescribeDevice", 1)]
