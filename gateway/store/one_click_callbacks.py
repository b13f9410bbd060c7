from enum import StrEnum

from sqlalchemy import Connection, select, update

from gateway.model.tenant import Tenant
from gateway.store.one_click_devices import owned_by
from gateway.store.tables import one_click_devices as devices


class Callback(StrEnum):
    """What an owner wants to be told of; the values are the columns that hold it, as JSON."""

    ON_CLICK = "on_click_callback"
    HEALTH_MONITOR = "health_monitor_callback"


def callback_of(connection: Connection, tenant: Tenant, device_id: str, callback: Callback) -> str | None:
    statement = select(devices.c[callback]).where(*owned_by(tenant), devices.c.device_id == device_id)
    return connection.execute(statement).scalar()


def set_callback(connection: Connection, tenant: Tenant, device_id: str, callback: Callback, value: str) -> None:
    statement = update(devices).where(*owned_by(tenant), devices.c.device_id == device_id)
    connection.execute(statement.values({callback: value}))
