from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from gateway.model.tenant import Tenant
from gateway.store.one_click_devices import OWN_TAGS, parameters_of
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags
from gateway.store.text import is_storable

_TAGS = (
    select(devices.c.arn, tags.c.key, tags.c.value)
    .outerjoin_from(devices, tags, OWN_TAGS)
    .where(
        devices.c.account == bindparam("account"),
        devices.c.region == bindparam("region"),
        devices.c.arn.in_(bindparam("arns", expanding=True)),
    )
    .order_by(tags.c.key)
)


def tags_of_devices(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of each ARN that stands for a device of the tenant, sorted by key, in one statement."""
    found: dict[str, dict[str, str]] = {}
    for arn, key, value in connection.execute(_TAGS, {**parameters_of(tenant), "arns": [*filter(is_storable, arns)]}):
        device_tags = found.setdefault(arn, {})
        if key is not None:
            device_tags[key] = value
    return found
