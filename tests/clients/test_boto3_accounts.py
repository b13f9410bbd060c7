"""Accounts, and the regions of one, beside each other: every operation that reads shows one's own and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from gateway.store.accounts import revoke_access_key
from gateway.wire.service import load
from tests.clients.account import ALEXA, ONE_CLICK, Account


@dataclass(frozen=True)
class Fleet:
    """One of each thing that an account can have."""

    button: str
    button_arn: str
    echo: str
    room: str
    user: str


Params: TypeAlias = Callable[[Fleet], Mapping[str, object]]
PRESENT = datetime.now(UTC)
WINDOW = {"FromTimeStamp": PRESENT - timedelta(days=1), "ToTimeStamp": PRESENT + timedelta(days=1)}
HEALTH = {"DeviceMethod": {"DeviceType": "device", "MethodName": "getDeviceHealthParameters"}}

LISTS: Mapping[str, tuple[str, str, object]] = {
    "ListDevices": (ONE_CLICK, "Devices", {"Devices": []}),
    "SearchDevices": (ALEXA, "Devices", {"Devices": [], "TotalCount": 0}),
    "SearchRooms": (ALEXA, "Rooms", {"Rooms": [], "TotalCount": 0}),
    "SearchUsers": (ALEXA, "Users", {"Users": [], "TotalCount": 0}),
}
"""The operations that list what an account has, and what they answer where it has nothing."""

READS: Mapping[tuple[str, str], Params] = {
    (ONE_CLICK, "DescribeDevice"): lambda fleet: {"DeviceId": fleet.button},
    (ONE_CLICK, "GetDeviceMethods"): lambda fleet: {"DeviceId": fleet.button},
    (ONE_CLICK, "InvokeDeviceMethod"): lambda fleet: {"DeviceId": fleet.button, **HEALTH},
    (ONE_CLICK, "ListDeviceEvents"): lambda fleet: {"DeviceId": fleet.button, **WINDOW},
    (ONE_CLICK, "ListTagsForResource"): lambda fleet: {"ResourceArn": fleet.button_arn},
    (ALEXA, "GetDevice"): lambda fleet: {"DeviceArn": fleet.echo},
    (ALEXA, "GetRoom"): lambda fleet: {"RoomArn": fleet.room},
    (ALEXA, "ListDeviceEvents"): lambda fleet: {"DeviceArn": fleet.echo},
    (ALEXA, "ListTags"): lambda fleet: {"Arn": fleet.user},
}
"""The operations that read one thing."""


@pytest.fixture
def fleet(account: Account) -> Fleet:
    button = account.claimed_button(Name="Front door")
    account.site.press(button)
    room = account.alexa("CreateRoom", RoomName="Lobby")["RoomArn"]
    user = account.alexa("CreateUser", UserId="ada", Tags=[{"Key": "team", "Value": "engines"}])["UserArn"]
    return Fleet(button, account.button_arn(button), account.echo("Lobby Echo", room_arn=room), room, user)


def call(account: Account, service: str, operation: str, params: Mapping[str, object], region: str = "") -> Any:  # noqa: ANN401 - as JSON
    client = account.clients[service]
    return account.site.call(replace(client, region=region or client.region), operation, params)


def test_every_read_is_looked_at() -> None:
    """No operation that reads is forgotten here."""
    words = ("Describe", "Get", "Invoke", "List", "Search")
    operations = [(service, name) for service in (ONE_CLICK, ALEXA) for name in load(service).operations]
    reads = {each for each in operations if each[1].startswith(words)}

    assert {*READS, *((service, name) for name, (service, _, _) in LISTS.items())} == reads


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("operation", sorted(LISTS))
def test_a_list_shows_ones_own(account: Account, neighbour: Account, operation: str) -> None:
    """Neither the neighbour nor the same account in another region sees any of it."""
    service, noun, nothing = LISTS[operation]

    assert len(call(account, service, operation, {})["output"][noun]) == 1
    assert call(neighbour, service, operation, {})["output"] == nothing
    assert call(account, service, operation, {}, "eu-central-1")["output"] == nothing


@pytest.mark.parametrize(("service", "operation"), sorted(READS))
def test_a_read_finds_ones_own(
    account: Account, neighbour: Account, fleet: Fleet, service: str, operation: str
) -> None:
    """To the neighbour and from another region it is not there, as if it never was."""
    params = READS[service, operation](fleet)
    code = "ResourceNotFoundException" if service == ONE_CLICK else "NotFoundException"

    assert "output" in call(account, service, operation, params)
    assert call(neighbour, service, operation, params)["error"]["code"] == code
    assert call(account, service, operation, params, "eu-central-1")["error"]["code"] == code


def test_a_revoked_key_opens_nothing(account: Account) -> None:
    """From the moment that it is revoked."""
    client = account.clients[ONE_CLICK]
    before = call(account, ONE_CLICK, "ListDevices", {})
    database = account.site.context.database
    account.site.run(database.write(lambda connection: revoke_access_key(connection, client.access_key_id, 1)))

    after = call(account, ONE_CLICK, "ListDevices", {})

    assert before["output"] == {"Devices": []}
    assert (after["error"]["code"], after["error"]["status"]) == ("UnrecognizedClientException", 403)
