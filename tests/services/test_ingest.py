from datetime import timedelta

import pytest

from gateway.model.device import ConnectionStatus
from gateway.services.context import ServiceContext
from gateway.services.device_secrets import Echo, find_echo, is_button, issue_button_secret, issue_echo_secret
from gateway.services.ingest import (
    ClickType,
    InvalidReportError,
    UnknownDeviceError,
    report_click,
    report_connection,
    report_health,
)
from gateway.store.alexa_devices import NewAlexaDevice, add_device, device_by_arn
from gateway.store.changes import ChangeKind
from gateway.store.events import EventRange, events_of, stored_event
from gateway.store.one_click_devices import registered_device
from gateway.store.times import milliseconds
from tests.clock import Clock
from tests.services.one_click.fleet import BUTTON, HERE, NEIGHBOUR, Fleet, button_id, one_click_fleet

UNKNOWN_IDS = ["G030PM9999999999", "", "\0", "\ud800", "' OR 1=1 --"]
SERIAL = "G090LF1181350001"
ARN = f"arn:aws:a4b:us-west-2:123456789012:device/0123456789abcdef0123456789abcdef/{SERIAL}:A2M35JJZWCQOMZ"


@pytest.fixture
def fleet(context: ServiceContext) -> Fleet:
    return one_click_fleet(context)


@pytest.fixture
async def echo(context: ServiceContext) -> None:
    device = NewAlexaDevice(ARN, SERIAL, "A2M35JJZWCQOMZ")
    await context.database.write(lambda connection: add_device(connection, HERE, device, 0))


async def kept(context: ServiceContext, device: str) -> list[tuple[int, str, str]]:
    """The events of a device of HERE: time after the clock's start in seconds, type, value."""
    start = milliseconds(Clock().now)
    everything = EventRange(device, start - 10**10, start + 10**10, 1000, backwards=True)
    (rows,) = await context.database.read(lambda connection: events_of(connection, HERE, [everything]))
    found = map(stored_event, rows)
    return [((event.time - start) // 1000, event.type, event.value) for event in found]


async def life(context: ServiceContext) -> float:
    device = await context.database.read(lambda connection: registered_device(connection, BUTTON))
    assert device is not None
    return device.remaining_life


async def test_a_click_of_an_enabled_device_is_kept(context: ServiceContext, fleet: Fleet) -> None:
    """It is an event, takes from the battery, and both are in the log."""
    await fleet.claimed()
    assert await report_click(context, BUTTON, ClickType.DOUBLE)

    assert await kept(context, BUTTON) == [(0, "DOUBLE", "")]
    assert await life(context) == 0.999
    assert (await fleet.log())[2:] == [(HERE, BUTTON, ChangeKind.CHANGED), (HERE, BUTTON, ChangeKind.EVENT)]


async def test_a_click_of_a_disabled_device_is_not_kept(context: ServiceContext, fleet: Fleet) -> None:
    """It takes from the battery all the same."""
    await fleet.claimed(enabled=False)
    assert not await report_click(context, BUTTON, ClickType.SINGLE)

    assert await kept(context, BUTTON) == []
    assert await life(context) == 0.999
    assert (await fleet.log())[1:] == [(HERE, BUTTON, ChangeKind.CHANGED)]


async def test_a_click_of_nobodys_device_is_nobodys_event(context: ServiceContext, fleet: Fleet) -> None:
    """An unclaimed button may be pressed in the shop."""
    await fleet.manufacture()
    assert not await report_click(context, BUTTON, ClickType.SINGLE)

    assert await life(context) == 0.9995
    assert await fleet.log() == []


async def test_a_repeated_report_is_kept_once(context: ServiceContext, fleet: Fleet, clock: Clock) -> None:
    """A device that did not hear the answer reports again; another click type at the same time is another click."""
    await fleet.claimed()
    await report_click(context, BUTTON, ClickType.SINGLE, clock.now)
    before = await fleet.everything()
    assert not await report_click(context, BUTTON, ClickType.SINGLE, clock.now)

    assert await fleet.everything() == before
    assert await report_click(context, BUTTON, ClickType.LONG, clock.now)
    assert await kept(context, BUTTON) == [(0, "LONG", ""), (0, "SINGLE", "")]


async def test_clicks_at_once_all_take_from_the_battery(context: ServiceContext, fleet: Fleet) -> None:
    """None of them is forgotten, and each is an event of its own."""
    await fleet.claimed()
    start = context.clock()
    clicks = [report_click(context, BUTTON, ClickType.SINGLE, start - timedelta(seconds=at)) for at in range(4)]

    assert await fleet.at_once(*clicks) == [True] * 4
    assert await life(context) == 0.9975
    assert len(await kept(context, BUTTON)) == 4


async def test_a_battery_ends_at_nothing(context: ServiceContext, fleet: Fleet) -> None:
    """A life below nothing is no fraction."""
    await fleet.claimed()
    await report_health(context, BUTTON, 0.0003)
    await report_click(context, BUTTON, ClickType.SINGLE)

    assert await life(context) == 0.0


@pytest.mark.parametrize(("measured", "told"), [(0, 0), (0.25, 0.25), (1, 1)])
async def test_a_device_tells_its_health(context: ServiceContext, fleet: Fleet, measured: float, told: float) -> None:
    """What it measured is what is described; the log tells."""
    await fleet.claimed()
    await report_health(context, BUTTON, measured)
    described = await fleet.call("DescribeDevice", DeviceId=BUTTON)

    assert described["DeviceDescription"]["RemainingLife"] == told
    assert (await fleet.log())[-1] == (HERE, BUTTON, ChangeKind.CHANGED)


@pytest.mark.parametrize("measured", [-0.1, 1.01, float("nan"), float("inf")])
async def test_no_fraction_is_no_health(context: ServiceContext, fleet: Fleet, measured: float) -> None:
    """It is refused, and the former measure stays."""
    await fleet.claimed()
    with pytest.raises(InvalidReportError):
        await report_health(context, BUTTON, measured)

    assert await life(context) == 0.9995


@pytest.mark.parametrize(
    ("off", "word"), [(timedelta(minutes=5, seconds=1), "future"), (-timedelta(days=30, seconds=1), "older")]
)
@pytest.mark.usefixtures("echo")
async def test_a_clock_that_is_wrong_is_told_so(
    context: ServiceContext, fleet: Fleet, clock: Clock, off: timedelta, word: str
) -> None:
    """Reports of the future, and of what nobody would be shown, change nothing."""
    await fleet.claimed()
    before = await fleet.everything()
    with pytest.raises(InvalidReportError, match=word):
        await report_click(context, BUTTON, ClickType.SINGLE, clock.now + off)
    with pytest.raises(InvalidReportError, match=word):
        await report_connection(context, HERE, ARN, ConnectionStatus.ONLINE, clock.now + off)

    assert await fleet.everything() == before


@pytest.mark.parametrize("off", [timedelta(minutes=5), -timedelta(days=30)])
async def test_a_clock_may_be_a_little_off(context: ServiceContext, fleet: Fleet, clock: Clock, off: timedelta) -> None:
    """Five minutes ahead, thirty days late."""
    await fleet.claimed()

    assert await report_click(context, BUTTON, ClickType.SINGLE, clock.now + off)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
@pytest.mark.usefixtures("echo")
async def test_an_unknown_device_reports_nothing(context: ServiceContext, fleet: Fleet, unknown: str) -> None:
    """Nothing is made up for an id that was never manufactured."""
    before = await fleet.everything()
    with pytest.raises(UnknownDeviceError):
        await report_click(context, unknown, ClickType.SINGLE)
    with pytest.raises(UnknownDeviceError):
        await report_health(context, unknown, 0.5)
    with pytest.raises(UnknownDeviceError):
        await report_connection(context, HERE, unknown, ConnectionStatus.ONLINE)
    with pytest.raises(UnknownDeviceError):
        await report_connection(context, NEIGHBOUR, ARN, ConnectionStatus.ONLINE)

    assert await fleet.everything() == before


@pytest.mark.usefixtures("echo")
async def test_an_echo_tells_its_connection(context: ServiceContext, clock: Clock) -> None:
    """The newest report is the state, every report is an event."""
    start = clock.now
    clock.advance(timedelta(seconds=9))
    await report_connection(context, HERE, ARN, ConnectionStatus.OFFLINE, start + timedelta(seconds=2))
    await report_connection(context, HERE, ARN, ConnectionStatus.ONLINE, start + timedelta(seconds=1))
    device = await context.database.read(lambda connection: device_by_arn(connection, HERE, ARN))

    assert device is not None
    assert device.connection_status == "OFFLINE"
    assert await kept(context, ARN) == [(1, "CONNECTION_STATUS", "ONLINE"), (2, "CONNECTION_STATUS", "OFFLINE")]


@pytest.mark.usefixtures("echo")
async def test_an_unknown_connection_status_is_refused(context: ServiceContext) -> None:
    """UNKNOWN is our word for what we do not know, not a device's."""
    with pytest.raises(InvalidReportError, match="ONLINE or OFFLINE"):
        await report_connection(context, HERE, ARN, ConnectionStatus.UNKNOWN)

    assert await kept(context, ARN) == []


async def test_a_button_is_known_by_its_secret(context: ServiceContext, fleet: Fleet) -> None:
    """By the newest one, and by nobody else's."""
    await fleet.manufacture([BUTTON, button_id(2)])
    former = await issue_button_secret(context, BUTTON)
    secret = await issue_button_secret(context, BUTTON)
    other = await issue_button_secret(context, button_id(2))
    accepted = [one for one in (former, secret, other, "", "\0", "\ud800") if await is_button(context, BUTTON, one)]

    assert accepted == [secret]
    assert len(secret) == 43


@pytest.mark.usefixtures("echo")
async def test_an_echo_is_known_by_its_secret(context: ServiceContext) -> None:
    """Two accounts may have a device of one serial number; the secret tells which."""
    twin = NewAlexaDevice(ARN, SERIAL, "A2M35JJZWCQOMZ")
    await context.database.write(lambda connection: add_device(connection, NEIGHBOUR, twin, 0))
    secrets = [await issue_echo_secret(context, tenant, ARN) for tenant in (HERE, NEIGHBOUR)]
    found = [await find_echo(context, SERIAL, secret) for secret in (*secrets, "", "\ud800")]

    assert found == [Echo(HERE, ARN), Echo(NEIGHBOUR, ARN), None, None]


@pytest.mark.parametrize("secret", ["", "x", "\0", "\0" * 32])
@pytest.mark.usefixtures("echo")
async def test_a_device_without_a_secret_is_not_known_by_any(
    context: ServiceContext, fleet: Fleet, secret: str
) -> None:
    """Until one is issued, nobody reports in its name."""
    await fleet.manufacture()

    assert not await is_button(context, BUTTON, secret)
    assert await find_echo(context, SERIAL, secret) is None


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
async def test_an_unknown_device_has_no_secret(context: ServiceContext, fleet: Fleet, unknown: str) -> None:
    """None is issued, and none is accepted."""
    await fleet.manufacture()
    before = await fleet.everything()
    with pytest.raises(UnknownDeviceError):
        await issue_button_secret(context, unknown)
    with pytest.raises(UnknownDeviceError):
        await issue_echo_secret(context, HERE, unknown)

    assert await fleet.everything() == before
    assert not await is_button(context, unknown, "")
    assert await find_echo(context, unknown, "") is None


async def test_secrets_are_not_stored(context: ServiceContext, fleet: Fleet) -> None:
    """Whoever reads the database cannot speak for a device."""
    await fleet.manufacture()
    secret = await issue_button_secret(context, BUTTON)

    assert secret not in repr(await fleet.everything())
