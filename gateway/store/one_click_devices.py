"""Devices of 1-Click, from the manufacturer's registration to an owner and back.

A device exists before anyone owns it. A change of owner is one conditional UPDATE, so of two who try at once one wins.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, literal, select, update

from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.dialect import JsonRows, insert_or_ignore
from gateway.store.kept import AnyRow
from gateway.store.owned import owned, rows_by_key
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags
from gateway.store.text import is_storable

OWN_TAGS = and_(tags.c.account == devices.c.account, tags.c.region == devices.c.region, tags.c.arn == devices.c.arn)
"""Which tags are a device's, where both tables are read together."""

CLAIMED = select(
    devices.c.device_id,
    devices.c.arn,
    devices.c.type,
    devices.c.enabled,
    devices.c.remaining_life,
    devices.c.attributes,
    select(JsonRows(tags.c.key, tags.c.value)).where(OWN_TAGS).correlate(devices).scalar_subquery().label("tags"),
).where(owned(devices))
"""The devices of a tenant, each with its tags; `claimed_device` reads a row."""


class ClaimedDevice(Struct, frozen=True):
    """A device as its owner sees it, its tags sorted by key. `remaining_life` is a fraction, 0 to 1."""

    device_id: str
    arn: str
    type: str
    enabled: bool
    remaining_life: float
    attributes: Mapping[str, str]
    tags: Sequence[tuple[str, str]]


class RegisteredDevice(Struct, frozen=True):
    """A device as its manufacturer knows it. Times are milliseconds since 1970.

    `owner` is None until it is claimed; what it did before `released_at` belongs to a former owner.
    """

    device_id: str
    type: str
    owner: Tenant | None
    initiated_by: Tenant | None
    event_since_initiated: bool
    enabled: bool
    remaining_life: float
    released_at: int | None
    secret: bytes | None


def arn_of(tenant: Tenant, device_id: str) -> str:
    return f"arn:aws:iot1click:{tenant.region}:{tenant.account}:devices/{device_id}"


def register_device(connection: Connection, device_id: str, device_type: str, claim_code: str | None) -> bool:
    """Put a manufactured device on the market; return False, and change nothing, where the id is taken."""
    statement = insert_or_ignore(connection, devices).values(
        device_id=device_id, type=device_type, claim_code=claim_code, name_key=name_key(device_id)
    )
    return connection.execute(statement).rowcount == 1


def registered_device(connection: Connection, device_id: str, *, lock: bool = False) -> RegisteredDevice | None:
    """Find a device whoever owns it; `lock` holds back every other change of it until this transaction ends."""
    if not is_storable(device_id):
        return None
    statement = select(devices).where(devices.c.device_id == device_id)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        return None
    return RegisteredDevice(
        device_id=row.device_id,
        type=row.type,
        owner=_tenant(row.account, row.region),
        initiated_by=_tenant(row.initiated_account, row.initiated_region),
        event_since_initiated=row.event_since_initiated,
        enabled=row.enabled,
        remaining_life=row.remaining_life,
        released_at=row.released_at,
        secret=row.secret,
    )


def claimed_devices(connection: Connection, tenant: Tenant, device_ids: Sequence[str]) -> dict[str, ClaimedDevice]:
    """Those of the devices that the tenant owns, by device id."""
    rows = rows_by_key(connection, CLAIMED, devices.c.device_id, tenant, device_ids)
    return {device.device_id: device for device in map(claimed_device, rows)}


def device_id_of(connection: Connection, tenant: Tenant, arn: str, *, lock: bool = False) -> str | None:
    """The id of the tenant's device of that ARN; `lock` as in `registered_device`."""
    if not is_storable(arn):
        return None
    statement = select(devices.c.device_id).where(*owned_by(tenant), devices.c.arn == arn)
    return connection.execute(statement.with_for_update() if lock else statement).scalar()


def initiate_claim(connection: Connection, tenant: Tenant, device_id: str) -> bool:
    """Wait for an event on behalf of this tenant alone; return False where the device is owned or unknown."""
    return _update(
        connection,
        device_id,
        devices.c.account.is_(None),
        initiated_account=tenant.account,
        initiated_region=tenant.region,
        event_since_initiated=False,
    )


def count_event_for_claim(connection: Connection, device_id: str) -> None:
    _update(connection, device_id, devices.c.initiated_account.is_not(None), event_since_initiated=True)


def finalize_claim(connection: Connection, tenant: Tenant, device_id: str, now: int) -> bool:
    """Make the tenant the owner, where it has initiated the claim and an event came since."""
    return _update(
        connection,
        device_id,
        devices.c.account.is_(None),
        devices.c.initiated_account == tenant.account,
        devices.c.initiated_region == tenant.region,
        devices.c.event_since_initiated,
        **_owner(tenant, now),
    )


def claim_by_code(connection: Connection, tenant: Tenant, code: str, now: int) -> list[str]:
    """Make the tenant the owner of every device of the code that nobody owns; return their ids."""
    statement = update(devices).where(devices.c.claim_code == code, devices.c.account.is_(None))
    return sorted(connection.execute(statement.values(**_owner(tenant, now)).returning(devices.c.device_id)).scalars())


def release(connection: Connection, tenant: Tenant, device_id: str, now: int) -> bool:
    """Take the device from the tenant, and with it whatever the tenant set on it but its tags."""
    return _update(
        connection,
        device_id,
        *owned_by(tenant),
        account=None,
        region=None,
        arn=None,
        enabled=False,
        attributes="{}",
        name_key=name_key(device_id),
        on_click_callback=None,
        health_monitor_callback=None,
        claimed_at=None,
        released_at=now,
    )


def set_enabled(connection: Connection, tenant: Tenant, device_id: str, *, enabled: bool) -> bool:
    """Return whether the tenant has such a device, as the other setters do."""
    return _update(connection, device_id, *owned_by(tenant), enabled=enabled)


def set_name(connection: Connection, tenant: Tenant, device_id: str, name: str) -> bool:
    return _update(connection, device_id, *owned_by(tenant), name_key=name_key(name))


def set_remaining_life(connection: Connection, device_id: str, remaining_life: float) -> bool:
    """The device's own report, whoever owns it."""
    return _update(connection, device_id, remaining_life=remaining_life)


def owned_by(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    return devices.c.account == tenant.account, devices.c.region == tenant.region


def claimed_device(row: AnyRow) -> ClaimedDevice:
    """Read a row of CLAIMED."""
    device_id, arn, device_type, enabled, remaining_life, attributes, own_tags, *_ = row
    pairs = [(key, value) for key, value in orjson.loads(own_tags or "[]")]
    return ClaimedDevice(
        device_id, arn, device_type, bool(enabled), remaining_life, orjson.loads(attributes), sorted(pairs)
    )


def _owner(tenant: Tenant, now: int) -> dict[str, Any]:
    return {
        "account": tenant.account,
        "region": tenant.region,
        "arn": literal(arn_of(tenant, "")) + devices.c.device_id,
        "initiated_account": None,
        "initiated_region": None,
        "event_since_initiated": False,
        "claimed_at": now,
    }


def _tenant(account: str | None, region: str | None) -> Tenant | None:
    return None if account is None or region is None else Tenant(account, region)


def _update(connection: Connection, device_id: str, *conditions: ColumnElement[bool], **values: object) -> bool:
    if not is_storable(device_id):
        return False
    statement = update(devices).where(devices.c.device_id == device_id, *conditions).values(**values)
    return connection.execute(statement).rowcount == 1
