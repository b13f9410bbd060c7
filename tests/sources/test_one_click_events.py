"""How many calls the events of buttons cost their service over the wire."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.model.device import OneClickDevice
from gateway.model.query import EventQuery
from gateway.sources.events import LATEST, EventRun
from gateway.sources.one_click import OneClickSource
from gateway.sources.shared import SharedUpstream
from gateway.sources.upstream import Params
from tests.sources.far_end import READS, FarEnd, settle

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
BUTTON = OneClickDevice("hq", "arn", "G030PM0000000001", "button", True, None, {}, ())


def click(time: datetime) -> Params:
    told = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"Device": {}, "StdEvent": f'{{"clickType": "SINGLE", "reportedTime": "{told}"}}'}


def last_days(end: datetime) -> EventQuery:
    return EventQuery(BUTTON.key, end - timedelta(days=30), end, None, None, None, backwards=False, limit=5)


class Asked:
    """A source whose service answers what a test says."""

    def __init__(self) -> None:
        self.end = FarEnd()
        self.source = OneClickSource("hq", "us-west-2", SharedUpstream(self.end, READS), 100)

    async def begin(self, *ends: datetime) -> list[asyncio.Task[Any]]:
        tasks = [asyncio.create_task(self.source.events([(BUTTON, last_days(end))])) for end in ends]
        await settle()
        return tasks


async def test_those_who_look_in_the_same_second_ask_once() -> None:
    """Many that look at a device's last days at about the same moment are one call; each sees its own window only."""
    asked = Asked()
    early, late, other = await asked.begin(*[NOON + timedelta(milliseconds=one) for one in (100, 900, 1001)])
    first, second = asked.end.calls
    clicks = [click(NOON + timedelta(milliseconds=one)) for one in (99, 100, 500, 899, 900)]
    for call in (first, second):
        call.answer.set_result({"Events": clicks})
    runs: list[list[EventRun]] = [await task for task in (early, late, other)]

    assert first.params["FromTimeStamp"] == NOON - timedelta(days=30)
    assert first.params["ToTimeStamp"] == NOON + timedelta(seconds=1)
    assert second.params["ToTimeStamp"] == NOON + timedelta(seconds=2)
    assert [[event.timestamp.microsecond // 1000 for event in run.events] for [run] in runs] == [
        [99],
        [899, 500, 100, 99],
        [900, 899, 500, 100, 99],
    ]


@pytest.mark.parametrize(
    ("end", "asked_end"),
    [
        (NOON, NOON),
        (LATEST - timedelta(seconds=3), LATEST.replace(microsecond=0) - timedelta(seconds=2)),
        (LATEST - timedelta(milliseconds=500), LATEST - timedelta(milliseconds=500)),
        (LATEST, LATEST),
    ],
)
async def test_a_window_ends_where_time_does(end: datetime, asked_end: datetime) -> None:
    """The last second of the calendar has no next one; a whole second is asked for as it is."""
    asked = Asked()
    [task] = await asked.begin(end)
    [call] = asked.end.calls
    call.answer.set_result({"Events": [click(end - timedelta(milliseconds=1))]})
    [run] = await task

    assert call.params["ToTimeStamp"] == asked_end
    assert len(run.events) == 1
