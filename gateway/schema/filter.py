"""Filters and orders as clients write them, and what they ask of the model."""

import re
from enum import StrEnum

import strawberry

from gateway.model import filter as model
from gateway.model import order
from gateway.schema.bounds import bounded
from gateway.schema.enums import (
    AlexaDeviceStatus,
    ConnectionStatus,
    DeviceOrderField,
    DeviceService,
    EnrollmentStatus,
    UserOrderField,
)
from gateway.sources.fleet import SourceChoice

MOST_USER_IDS = 50
USER_ID = re.compile(r"[a-zA-Z0-9@_+.-]{1,128}", re.ASCII)


@strawberry.enum
class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.input
class TagFilter:
    key: str
    values: list[str] | None = None


@strawberry.input(
    description="A device that lacks the member asked about does not match; UNKNOWN matches what is absent or unknown; "
    "all given members must match."
)
class DeviceFilter:
    service: DeviceService | None = None
    sources: list[str] | None = None
    types: list[str] | None = None
    name_contains: str | None = strawberry.field(default=None, description="Part of the name, caseless (Unicode).")
    tags: list[TagFilter] | None = None
    enabled: bool | None = None
    connection_status: ConnectionStatus | None = None
    status: list[AlexaDeviceStatus] | None = None
    status_details: list[str] | None = None
    serial_numbers: list[str] | None = None
    room_names: list[str] | None = None
    unassociated_only: bool | None = None

    def choice(self) -> SourceChoice:
        return SourceChoice(self.service, bounded(self.sources, "sources"))

    def model(self) -> model.DeviceFilter:
        tags = [model.TagFilter(tag.key, bounded(tag.values, "tags")) for tag in self.tags or ()]
        return model.DeviceFilter(
            types=bounded(self.types, "types"),
            name_contains=self.name_contains,
            tags=bounded(tags, "tags") or (),
            enabled=self.enabled,
            connection_status=self.connection_status,
            status=bounded(self.status, "status"),
            status_details=bounded(self.status_details, "statusDetails"),
            serial_numbers=bounded(self.serial_numbers, "serialNumbers"),
            room_names=bounded(self.room_names, "roomNames"),
            unassociated_only=bool(self.unassociated_only),
        )


@strawberry.input
class DeviceOrder:
    field: DeviceOrderField
    direction: OrderDirection = OrderDirection.ASC

    def model(self) -> order.DeviceOrder:
        return order.DeviceOrder(self.field, self.direction is OrderDirection.DESC)


@strawberry.input
class UserFilter:
    user_ids: list[str] | None = None
    first_names: list[str] | None = None
    last_names: list[str] | None = None
    emails: list[str] | None = None
    enrollment_statuses: list[EnrollmentStatus] | None = None
    sources: list[str] | None = None

    def choice(self) -> SourceChoice:
        return SourceChoice(names=bounded(self.sources, "sources"))

    def model(self) -> model.UserFilter:
        return model.UserFilter(
            user_ids=self._user_ids(),
            first_names=bounded(self.first_names, "firstNames"),
            last_names=bounded(self.last_names, "lastNames"),
            emails=bounded(self.emails, "emails"),
            enrollment_statuses=bounded(self.enrollment_statuses, "enrollmentStatuses"),
        )

    def _user_ids(self) -> tuple[str, ...] | None:
        """Only the service knows a user's id: as many as it looks for at once, and none that it would not take."""
        user_ids = bounded(self.user_ids, "userIds", MOST_USER_IDS)
        return None if user_ids is None else tuple(one for one in user_ids if USER_ID.fullmatch(one))


@strawberry.input
class UserOrder:
    field: UserOrderField
    direction: OrderDirection = OrderDirection.ASC

    def model(self) -> order.UserOrder:
        return order.UserOrder(self.field, self.direction is OrderDirection.DESC)
