"""Users of Alexa for Business from a file."""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.model.tenant import Tenant
from gateway.services.fleet.answers import Item
from gateway.services.fleet.counts import Counts
from gateway.services.fleet.documents import Place, Problem, WrongFile, same_member
from gateway.services.fleet.members import checked
from gateway.store.alexa_fleets import insert_users, known_users, update_users, users_by_user_id
from gateway.store.users import StoredUser
from gateway.wire.service import Shape

NEEDED = ("UserArn",)
USER_ID = re.compile(r"[A-Za-z0-9@_+.-]{1,128}")
USER_ID_MEMBER = "UserId"
"""What SearchUsers does not tell, and an export does."""


class ToldUser(Struct, frozen=True):
    """`user.user_id` is empty where the file does not tell it."""

    user: StoredUser
    place: Place


def read_user(item: Item, shape: Shape) -> tuple[ToldUser | None, list[Problem]]:
    members, problems = checked(item, shape, NEEDED)
    user_id = next((value for key, value in item.members.items() if same_member(key, USER_ID_MEMBER)), None)
    if user_id is not None and not (isinstance(user_id, str) and USER_ID.fullmatch(user_id)):
        problems.append(Problem(item.place.within(USER_ID_MEMBER), f"{user_id!r} is no user id"))
    if problems:
        return None, problems
    user = StoredUser(
        arn=members["UserArn"],
        user_id=user_id or "",
        first_name=members.get("FirstName"),
        last_name=members.get("LastName"),
        email=members.get("Email"),
        enrollment_status=members.get("EnrollmentStatus"),
        enrollment_id=members.get("EnrollmentId"),
    )
    return ToldUser(user, item.place), []


def write_users(connection: Connection, tenant: Tenant, told: Sequence[ToldUser]) -> Counts:
    """Make the tenant's users what is told of them; raise WrongFile."""
    latest = {one.user.arn: one for one in told}
    known = known_users(connection, tenant, latest)
    users = {arn: _identified(one.user, known.get(arn)) for arn, one in latest.items()}
    changed = {arn: user for arn, user in users.items() if known.get(arn) != user}
    _check_ids(connection, tenant, changed, latest)
    new = [user for arn, user in changed.items() if arn not in known]
    insert_users(connection, tenant, new)
    update_users(connection, tenant, [user for arn, user in changed.items() if arn in known])
    return Counts(len(new), len(changed) - len(new), len(users) - len(changed))


def _identified(user: StoredUser, known: StoredUser | None) -> StoredUser:
    """A user whose id is not told keeps it; a new one is called by the end of the ARN."""
    if user.user_id:
        return user
    return replace(user, user_id=user.arn.rsplit("/", 1)[-1] if known is None else known.user_id)


def _check_ids(connection: Connection, tenant: Tenant, users: dict[str, StoredUser], told: dict[str, ToldUser]) -> None:
    taken = users_by_user_id(connection, tenant, [user.user_id for user in users.values()])
    problems = []
    for arn, user in users.items():
        if taken.setdefault(user.user_id, arn) != arn:
            text = f"another user has the id {user.user_id!r}: {taken[user.user_id]}"
            problems.append(Problem(told[arn].place.within("UserArn"), text))
    if problems:
        raise WrongFile(problems)
