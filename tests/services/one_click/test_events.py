import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.model.query import EventQuery
from gateway.services.ingest import ClickType
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.services.one_click.fleet import BUTTON, HERE, NEIGHBOUR, Fleet, asked_of, button_id

MINUTE = timedelta(minutes=1)


def seen(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Time and kind of each event that the gateway is told of."""
    return [(f"{event.timestamp:%H:%M}", event.type) for event in answer["Events"]]


def clicks(answer: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - as the service answers
    events = [json.loads(event["StdEvent"]) for event in answer["Events"]]
    return [(event["reportedTime"][11:16], event["clickType"]) for event in events]


async def list_events(fleet: Fleet, start: datetime, end: datetime, **params: object) -> Any:  # noqa: ANN401 - the same
    return await fleet.call("ListDeviceEvents", DeviceId=BUTTON, FromTimeStamp=start, ToTimeStamp=end, **params)


async def pressed(fleet: Fleet, clock: Clock, minutes: int) -> datetime:
    """A press a minute; return the time of the first, 09:30."""
    await fleet.claimed()
    start = clock.now
    for _ in range(minutes):
        await fleet.press()
        clock.advance(MINUTE)
    return start


async def test_an_event_travels_as_the_real_one_did(fleet: Fleet, clock: Clock) -> None:
    """The device beside a JSON text with click, time in milliseconds, certificate and life in percent."""
    await fleet.claimed()
    clock.advance(timedelta(microseconds=15_999))
    await fleet.press(click=ClickType.DOUBLE)
    answer = await list_events(fleet, clock.now - MINUTE, clock.now + MINUTE)
    (event,) = answer["Events"]
    std_event = json.loads(event["StdEvent"])

    assert event["Device"] == {"Attributes": {}, "DeviceId": BUTTON, "Type": "button"}
    assert len(bytes.fromhex(std_event.pop("certificateId"))) == 32
    assert std_event == {
        "clickType": "DOUBLE",
        "reportedTime": "2024-05-17T09:30:00.015Z",
        "remainingLife": 99.9,
        "testMode": False,
    }
    assert "NextToken" not in answer


async def test_events_are_listed_oldest_first(fleet: Fleet, clock: Clock) -> None:
    """Whatever the order in which they came in; the window's start belongs to it, its end does not."""
    await fleet.claimed()
    start = clock.now
    for minute, click in [(2, ClickType.LONG), (0, ClickType.SINGLE), (3, ClickType.SINGLE), (1, ClickType.DOUBLE)]:
        await fleet.press(click=click, at=start + minute * MINUTE)
    listed = clicks(await list_events(fleet, start, start + 3 * MINUTE))

    assert listed == [("09:30", "SINGLE"), ("09:31", "DOUBLE"), ("09:32", "LONG")]


async def test_a_window_is_exact_below_the_millisecond(fleet: Fleet, clock: Clock) -> None:
    """A start a microsecond later leaves the event out, an end a microsecond later takes it in."""
    await fleet.claimed()
    at, little = clock.now, timedelta(microseconds=1)
    await fleet.press()
    starts = [len((await list_events(fleet, start, at + MINUTE))["Events"]) for start in (at - little, at, at + little)]
    ends = [len((await list_events(fleet, at - MINUTE, end))["Events"]) for end in (at, at + little)]

    assert (starts, ends) == ([1, 1, 0], [0, 1])


async def test_events_come_in_pages(fleet: Fleet, clock: Clock) -> None:
    """A token goes on where the page ended; the last page has none; what comes in meanwhile is not in between."""
    start = await pressed(fleet, clock, 5)
    pages, token = [], {}
    while True:
        answer = await list_events(fleet, start, start + 9 * MINUTE, MaxResults=2, **token)
        pages.append([time for time, _ in clicks(answer)])
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
        await fleet.press(click=ClickType.LONG, at=start)

    assert pages == [["09:30", "09:31"], ["09:32", "09:33"], ["09:34"]]


async def test_a_window_the_wrong_way_round_is_invalid(fleet: Fleet, clock: Clock) -> None:
    """From after to is a mistake; from equal to is an empty window."""
    start = await pressed(fleet, clock, 1)

    window = {"FromTimeStamp": start + MINUTE, "ToTimeStamp": start}
    message = await fleet.refused("InvalidRequestException", "ListDeviceEvents", DeviceId=BUTTON, **window)
    assert "FromTimeStamp" in message
    assert await list_events(fleet, start, start) == {"Events": []}


@pytest.mark.parametrize("limit", [0, -1, 251])
async def test_a_page_has_1_to_250_events(fleet: Fleet, clock: Clock, limit: int) -> None:
    """Anything else is an invalid request."""
    start = await pressed(fleet, clock, 1)
    window = {"FromTimeStamp": start, "ToTimeStamp": start}

    message = await fleet.refused(
        "InvalidRequestException", "ListDeviceEvents", DeviceId=BUTTON, MaxResults=limit, **window
    )
    assert "MaxResults" in message


async def test_a_token_belongs_to_a_device_and_a_window(fleet: Fleet, clock: Clock) -> None:
    """Of another device, another window or another account it is not ours."""
    start = await pressed(fleet, clock, 2)
    await fleet.claimed(device_id=button_id(2))
    window = {"FromTimeStamp": start, "ToTimeStamp": start + 9 * MINUTE}
    answer = await fleet.call("ListDeviceEvents", DeviceId=BUTTON, MaxResults=1, **window)
    wrong = [
        (HERE, {"DeviceId": button_id(2), **window}),
        (HERE, {"DeviceId": BUTTON, **window, "ToTimeStamp": start + 8 * MINUTE}),
        (HERE, {"DeviceId": BUTTON, **window, "FromTimeStamp": start + MINUTE}),
        (NEIGHBOUR, {"DeviceId": BUTTON, **window}),
    ]

    for tenant, params in wrong:
        await fleet.refused(
            "RangeNotSatisfiableException", "ListDeviceEvents", tenant, NextToken=answer["NextToken"], **params
        )


async def test_events_are_told_for_30_days(fleet: Fleet, clock: Clock) -> None:
    """Older ones are gone for every reader, also before they are deleted."""
    start = await pressed(fleet, clock, 2)
    clock.now = start + timedelta(days=30, microseconds=1)
    query = EventQuery(BUTTON, start, clock.now, None, None, None, backwards=False, limit=9)
    beyond = await fleet.service.call_beyond(HERE, "QueryDeviceEvents", asked_of(query))

    assert [time for time, _ in clicks(await list_events(fleet, start, clock.now))] == ["09:31"]
    assert [time for time, _ in seen(beyond)] == ["09:31"]


@pytest.mark.parametrize("year", [1, 1969, 9999])
async def test_any_year_can_be_asked_for(fleet: Fleet, clock: Clock, year: int) -> None:
    """Far away there are no events, and no error."""
    await pressed(fleet, clock, 1)
    far = datetime(year, 12, 31, tzinfo=UTC)

    assert await list_events(fleet, far, far) == {"Events": []}


QUERIES = [
    ({}, ["09:34", "09:33", "09:32"], True),
    ({"limit": 5}, ["09:34", "09:33", "09:32", "09:31", "09:30"], False),
    ({"backwards": True}, ["09:30", "09:31", "09:32"], True),
    ({"types": ("LONG",)}, ["09:33", "09:31"], False),
    ({"types": ("LONG", "SINGLE", "\ud800", "\0")}, ["09:34", "09:33", "09:32"], True),
    ({"types": ()}, [], False),
    ({"older": (3, "LONG", "")}, ["09:32", "09:31", "09:30"], False),
    ({"newer": (1, "LONG", "")}, ["09:34", "09:33", "09:32"], False),
    ({"newer": (1, "LONG", ""), "backwards": True}, ["09:32", "09:33", "09:34"], False),
    ({"newer": (1, "LONG", ""), "older": (3, "LONG", "")}, ["09:32"], False),
    ({"start": 1, "end": 3}, ["09:32", "09:31"], False),
]


@pytest.mark.parametrize(("asked", "times", "more"), QUERIES)
async def test_the_gateway_reads_events_in_any_way(
    fleet: Fleet,
    clock: Clock,
    asked: dict[str, Any],
    times: list[str],
    more: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Newest or oldest first, some types only, from any event on, within a window."""
    await fleet.claimed()
    zero = clock.now
    clock.advance(timedelta(days=1))
    for minute in range(5):
        await fleet.press(click=ClickType.LONG if minute % 2 else ClickType.SINGLE, at=zero + minute * MINUTE)
    asked = {"start": 0, "end": 9, "types": None, "newer": None, "older": None, "backwards": False, "limit": 3} | asked
    for name in ("start", "end"):
        asked[name] = zero + asked[name] * MINUTE
    for name in ("newer", "older"):
        asked[name] = asked[name] and (zero + asked[name][0] * MINUTE, *asked[name][1:])
    query = EventQuery(device=BUTTON, **asked)
    answer = await fleet.service.call_beyond(HERE, "QueryDeviceEvents", asked_of(query))

    assert ([time for time, _ in seen(answer)], answer["More"]) == (times, more)


async def test_events_of_many_devices_are_read_at_once(fleet: Fleet, clock: Clock) -> None:
    """Each answer stands where its question stood, also where a device is asked about twice, or is not ours."""
    await fleet.claimed(device_id=button_id(2))
    await fleet.claimed(NEIGHBOUR, button_id(3))
    start = await pressed(fleet, clock, 2)
    queries = [
        EventQuery(device, start, clock.now, None, None, None, backwards=backwards, limit=1)
        for device, backwards in [
            (button_id(3), False),
            (BUTTON, False),
            (button_id(2), False),
            (BUTTON, True),
            ("\0", True),
        ]
    ]
    answers = await fleet.service.call_many(HERE, "QueryDeviceEvents", [asked_of(query) for query in queries])

    told = [one.code if isinstance(one, ServiceError) else (seen(one), one["More"]) for one in answers]
    assert told == [
        "ResourceNotFoundException",
        ([("09:31", "SINGLE")], True),
        ([], False),
        ([("09:30", "SINGLE")], True),
        "ResourceNotFoundException",
    ]


async def test_events_of_more_devices_than_a_statement_takes(fleet: Fleet, clock: Clock) -> None:
    """A larger page setting than ours breaks nothing."""
    start = await pressed(fleet, clock, 1)
    query = EventQuery(BUTTON, start, clock.now, None, None, None, backwards=False, limit=1)
    answers = await fleet.service.call_many(HERE, "QueryDeviceEvents", [asked_of(query)] * 250)

    assert len(answers) == 250
    assert all(not isinstance(one, ServiceError) and seen(one) == [("09:30", "SINGLE")] for one in answers)
