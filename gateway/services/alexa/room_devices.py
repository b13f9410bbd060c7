"""Who is in each of several rooms, asked for at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.model.filter import DeviceFilter
from gateway.model.query import ListQuery, Position
from gateway.model.tenant import Tenant
from gateway.services.alexa.device_lists import query_devices
from gateway.services.alexa.model_values import device_of
from gateway.services.context import ServiceContext
from gateway.store.alexa_device_lists import devices_of_rooms
from gateway.store.alexa_devices import StoredAlexaDevice


async def query_devices_of_many(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """As `query_devices` for each: one statement for equal first (or last) pages of what is in rooms."""
    queries = [one["Query"] for one in params]
    limit, backwards = queries[0].limit, queries[0].backwards
    if not all(_is_of_a_room(query, limit, backwards=backwards) for query in queries):
        return [await query_devices(context, tenant, one) for one in params]
    arns = [query.filter.room_arn for query in queries]
    found = await context.database.read(
        lambda connection: devices_of_rooms(connection, tenant, arns, limit + 1, backwards=backwards)
    )
    return [_page(one["Source"], found.get(arn, ()), limit) for one, arn in zip(params, arns, strict=True)]


def _is_of_a_room(query: ListQuery[Any, Any], limit: int, *, backwards: bool) -> bool:
    """Whether it asks for a room's devices from their start or their end, and that many. A room's ARN says its name."""
    wanted = query.filter
    of_room = DeviceFilter(room_arn=wanted.room_arn, room_names=wanted.room_names)
    plain: ListQuery[DeviceFilter, Any] = ListQuery(of_room, (), None, None, backwards, limit)
    return wanted.room_arn is not None and query == plain


def _page(source: str, found: Sequence[StoredAlexaDevice], limit: int) -> Mapping[str, Any]:
    page = found[:limit]
    return {
        "Devices": [device_of(source, stored) for stored in page],
        "Positions": [Position((), (stored.serial_number, stored.type, stored.arn)) for stored in page],
        "More": len(found) > limit,
    }
