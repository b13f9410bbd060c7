"""What a caller may ask of lists, and what it means for one item; the store's SQL means the same."""

from msgspec import Struct

from gateway.model.device import AlexaDevice, AlexaDeviceStatus, ConnectionStatus, Device, OneClickDevice
from gateway.model.room import Room
from gateway.model.text import name_key
from gateway.model.user import EnrollmentStatus, User


class TagFilter(Struct, frozen=True):
    """A device that has the key and, where `values` is given, one of these values."""

    key: str
    values: tuple[str, ...] | None = None


class DeviceFilter(Struct, frozen=True):
    """All members given must match; None asks nothing; a device whose service lacks the member does not match.

    UNKNOWN matches what is absent or unknown. `name_contains` and `room_names` compare by name_key. An empty list
    matches nothing.
    """

    types: tuple[str, ...] | None = None
    name_contains: str | None = None
    tags: tuple[TagFilter, ...] = ()
    enabled: bool | None = None
    connection_status: ConnectionStatus | None = None
    status: tuple[AlexaDeviceStatus, ...] | None = None
    status_details: tuple[str, ...] | None = None
    serial_numbers: tuple[str, ...] | None = None
    room_names: tuple[str, ...] | None = None
    unassociated_only: bool = False
    room_arn: str | None = None

    @property
    def one_click_possible(self) -> bool:
        """Whether a 1-Click device could match at all."""
        alexa_only = (
            self.connection_status,
            self.status,
            self.status_details,
            self.serial_numbers,
            self.room_names,
            self.room_arn,
        )
        return all(member is None for member in alexa_only) and not self.unassociated_only

    @property
    def alexa_possible(self) -> bool:
        """Whether an Alexa device could match at all."""
        return self.enabled is None

    def matches_name_and_type(self, device: Device) -> bool:
        if self.types is not None and device.type not in self.types:
            return False
        return self.name_contains is None or name_key(self.name_contains) in name_key(device.name)

    def matches_one_click(self, device: OneClickDevice) -> bool:
        """Tags are looked at; this service sends them with the device."""
        if not self.one_click_possible or not self.matches_name_and_type(device):
            return False
        if self.enabled is not None and device.enabled != self.enabled:
            return False
        tags = {tag.key: tag.value for tag in device.tags}
        return self.matches_tags(tags)

    def matches_alexa(self, device: AlexaDevice) -> bool:
        """All but the tags, which this service sends only when asked for each device."""
        return (
            self.alexa_possible
            and self.matches_name_and_type(device)
            and self._matches_status(device)
            and self._matches_place(device)
        )

    def matches_tags(self, tags: dict[str, str]) -> bool:
        return all(
            wanted.key in tags and (wanted.values is None or tags[wanted.key] in wanted.values) for wanted in self.tags
        )

    def _matches_status(self, device: AlexaDevice) -> bool:
        if self.connection_status is not None:
            connection = device.connection_status or ConnectionStatus.UNKNOWN
            if connection != self.connection_status:
                return False
        if self.status is not None and (device.status or AlexaDeviceStatus.UNKNOWN) not in self.status:
            return False
        return self.status_details is None or any(
            detail.code in self.status_details for detail in device.status_details
        )

    def _matches_place(self, device: AlexaDevice) -> bool:
        if self.unassociated_only and device.room_arn is not None:
            return False
        if self.room_arn is not None and device.room_arn != self.room_arn:
            return False
        if self.serial_numbers is not None and device.serial_number not in self.serial_numbers:
            return False
        if self.room_names is None:
            return True
        return device.room_name is not None and name_key(device.room_name) in map(name_key, self.room_names)


class UserFilter(Struct, frozen=True):
    """All members given must match; names compare by name_key; `user_ids` is the service's own filter and is not
    seen on a user.
    """

    user_ids: tuple[str, ...] | None = None
    first_names: tuple[str, ...] | None = None
    last_names: tuple[str, ...] | None = None
    emails: tuple[str, ...] | None = None
    enrollment_statuses: tuple[EnrollmentStatus, ...] | None = None

    def matches(self, user: User) -> bool:
        """All but `user_ids`."""
        status = user.enrollment_status or EnrollmentStatus.UNKNOWN
        if self.enrollment_statuses is not None and status not in self.enrollment_statuses:
            return False
        asked = ((self.first_names, user.first_name), (self.last_names, user.last_name), (self.emails, user.email))
        return all(
            wanted is None or (value is not None and name_key(value) in map(name_key, wanted))
            for wanted, value in asked
        )


class RoomFilter(Struct, frozen=True):
    name_contains: str | None = None

    def matches(self, room: Room) -> bool:
        return self.name_contains is None or name_key(self.name_contains) in name_key(room.name)
