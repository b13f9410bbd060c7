"""What the store has, as the gateway's own values: what is asked beyond the wire has none of the wire's shapes."""

from collections.abc import Mapping, Sequence

from gateway.model.device import AlexaDevice, AlexaDeviceStatus, ConnectionStatus
from gateway.model.event import DeviceEvent
from gateway.model.room import Room
from gateway.model.user import EnrollmentStatus, User
from gateway.store.alexa_devices import StoredAlexaDevice
from gateway.store.kept import AnyRow
from gateway.store.rooms import StoredRoom
from gateway.store.times import time_of
from gateway.store.users import StoredUser

SECOND = 1000
"""Milliseconds."""

CONNECTIONS: Mapping[str, ConnectionStatus] = ConnectionStatus.__members__
STATUSES: Mapping[str, AlexaDeviceStatus] = AlexaDeviceStatus.__members__
ENROLLMENTS: Mapping[str, EnrollmentStatus] = EnrollmentStatus.__members__


def device_of(source: str, stored: StoredAlexaDevice) -> AlexaDevice:
    """A word that this version does not know is UNKNOWN, in all of these."""
    connection, status = stored.connection_status, stored.status
    updated_at, created_at = stored.connection_status_updated_at, stored.created_at
    return AlexaDevice(
        source,
        stored.arn,
        stored.serial_number,
        stored.type,
        stored.name,
        stored.software_version,
        stored.mac_address,
        None if status is None else STATUSES.get(status, AlexaDeviceStatus.UNKNOWN),
        stored.status_details,
        None if connection is None else CONNECTIONS.get(connection, ConnectionStatus.UNKNOWN),
        None if updated_at is None else time_of(updated_at),
        None if created_at is None else time_of(created_at),
        stored.room_arn,
        stored.room_name,
    )


def room_of(source: str, stored: StoredRoom) -> Room:
    return Room(source, stored.arn, stored.name)


def user_of(source: str, stored: StoredUser) -> User:
    status = stored.enrollment_status
    return User(
        source,
        stored.arn,
        stored.first_name,
        stored.last_name,
        stored.email,
        None if status is None else ENROLLMENTS.get(status, EnrollmentStatus.UNKNOWN),
        stored.enrollment_id,
    )


def events_of_device(device: AlexaDevice, rows: Sequence[AnyRow]) -> tuple[DeviceEvent, ...]:
    """What `stored_event` reads; `raw` as the events travel, the time in epoch seconds."""
    return tuple(
        [
            DeviceEvent(device, time_of(time), kind, value, {"Type": kind, "Value": value, "Timestamp": time / SECOND})
            for _, time, kind, value, _ in rows
        ]
    )
