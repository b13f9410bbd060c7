from datetime import UTC, datetime, timedelta

import pytest

from gateway.model.device import ConnectionStatus
from gateway.model.tenant import Tenant
from gateway.services.ingest import report_connection
from tests.clients.account import Account


def now() -> datetime:
    """Of the present, because the gateway's clock is the machine's; in whole milliseconds, as events are."""
    present = datetime.now(UTC)
    return present.replace(microsecond=present.microsecond // 1000 * 1000)


def report(account: Account, arn: str, *times: datetime, status: ConnectionStatus = ConnectionStatus.ONLINE) -> None:
    tenant = Tenant(account.number, "us-east-1")
    for time in times:
        account.site.run(report_connection(account.site.context, tenant, arn, status, time))


def test_events_are_told_newest_first(account: Account) -> None:
    """Of both types, and of one where one is asked for; the last report is the device's state."""
    arn, later = account.echo(), now() - timedelta(minutes=1)
    earlier = later - timedelta(days=2)
    report(account, arn, later, status=ConnectionStatus.OFFLINE)
    report(account, arn, earlier)
    account.alexa("StartDeviceSync", DeviceArn=arn, Features=["ALL"])

    status, *connections = account.alexa("ListDeviceEvents", DeviceArn=arn)["DeviceEvents"]

    assert (status["Type"], status["Value"]) == ("DEVICE_STATUS", "WAS_OFFLINE")
    assert connections == [
        {"Type": "CONNECTION_STATUS", "Value": "OFFLINE", "Timestamp": later},
        {"Type": "CONNECTION_STATUS", "Value": "ONLINE", "Timestamp": earlier},
    ]
    of_type = account.alexa("ListDeviceEvents", DeviceArn=arn, EventType="CONNECTION_STATUS")
    assert of_type == {"DeviceEvents": connections}
    information = account.alexa("GetDevice", DeviceArn=arn)["Device"]["DeviceStatusInfo"]
    assert (information["ConnectionStatus"], information["ConnectionStatusUpdatedTime"]) == ("OFFLINE", later)


def test_the_paginator_reads_every_event_once(account: Account) -> None:
    """boto3's paginator goes through pages of twenty; a report that comes meanwhile is newer and moves nothing."""
    arn, end = account.echo(), now()
    times = [end - timedelta(seconds=second) for second in range(1, 52)]
    report(account, arn, *times)

    pages = account.alexa_pages("ListDeviceEvents", 20, DeviceArn=arn)

    assert [len(page["DeviceEvents"]) for page in pages] == [20, 20, 11]
    assert [event["Timestamp"] for page in pages for event in page["DeviceEvents"]] == times
    assert len(account.alexa("ListDeviceEvents", DeviceArn=arn)["DeviceEvents"]) == 50


@pytest.mark.parametrize(
    "params",
    [{"EventType": "WEATHER"}, {"MaxResults": 0}, {"MaxResults": 51}, {"NextToken": ""}, {"NextToken": "x" * 1101}],
)
def test_a_list_of_events_has_its_limits(account: Account, params: dict[str, object]) -> None:
    """A known type, 1 to 50 events, a token of 1 to 1100 characters."""
    account.alexa_refuses("ValidationException", "ListDeviceEvents", DeviceArn=account.echo(), **params)


def test_a_token_counts_only_where_it_was_given_out(account: Account, neighbour: Account) -> None:
    """Rubbish, and the tokens of another account, device or type are refused."""
    mine, other, theirs, end = account.echo(), account.echo(), neighbour.echo(), now()
    for owner, arn in ((account, mine), (account, other), (neighbour, theirs)):
        report(owner, arn, end, end - timedelta(seconds=1))

    def token(owner: Account, arn: str, **params: object) -> str:
        return str(owner.alexa("ListDeviceEvents", DeviceArn=arn, MaxResults=1, **params)["NextToken"])

    of_type = token(account, mine, EventType="CONNECTION_STATUS")
    for wrong in ("rubbish", token(account, other), token(neighbour, theirs), of_type, token(account, mine)[:-1]):
        account.alexa_refuses("ValidationException", "ListDeviceEvents", DeviceArn=mine, NextToken=wrong)
