"""Devices, rooms and users as clients see them, member by member."""

from datetime import UTC, datetime

import pytest

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.store.times import milliseconds
from tests.schema.graph import Graph
from tests.schema.makers import ECHO_TYPE, Maker, button, button_arn, echo
from tests.schema.upstreams import ECHOES

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUTTON = """{ devices { nodes { __typename arn name type service source { name service region } tags { key value }
  ... on OneClickDevice { deviceId enabled remainingLife attributes { key value } methods { deviceType methodName } }
} } }"""
ECHO = """{ devices { nodes { __typename arn name type service source { name service region } tags { key value }
  ... on AlexaDevice { serialNumber softwareVersion macAddress status statusDetails { code feature } connectionStatus
    connectionStatusUpdatedAt createdAt room { name arn source { name } } }
} } }"""
METHODS = [
    {"deviceType": "device", "methodName": "getDeviceHealthParameters"},
    {"deviceType": "device", "methodName": "setDeviceHealthMonitorCallback"},
    {"deviceType": "device", "methodName": "getDeviceHealthMonitorCallback"},
    {"deviceType": "button", "methodName": "setOnClickCallback"},
    {"deviceType": "button", "methodName": "getOnClickCallback"},
]


async def test_a_button_tells_all_that_its_service_tells(graph: Graph) -> None:
    """Every member of a 1-Click device, with its life as a fraction and its tags and methods."""
    maker = Maker(graph)
    await maker.buttons(button(1), enabled=True)
    await maker.press(button(1))
    await maker.tag_button(button(1), floor="3", Name="Türglocke")
    [device] = (await graph.data(BUTTON))["devices"]["nodes"]

    assert device == {
        "__typename": "OneClickDevice",
        "arn": button_arn(button(1)),
        "name": "Türglocke",
        "type": "button",
        "service": "ONE_CLICK",
        "source": {"name": "buttons", "service": "ONE_CLICK", "region": "us-west-2"},
        "tags": [{"key": "Name", "value": "Türglocke"}, {"key": "floor", "value": "3"}],
        "deviceId": button(1),
        "enabled": True,
        "remainingLife": pytest.approx(0.9995),
        "attributes": [],
        "methods": METHODS,
    }


async def test_an_echo_tells_all_that_its_service_tells(graph: Graph) -> None:
    """Every member of an Alexa device, with its room, its tags, and its times in UTC to the millisecond."""
    maker = Maker(graph)
    updated = datetime(2024, 5, 16, 22, 0, 0, 123000, UTC)
    arn = await maker.echo(
        echo(1),
        "Küche \N{GRINNING FACE}",
        software_version="8.1",
        mac_address="00:11:22:33:44:55",
        status="WAS_OFFLINE",
        status_details=(
            AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", "ALL"),
            AlexaDeviceStatusDetail("A_NEW_CODE", None),
        ),
        connection_status="OFFLINE",
        connection_status_updated_at=milliseconds(updated),
    )
    room = await maker.room("Große Halle", arn)
    await maker.tag_alexa(arn, team="ä", floor="3")
    [device] = (await graph.data(ECHO))["devices"]["nodes"]

    assert device == {
        "__typename": "AlexaDevice",
        "arn": arn,
        "name": "Küche \N{GRINNING FACE}",
        "type": ECHO_TYPE,
        "service": "ALEXA_FOR_BUSINESS",
        "source": {"name": "echoes", "service": "ALEXA_FOR_BUSINESS", "region": "us-east-1"},
        "tags": [{"key": "floor", "value": "3"}, {"key": "team", "value": "ä"}],
        "serialNumber": echo(1),
        "softwareVersion": "8.1",
        "macAddress": "00:11:22:33:44:55",
        "status": "WAS_OFFLINE",
        "statusDetails": [{"code": "DEVICE_WAS_OFFLINE", "feature": "ALL"}, {"code": "A_NEW_CODE", "feature": None}],
        "connectionStatus": "OFFLINE",
        "connectionStatusUpdatedAt": "2024-05-16T22:00:00.123Z",
        "createdAt": "2024-05-17T09:30:00.000Z",
        "room": {"name": "Große Halle", "arn": room, "source": {"name": "echoes"}},
    }


async def test_what_an_echo_does_not_tell_is_null(graph: Graph) -> None:
    """Absent members are null or empty; the serial number stands in for a name."""
    await Maker(graph).echo(echo(1), status=None)
    [device] = (await graph.data(ECHO))["devices"]["nodes"]

    assert device["name"] == echo(1)
    assert (device["tags"], device["statusDetails"]) == ([], [])
    absent = ["softwareVersion", "macAddress", "status", "connectionStatus", "connectionStatusUpdatedAt", "room"]
    assert [device[name] for name in absent] == [None] * len(absent)


async def test_words_that_nobody_knows_become_unknown(graph: Graph) -> None:
    """A status that is newer than the graph breaks no response."""
    await Maker(graph).echo(echo(1), status="EXPLODED", connection_status="SLEEPING")
    [device] = (await graph.data(ECHO))["devices"]["nodes"]

    assert (device["status"], device["connectionStatus"]) == ("UNKNOWN", "UNKNOWN")


async def test_users_and_rooms_tell_all_that_their_service_tells(graph: Graph) -> None:
    """Every member of a user and of a room; what a user does not have is null."""
    maker = Maker(graph)
    user = await maker.user("jo", FirstName="Zoë", LastName="Ångström", Email="jo@example.com")
    await maker.user("nobody")
    room = await maker.room("Große Halle")
    found = await graph.data("""{
      users { nodes { arn source { name } firstName lastName email enrollmentStatus enrollmentId } totalCount }
      rooms { nodes { arn source { name } name } totalCount } }""")
    known, unknown = found["users"]["nodes"]
    in_order = [{"Key": "UserId", "Value": "ASC"}]
    told = (await maker.alexa(ECHOES, "SearchUsers", SortCriteria=in_order))["Users"]

    assert known == {
        "arn": user,
        "source": {"name": "echoes"},
        "firstName": "Zoë",
        "lastName": "Ångström",
        "email": "jo@example.com",
        "enrollmentStatus": "INITIALIZED",
        "enrollmentId": told[0]["EnrollmentId"],
    }
    assert [unknown[name] for name in ("firstName", "lastName", "email")] == [None] * 3
    assert unknown["enrollmentId"] == told[1]["EnrollmentId"]
    assert found["rooms"] == {
        "nodes": [{"arn": room, "source": {"name": "echoes"}, "name": "Große Halle"}],
        "totalCount": 1,
    }
