from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, delete, func, select

from gateway.model.filter import UserFilter
from gateway.model.order import UserOrderField
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.model.user import EnrollmentStatus
from gateway.store.conditions import is_one_of, is_one_of_keys, is_word
from gateway.store.dialect import insert_or_ignore
from gateway.store.kept import AnyRow
from gateway.store.owned import owned, owner_parameters, rows_by_key
from gateway.store.ranges import Page, Window, read_page
from gateway.store.sort_columns import SortColumn
from gateway.store.tables import users
from gateway.store.tags import delete_tags
from gateway.store.text import is_storable

KEY = (SortColumn(users.c.arn),)
"""What breaks ties, and is the order where none is asked for."""

SORTED_BY: Mapping[UserOrderField, SortColumn] = {
    UserOrderField.USER_ID: SortColumn(users.c.user_id),
    UserOrderField.FIRST_NAME: SortColumn(users.c.first_name_key, nullable=True),
    UserOrderField.LAST_NAME: SortColumn(users.c.last_name_key, nullable=True),
    UserOrderField.EMAIL: SortColumn(users.c.email_key, nullable=True),
    UserOrderField.ENROLLMENT_STATUS: SortColumn(users.c.enrollment_status, nullable=True),
}


class StoredUser(Struct, frozen=True):
    arn: str
    user_id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    enrollment_status: str | None = None
    enrollment_id: str | None = None


MEMBERS = len(StoredUser.__struct_fields__)

OWNED = select(
    users.c.arn,
    users.c.user_id,
    users.c.first_name,
    users.c.last_name,
    users.c.email,
    users.c.enrollment_status,
    users.c.enrollment_id,
).where(owned(users))
"""The users of a tenant; `stored_user` reads a row."""


def add_user(connection: Connection, tenant: Tenant, user: StoredUser) -> bool:
    """Return False, and change nothing, where the tenant has a user of that ARN or of that user id."""
    statement = insert_or_ignore(connection, users).values(
        account=tenant.account, region=tenant.region, **user_values(user)
    )
    return connection.execute(statement).rowcount == 1


def user_values(user: StoredUser) -> dict[str, str | None]:
    """The columns of a user but its owner."""
    return {
        "arn": user.arn,
        "user_id": user.user_id,
        "first_name": user.first_name,
        "first_name_key": _key(user.first_name),
        "last_name": user.last_name,
        "last_name_key": _key(user.last_name),
        "email": user.email,
        "email_key": _key(user.email),
        "enrollment_status": user.enrollment_status,
        "enrollment_id": user.enrollment_id,
    }


def users_by_arn(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, StoredUser]:
    """Those of the users that the tenant has."""
    rows = rows_by_key(connection, OWNED, users.c.arn, tenant, arns)
    return {user.arn: user for user in map(stored_user, rows)}


def delete_user(connection: Connection, tenant: Tenant, arn: str, enrollment_id: str) -> bool:
    """Delete a user with its tags; return False where no user has that ARN and enrollment id (empty: has none)."""
    if not is_storable(arn) or not is_storable(enrollment_id):
        return False
    enrolled = func.coalesce(users.c.enrollment_id, "") == enrollment_id
    if connection.execute(delete(users).where(*_owned(tenant), users.c.arn == arn, enrolled)).rowcount == 0:
        return False
    delete_tags(connection, tenant, arn)
    return True


def list_users(
    connection: Connection,
    tenant: Tenant,
    where: Sequence[ColumnElement[bool]],
    criteria: Sequence[SortColumn],
    window: Window,
    *,
    key: Sequence[SortColumn] = KEY,
) -> Page:
    """A page of users; `stored_user` reads a row."""
    return read_page(connection, OWNED, owner_parameters(tenant), where, criteria, key, window)


def count_users(connection: Connection, tenant: Tenant, where: Sequence[ColumnElement[bool]] = ()) -> int:
    return connection.execute(select(func.count()).where(*_owned(tenant), *where)).scalar_one()


def user_conditions(wanted: UserFilter) -> list[ColumnElement[bool]]:
    """What UserFilter.matches means, and its user ids."""
    conditions = []
    if wanted.user_ids is not None:
        conditions.append(is_one_of(users.c.user_id, wanted.user_ids))
    if wanted.first_names is not None:
        conditions.append(is_one_of_keys(users.c.first_name_key, wanted.first_names))
    if wanted.last_names is not None:
        conditions.append(is_one_of_keys(users.c.last_name_key, wanted.last_names))
    if wanted.emails is not None:
        conditions.append(is_one_of_keys(users.c.email_key, wanted.emails))
    if wanted.enrollment_statuses is not None:
        conditions.append(is_word(users.c.enrollment_status, wanted.enrollment_statuses, EnrollmentStatus))
    return conditions


def stored_user(row: AnyRow) -> StoredUser:
    """Read a row of OWNED."""
    return StoredUser(*row[:MEMBERS])


def _owned(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    return users.c.account == tenant.account, users.c.region == tenant.region


def _key(name: str | None) -> str | None:
    return None if name is None else name_key(name)
