from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, select

from gateway.model.tenant import Tenant
from gateway.store.conditions import is_one_of
from gateway.store.one_click_devices import owned_by
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags


def tags_of_devices(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of each ARN that stands for a device of the tenant, sorted by key, in one statement."""
    beside = and_(*tags_beside_devices(tenant))
    statement = select(devices.c.arn, tags.c.key, tags.c.value).outerjoin_from(devices, tags, beside)
    asked = is_one_of(devices.c.arn, arns)
    found: dict[str, dict[str, str]] = {}
    for arn, key, value in connection.execute(statement.where(*owned_by(tenant), asked).order_by(tags.c.key)):
        device_tags = found.setdefault(arn, {})
        if key is not None:
            device_tags[key] = value
    return found


def tags_beside_devices(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    """Which tags are a device's, where both tables are read together."""
    return tags.c.account == tenant.account, tags.c.region == tenant.region, tags.c.arn == devices.c.arn
