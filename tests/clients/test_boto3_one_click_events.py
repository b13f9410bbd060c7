import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.services.ingest import ClickType, report_click
from tests.clients.account import Account
from tests.clients.site import Site


def now() -> datetime:
    """Of the present, because the gateway's clock is the machine's; in whole milliseconds, as events are."""
    present = datetime.now(UTC)
    return present.replace(microsecond=present.microsecond // 1000 * 1000)


def press_at(site: Site, device_id: str, *times: datetime, click: ClickType = ClickType.SINGLE) -> None:
    for time in times:
        assert site.run(report_click(site.context, device_id, click, time))


def std_events(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(event["StdEvent"]) for event in answer["Events"]]


def told(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_clicks_are_told_oldest_first(site: Site, account: Account) -> None:
    """Each as the button sent it, with its life in percent; the end of the window is not in it."""
    device_id, end = account.claimed_button(), now()
    start = end - timedelta(hours=1)
    press_at(site, device_id, start + timedelta(minutes=1), click=ClickType.LONG)
    press_at(site, device_id, start, click=ClickType.DOUBLE)
    press_at(site, device_id, end)

    answer = account.one_click("ListDeviceEvents", DeviceId=device_id, FromTimeStamp=start, ToTimeStamp=end)

    assert [event["Device"] for event in answer["Events"]] == [
        {"Attributes": {}, "DeviceId": device_id, "Type": "button"}
    ] * 2
    double, long = std_events(answer)
    assert (double["clickType"], double["reportedTime"], double["remainingLife"]) == ("DOUBLE", told(start), 99.85)
    assert (long["clickType"], long["remainingLife"], long["testMode"]) == ("LONG", 99.9, False)
    assert len(long["certificateId"]) == 64
    assert "NextToken" not in answer


def test_the_paginator_reads_every_event_once(site: Site, account: Account) -> None:
    """boto3's paginator goes through pages of three; a click that comes meanwhile is later and moves nothing."""
    device_id, end = account.claimed_button(), now()
    times = [end - timedelta(seconds=second) for second in range(7, 0, -1)]
    press_at(site, device_id, *times)

    pages = account.one_click_pages(
        "ListDeviceEvents", 3, DeviceId=device_id, FromTimeStamp=end - timedelta(days=1), ToTimeStamp=end
    )

    assert [len(page["Events"]) for page in pages] == [3, 3, 1]
    events = [event for page in pages for event in std_events(page)]
    assert [event["reportedTime"] for event in events] == [told(time) for time in times]


def test_a_page_has_a_hundred_events_by_default(site: Site, account: Account) -> None:
    """And 250 at most."""
    device_id, end = account.claimed_button(), now()
    press_at(site, device_id, *(end - timedelta(seconds=second) for second in range(1, 102)))
    window = {"DeviceId": device_id, "FromTimeStamp": end - timedelta(days=1), "ToTimeStamp": end}

    assert len(account.one_click("ListDeviceEvents", **window)["Events"]) == 100
    assert len(account.one_click("ListDeviceEvents", **window, MaxResults=250)["Events"]) == 101
    for size in (0, 251):
        account.one_click_refuses("InvalidRequestException", "ListDeviceEvents", **window, MaxResults=size)


def test_a_disabled_device_has_no_events(site: Site, account: Account) -> None:
    """What is pressed while it is disabled is not kept."""
    device_id, start = account.claimed_button(), now() - timedelta(minutes=1)
    account.one_click("UpdateDeviceState", DeviceId=device_id, Enabled=False)
    site.press(device_id)
    window = {"FromTimeStamp": start, "ToTimeStamp": start + timedelta(days=1)}

    assert account.one_click("ListDeviceEvents", DeviceId=device_id, **window) == {"Events": []}


def test_events_are_the_owners_who_had_the_device_then(account: Account, neighbour: Account) -> None:
    """Nobody reads a former owner's clicks, and nobody keeps their own after letting go."""
    device_id, start = account.claimed_button(), now() - timedelta(minutes=1)
    account.site.press(device_id)
    account.one_click("UnclaimDevice", DeviceId=device_id)
    neighbour.one_click("InitiateDeviceClaim", DeviceId=device_id)
    neighbour.site.press(device_id)
    neighbour.one_click("FinalizeDeviceClaim", DeviceId=device_id)
    window = {"FromTimeStamp": start, "ToTimeStamp": start + timedelta(days=1)}

    assert neighbour.one_click("ListDeviceEvents", DeviceId=device_id, **window) == {"Events": []}


def test_a_window_must_begin_before_it_ends(account: Account) -> None:
    """The other way round is an invalid request; an empty window is none."""
    device_id, time = account.claimed_button(), now()
    window = {"DeviceId": device_id, "FromTimeStamp": time, "ToTimeStamp": time}

    account.one_click_refuses(
        "InvalidRequestException", "ListDeviceEvents", **window | {"ToTimeStamp": time - timedelta(milliseconds=1)}
    )

    assert account.one_click("ListDeviceEvents", **window) == {"Events": []}


def test_a_window_must_be_given(account: Account) -> None:
    """Both ends are required."""
    error = account.one_click_refuses("InvalidRequestException", "ListDeviceEvents", DeviceId=account.claimed_button())

    assert ("FromTimeStamp" in error["message"], "ToTimeStamp" in error["message"]) == (True, True)


@pytest.mark.parametrize("year", [1000, 1970, 9999])
def test_a_window_may_begin_and_end_anywhere(account: Account, year: int) -> None:
    """The first and the last year that the SDK can write are no error."""
    device_id = account.claimed_button()
    start = datetime(year, 1, 1, tzinfo=UTC)

    answer = account.one_click(
        "ListDeviceEvents", DeviceId=device_id, FromTimeStamp=start, ToTimeStamp=start + timedelta(days=1)
    )

    assert answer == {"Events": []}


def test_a_token_counts_only_where_it_was_given_out(site: Site, account: Account, neighbour: Account) -> None:
    """Rubbish, one of another account, device, window or operation, and one that was cut are all out of range."""
    end = now()
    window = {"FromTimeStamp": end - timedelta(days=1), "ToTimeStamp": end}
    mine, other, theirs = account.claimed_button(), account.claimed_button(), neighbour.claimed_button()
    for device_id in (mine, other, theirs):
        press_at(site, device_id, end - timedelta(seconds=2), end - timedelta(seconds=1))

    def token(owner: Account, device_id: str) -> str:
        answer = owner.one_click("ListDeviceEvents", DeviceId=device_id, MaxResults=1, **window)
        return str(answer["NextToken"])

    of_devices = account.one_click("ListDevices", MaxResults=1)["NextToken"]
    for wrong in ("rubbish", token(neighbour, theirs), token(account, other), of_devices, token(account, mine)[:-1]):
        account.one_click_refuses(
            "RangeNotSatisfiableException", "ListDeviceEvents", DeviceId=mine, NextToken=wrong, **window
        )
    account.one_click_refuses(
        "RangeNotSatisfiableException",
        "ListDeviceEvents",
        DeviceId=mine,
        NextToken=token(account, mine),
        **window | {"ToTimeStamp": end + timedelta(days=1)},
    )
