"""Filters and orders as the searches of Alexa for Business take them, as far as they can."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from gateway.model.device import AlexaDeviceStatus, ConnectionStatus
from gateway.model.filter import DeviceFilter, UserFilter
from gateway.model.order import DeviceOrder, DeviceOrderField, UserOrder, UserOrderField
from gateway.model.user import EnrollmentStatus
from gateway.sources.upstream import Params

VALUES_CEILING = 50
LONGEST_VALUE = 500

DEVICE_SORT_KEYS = {
    DeviceOrderField.NAME: "DeviceName",
    DeviceOrderField.TYPE: "DeviceType",
    DeviceOrderField.SERIAL_NUMBER: "DeviceSerialNumber",
    DeviceOrderField.STATUS: "DeviceStatus",
    DeviceOrderField.CONNECTION_STATUS: "ConnectionStatus",
    DeviceOrderField.ROOM_NAME: "RoomName",
}
USER_SORT_KEYS = {
    UserOrderField.USER_ID: "UserId",
    UserOrderField.FIRST_NAME: "FirstName",
    UserOrderField.LAST_NAME: "LastName",
    UserOrderField.EMAIL: "Email",
    UserOrderField.ENROLLMENT_STATUS: "EnrollmentStatus",
}
# Every item has these, so that an order by them turned round is the reverse; what may be absent comes last either way.
NEVER_ABSENT = frozenset({"DeviceName", "DeviceType", "DeviceSerialNumber", "UserId"})


class Search(Struct, frozen=True):
    """Members of a search request; `reversed_params` ask for the same list from its end, where that can be asked.

    `done_there`: the service does all of the filter.
    """

    params: Params
    reversed_params: Params | None
    done_there: bool


def device_search(wanted: DeviceFilter, order: Sequence[DeviceOrder]) -> Search:
    filters: list[tuple[str, Sequence[str] | None]] = [
        ("DeviceType", wanted.types),
        ("DeviceSerialNumber", wanted.serial_numbers),
        ("RoomName", wanted.room_names),
        ("DeviceStatusDetailCode", wanted.status_details),
        ("DeviceStatus", wanted.status),
        ("ConnectionStatus", None if wanted.connection_status is None else (wanted.connection_status,)),
        ("UnassociatedOnly", ("true",) if wanted.unassociated_only else None),
    ]
    sort = [(DEVICE_SORT_KEYS[criterion.field], criterion.descending) for criterion in order]
    for tie_break in ("DeviceSerialNumber", "DeviceType"):
        if tie_break not in {key for key, _ in sort}:
            sort.append((tie_break, False))
    here = wanted.name_contains is not None or wanted.room_arn is not None or bool(wanted.tags)
    return _search(filters, sort, here=here)


def user_search(wanted: UserFilter, order: Sequence[UserOrder]) -> Search:
    filters: list[tuple[str, Sequence[str] | None]] = [
        ("UserId", wanted.user_ids),
        ("FirstName", wanted.first_names),
        ("LastName", wanted.last_names),
        ("Email", wanted.emails),
        ("EnrollmentStatus", wanted.enrollment_statuses),
    ]
    sort = [(USER_SORT_KEYS[criterion.field], criterion.descending) for criterion in order]
    if "UserId" not in {key for key, _ in sort}:
        sort.append(("UserId", False))
    return _search(filters, sort, here=False)


def sorted_by(criteria: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    """SortCriteria of (key, descending)."""
    return {"SortCriteria": [{"Key": key, "Value": "DESC" if down else "ASC"} for key, down in criteria]}


def _search(
    filters: Sequence[tuple[str, Sequence[str] | None]], sort: Sequence[tuple[str, bool]], *, here: bool
) -> Search:
    asked = [(key, values) for key, values in filters if values is not None]
    able = [(key, values) for key, values in asked if _able(values)]
    members = {"Filters": [{"Key": key, "Values": list(map(str, values))} for key, values in able]} if able else {}
    reversible = all(key in NEVER_ABSENT for key, _ in sort)
    turned = sorted_by([(key, not down) for key, down in sort])
    return Search(
        {**members, **sorted_by(sort)}, {**members, **turned} if reversible else None, not here and able == asked
    )


def _able(values: Sequence[str]) -> bool:
    """Whether the service can look for these: not for what is absent or unknown, and not for too many at once.

    Nor does it take every text: an empty one, a long one, or one with characters that are none.
    """
    unknown = (ConnectionStatus.UNKNOWN, AlexaDeviceStatus.UNKNOWN, EnrollmentStatus.UNKNOWN)
    return 0 < len(values) <= VALUES_CEILING and all(
        value not in unknown and 0 < len(value) <= LONGEST_VALUE and value.isprintable() for value in values
    )
