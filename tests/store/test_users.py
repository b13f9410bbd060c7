from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection, create_engine, event

from gateway.model.filter import UserFilter
from gateway.model.order import UserOrder, UserOrderField
from gateway.model.query import Cut, Position
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.model.user import EnrollmentStatus, User
from gateway.store.database import Database
from gateway.store.ranges import Page, Window
from gateway.store.tables import metadata
from gateway.store.users import (
    SORTED_BY,
    StoredUser,
    add_user,
    count_users,
    delete_user,
    list_users,
    stored_user,
    user_conditions,
)

RANDOM = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NUMBERS = count(1)
EVERYBODY = UserFilter()
NAMES = ["", "Ada", "ADA", "É", "e\u0301", "\U0001f600", "Straße", "STRASSE"]
STATUSES = ["PENDING", "REGISTERED", "SOMETHING_NEW"]

optional_names = st.none() | st.sampled_from(NAMES)
people = st.lists(
    st.fixed_dictionaries(
        {
            "first_name": optional_names,
            "last_name": optional_names,
            "email": optional_names,
            "enrollment_status": st.none() | st.sampled_from(STATUSES),
        }
    ),
    max_size=10,
)
orders = st.lists(st.builds(UserOrder, st.sampled_from(UserOrderField), st.booleans()), max_size=3).map(tuple)
asked_names = st.lists(st.sampled_from([*NAMES, "\0"]), max_size=3).map(tuple)
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "first_names": asked_names,
    "last_names": asked_names,
    "emails": asked_names,
    "enrollment_statuses": st.lists(st.sampled_from(EnrollmentStatus), max_size=3).map(tuple),
}
filters = st.sets(st.sampled_from(list(MEMBERS)), max_size=2).flatmap(
    lambda names: st.builds(UserFilter, **{name: MEMBERS[name] for name in names})
)


async def add_people(database: Database, members: Sequence[dict[str, Any]]) -> tuple[Tenant, list[StoredUser]]:
    """Make an account with these users, who have the same ARNs and user ids in every account."""
    tenant = Tenant(f"{next(NUMBERS):012}", "us-east-1")
    users = [
        StoredUser(f"arn:{-number % 7}:{number}", f"user-{number % 3}-{number}", **one)
        for number, one in enumerate(members)
    ]
    await database.write(lambda connection: [add_user(connection, tenant, user) for user in users])
    return tenant, users


def as_model(user: StoredUser) -> User:
    status = user.enrollment_status
    known = None if status is None else EnrollmentStatus(status if status in set(EnrollmentStatus) else "UNKNOWN")
    return User("here", user.arn, user.first_name, user.last_name, user.email, known, user.enrollment_id)


def values(user: StoredUser, order: Sequence[UserOrder]) -> tuple[str | None, ...]:
    keys = {
        UserOrderField.USER_ID: user.user_id,
        UserOrderField.FIRST_NAME: None if user.first_name is None else name_key(user.first_name),
        UserOrderField.LAST_NAME: None if user.last_name is None else name_key(user.last_name),
        UserOrderField.EMAIL: None if user.email is None else name_key(user.email),
        UserOrderField.ENROLLMENT_STATUS: user.enrollment_status,
    }
    return tuple(keys[one.field] for one in order)


def sorted_users(users: Sequence[StoredUser], order: Sequence[UserOrder]) -> list[StoredUser]:
    """Sort as the promise says it: nulls last in both directions, ties by ARN."""
    found = sorted(users, key=lambda user: user.arn)
    for one in reversed(order):
        found.sort(key=lambda user, one=one: values(user, [one])[0] or "", reverse=one.descending)
        found.sort(key=lambda user, one=one: values(user, [one])[0] is None)
    return found


def read(
    connection: Connection,
    tenant: Tenant,
    window: Window,
    order: Sequence[UserOrder] = (),
    wanted: UserFilter = EVERYBODY,
) -> tuple[Page, list[StoredUser]]:
    criteria = [replace(SORTED_BY[one.field], descending=one.descending) for one in order]
    page = list_users(connection, tenant, user_conditions(wanted), criteria, window)
    return page, [stored_user(row) for row in page.rows]


@RANDOM
@given(members=people, wanted=st.lists(filters, min_size=2, max_size=5))
async def test_the_filter_means_what_the_model_says(
    database: Database, members: list[dict[str, Any]], wanted: list[UserFilter]
) -> None:
    """The store finds and counts exactly the users that UserFilter matches, of this account only."""
    tenant, users = await add_people(database, members)
    users.sort(key=lambda user: user.arn)
    for one in wanted:
        page, found = await database.read(
            lambda connection, one=one: read(connection, tenant, Window(limit=100), wanted=one)
        )
        number = await database.read(lambda connection, one=one: count_users(connection, tenant, user_conditions(one)))

        assert found == [user for user in users if one.matches(as_model(user))]
        assert (number, page.more) == (len(found), False)


async def test_user_ids_are_found_whole_and_as_they_are(database: Database) -> None:
    """A user id has upper and lower case; what no database could hold matches nobody."""
    tenant, users = await add_people(database, [{}, {}])

    for ids, expected in (((users[0].user_id,), users[:1]), ((users[0].user_id.upper(), "\0", "\ud800"), []), ((), [])):
        wanted = UserFilter(user_ids=ids)
        _, found = await database.read(
            lambda connection, wanted=wanted: read(connection, tenant, Window(limit=9), wanted=wanted)
        )
        assert found == expected


@RANDOM
@given(members=people, late=people, order=orders, data=st.data())
async def test_pages_neither_repeat_nor_drop_while_users_come_and_go(
    database: Database,
    members: list[dict[str, Any]],
    late: list[dict[str, Any]],
    order: tuple[UserOrder, ...],
    data: st.DataObject,
) -> None:
    """In any order and both directions, who was there all the time is read once, in the promised order."""
    tenant, users = await add_people(database, members)
    expected = sorted_users(users, order)
    backwards, size = data.draw(st.booleans()), data.draw(st.integers(1, 4))
    leaving = data.draw(st.sets(st.sampled_from([user.arn for user in users]), max_size=3)) if users else set()

    def read_on(connection: Connection, cut: Cut | None) -> tuple[Page, list[StoredUser]]:
        window = Window(None, cut, backwards, size) if backwards else Window(cut, None, backwards, size)
        return read(connection, tenant, window, order)

    def change(connection: Connection) -> None:
        for arn in leaving:
            assert delete_user(connection, tenant, arn, "")
        for number, one in enumerate(late):
            assert add_user(connection, tenant, StoredUser(f"arn:late:{number}", f"late-{number}", **one))

    page, seen = await database.read(lambda connection: read_on(connection, None))
    await database.write(change)
    while page.more:
        cut = Cut(page.positions[-1], after=not backwards)
        page, found = await database.read(lambda connection, cut=cut: read_on(connection, cut))
        seen += found

    arns = [user.arn for user in seen]
    there = [user.arn for user in expected if user.arn not in leaving]
    assert len(arns) == len(set(arns))
    assert [arn for arn in arns if arn in there] == (there[::-1] if backwards else there)


@RANDOM
@given(members=people, order=orders)
async def test_positions_are_the_orders_values_and_the_arn(
    database: Database, members: list[dict[str, Any]], order: tuple[UserOrder, ...]
) -> None:
    """A position has a value for each criterion, None where the user lacks it."""
    tenant, users = await add_people(database, members)

    page, found = await database.read(lambda connection: read(connection, tenant, Window(limit=100), order))

    assert found == sorted_users(users, order)
    assert list(page.positions) == [Position(values(user, order), (user.arn,)) for user in found]


async def test_a_user_is_added_and_deleted_once(database: Database) -> None:
    """A second user of an ARN or a user id changes nothing; nor does deleting with another enrollment id."""
    tenant = Tenant("1", "r")
    user = StoredUser("arn:1", "ada", enrollment_id="e")

    def write(connection: Connection) -> list[bool]:
        return [
            add_user(connection, tenant, user),
            add_user(connection, tenant, replace(user, user_id="eve")),
            add_user(connection, tenant, replace(user, arn="arn:2")),
            delete_user(connection, tenant, "arn:1", ""),
            delete_user(connection, Tenant("2", "r"), "arn:1", "e"),
            delete_user(connection, tenant, "\0", "e"),
            delete_user(connection, tenant, "arn:1", "e"),
            delete_user(connection, tenant, "arn:1", "e"),
        ]

    assert await database.write(write) == [True, False, False, False, False, False, True, False]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", [None, *UserOrderField])
def test_every_order_is_read_from_an_index(tmp_path: Path, field: UserOrderField | None, *, descending: bool) -> None:
    """A page of any single field's order, wherever it begins and in both directions, is neither a scan nor a sort."""
    engine = create_engine(f"sqlite:///{tmp_path / 'plans.db'}")
    metadata.create_all(engine)
    order = [] if field is None else [UserOrder(field, descending)]
    cut = Cut(Position(("x",) * len(order), ("x",)), after=True)
    windows = [
        Window(low, high, backwards, 9) for low in (None, cut) for high in (None, cut) for backwards in (False, True)
    ]
    statements: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _record(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    plans = []
    with engine.connect() as connection:
        for window in windows:
            read(connection, Tenant("1", "r"), window, order)
            statement, parameters = statements[-1]
            plans.append([row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)])
    engine.dispose()

    steps = [step for plan in plans for step in plan]
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN users")]
    assert all(any(step.startswith("SEARCH users USING INDEX") for step in plan) for plan in plans)
