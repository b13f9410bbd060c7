from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.model.seal import Sealer
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.fleet.demo import DemoFleet, fill
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.fleet.tenants import FleetTenants
from gateway.services.ingest import ClickType, report_click
from gateway.store.accounts import add_access_key, add_account, revoke_access_key
from gateway.store.one_click_devices import register_device
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import metadata
from gateway.wire.input_check import failures
from gateway.wire.service import load
from tests.clock import Clock
from tests.services.fleet.whole_fleet import BOTH, BUTTONS, buttons_call, echoes_call

KEY = bytes(32)


async def rows(context: ServiceContext, *left_out: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the store but of those tables."""
    return await context.database.read(
        lambda connection: {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
            if table.name not in left_out
        }
    )


async def table(context: ServiceContext, name: str) -> list[Any]:
    return await context.database.read(lambda connection: list(connection.execute(metadata.tables[name].select())))


async def filled(context: ServiceContext) -> DemoFleet:
    return await fill(context, KEY, BOTH)


async def test_the_demo_has_something_of_everything(context: ServiceContext) -> None:
    """At least 60 claimed buttons, 40 Echo devices, 15 rooms, 30 users, codes and buttons still to claim."""
    demo = await filled(context)
    buttons = (await buttons_call(context, "ListDevices", MaxResults=250))["Devices"]
    echoes = [
        device
        for status in ("ONLINE", "OFFLINE")
        for device in (
            await echoes_call(context, "SearchDevices", Filters=[{"Key": "ConnectionStatus", "Values": [status]}])
        )["Devices"]
    ]
    users = (await echoes_call(context, "SearchUsers", MaxResults=50))["Users"]
    names = {device["Tags"]["Name"] for device in buttons}
    rooms = {device["RoomName"] for device in echoes if "RoomName" in device}

    assert demo.made
    assert len(buttons) >= 60
    assert len(names) == len(buttons)
    assert {device["Enabled"] for device in buttons} == {True, False}
    assert min(device["RemainingLife"] for device in buttons) < 0.1
    assert max(device["RemainingLife"] for device in buttons) > 0.9
    assert len(echoes) == 40
    assert len(rooms) == 15
    assert {"Küche", "São Paulo", "会議室"} <= rooms
    assert "Lobby Echo" in {device.get("DeviceName") for device in echoes}
    assert sum("RoomArn" not in device for device in echoes) == 4
    assert {device["DeviceStatusInfo"]["ConnectionStatus"] for device in echoes} == {"ONLINE", "OFFLINE"}
    assert len(users) == 30
    assert {user["EnrollmentStatus"] for user in users} == {
        "INITIALIZED",
        "PENDING",
        "REGISTERED",
        "DISASSOCIATING",
        "DEREGISTERING",
    }
    assert len(demo.claim_codes) == 4
    assert len(demo.unclaimed) == 6


async def test_the_front_door_is_there(context: ServiceContext, clock: Clock) -> None:
    """Every example can name one button: claimed, enabled, with events."""
    await filled(context)
    device = (await buttons_call(context, "DescribeDevice", DeviceId="G030PM0123456789"))["DeviceDescription"]
    events = await buttons_call(
        context,
        "ListDeviceEvents",
        DeviceId="G030PM0123456789",
        FromTimeStamp=clock.now - timedelta(days=30),
        ToTimeStamp=clock.now,
        MaxResults=250,
    )

    assert device["Tags"]["Name"] == "Front door"
    assert device["Enabled"]
    assert len(events["Events"]) == 250


async def test_what_is_unclaimed_can_be_claimed(context: ServiceContext) -> None:
    """By its code, or by pressing it."""
    demo = await filled(context)
    claimed = [
        (await buttons_call(context, "ClaimDevicesByClaimCode", ClaimCode=code))["Total"] for code in demo.claim_codes
    ]
    for device_id in demo.unclaimed:
        await buttons_call(context, "InitiateDeviceClaim", DeviceId=device_id)
        await report_click(context, device_id, ClickType.SINGLE)
        await buttons_call(context, "FinalizeDeviceClaim", DeviceId=device_id)

    assert sorted(claimed) == [2, 2, 3, 3]
    assert not (await fill(context, KEY, BOTH)).unclaimed
    assert not (await fill(context, KEY, BOTH)).claim_codes


async def test_the_demo_is_filled_once(context: ServiceContext, clock: Clock) -> None:
    """A second run changes nothing, and tells of the same key."""
    first = await filled(context)
    before = await rows(context)
    clock.advance(timedelta(days=1))
    second = await filled(context)

    assert second == replace(first, made=False)
    assert await rows(context) == before


async def test_a_revoked_demo_key_gets_a_successor(context: ServiceContext) -> None:
    """The fleet stays as it is."""
    (key,) = (await filled(context)).access_keys
    await context.database.write(lambda connection: revoke_access_key(connection, key.access_key_id, 1))
    before = await rows(context, "access_keys")
    (successor,) = (await filled(context)).access_keys

    assert successor.demo
    assert successor.access_key_id != key.access_key_id
    assert await rows(context, "access_keys") == before


async def test_a_store_with_devices_is_left_alone(context: ServiceContext) -> None:
    """Nobody's own fleet is mixed with the demo's."""
    await context.database.write(lambda connection: register_device(connection, "G030PM0000000001", "button", None))
    before = await rows(context)
    with pytest.raises(FleetRefusal, match="has devices already"):
        await filled(context)

    assert await rows(context) == before


async def test_keys_alone_do_not_make_a_store_full(context: ServiceContext) -> None:
    """A first run makes an access key before there is any device."""
    await context.database.write(lambda connection: add_account(connection, BUTTONS.account, 0))
    await context.database.write(lambda connection: add_access_key(connection, KEY, BUTTONS.account, demo=False, now=0))

    assert (await filled(context)).made


async def test_a_demo_of_one_service(context: ServiceContext) -> None:
    """Where the other one is elsewhere, nothing is made up of it."""
    other = Tenant("210987654321", "eu-west-1")
    demo = await fill(context, KEY, FleetTenants(None, other))

    assert [key.account for key in demo.access_keys] == [other.account]
    assert demo.unclaimed == ()
    assert {(row.account, row.region) for row in await table(context, "alexa_devices")} == {
        (other.account, other.region)
    }
    assert await table(context, "one_click_devices") == []


async def test_two_accounts_get_a_key_each(context: ServiceContext) -> None:
    """The buttons' account comes first."""
    demo = await fill(context, KEY, FleetTenants(BUTTONS, Tenant("210987654321", "us-east-1")))

    assert [key.account for key in demo.access_keys] == ["123456789012", "210987654321"]


async def test_events_follow_the_days(context: ServiceContext, clock: Clock) -> None:
    """Office hours, workdays, a dip at lunch; nothing older than is kept, nothing of the future."""
    await filled(context)
    times = [datetime.fromtimestamp(row.time / 1000, UTC) for row in await table(context, "events") if row.body]
    hours = Counter(time.hour for time in times)
    weekend = sum(time.isoweekday() > 5 for time in times)

    assert len(times) > 2000
    assert min(times) > clock.now - timedelta(days=30)
    assert max(times) < clock.now
    assert hours[9] > 2 * hours[12] > 10 * hours[22]
    assert weekend < len(times) / 20
    assert {time.date() for time in times} >= {(clock.now - timedelta(days=ago)).date() for ago in (1, 2, 8, 15, 29)}


async def test_some_buttons_are_rarely_pressed(context: ServiceContext) -> None:
    """A page of events may have one, or none."""
    await filled(context)
    counts = Counter(row.device for row in await table(context, "events") if row.body)
    quiet = {row.device_id for row in await table(context, "one_click_devices") if row.account} - set(counts)

    assert max(counts.values()) > 250
    assert min(counts.values()) < 5
    assert quiet


async def test_a_disabled_button_has_not_clicked_since(context: ServiceContext, clock: Clock) -> None:
    """Its events end some days ago."""
    await filled(context)
    disabled = {row.device_id for row in await table(context, "one_click_devices") if row.account and not row.enabled}
    ends = (clock.now - timedelta(days=4)).timestamp() * 1000
    late = [row for row in await table(context, "events") if row.device in disabled and row.time > ends]

    assert disabled
    assert late == []


async def test_an_echo_is_what_it_said_last(context: ServiceContext) -> None:
    """Its state and the newest of its events agree."""
    await filled(context)
    newest: dict[str, tuple[int, str]] = {}
    for row in await table(context, "events"):
        if row.type == "CONNECTION_STATUS":
            newest[row.device] = max(newest.get(row.device, (0, "")), (row.time, row.value))
    said = {
        row.arn: (row.connection_status_updated_at, row.connection_status)
        for row in await table(context, "alexa_devices")
    }

    assert said == newest


async def test_the_log_tells_of_the_whole_demo(context: ServiceContext) -> None:
    """Who follows the log sees every device and every event."""
    await filled(context)
    kinds = Counter(row.kind for row in await table(context, "changes"))
    claimed = sum(row.account is not None for row in await table(context, "one_click_devices"))

    assert kinds == {"ADDED": claimed + 40, "EVENT": len(await table(context, "events"))}


async def test_the_demo_is_within_the_services_limits(context: ServiceContext) -> None:
    """What the services would refuse is not in it."""
    await filled(context)
    model = load("alexaforbusiness")
    devices, users = (model.operations[name].output for name in ("SearchDevices", "SearchUsers"))
    assert devices is not None
    assert users is not None

    for page in [{}, {"Filters": [{"Key": "ConnectionStatus", "Values": ["OFFLINE"]}]}]:
        assert failures(devices, await echoes_call(context, "SearchDevices", MaxResults=50, **page)) == []
    assert failures(users, await echoes_call(context, "SearchUsers", MaxResults=50)) == []


async def test_a_seed_makes_the_same_fleet(tmp_path: Path, clock: Clock) -> None:
    """What one sees in a picture, everybody sees, but for what is secret; another seed is another fleet."""
    made, codes = [], set[str]()
    for number, seed in enumerate((1, 1, 2)):
        database = SqliteDatabase(tmp_path / f"{number}.db")
        await database.write(metadata.create_all)
        context = ServiceContext(database, clock, Sealer(KEY))
        codes.update((await fill(context, KEY, BOTH, seed=seed)).claim_codes)
        kept = await rows(context, "access_keys", "changes", "claim_codes")
        made.append(
            {name: [[cell for cell in row if cell not in codes] for row in found] for name, found in kept.items()}
        )
        await database.close()

    assert made[0] == made[1]
    assert made[0] != made[2]
    assert len(codes) == 12


async def test_the_demo_is_the_same_at_any_time(tmp_path: Path, clock: Clock) -> None:
    """Ids, states and the kind of each device's newest event do not depend on the hour at which a demo begins."""
    made = []
    for moment in (datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2027, 2, 3, 15, 7, tzinfo=UTC)):
        clock.now = moment
        database = SqliteDatabase(tmp_path / f"{moment:%Y}.db")
        await database.write(metadata.create_all)
        context = ServiceContext(database, clock, Sealer(KEY))
        unclaimed = (await fill(context, KEY, BOTH)).unclaimed
        buttons = {
            row.device_id: (row.enabled, row.remaining_life)
            for row in await table(context, "one_click_devices")
            if row.claim_code is None
        }
        events = sorted(await table(context, "events"), key=lambda event: event.time)
        made.append((unclaimed, buttons, {event.device: event.type for event in events if event.device in buttons}))
        await database.close()

    (unclaimed, buttons, newest), (unclaimed_later, buttons_later, newest_later) = made
    both = newest.keys() & newest_later.keys()
    assert (unclaimed, buttons) == (unclaimed_later, buttons_later)
    assert len(both) > 50
    assert {device: newest[device] for device in both} == {device: newest_later[device] for device in both}


@pytest.mark.parametrize("days", [1, 2, 3, 90])
async def test_events_go_back_as_far_as_they_are_kept(tmp_path: Path, clock: Clock, days: int) -> None:
    """A store that keeps them for a day is filled with a day."""
    database = SqliteDatabase(tmp_path / "gateway.db")
    await database.write(metadata.create_all)
    context = ServiceContext(database, clock, Sealer(KEY), timedelta(days=days))
    await fill(context, KEY, BOTH)
    times = [row.time for row in await table(context, "events")]
    await database.close()

    assert min(times) >= (clock.now - timedelta(days=days)).timestamp() * 1000
    assert max(times) < clock.now.timestamp() * 1000
