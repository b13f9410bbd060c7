"""Which devices could report something now."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from gateway.model.tenant import Tenant
from gateway.store.alexa_devices import owned_by as echo_owned_by
from gateway.store.one_click_devices import owned_by as button_owned_by
from gateway.store.tables import alexa_devices, one_click_devices

ENOUGH = 1_000


def enabled_buttons(connection: Connection, tenant: Tenant) -> dict[str, float]:
    """What is left of the life of each enabled button, a fraction, by device id; of ENOUGH buttons at most."""
    devices = one_click_devices.c
    statement = select(devices.device_id, devices.remaining_life).where(*button_owned_by(tenant), devices.enabled)
    return {row.device_id: row.remaining_life for row in connection.execute(statement.limit(ENOUGH))}


def echo_connections(connection: Connection, tenant: Tenant) -> Sequence[tuple[str, str | None]]:
    """ARN and connection status of Echo devices, ENOUGH at most."""
    devices = alexa_devices.c
    statement = select(devices.arn, devices.connection_status).where(*echo_owned_by(tenant)).limit(ENOUGH)
    return [(row.arn, row.connection_status) for row in connection.execute(statement)]
