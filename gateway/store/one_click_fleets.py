"""Devices of 1-Click in numbers, as an import or the demo fleet brings them. Whoever writes also logs."""

import json
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, select, update

from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.batches import batches, insert_rows
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags
from gateway.store.tags import tags_of


class Button(Struct, frozen=True):
    """A claimed device, whole. `remaining_life` is a fraction, 0 to 1."""

    device_id: str
    arn: str
    type: str
    enabled: bool
    remaining_life: float
    attributes: Mapping[str, str]
    tags: Mapping[str, str]


class KnownButton(Struct, frozen=True):
    """What the store has of a device id; `button` is None until a tenant owns it."""

    owner: Tenant | None
    button: Button | None


def known_buttons(connection: Connection, device_ids: Iterable[str]) -> dict[str, KnownButton]:
    """Those of the devices that exist, whoever owns them; nobody else changes them until this transaction ends."""
    found = {}
    for batch in batches(device_ids):
        rows = connection.execute(select(devices).where(devices.c.device_id.in_(batch)).with_for_update()).all()
        tags_by_owner = _tags(connection, [(row.account, row.region, row.arn) for row in rows if row.account])
        for row in rows:
            if row.account is None:
                found[row.device_id] = KnownButton(None, None)
                continue
            owner = Tenant(row.account, row.region)
            button = Button(
                device_id=row.device_id,
                arn=row.arn,
                type=row.type,
                enabled=row.enabled,
                remaining_life=row.remaining_life,
                attributes=json.loads(row.attributes),
                tags=tags_by_owner[owner][row.arn],
            )
            found[row.device_id] = KnownButton(owner, button)
    return found


def insert_buttons(
    connection: Connection, tenant: Tenant, buttons: Sequence[Button], claimed_at: Iterable[int]
) -> None:
    """Make devices that the tenant owns since then; raise sqlalchemy.exc.IntegrityError where an id is taken."""
    insert_rows(
        connection,
        devices,
        (
            {"device_id": button.device_id, "claimed_at": since, **_owner(tenant), **_values(button)}
            for button, since in zip(buttons, claimed_at, strict=True)
        ),
    )
    _insert_tags(connection, tenant, buttons)


def claim_buttons(connection: Connection, tenant: Tenant, buttons: Sequence[Button], now: int) -> None:
    """Give devices that exist and nobody owns to the tenant, and make them what is told of them."""
    unowned = {"initiated_account": None, "initiated_region": None, "event_since_initiated": False, "claimed_at": now}
    _update(connection, buttons, {**_owner(tenant), **unowned})
    _insert_tags(connection, tenant, buttons)


def update_buttons(connection: Connection, tenant: Tenant, buttons: Sequence[Button]) -> None:
    """Make devices of the tenant what is told of them; their tags are then these and no others."""
    _update(connection, buttons, {})
    for batch in batches(button.arn for button in buttons):
        owned = (tags.c.account == tenant.account, tags.c.region == tenant.region)
        connection.execute(delete(tags).where(*owned, tags.c.arn.in_(batch)))
    _insert_tags(connection, tenant, buttons)


def _tags(connection: Connection, rows: Sequence[tuple[str, str, str]]) -> dict[Tenant, dict[str, dict[str, str]]]:
    arns: dict[Tenant, list[str]] = {}
    for account, region, arn in rows:
        arns.setdefault(Tenant(account, region), []).append(arn)
    return {owner: tags_of(connection, owner, owned) for owner, owned in arns.items()}


def _update(connection: Connection, buttons: Sequence[Button], more: Mapping[str, object]) -> None:
    statement = update(devices).where(devices.c.device_id == bindparam("id_of_button"))
    for batch in batches(buttons):
        rows = [{"id_of_button": button.device_id, **_values(button), **more} for button in batch]
        connection.execute(statement, rows)


def _insert_tags(connection: Connection, tenant: Tenant, buttons: Sequence[Button]) -> None:
    owner = {"account": tenant.account, "region": tenant.region}
    insert_rows(
        connection,
        tags,
        (
            {**owner, "arn": button.arn, "key": key, "value": value}
            for button in buttons
            for key, value in button.tags.items()
        ),
    )


def _owner(tenant: Tenant) -> dict[str, object]:
    return {"account": tenant.account, "region": tenant.region}


def _values(button: Button) -> dict[str, object]:
    return {
        "arn": button.arn,
        "type": button.type,
        "enabled": button.enabled,
        "remaining_life": button.remaining_life,
        "attributes": json.dumps(dict(button.attributes), sort_keys=True),
        "name_key": name_key(button.tags.get("Name") or button.device_id),
    }
