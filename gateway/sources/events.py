from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.model.errors import GatewayError
from gateway.model.event import DeviceEvent
from gateway.model.query import EventQuery
from gateway.sources.upstream import Params

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


Told: TypeAlias = tuple[datetime, str, str, Mapping[str, Any]]
"""What a service tells of an event: the members of a DeviceEvent behind its device."""


class EventRun(Struct, frozen=True):
    """Events of one device in the order that was asked for, and whether the range holds more.

    `tokens` tells for each event the service's page that it came in, where there is one: a place to begin again from.
    """

    events: tuple[DeviceEvent, ...]
    more: bool
    tokens: tuple[str | None, ...] = ()


def run_of(answer: Params | GatewayError) -> EventRun | GatewayError:
    """Read what an embedded service answers to QueryDeviceEvents."""
    return answer if isinstance(answer, GatewayError) else EventRun(answer["Events"], answer["More"])


def inside(events: Sequence[DeviceEvent], query: EventQuery) -> list[DeviceEvent]:
    """Those that lie in the query's range and are of its types."""
    start, end, types, older, newer = query.start, query.end, query.types, query.older, query.newer
    found = [one for one in events if start <= one.timestamp < end and (types is None or one.type in types)]
    if older is not None:
        found = [one for one in found if one.position < older]
    return found if newer is None else [one for one in found if one.position > newer]


def utc(time: int) -> datetime:
    """Milliseconds since 1970 as an aware time."""
    return EPOCH + time * MILLISECOND


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, the rest cut off."""
    return (moment - EPOCH) // MILLISECOND


def to_millisecond(moment: datetime) -> datetime:
    """The moment in UTC, cut off at the millisecond."""
    moment = moment.astimezone(UTC)
    finer = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - finer) if finer else moment


def whole_millisecond(moment: datetime) -> datetime:
    """The first whole millisecond that is not before the moment; at the end of the calendar its last."""
    return EPOCH - (EPOCH - min(moment, LATEST)) // MILLISECOND * MILLISECOND
