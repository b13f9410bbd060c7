"""The embedded sources' devices and users in the shapes that the AWS command line prints."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gateway.model.filter import DeviceFilter
from gateway.model.order import DeviceOrder
from gateway.model.query import Cut, ListQuery
from gateway.model.tenant import Tenant
from gateway.services import alexa, one_click
from gateway.services.alexa.users import user_data
from gateway.services.context import ServiceContext
from gateway.services.embedded import Handler
from gateway.services.fleet.answers import Command
from gateway.services.fleet.imported_users import USER_ID_MEMBER
from gateway.services.fleet.progress import Progress, silent
from gateway.services.fleet.tenants import FleetTenants
from gateway.store.ranges import Page, Window
from gateway.store.users import count_users, list_users, stored_user

PAGE = 500


async def export(context: ServiceContext, tenants: FleetTenants, *, progress: Progress = silent) -> Mapping[str, Any]:
    """JSON with a section for each command; `import_file` reads it back. Users have their UserId beside what
    search-users prints. Times are ISO 8601, remaining life is a fraction.

    What those commands do not print is not in it: unclaimed buttons, claim codes, events, callbacks, rooms without
    devices and the descriptions of rooms, tags of Alexa for Business.
    """
    sections: dict[str, Any] = {}
    if tenants.buttons is not None:
        buttons = await _devices(context, tenants.buttons, one_click.BEYOND, progress)
        sections[Command.LIST_DEVICES.value] = {"Devices": buttons}
    if tenants.echoes is not None:
        echoes = await _devices(context, tenants.echoes, alexa.BEYOND, progress)
        sections[Command.SEARCH_DEVICES.value] = {"Devices": echoes, "TotalCount": len(echoes)}
        users = await _users(context, tenants.echoes, progress)
        sections[Command.SEARCH_USERS.value] = {"Users": users, "TotalCount": len(users)}
    return sections


async def _devices(
    context: ServiceContext, tenant: Tenant, beyond: Mapping[str, Handler], progress: Progress
) -> list[dict[str, Any]]:
    total = (await beyond["CountDevices"](context, tenant, {"Filter": DeviceFilter()}))["Count"]
    found: list[dict[str, Any]] = []
    query: ListQuery[DeviceFilter, DeviceOrder] = ListQuery(DeviceFilter(), (), None, None, backwards=False, limit=PAGE)
    more = True
    while more:
        page = await beyond["QueryDevices"](context, tenant, {"Query": query})
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
