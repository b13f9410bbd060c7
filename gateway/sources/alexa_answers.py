"""What Alexa for Business answers, as model values."""

from collections.abc import Mapping
from typing import Any

from gateway.model.device import AlexaDevice, AlexaDeviceStatus, AlexaDeviceStatusDetail, ConnectionStatus
from gateway.model.room import Room
from gateway.model.tag import Tag
from gateway.model.user import EnrollmentStatus, User
from gateway.sources.answer import moment, text, word
from gateway.sources.events import Told, to_millisecond


def device(source: str, raw: Mapping[str, Any]) -> AlexaDevice:
    """Read a DeviceData (SearchDevices)."""
    info = raw.get("DeviceStatusInfo") or {}
    details = info.get("DeviceStatusDetails") or ()
    return AlexaDevice(
        source=source,
        arn=text(raw["DeviceArn"]),
        serial_number=raw.get("DeviceSerialNumber"),
        type=text(raw["DeviceType"]),
        device_name=raw.get("DeviceName"),
        software_version=raw.get("SoftwareVersion"),
        mac_address=raw.get("MacAddress"),
        status=word(AlexaDeviceStatus, raw.get("DeviceStatus")),
        status_details=tuple(AlexaDeviceStatusDetail(text(one["Code"]), one.get("Feature")) for one in details),
        connection_status=word(ConnectionStatus, info.get("ConnectionStatus")),
        connection_status_updated_at=moment(info.get("ConnectionStatusUpdatedTime")),
        created_at=moment(raw.get("CreatedTime")),
        room_arn=raw.get("RoomArn"),
        room_name=raw.get("RoomName"),
    )


def room(source: str, raw: Mapping[str, Any]) -> Room:
    return Room(source, text(raw["RoomArn"]), text(raw["RoomName"]))


def user(source: str, raw: Mapping[str, Any]) -> User:
    return User(
        source,
        text(raw["UserArn"]),
        raw.get("FirstName"),
        raw.get("LastName"),
        raw.get("Email"),
        word(EnrollmentStatus, raw.get("EnrollmentStatus")),
        raw.get("EnrollmentId"),
    )


def tags(raw: Mapping[str, Any]) -> tuple[Tag, ...]:
    pairs = [Tag(text(one["Key"]), text(one["Value"])) for one in raw.get("Tags") or ()]
    return tuple(sorted(pairs, key=lambda tag: tag.key))


def events(raw: Mapping[str, Any]) -> list[Told]:
    """Read a page of events (ListDeviceEvents)."""
    return [event(one) for one in raw.get("DeviceEvents", ())]


def event(raw: Mapping[str, Any]) -> Told:
    """Read a DeviceEvent; what is kept of it as it travelled has its time in epoch seconds."""
    time = moment(raw["Timestamp"])
    if time is None:
        raise TypeError
    kind, value = text(raw["Type"]), text(raw.get("Value", ""))
    return to_millisecond(time), kind, value, {"Type": kind, "Value": value, "Timestamp": time.timestamp()}
