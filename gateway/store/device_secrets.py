"""The hash of each device's own secret, with which it reports by the ingest."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection, select, update

from gateway.model.tenant import Tenant
from gateway.store.tables import alexa_devices, one_click_devices
from gateway.store.text import is_storable


class EchoSecret(Struct, frozen=True):
    """A device of Alexa for Business, and the hash of its secret; None where it was given none."""

    tenant: Tenant
    arn: str
    hash: bytes | None


def button_secret(connection: Connection, device_id: str) -> bytes | None:
    """The hash of the button's secret; None where there is no such device, or no secret of it."""
    if not is_storable(device_id):
        return None
    statement = select(one_click_devices.c.secret).where(one_click_devices.c.device_id == device_id)
    return connection.execute(statement).scalar()


def set_button_secret(connection: Connection, device_id: str, hashed: bytes) -> bool:
    """Replace the secret; return whether there is such a device."""
    if not is_storable(device_id):
        return False
    statement = update(one_click_devices).where(one_click_devices.c.device_id == device_id)
    return connection.execute(statement.values(secret=hashed)).rowcount == 1


def echo_secrets(connection: Connection, serial_number: str) -> Sequence[EchoSecret]:
    """Every device of that serial number: two accounts, or two types, may have one each."""
    if not is_storable(serial_number):
        return []
    echoes = alexa_devices.c
    statement = select(echoes.account, echoes.region, echoes.arn, echoes.secret).where(
        echoes.serial_number == serial_number
    )
    return [
        EchoSecret(Tenant(account, region), arn, secret)
        for account, region, arn, secret in connection.execute(statement)
    ]


def set_echo_secret(connection: Connection, tenant: Tenant, arn: str, hashed: bytes) -> bool:
    """Replace the secret; return whether there is such a device."""
    if not is_storable(arn):
        return False
    statement = update(alexa_devices).where(
        alexa_devices.c.account == tenant.account, alexa_devices.c.region == tenant.region, alexa_devices.c.arn == arn
    )
    return connection.execute(statement.values(secret=hashed)).rowcount == 1
