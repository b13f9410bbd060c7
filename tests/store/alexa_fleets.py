"""Random fleets of Alexa for Business, each in an account of its own, so that examples do not see each other.

They all have the same ARNs: nothing but the account tells them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.model.tenant import Tenant
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.store.database import Database
from gateway.store.rooms import StoredRoom, add_room
from gateway.store.tags import put_tags

NUMBERS = count(1)

NAMES = ["Café", "cafe\u0301", "CAFE", "straße", "STRASSE", "ǅ", "ﬀ lamp", "\uffee", "\U0001f600", "a%b", "A_B", "ab"]
TYPES = ["A1", "A2", "B1"]
CODES = ["DNS_FAILURE", "DEVICE_WAS_OFFLINE", "SOMETHING_NEW"]
FEATURES = ["VOLUME", "ALL"]
STATUSES = ["READY", "PENDING", "FAILED", "SOMETHING_NEW"]
CONNECTIONS = ["ONLINE", "OFFLINE", "SOMETHING_NEW"]
ROOMS = ["Lobby", "LOBBY", "Café", "\U0001f600"]
TAGS = {"floor": ["0", "1"], "Name": ["", "é"]}

names = st.sampled_from(NAMES)
optional_names = st.none() | names
tags = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in TAGS.items()})


@dataclass(frozen=True, slots=True)
class Place:
    """A device of a random fleet; `arn` is made of its number, which is not in the order of the serial numbers."""

    serial_number: str
    type: str
    name: str | None
    status: str | None
    connection_status: str | None
    details: tuple[AlexaDeviceStatusDetail, ...]
    profile: str | None
    room: int | None
    tags: dict[str, str]

    def device(self, number: int) -> NewAlexaDevice:
        return NewAlexaDevice(
            arn=f"arn:aws:a4b:us-east-1:999999999999:device/{-number % 97:02}/{number}",
            serial_number=self.serial_number,
            type=self.type,
            name=self.name,
            status=self.status,
            connection_status=self.connection_status,
            status_details=self.details,
            network_profile_name=self.profile,
            network_profile_arn=None if self.profile is None else f"arn:aws:a4b:::{self.profile}",
            room_arn=None if self.room is None else room_arn(self.room),
        )


details = st.builds(AlexaDeviceStatusDetail, st.sampled_from(CODES), st.none() | st.sampled_from(FEATURES))
places = st.builds(
    Place,
    serial_number=st.sampled_from(["S1", "S2", "s1", "S10"]),
    type=st.sampled_from(TYPES),
    name=optional_names,
    status=st.none() | st.sampled_from(STATUSES),
    connection_status=st.none() | st.sampled_from(CONNECTIONS),
    details=st.lists(details, max_size=2).map(tuple),
    profile=optional_names,
    room=st.none() | st.integers(0, len(ROOMS)),
    tags=tags,
)
fleets = st.lists(places, max_size=12)


def room_arn(number: int) -> str:
    return f"arn:aws:a4b:us-east-1:999999999999:room/{number}"


async def add_fleet(database: Database, fleet: Sequence[Place]) -> Tenant:
    """Make an account with these devices; the last of the rooms that they name is not there."""
    tenant = Tenant(f"{next(NUMBERS):012}", "us-east-1")

    def write(connection: Connection) -> None:
        for number, name in enumerate(ROOMS):
            assert add_room(connection, tenant, StoredRoom(room_arn(number), name))
        add_places(connection, tenant, fleet)

    await database.write(write)
    return tenant


def add_places(connection: Connection, tenant: Tenant, fleet: Sequence[Place], first: int = 0) -> list[str]:
    added = [(place.device(number), place.tags) for number, place in enumerate(fleet, first)]
    for device, device_tags in added:
        put_tags(connection, tenant, device.arn, device_tags)
        assert add_device(connection, tenant, device, 0)
    return [device.arn for device, _ in added]
