import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.model.filter import UserFilter
from gateway.model.order import UserOrder
from gateway.model.order import UserOrderField as Field
from gateway.model.query import ListQuery
from gateway.model.tenant import Tenant
from gateway.model.user import EnrollmentStatus
from gateway.services.alexa.arns import new_user_arn
from gateway.services.alexa.device_data import present
from gateway.services.alexa.errors import limit_exceeded, not_found, resource_in_use
from gateway.services.alexa.model_values import user_of
from gateway.services.alexa.requests import client_request, made_before
from gateway.services.alexa.search import Search
from gateway.services.alexa.tags import add_tags
from gateway.services.context import ServiceContext
from gateway.store import users
from gateway.store.conditions import is_one_of, is_one_of_keys
from gateway.store.ranges import Page, Window
from gateway.store.tables import users as columns
from gateway.store.tenant_lock import lock_tenant
from gateway.store.times import milliseconds
from gateway.store.users import SORTED_BY, StoredUser, stored_user
from gateway.wire.errors import ServiceError

MAX_USERS = 10_000


async def create_user(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Make a user who is not yet invited: INITIALIZED, with an enrollment id that DeleteUser asks for."""
    request = client_request("CreateUser", params, new_user_arn(tenant))
    token_used = resource_in_use("This ClientRequestToken came with another request before.", request.token)
    now = milliseconds(context.clock())
    user = StoredUser(
        arn=request.arn,
        user_id=params["UserId"],
        first_name=params.get("FirstName"),
        last_name=params.get("LastName"),
        email=params.get("Email"),
        enrollment_status=EnrollmentStatus.INITIALIZED.value,
        enrollment_id=secrets.token_hex(16),
    )

    def create(connection: Connection) -> str:
        before = made_before(connection, tenant, request, token_used, now=now)
        if before is not None:
            return before
        lock_tenant(connection, tenant, "users")
        if users.count_users(connection, tenant) >= MAX_USERS:
            raise limit_exceeded(f"An account has {MAX_USERS} users at most.")
        if not users.add_user(connection, tenant, user):
            raise resource_in_use("A user of this account has this UserId.", request.token)
        add_tags(connection, tenant, user.arn, params.get("Tags") or ())
        return user.arn

    return {"UserArn": await context.database.write(create)}


async def delete_user(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Delete a user whose enrollment id is known to the caller."""
    arn, enrollment_id = str(params.get("UserArn") or ""), params["EnrollmentId"]

    def delete(connection: Connection) -> None:
        if not users.delete_user(connection, tenant, arn, enrollment_id):
            raise not_found("user with this enrollment id")

    await context.database.write(delete)
    return {}


async def get_user(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Beyond the wire: {"UserArn", "Source"} → {"User"}."""
    (answer,) = await get_users(context, tenant, [params])
    if isinstance(answer, ServiceError):
        raise answer
    return answer


async def get_users(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any] | ServiceError]:
    arns = [str(one.get("UserArn") or "") for one in params]
    found = await context.database.read(lambda connection: users.users_by_arn(connection, tenant, arns))
    return [
        {"User": user_of(one["Source"], found[arn])} if arn in found else not_found("user")
        for arn, one in zip(arns, params, strict=True)
    ]


def user_data(user: StoredUser) -> dict[str, Any]:
    """`UserData` of SearchUsers, which does not tell the user id."""
    return present(
        {
            "UserArn": user.arn,
            "FirstName": user.first_name,
            "LastName": user.last_name,
            "Email": user.email,
            "EnrollmentStatus": user.enrollment_status,
            "EnrollmentId": user.enrollment_id,
        }
    )


def _items(page: Page) -> list[dict[str, Any]]:
    return [user_data(stored_user(row)) for row in page.rows]


search_users = Search(
    operation="SearchUsers",
    result="Users",
    filters={
        "UserId": lambda ids: is_one_of(columns.c.user_id, ids),
        "FirstName": lambda names: is_one_of_keys(columns.c.first_name_key, names),
        "LastName": lambda names: is_one_of_keys(columns.c.last_name_key, names),
        "Email": lambda emails: is_one_of_keys(columns.c.email_key, emails),
        "EnrollmentStatus": lambda words: is_one_of(columns.c.enrollment_status, words),
    },
    sorts={
        "UserId": SORTED_BY[Field.USER_ID],
        "FirstName": SORTED_BY[Field.FIRST_NAME],
        "LastName": SORTED_BY[Field.LAST_NAME],
        "Email": SORTED_BY[Field.EMAIL],
        "EnrollmentStatus": SORTED_BY[Field.ENROLLMENT_STATUS],
    },
    ties=(),
    arn=users.KEY[0],
    page=users.list_users,
    count=users.count_users,
    items=_items,
)


async def query_users(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page by a ListQuery: {"Query", "Source"} → {"Users", "Positions", "More"}."""
    query: ListQuery[UserFilter, UserOrder] = params["Query"]
    criteria = [replace(SORTED_BY[order.field], descending=order.descending) for order in query.order]
    window = Window(query.low, query.high, query.backwards, query.limit)

    def read(connection: Connection) -> Page:
        return users.list_users(connection, tenant, users.user_conditions(query.filter), criteria, window)

    run = context.database.read if query.filter == UserFilter() else context.database.scan
    page = await run(read)
    found = [user_of(params["Source"], stored_user(row)) for row in page.rows]
    return {"Users": found, "Positions": page.positions, "More": page.more}


async def count_matching_users(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """{"Filter": UserFilter} → {"Count"}."""
    where = users.user_conditions(params["Filter"])
    return {"Count": await context.database.scan(lambda connection: users.count_users(connection, tenant, where))}
