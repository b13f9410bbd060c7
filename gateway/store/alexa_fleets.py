"""Rooms, devices and users of Alexa for Business in numbers, as an import or the demo fleet brings them.

Whoever writes also logs.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from gateway.model.tenant import Tenant
from gateway.store.alexa_devices import NewAlexaDevice, StoredAlexaDevice, device_values, devices_by_arn
from gateway.store.batches import batches, insert_rows
from gateway.store.rooms import StoredRoom, room_values, rooms_by_arn
from gateway.store.tables import alexa_devices, alexa_status_details, rooms, users
from gateway.store.users import StoredUser, user_values, users_by_arn


def known_rooms(connection: Connection, tenant: Tenant, arns: Iterable[str]) -> dict[str, StoredRoom]:
    """Those of the rooms that the tenant has, as the next two do for devices and users."""
    return {arn: room for batch in batches(arns) for arn, room in rooms_by_arn(connection, tenant, batch).items()}


def known_devices(connection: Connection, tenant: Tenant, arns: Iterable[str]) -> dict[str, StoredAlexaDevice]:
    return {arn: one for batch in batches(arns) for arn, one in devices_by_arn(connection, tenant, batch).items()}


def known_users(connection: Connection, tenant: Tenant, arns: Iterable[str]) -> dict[str, StoredUser]:
    return {arn: user for batch in batches(arns) for arn, user in users_by_arn(connection, tenant, batch).items()}


def users_by_user_id(connection: Connection, tenant: Tenant, user_ids: Iterable[str]) -> dict[str, str]:
    """The ARN of each user id that the tenant has."""
    owned = (users.c.account == tenant.account, users.c.region == tenant.region)
    found: dict[str, str] = {}
    for batch in batches(user_ids):
        rows = connection.execute(select(users.c.user_id, users.c.arn).where(*owned, users.c.user_id.in_(batch)))
        found |= {row.user_id: row.arn for row in rows}
    return found


def insert_rooms(connection: Connection, tenant: Tenant, new: Iterable[StoredRoom]) -> None:
    """Make rooms, as the next two make devices and users; raise sqlalchemy.exc.IntegrityError where one is there."""
    insert_rows(connection, rooms, ({**_owner(tenant), **room_values(room)} for room in new))


def insert_devices(
    connection: Connection, tenant: Tenant, new: Sequence[NewAlexaDevice], room_names: Mapping[str, str]
) -> None:
    """`room_names`: the name of each room that is there, by its ARN."""
    rows = ({**_owner(tenant), **device_values(one, room_names.get(one.room_arn or ""))} for one in new)
    insert_rows(connection, alexa_devices, rows)
    _insert_status_details(connection, tenant, new)


def insert_users(connection: Connection, tenant: Tenant, new: Iterable[StoredUser]) -> None:
    insert_rows(connection, users, ({**_owner(tenant), **user_values(user)} for user in new))


def update_devices(
    connection: Connection, tenant: Tenant, changed: Sequence[NewAlexaDevice], room_names: Mapping[str, str]
) -> None:
    """Make devices that are there what is told of them; `room_names` as above."""
    values = (device_values(one, room_names.get(one.room_arn or "")) for one in changed)
    _update(connection, alexa_devices, tenant, values)
    for batch in batches(one.arn for one in changed):
        details = alexa_status_details.c
        owned = (details.account == tenant.account, details.region == tenant.region)
        connection.execute(delete(alexa_status_details).where(*owned, details.arn.in_(batch)))
    _insert_status_details(connection, tenant, changed)


def update_users(connection: Connection, tenant: Tenant, changed: Iterable[StoredUser]) -> None:
    _update(connection, users, tenant, map(user_values, changed))


def _insert_status_details(connection: Connection, tenant: Tenant, devices: Sequence[NewAlexaDevice]) -> None:
    insert_rows(
        connection,
        alexa_status_details,
        (
            {**_owner(tenant), "arn": one.arn, "position": position, "code": detail.code, "feature": detail.feature}
            for one in devices
            for position, detail in enumerate(one.status_details)
        ),
    )


def _update(connection: Connection, table: Table, tenant: Tenant, rows: Iterable[Mapping[str, object]]) -> None:
    owned = (table.c.account == tenant.account, table.c.region == tenant.region)
    statement = update(table).where(*owned, table.c.arn == bindparam("same_arn"))
    for batch in batches(rows):
        connection.execute(statement, [{**row, "same_arn": row["arn"]} for row in batch])


def _owner(tenant: Tenant) -> dict[str, object]:
    return {"account": tenant.account, "region": tenant.region}
