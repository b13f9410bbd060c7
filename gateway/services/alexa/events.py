"""What devices reported, newest first, for as long as events are kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gateway.model.query import EventQuery
from gateway.model.tenant import Tenant
from gateway.services.alexa.errors import not_found
from gateway.services.alexa.model_values import events_of_device
from gateway.services.alexa.page_tokens import next_token, opened_token, page_size
from gateway.services.context import ServiceContext
from gateway.store.alexa_devices import has_device
from gateway.store.events import EventRange, StoredEvent, events_of, stored_event
from gateway.store.kept import AnyRow
from gateway.store.text import is_storable
from gateway.store.times import milliseconds, milliseconds_from, time_of
from gateway.wire.errors import ServiceError

END_OF_TIME = 2**53


async def list_device_events(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    arn, event_type, size = params["DeviceArn"], params.get("EventType"), page_size(params)
    place = await opened_token(context, tenant, "ListDeviceEvents", params)
    wanted = EventRange(
        device=arn,
        start=_kept_from(context),
        end=END_OF_TIME,
        limit=size + 1,
        types=None if event_type is None else (event_type,),
        older=None if place is None else (int(place[0]), str(place[1]), str(place[2])),
    )

    def read(connection: Connection) -> list[AnyRow]:
        if not has_device(connection, tenant, arn):
            raise not_found("device")
        return events_of(connection, tenant, [wanted])[0]

    found = await context.database.read(read)
    events = [stored_event(row) for row in found[:size]]
    answer: dict[str, Any] = {"DeviceEvents": [_shape(event) for event in events]}
    if len(found) > size:
        last = (events[-1].time, events[-1].type, events[-1].value)
        answer["NextToken"] = await next_token(context, tenant, "ListDeviceEvents", params, last)
    return answer


async def query_device_events(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Beyond the wire: {"Query": EventQuery, "Device"} → {"Events", "More"}."""
    (answer,) = await query_events_of_many(context, tenant, [params])
    if isinstance(answer, ServiceError):
        raise answer
    return answer


async def query_events_of_many(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any] | ServiceError]:
    """A device that the account does not have has no events."""
    queries: list[EventQuery] = [one["Query"] for one in params]
    kept_from = _kept_from(context)
    ranges = [_range(query, kept_from) for query in queries]
    found = await context.database.read(lambda connection: events_of(connection, tenant, ranges))
    return [
        {"Events": events_of_device(one["Device"], events[: query.limit]), "More": len(events) > query.limit}
        for one, query, events in zip(params, queries, found, strict=True)
    ]


def _range(query: EventQuery, kept_from: int) -> EventRange:
    types = None if query.types is None else tuple(filter(is_storable, query.types))
    return EventRange(
        device=query.device if is_storable(query.device) else "",
        start=max(milliseconds_from(query.start), kept_from),
        end=milliseconds_from(query.end),
        limit=query.limit + 1,
        types=types,
        newer=None if query.newer is None else _place(query.newer),
        older=None if query.older is None else _place(query.older),
        backwards=query.backwards,
    )


def _place(position: tuple[datetime, str, str]) -> tuple[int, str, str]:
    time, event_type, value = position
    return milliseconds(time), event_type, value


def _kept_from(context: ServiceContext) -> int:
    return milliseconds_from(context.clock() - context.events_kept)


def _shape(event: StoredEvent) -> dict[str, Any]:
    return {"Type": event.type, "Value": event.value, "Timestamp": time_of(event.time)}
