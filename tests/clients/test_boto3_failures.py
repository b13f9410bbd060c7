from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tests.clients.account import Account, open_account
from tests.clients.boto3_process import Boto3
from tests.clients.site import open_site


@pytest.fixture
def account(boto3: Boto3, tmp_path: Path) -> Iterator[Account]:
    """An account of a gateway of its own, because its store is broken here."""
    with open_site(tmp_path / "data", boto3) as site:
        yield open_account(site)


def break_updates(account: Account) -> None:
    def write(connection: Connection) -> None:
        for table in ("alexa_devices", "one_click_devices"):
            trigger = f"CREATE TRIGGER broken_{table} BEFORE UPDATE ON {table}"
            connection.execute(text(f"{trigger} BEGIN SELECT RAISE(ABORT, 'sector 7 of /dev/sda'); END"))

    account.site.run(account.site.context.database.write(write))


def test_a_failing_store_is_an_internal_failure(account: Account) -> None:
    """Each service says so in its own words and no others, changes nothing, and still answers what it can."""
    button, echo = account.claimed_button(), account.echo("Lobby")
    break_updates(account)

    one_click = account.one_click_refuses(
        "InternalFailureException", "UpdateDeviceState", DeviceId=button, Enabled=False
    )
    alexa = account.alexa_refuses("InternalFailure", "UpdateDevice", DeviceArn=echo, DeviceName="Attic")

    assert [error["message"] for error in (one_click, alexa)] == ["Internal server error"] * 2
    assert account.one_click("DescribeDevice", DeviceId=button)["DeviceDescription"]["Enabled"] is True
    assert account.alexa("GetDevice", DeviceArn=echo)["Device"]["DeviceName"] == "Lobby"
