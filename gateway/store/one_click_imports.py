"""Devices that come with an owner: from a file, from a demo."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.changes import Change, ChangeKind, log
from gateway.store.dialect import insert_or_ignore
from gateway.store.tables import one_click_devices as devices
from gateway.store.tags import put_tags


@dataclass(frozen=True, slots=True)
class NewClaimedDevice:
    """`arn` is kept as it is, also where it names another account. `remaining_life` is a fraction, 0 to 1."""

    arn: str
    device_id: str
    type: str
    enabled: bool = False
    remaining_life: float = 1.0
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def add_claimed_device(connection: Connection, tenant: Tenant, device: NewClaimedDevice, now: int) -> bool:
    """Return False, and change nothing, where there is a device of that id, whoever owns it.

    Nothing is checked here: neither lengths, nor how many tags there are, nor that the text can be stored.
    """
    statement = insert_or_ignore(connection, devices).values(
        device_id=device.device_id,
        type=device.type,
        account=tenant.account,
        region=tenant.region,
        arn=device.arn,
        enabled=device.enabled,
        remaining_life=device.remaining_life,
        attributes=json.dumps(dict(device.attributes)),
        name_key=name_key(device.tags.get("Name") or device.device_id),
        claimed_at=now,
    )
    if connection.execute(statement).rowcount == 0:
        return False
    put_tags(connection, tenant, device.arn, device.tags)
    log(connection, now, [Change(tenant, DeviceService.ONE_CLICK, device.device_id, ChangeKind.ADDED)])
    return True
