"""Buttons before anyone owns them, and the claim codes on their boxes."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from gateway.store.tables import alexa_devices, one_click_devices


def has_devices(connection: Connection) -> bool:
    """Whether the store knows any device of either service, claimed or not."""
    tables = (one_click_devices, alexa_devices)
    return any(connection.execute(select(1).select_from(table).limit(1)).first() is not None for table in tables)


def unclaimed_buttons(connection: Connection) -> list[str]:
    """The ids of the buttons that wait for an owner and have no claim code, sorted."""
    devices = one_click_devices.c
    statement = select(devices.device_id).where(devices.account.is_(None), devices.claim_code.is_(None))
    return list(connection.execute(statement.order_by(devices.device_id)).scalars())


def print_claim_code(connection: Connection, code: str, device_ids: Iterable[str]) -> None:
    """Put a known code on the boxes of buttons, instead of the one that they may have had."""
    devices = one_click_devices.c
    statement = update(one_click_devices).where(devices.device_id.in_(list(device_ids)))
    connection.execute(statement.values(claim_code=code))
