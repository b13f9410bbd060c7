from collections.abc import Sequence

from sqlalchemy import Connection, select

from gateway.model.tenant import Tenant
from gateway.store.one_click_devices import OWN_TAGS
from gateway.store.owned import owned, rows_by_key
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags

_TAGS = (
    select(devices.c.arn, tags.c.key, tags.c.value)
    .outerjoin_from(devices, tags, OWN_TAGS)
    .where(owned(devices))
    .order_by(tags.c.key)
)


def tags_of_devices(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of each ARN that stands for a device of the tenant, sorted by key, in one statement."""
    found: dict[str, dict[str, str]] = {}
    for arn, key, value in rows_by_key(connection, _TAGS, devices.c.arn, tenant, arns):
        device_tags = found.setdefault(arn, {})
        if key is not None:
            device_tags[key] = value
    return found
