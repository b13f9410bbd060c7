from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.model.query import EventQuery
from gateway.store.alexa_reports import set_connection_status
from gateway.store.changes import ChangeKind
from gateway.store.times import milliseconds
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.services.alexa.fleet import HERE, NEIGHBOUR, Fleet

NOW = Clock().now
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def report(fleet: Fleet, arn: str, *ages: float) -> None:
    """The device goes on and off line, so many seconds ago."""
    for number, age in enumerate(ages):
        status = ("ONLINE", "OFFLINE")[number % 2]
        at = milliseconds(NOW - timedelta(seconds=age))
        await fleet.service.context.database.write(
            lambda connection, status=status, at=at: set_connection_status(connection, HERE, arn, status, at)
        )


def shape(age: float, value: str, kind: str = "CONNECTION_STATUS") -> dict[str, Any]:
    return {"Type": kind, "Value": value, "Timestamp": NOW - timedelta(seconds=age)}


async def test_events_come_newest_first_and_by_type(fleet: Fleet) -> None:
    """Without a type all events come; with one only these."""
    arn = await fleet.device()
    await report(fleet, arn, 30, 10.5, 20)
    await fleet.call("StartDeviceSync", DeviceArn=arn, Features=["ALL"])

    connections = [shape(10.5, "OFFLINE"), shape(20, "ONLINE"), shape(30, "ONLINE")]
    synced = [shape(0, "WAS_OFFLINE", "DEVICE_STATUS")]
    assert await fleet.call("ListDeviceEvents", DeviceArn=arn) == {"DeviceEvents": synced + connections}
    for kind, expected in (("CONNECTION_STATUS", connections), ("DEVICE_STATUS", synced)):
        answer = await fleet.call("ListDeviceEvents", DeviceArn=arn, EventType=kind)
        assert answer == {"DeviceEvents": expected}


async def test_events_are_kept_thirty_days(fleet: Fleet, clock: Clock) -> None:
    """An event of exactly thirty days is told, an older one is not."""
    arn = await fleet.device()
    await report(fleet, arn, 0)
    clock.advance(timedelta(days=30))
    kept = await fleet.call("ListDeviceEvents", DeviceArn=arn)
    clock.advance(timedelta(milliseconds=1))
    gone = await fleet.call("ListDeviceEvents", DeviceArn=arn)
    query = EventQuery(arn, LONG_AGO, clock.now, None, None, None, backwards=False, limit=5)

    assert kept == {"DeviceEvents": [shape(0, "ONLINE")]}
    assert gone == {"DeviceEvents": []}
    assert await fleet.beyond("QueryDeviceEvents", Query=query, Device=None) == {"Events": (), "More": False}


async def test_event_pages_follow_each_other_while_events_come_in(fleet: Fleet) -> None:
    """New events belong before the first page, and shift nothing; events of one moment are told apart."""
    arn = await fleet.device()
    await report(fleet, arn, 5, 4, 3, 3, 2)
    pages = [await fleet.call("ListDeviceEvents", DeviceArn=arn, MaxResults=2)]
    await report(fleet, arn, 1, 3.5)
    while "NextToken" in pages[-1]:
        token = pages[-1]["NextToken"]
        pages.append(await fleet.call("ListDeviceEvents", DeviceArn=arn, MaxResults=2, NextToken=token))

    events = [event for page in pages for event in page["DeviceEvents"]]
    expected = [(2, "ONLINE"), (3, "ONLINE"), (3, "OFFLINE"), (3.5, "OFFLINE"), (4, "OFFLINE"), (5, "ONLINE")]
    assert events == [shape(age, value) for age, value in expected]
    assert [len(page["DeviceEvents"]) for page in pages] == [2, 2, 2]


async def test_event_tokens_are_good_for_their_own_list_only(fleet: Fleet) -> None:
    """Another device, another type, another operation, another account: refused."""
    arn, other = await fleet.device(1), await fleet.device(2)
    await report(fleet, arn, 1, 2)
    token = (await fleet.call("ListDeviceEvents", DeviceArn=arn, MaxResults=1))["NextToken"]

    for params in (
        {"DeviceArn": other, "NextToken": token},
        {"DeviceArn": arn, "NextToken": token, "EventType": "CONNECTION_STATUS"},
        {"DeviceArn": arn, "NextToken": token[:-2]},
        {"DeviceArn": arn, "NextToken": "é"},
    ):
        await fleet.refused("ValidationException", "ListDeviceEvents", **params)
    await fleet.refused("ValidationException", "SearchDevices", NextToken=token)


async def test_events_of_many_devices(fleet: Fleet) -> None:
    """Each query has its own window, types, bounds, direction and limit; another account's device has no events."""
    arn, foreign = await fleet.device(), await fleet.device(tenant=NEIGHBOUR)
    await report(fleet, arn, 5, 4, 3, 2, 1)

    def query(device: str = arn, **members: Any) -> dict[str, EventQuery | None]:  # noqa: ANN401 - of any type
        defaults = {"types": None, "newer": None, "older": None, "backwards": False, "limit": 2}
        window = {"start": NOW - timedelta(days=1), "end": NOW}
        return {"Query": EventQuery(device, **{**window, **defaults, **members}), "Device": None}

    two = (NOW - timedelta(seconds=2), "CONNECTION_STATUS", "OFFLINE")
    four = (NOW - timedelta(seconds=4), "CONNECTION_STATUS", "OFFLINE")
    answers = await fleet.service.call_many(
        HERE,
        "QueryDeviceEvents",
        [
            query(),
            query(backwards=True),
            query(limit=5, start=NOW - timedelta(seconds=4), end=NOW - timedelta(seconds=1)),
            query(newer=four, older=two, limit=1),
            query(types=("DEVICE_STATUS", "\0")),
            query(limit=0),
            query(foreign),
            query("\0"),
        ],
    )

    told = [([(NOW - event.timestamp).total_seconds() for event in one["Events"]], one["More"]) for one in answers]
    assert told == [
        ([1, 2], True),
        ([5, 4], True),
        ([2, 3, 4], False),
        ([3], False),
        ([], False),
        ([], True),
        ([], False),
        ([], False),
    ]


async def test_events_of_more_devices_than_a_statement_takes(fleet: Fleet) -> None:
    """However many devices are asked about at once, each gets its answer."""
    arn = await fleet.device()
    await report(fleet, arn, 1)
    query = EventQuery(arn, NOW - timedelta(days=1), NOW, None, None, None, backwards=False, limit=1)
    answers = await fleet.service.call_many(HERE, "QueryDeviceEvents", [{"Query": query, "Device": None}] * 1100)

    assert len(answers) == 1100
    assert all(not isinstance(one, ServiceError) and len(one["Events"]) == 1 for one in answers)


async def test_events_are_logged(fleet: Fleet) -> None:
    """Whoever follows the change log sees the event itself."""
    arn = await fleet.device()
    await report(fleet, arn, 1)

    assert (await fleet.log())[1:] == [(HERE, arn, ChangeKind.CHANGED), (HERE, arn, ChangeKind.EVENT)]


@pytest.mark.parametrize("size", [0, 51])
async def test_page_sizes_beyond_the_model_are_refused(fleet: Fleet, size: int) -> None:
    """A page has 1 to 50 events."""
    arn = await fleet.device()

    await fleet.refused("ValidationException", "ListDeviceEvents", DeviceArn=arn, MaxResults=size)
