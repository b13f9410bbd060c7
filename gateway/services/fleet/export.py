"""The embedded sources' devices and users in the shapes that the AWS command line prints."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.model.filter import DeviceFilter
from gateway.model.query import Cut, ListQuery
from gateway.model.tenant import Tenant
from gateway.services.alexa import device_lists as echo_lists
from gateway.services.alexa.users import user_data
from gateway.services.context import ServiceContext
from gateway.services.fleet.answers import Command
from gateway.services.fleet.imported_users import USER_ID_MEMBER
from gateway.services.fleet.progress import Progress, silent
from gateway.services.fleet.tenants import FleetTenants
from gateway.services.one_click import devices as button_lists
from gateway.store.one_click_lists import DeviceQuery
from gateway.store.ranges import Page, Window
from gateway.store.users import count_users, list_users, stored_user

PAGE = 500
EVERYTHING = {"Filter": DeviceFilter()}

ReadPage: TypeAlias = Callable[[ServiceContext, Tenant, DeviceQuery], Awaitable[Mapping[str, Any]]]


async def export(context: ServiceContext, tenants: FleetTenants, *, progress: Progress = silent) -> Mapping[str, Any]:
    """JSON with a section for each command; `import_file` reads it back. Users have their UserId beside what
    search-users prints. Times are ISO 8601, remaining life is a fraction.

    What those commands do not print is not in it: unclaimed buttons, claim codes, events, callbacks, rooms without
    devices and the descriptions of rooms, tags of Alexa for Business.
    """
    sections: dict[str, Any] = {}
    if tenants.buttons is not None:
        total: Mapping[str, int] = await button_lists.count(context, tenants.buttons, EVERYTHING)
        buttons = await _devices(context, tenants.buttons, button_lists.described_page, total["Count"], progress)
        sections[Command.LIST_DEVICES.value] = {"Devices": buttons}
    if tenants.echoes is not None:
        total = await echo_lists.count_matching_devices(context, tenants.echoes, EVERYTHING)
        echoes = await _devices(context, tenants.echoes, echo_lists.found_page, total["Count"], progress)
        sections[Command.SEARCH_DEVICES.value] = {"Devices": echoes, "TotalCount": len(echoes)}
        users = await _users(context, tenants.echoes, progress)
        sections[Command.SEARCH_USERS.value] = {"Users": users, "TotalCount": len(users)}
    return sections


async def _devices(
    context: ServiceContext, tenant: Tenant, read: ReadPage, total: int, progress: Progress
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: DeviceQuery = ListQuery(DeviceFilter(), (), None, None, backwards=False, limit=PAGE)
    more = True
    while more:
        page = await read(context, tenant, query)
        found += [_as_json(device) for device in page["Devices"]]
        more = page["More"]
        query = replace(query, low=Cut(page["Positions"][-1], after=True)) if more else query
        progress(len(found), max(total, len(found)))
    return found


async def _users(context: ServiceContext, tenant: Tenant, progress: Progress) -> list[dict[str, Any]]:
    total = await context.database.scan(lambda connection: count_users(connection, tenant))
    found: list[dict[str, Any]] = []
    window = Window(limit=PAGE)
    more = True
    while more:
        page = await _user_page(context, tenant, window)
        found += [{**user_data(user), USER_ID_MEMBER: user.user_id} for user in (stored_user(row) for row in page.rows)]
        more = page.more
        window = Window(low=Cut(page.positions[-1], after=True), limit=PAGE) if more else window
        progress(len(found), max(total, len(found)))
    return found


async def _user_page(context: ServiceContext, tenant: Tenant, window: Window) -> Page:
    def read(connection: Connection) -> Page:
        return list_users(connection, tenant, (), (), window)

    return await context.database.read(read)


def _as_json(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return {key: _as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
