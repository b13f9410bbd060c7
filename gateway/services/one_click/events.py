from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.model.query import EventQuery
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.embedded import Params
from gateway.services.one_click import errors
from gateway.services.one_click.model_values import events_of
from gateway.services.one_click.paging import open_token, seal_token
from gateway.store.events import EventRange, StoredEvent, stored_event
from gateway.store.one_click_events import DeviceEvents, events_of_devices
from gateway.store.text import is_storable
from gateway.store.times import milliseconds, milliseconds_from
from gateway.wire.errors import ServiceError

DEFAULT_PAGE = 100


async def list_device_events(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Oldest first; `FromTimeStamp` inclusive, `ToTimeStamp` exclusive; nothing from before the retention."""
    device_id, start, end = params["DeviceId"], params["FromTimeStamp"], params["ToTimeStamp"]
    if start > end:
        raise errors.invalid_request("FromTimeStamp must not be after ToTimeStamp")
    limit = params.get("MaxResults") or DEFAULT_PAGE
    purpose = ["ListDeviceEvents", tenant.account, tenant.region, device_id, *map(milliseconds_from, (start, end))]
    left_off = open_token(context, purpose, params.get("NextToken"))
    asked = EventRange(
        device=device_id,
        start=max(milliseconds_from(start), _kept_from(context)),
        end=milliseconds_from(end),
        limit=limit + 1,
        newer=None if left_off is None else (left_off[0], left_off[1], left_off[2]),
        backwards=True,
    )
    (found,) = await _read(context, tenant, [asked])
    if found is None:
        raise errors.device_not_found(device_id)
    events = [stored_event(row) for row in found.events[:limit]]
    answer: dict[str, Any] = {"Events": [_sent(device_id, found.device_type, event) for event in events]}
    if len(found.events) > limit:
        answer["NextToken"] = seal_token(context, purpose, [events[-1].time, events[-1].type, events[-1].value])
    return answer


async def query(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Beyond the wire, either direction, some types only: {"Query", "Device"} → {"Events", "More"}."""
    (answer,) = await query_many(context, tenant, [params])
    if isinstance(answer, ServiceError):
        raise answer
    return answer


async def query_many(
    context: ServiceContext, tenant: Tenant, params: Sequence[Params]
) -> list[dict[str, Any] | ServiceError]:
    queries: list[EventQuery] = [one["Query"] for one in params]
    kept_from = _kept_from(context)
    found = await _read(context, tenant, [_range(asked, kept_from) for asked in queries])
    return [
        errors.device_not_found(query.device)
        if events is None
        else {
            "Events": events_of(one["Device"], events.device_type, events.events[: query.limit]),
            "More": len(events.events) > query.limit,
        }
        for one, query, events in zip(params, queries, found, strict=True)
    ]


async def _read(context: ServiceContext, tenant: Tenant, ranges: Sequence[EventRange]) -> list[DeviceEvents | None]:
    return await context.database.read(lambda connection: events_of_devices(connection, tenant, ranges))


def _range(asked: EventQuery, kept_from: int) -> EventRange:
    return EventRange(
        device=asked.device if is_storable(asked.device) else "",
        start=max(milliseconds_from(asked.start), kept_from),
        end=milliseconds_from(asked.end),
        limit=asked.limit + 1,
        types=asked.types,
        newer=_position(asked.newer),
        older=_position(asked.older),
        backwards=asked.backwards,
    )


def _kept_from(context: ServiceContext) -> int:
    return milliseconds_from(context.clock() - context.events_kept)


def _position(event: tuple[datetime, str, str] | None) -> tuple[int, str, str] | None:
    return None if event is None else (milliseconds(event[0]), event[1], event[2])


def _sent(device_id: str, device_type: str, event: StoredEvent) -> dict[str, Any]:
    return {"Device": {"Attributes": {}, "DeviceId": device_id, "Type": device_type}, "StdEvent": event.body}
