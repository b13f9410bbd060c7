"""The one place where the two services' devices become one kind of thing."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from gateway.model.ids import NodeKind, encoded_id
from gateway.model.once import Once
from gateway.model.service import DeviceService
from gateway.model.tag import Tag


class ConnectionStatus(StrEnum):
    """UNKNOWN stands for a word that this version does not know."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    UNKNOWN = "UNKNOWN"


class AlexaDeviceStatus(StrEnum):
    """UNKNOWN stands for a word that this version does not know."""

    READY = "READY"
    PENDING = "PENDING"
    WAS_OFFLINE = "WAS_OFFLINE"
    DEREGISTERED = "DEREGISTERED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class AlexaDeviceStatusDetail(Struct, frozen=True):
    """`code` and `feature` are the service's own words, whatever they are."""

    code: str
    feature: str | None


class DeviceMethod(Struct, frozen=True):
    device_type: str
    method_name: str


class OneClickDevice(Struct, frozen=True, dict=True):
    """A claimed device of 1-Click (seed: DescribeDevice). `remaining_life` is a fraction, 0 to 1."""

    source: str
    arn: str
    device_id: str
    type: str
    enabled: bool
    remaining_life: float | None
    attributes: Mapping[str, str]
    tags: tuple[Tag, ...]

    @property
    def service(self) -> DeviceService:
        return DeviceService.ONE_CLICK

    @property
    def key(self) -> str:
        """What the service calls it; unique within its source."""
        return self.device_id

    @Once
    def id(self) -> str:
        """The global id: made once for all requests that share what was read."""
        return encoded_id(NodeKind.ONE_CLICK_DEVICE, self.source, self.device_id)

    @property
    def name(self) -> str:
        for tag in self.tags:
            if tag.key == "Name" and tag.value:
                return tag.value
        return self.device_id


class AlexaDevice(Struct, frozen=True, dict=True):
    """A device of Alexa for Business (seed: SearchDevices). Absent members are None."""

    source: str
    arn: str
    serial_number: str | None
    type: str
    device_name: str | None
    software_version: str | None
    mac_address: str | None
    status: AlexaDeviceStatus | None
    status_details: tuple[AlexaDeviceStatusDetail, ...]
    connection_status: ConnectionStatus | None
    connection_status_updated_at: datetime | None
    created_at: datetime | None
    room_arn: str | None
    room_name: str | None

    @property
    def service(self) -> DeviceService:
        return DeviceService.ALEXA_FOR_BUSINESS

    @property
    def key(self) -> str:
        """What the service calls it; unique within its source."""
        return self.arn

    @Once
    def id(self) -> str:
        """The global id: made once for all requests that share what was read."""
        return encoded_id(NodeKind.ALEXA_DEVICE, self.source, self.arn)

    @property
    def name(self) -> str:
        return self.device_name or self.serial_number or self.arn


Device: TypeAlias = OneClickDevice | AlexaDevice
