"""The demo fleet's rooms, Echo devices and users, and how their connections came and went."""

from datetime import datetime, timedelta
from random import Random

from msgspec import Struct

from gateway.model.device import AlexaDeviceStatus, AlexaDeviceStatusDetail, ConnectionStatus
from gateway.model.tenant import Tenant
from gateway.model.user import EnrollmentStatus
from gateway.services.alexa.arns import device_arn, room_arn, user_arn
from gateway.services.fleet.demo_names import ECHO_TYPES, PEOPLE, ROOMS, WITHOUT_ROOM
from gateway.store.alexa_devices import NewAlexaDevice
from gateway.store.alexa_reports import CONNECTION_STATUS, DEVICE_STATUS
from gateway.store.events import StoredEvent
from gateway.store.rooms import StoredRoom
from gateway.store.times import milliseconds
from gateway.store.users import StoredUser

ECHOES = 40
SOFTWARE = ("8960323972", "8960323972", "8289073028")
STATUSES = (*[AlexaDeviceStatus.READY] * 7, AlexaDeviceStatus.PENDING, AlexaDeviceStatus.READY, AlexaDeviceStatus.READY)
ENROLLMENT = (
    *[EnrollmentStatus.REGISTERED] * 5,
    EnrollmentStatus.PENDING,
    EnrollmentStatus.INITIALIZED,
    EnrollmentStatus.REGISTERED,
    EnrollmentStatus.DISASSOCIATING,
    EnrollmentStatus.DEREGISTERING,
)
EVERY_OFFLINE = 9
EVERY_OLD_SOFTWARE = 8
HOUR = timedelta(hours=1)


class DemoEcho(Struct, frozen=True):
    """`events` oldest first."""

    device: NewAlexaDevice
    events: tuple[StoredEvent, ...]


def demo_rooms(random: Random, tenant: Tenant) -> list[StoredRoom]:
    return [
        StoredRoom(room_arn(tenant, f"{random.getrandbits(128):032x}"), name, description=f"Room {number}.{number:02}")
        for number, name in enumerate(ROOMS, 1)
    ]


def demo_echoes(
    random: Random, tenant: Tenant, rooms: list[StoredRoom], now: datetime, kept: timedelta
) -> list[DemoEcho]:
    """Some in each room, the first of them the Lobby Echo, and a few in none."""
    placed = ECHOES - len(WITHOUT_ROOM)
    places: list[tuple[str | None, StoredRoom | None]] = []
    for number in range(placed):
        room, kind = rooms[number % len(rooms)], ECHO_TYPES[number // len(rooms)][0]
        places.append((f"{room.name} {kind}", room))
    places += [(name, None) for name in WITHOUT_ROOM]
    return [_echo(random, tenant, number, name, room, now, kept) for number, (name, room) in enumerate(places)]


def demo_users(random: Random, tenant: Tenant) -> list[StoredUser]:
    found = []
    for number, (first, last) in enumerate(PEOPLE):
        user_id = f"{first}.{last}".replace("'", "").replace(" ", "-").lower()
        plain = user_id if user_id.isascii() else f"colleague{number:02}"
        arn = user_arn(tenant, f"{random.getrandbits(128):032x}")
        status = ENROLLMENT[number % len(ENROLLMENT)]
        enrollment_id = f"{random.getrandbits(128):032x}"
        found.append(StoredUser(arn, plain, first, last, f"{plain}@example.com", status.value, enrollment_id))
    return found


def _echo(
    random: Random,
    tenant: Tenant,
    number: int,
    name: str | None,
    room: StoredRoom | None,
    now: datetime,
    kept: timedelta,
) -> DemoEcho:
    serial, kind = f"G090LF11{random.randrange(10**7):07}{number:02}", ECHO_TYPES[min(number // len(ROOMS), 2)][1]
    created = now - timedelta(days=random.randrange(40, 700), seconds=random.randrange(86_400))
    offline = number % EVERY_OFFLINE == EVERY_OFFLINE - 1
    status, details = _status(number, offline=offline)
    connections = _connections(random, now, kept, offline=offline)
    synced = milliseconds(now - kept + random.random() * (kept - HOUR))
    device = NewAlexaDevice(
        arn=device_arn(tenant, serial, kind),
        serial_number=serial,
        type=kind,
        name=name,
        software_version=SOFTWARE[2] if details else random.choice(SOFTWARE[:2]),
        mac_address=":".join(f"{byte:02X}" for byte in (0x74, 0xC2, 0x46, *random.randbytes(3))),
        status=status.value,
        status_details=details,
        connection_status=connections[-1].value,
        connection_status_updated_at=connections[-1].time,
        room_arn=None if room is None else room.arn,
        created_at=milliseconds(created),
    )
    events = [*connections, StoredEvent(synced, DEVICE_STATUS, status.value, None)]
    return DemoEcho(device, tuple(sorted(events, key=lambda event: event.time)))


def _status(number: int, *, offline: bool) -> tuple[AlexaDeviceStatus, tuple[AlexaDeviceStatusDetail, ...]]:
    if offline and number % 2:
        return AlexaDeviceStatus.WAS_OFFLINE, (AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", "SETTINGS"),)
    if number % EVERY_OLD_SOFTWARE == EVERY_OLD_SOFTWARE - 1:
        return AlexaDeviceStatus.READY, (AlexaDeviceStatusDetail("DEVICE_SOFTWARE_UPDATE_NEEDED", "ALL"),)
    return STATUSES[number % len(STATUSES)], ()


def _connections(random: Random, now: datetime, kept: timedelta, *, offline: bool) -> list[StoredEvent]:
    """Each outage is over before the next begins; who is offline now has been so for some hours."""
    start = now - kept + timedelta(minutes=1)
    outages = sorted(random.sample(range(1, 24 * max(1, kept.days - 2)), k=min(random.randrange(7), kept.days)))
    found = [(start, ConnectionStatus.ONLINE)]
    for hour in outages:
        lost = start + hour * HOUR + random.random() * HOUR / 3
        found += [(lost, ConnectionStatus.OFFLINE), (lost + random.random() * HOUR / 2, ConnectionStatus.ONLINE)]
    if offline:
        found.append((now - random.uniform(0.1, 20) * HOUR, ConnectionStatus.OFFLINE))
    return [StoredEvent(milliseconds(time), CONNECTION_STATUS, status.value, None) for time, status in found]
