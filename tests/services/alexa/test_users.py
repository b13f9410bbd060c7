import asyncio
from datetime import timedelta

import pytest

from gateway.services.alexa import users
from gateway.services.alexa.arns import new_user_arn, organization
from gateway.sources import alexa_answers
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.services.alexa.fleet import ELSEWHERE, HERE, NEIGHBOUR, TOKEN, Fleet

ADA = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.org"}


async def test_create_user_and_find_them(fleet: Fleet) -> None:
    """A new user is not invited yet; the user id finds them and is not told."""
    arn = await fleet.user("ada", **ADA, Tags=[{"Key": "team", "Value": "engines"}])

    found = await fleet.call("SearchUsers", Filters=[{"Key": "UserId", "Values": ["ada"]}])
    enrollment_id = found["Users"][0]["EnrollmentId"]
    expected = {"UserArn": arn, **ADA, "EnrollmentStatus": "INITIALIZED", "EnrollmentId": enrollment_id}
    assert arn.startswith(f"arn:aws:a4b:us-east-1:123456789012:user/{organization(HERE)}/")
    assert len(enrollment_id) == 32
    assert found == {"Users": [expected], "TotalCount": 1}
    assert await fleet.beyond("GetUser", UserArn=arn, Source="hq") == {"User": alexa_answers.user("hq", expected)}
    assert await fleet.call("ListTags", Arn=arn) == {"Tags": [{"Key": "team", "Value": "engines"}]}


async def test_user_ids_are_unique_in_an_account(fleet: Fleet) -> None:
    """A second user of an id is refused, and the refusal tells the token of the request."""
    await fleet.user("ada")
    await fleet.user("ada", NEIGHBOUR)
    await fleet.user("ada", ELSEWHERE)

    refusal = await fleet.refused("ResourceInUseException", "CreateUser", UserId="ada", ClientRequestToken=TOKEN)
    bare = await fleet.refused("ResourceInUseException", "CreateUser", UserId="ada")
    assert refusal.members == {"ClientRequestToken": TOKEN}
    assert bare.members == {}


async def test_create_user_with_the_same_token_makes_one_user(fleet: Fleet, clock: Clock) -> None:
    """A repeated request gets the same user, another request of that token a refusal; after a day the token is free."""
    arn = await fleet.user("ada", ClientRequestToken=TOKEN)
    again = await fleet.user("ada", ClientRequestToken=TOKEN)

    assert again == arn
    await fleet.refused("ResourceInUseException", "CreateUser", UserId="eve", ClientRequestToken=TOKEN)
    clock.advance(timedelta(days=1))
    assert await fleet.user("eve", ClientRequestToken=TOKEN) != arn


async def test_a_token_of_one_operation_is_free_for_another(fleet: Fleet) -> None:
    """A user and a room may be made by requests of the same token, and each is known again."""
    user = await fleet.user("ada", ClientRequestToken=TOKEN)
    room = await fleet.room("Lobby", ClientRequestToken=TOKEN)

    assert (":user/" in user, ":room/" in room) == (True, True)
    assert await fleet.user("ada", ClientRequestToken=TOKEN) == user
    assert await fleet.room("Lobby", ClientRequestToken=TOKEN) == room


async def test_a_refused_request_does_not_use_up_its_token(fleet: Fleet) -> None:
    """Who was refused may put the cause right and send the token again."""
    tags = [{"Key": f"key{number}", "Value": ""} for number in range(51)]
    refused = {"UserId": "ada", "ClientRequestToken": TOKEN, "Tags": tags}
    await fleet.refused("LimitExceededException", "CreateUser", **refused)

    assert await fleet.user("ada", ClientRequestToken=TOKEN, Tags=tags[:50])


async def test_an_account_has_a_limit_of_users(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user beyond the limit is refused, also when two come at once."""
    monkeypatch.setattr(users, "MAX_USERS", 1)

    answers = await asyncio.gather(*(fleet.user(name) for name in ("ada", "eve")), return_exceptions=True)

    assert sorted(answer.code for answer in answers if isinstance(answer, ServiceError)) == ["LimitExceededException"]
    await fleet.refused("LimitExceededException", "CreateUser", UserId="bob")


async def test_delete_user_asks_for_the_enrollment_id(fleet: Fleet) -> None:
    """Only with its own enrollment id is a user deleted, with its tags; then it is not found any more."""
    arn = await fleet.user("ada", Tags=[{"Key": "a", "Value": ""}])
    enrollment_id = (await fleet.beyond("GetUser", UserArn=arn, Source="hq"))["User"].enrollment_id

    for wrong in ("", "x"):
        await fleet.refused("NotFoundException", "DeleteUser", UserArn=arn, EnrollmentId=wrong)
    await fleet.refused("NotFoundException", "DeleteUser", EnrollmentId=enrollment_id)
    await fleet.refused("NotFoundException", "DeleteUser", NEIGHBOUR, UserArn=arn, EnrollmentId=enrollment_id)
    assert await fleet.call("DeleteUser", UserArn=arn, EnrollmentId=enrollment_id) == {}
    await fleet.refused("NotFoundException", "DeleteUser", UserArn=arn, EnrollmentId=enrollment_id)
    assert (await fleet.everything())["tags"] == []


async def test_many_users_are_answered_at_once(fleet: Fleet) -> None:
    """Answers stand in the order asked for; a user who is not there is a refusal of its own."""
    ada, eve = await fleet.user("ada", FirstName="Ada"), await fleet.user("eve", FirstName="Eve")
    foreign = await fleet.user("bob", NEIGHBOUR)

    asked = [{"UserArn": arn, "Source": "hq"} for arn in (eve, foreign, new_user_arn(HERE), ada)]
    answers = await fleet.service.call_many(HERE, "GetUser", asked)

    told = [one.code if isinstance(one, ServiceError) else one["User"].first_name for one in answers]
    assert told == ["Eve", "NotFoundException", "NotFoundException", "Ada"]
