"""The fleets that are measured, written straight into the tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Table, insert

from gateway.app.keys import encryption_key
from gateway.app.store import open_store
from gateway.model.ids import GlobalId, NodeKind
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.services.alexa.arns import device_arn, room_arn
from gateway.services.ingest import ClickType, std_event
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT
from gateway.store.accounts import AccessKey, access_keys_of, add_access_key, add_account
from gateway.store.alexa_devices import NewAlexaDevice, device_values
from gateway.store.one_click_devices import arn_of
from gateway.store.tables import alexa_devices, alexa_status_details, events, one_click_devices, rooms, tags

BUTTONS, ECHOES = "buttons", "echoes"
ONE_CLICK = Tenant(EMBEDDED_ACCOUNT, "us-west-2")
ALEXA = Tenant(EMBEDDED_ACCOUNT, "us-east-1")
ECHO_TYPE = "A3S5BH2HU6VAYF"
ROOMS = tuple(f"Room {number}" for number in range(1, 6))
HOURS_OF_EVENTS = 14
ROWS_AT_ONCE = 50_000

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fleet:
    """A store in a directory of its own, with one access key to its services."""

    settings: Settings
    access_key: AccessKey


@dataclass(frozen=True, slots=True)
class Size:
    """How many devices of each service, and how many events each of them has."""

    buttons: int
    echoes: int
    events: int


FIFTY = Size(buttons=25, echoes=25, events=50)
"""What list50 and fanout50 are measured over."""


def fleet_settings(directory: Path) -> Settings:
    return Settings(data=directory, secret_key="the same in every process of a run")


async def make_fleet(directory: Path, size: Size, written: Callable[[int], None] = lambda _: None) -> Fleet:
    """Fill the store of an empty directory; `written` is told how many rows each time some have been."""
    settings = fleet_settings(directory)
    now = datetime.now(UTC)

    def fill(connection: Connection) -> AccessKey:
        milliseconds = int(now.timestamp() * 1000)
        add_account(connection, EMBEDDED_ACCOUNT, milliseconds)
        for table, rows in _tables(size, now):
            _insert(connection, table, rows, written)
        return add_access_key(connection, encryption_key(settings), EMBEDDED_ACCOUNT, demo=False, now=milliseconds)

    async with open_store(settings) as database:
        return Fleet(settings, await database.write(fill))


async def open_fleet(directory: Path) -> Fleet:
    """The fleet that `make_fleet` has put there."""
    settings = fleet_settings(directory)
    async with open_store(settings) as database:
        keys = await database.read(
            lambda connection: access_keys_of(connection, encryption_key(settings), EMBEDDED_ACCOUNT)
        )
    return Fleet(settings, keys[0])


def rows_of(size: Size) -> int:
    """How many rows a fleet of that size has in all."""
    devices = size.buttons + size.echoes
    return 2 * size.buttons + 3 * size.echoes + len(ROOMS) + size.events * devices


def button_id(number: int) -> str:
    """The id of the button at that place of the list, the first being 0."""
    return f"G030PM{number:010}"


def button_node_id(number: int) -> str:
    return GlobalId(NodeKind.ONE_CLICK_DEVICE, BUTTONS, button_id(number)).encode()


def _tables(size: Size, now: datetime) -> Iterable[tuple[Table, Iterator[Row]]]:
    return (
        (one_click_devices, map(_button, range(size.buttons))),
        (tags, map(_button_tag, range(size.buttons))),
        (rooms, map(_room, range(len(ROOMS)))),
        (alexa_devices, (_echo(number, now) for number in range(size.echoes))),
        (alexa_status_details, map(_status_detail, range(size.echoes))),
        (tags, map(_echo_tag, range(size.echoes))),
        (events, (_click(number, at, now) for number in range(size.buttons) for at in range(size.events))),
        (events, (_connection(number, at, now) for number in range(size.echoes) for at in range(size.events))),
    )


def _insert(connection: Connection, table: Table, rows: Iterator[Row], written: Callable[[int], None]) -> None:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        connection.execute(insert(table), batch)
        written(len(batch))


def _owned(tenant: Tenant, **values: object) -> Row:
    return {"account": tenant.account, "region": tenant.region, **values}


def _button(number: int) -> Row:
    device_id = button_id(number)
    return _owned(
        ONE_CLICK,
        device_id=device_id,
        type="button",
        arn=arn_of(ONE_CLICK, device_id),
        enabled=True,
        remaining_life=0.875,
        attributes='{"projectName":"bench"}',
        name_key=name_key(_button_name(number)),
    )


def _button_name(number: int) -> str:
    return f"Button {number}"


def _button_tag(number: int) -> Row:
    return _owned(ONE_CLICK, arn=arn_of(ONE_CLICK, button_id(number)), key="Name", value=_button_name(number))


def _room(number: int) -> Row:
    name = ROOMS[number]
    return _owned(ALEXA, arn=_room_arn(number), name=name, name_key=name_key(name))


def _room_arn(number: int) -> str:
    return room_arn(ALEXA, f"{number:032}")


def _echo_arn(number: int) -> str:
    return device_arn(ALEXA, f"G090LF{number:08}", ECHO_TYPE)


def _echo(number: int, now: datetime) -> Row:
    at = int((now - timedelta(days=1)).timestamp() * 1000)
    room = number % len(ROOMS)
    device = NewAlexaDevice(
        _echo_arn(number),
        f"G090LF{number:08}",
        ECHO_TYPE,
        name=f"Echo {number}",
        software_version="8960323972",
        mac_address=f"00F6{number:08X}",
        connection_status="ONLINE",
        connection_status_updated_at=at,
        room_arn=_room_arn(room),
        created_at=at,
    )
    return _owned(ALEXA, **device_values(device, ROOMS[room]))


def _status_detail(number: int) -> Row:
    return _owned(ALEXA, arn=_echo_arn(number), position=0, code="DEVICE_SOFTWARE_UPDATE_NEEDED", feature="ALL")


def _echo_tag(number: int) -> Row:
    return _owned(ALEXA, arn=_echo_arn(number), key="floor", value=str(number % 7))


def _event_time(at: int, now: datetime) -> int:
    """Twice a day, back from now: 50 of them lie within the 30 days that events are kept."""
    return int((now - timedelta(hours=1 + at * HOURS_OF_EVENTS)).timestamp() * 1000)


def _click(number: int, at: int, now: datetime) -> Row:
    device_id, time = button_id(number), _event_time(at, now)
    body = std_event(device_id, ClickType.SINGLE, time, 0.875)
    return _owned(ONE_CLICK, device=device_id, time=time, type="SINGLE", value="", body=body)


def _connection(number: int, at: int, now: datetime) -> Row:
    value = "OFFLINE" if at % 2 else "ONLINE"
    time = _event_time(at, now)
    return _owned(ALEXA, device=_echo_arn(number), time=time, type="CONNECTION_STATUS", value=value, body=None)
