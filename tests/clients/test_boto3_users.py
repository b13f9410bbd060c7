import pytest

from tests.clients.account import Account

MISSING = "arn:aws:a4b:us-east-1:123456789012:user/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef"
TOKEN = "token-0123456789"


def user(account: Account, user_id: str = "ada", **params: object) -> str:
    arn: str = account.alexa("CreateUser", UserId=user_id, **params)["UserArn"]
    return arn


def users(account: Account) -> list[dict[str, str]]:
    found: list[dict[str, str]] = account.alexa("SearchUsers")["Users"]
    return found


def test_a_user_is_made_and_found(account: Account) -> None:
    """Not yet invited, with an enrollment id, and the tags that came along."""
    tags = [{"Key": "team", "Value": "engines"}]

    arn = user(account, FirstName="Ada", LastName="Lovelace", Email="ada@example.com", Tags=tags)

    (found,) = users(account)
    assert found.pop("EnrollmentId")
    assert found == {
        "UserArn": arn,
        "FirstName": "Ada",
        "LastName": "Lovelace",
        "Email": "ada@example.com",
        "EnrollmentStatus": "INITIALIZED",
    }
    assert account.alexa("ListTags", Arn=arn) == {"Tags": tags}


def test_a_user_is_deleted_by_the_enrollment_id(account: Account) -> None:
    """With another one nobody is found."""
    arn = user(account)
    enrollment_id = users(account)[0]["EnrollmentId"]
    account.alexa_refuses("NotFoundException", "DeleteUser", UserArn=arn, EnrollmentId="another")

    answer = account.alexa("DeleteUser", UserArn=arn, EnrollmentId=enrollment_id)

    assert (answer, users(account)) == ({}, [])
    account.alexa_refuses("NotFoundException", "DeleteUser", UserArn=arn, EnrollmentId=enrollment_id)


def test_a_user_id_is_used_once(account: Account, neighbour: Account) -> None:
    """In its account; the refusal carries the request's token, as the model has it."""
    user(account)

    error = account.alexa_refuses("ResourceInUseException", "CreateUser", UserId="ada", ClientRequestToken=TOKEN)

    assert error["members"] == {"Message": error["message"], "ClientRequestToken": TOKEN}
    user(neighbour)


def test_a_request_that_comes_again_makes_no_second_user(account: Account) -> None:
    """With the same token it is the same user; with the token of another request it is refused."""
    arn = user(account, ClientRequestToken=TOKEN)

    assert user(account, ClientRequestToken=TOKEN) == arn
    account.alexa_refuses("ResourceInUseException", "CreateUser", UserId="bob", ClientRequestToken=TOKEN)
    assert len(users(account)) == 1


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"UserId": ""},
        {"UserId": "x" * 129},
        {"UserId": "a b"},
        {"UserId": "ada", "FirstName": "x" * 31},
        {"UserId": "ada", "LastName": "<b>"},
        {"UserId": "ada", "Email": "nobody"},
        {"UserId": "ada", "ClientRequestToken": "-123456789"},
    ],
)
def test_a_user_has_its_limits(account: Account, params: dict[str, object]) -> None:
    """The model's lengths and patterns."""
    account.alexa_refuses("ValidationException", "CreateUser", **params)


def test_a_user_has_fifty_tags_at_most(account: Account) -> None:
    """Or is not made."""
    tags = [{"Key": f"key {number}", "Value": ""} for number in range(51)]

    account.alexa_refuses("LimitExceededException", "CreateUser", UserId="ada", Tags=tags)


def test_names_go_beyond_ascii(account: Account) -> None:
    """Letters of every script."""
    user(account, FirstName="Zoë", LastName="山田")

    assert [(found["FirstName"], found["LastName"]) for found in users(account)] == [("Zoë", "山田")]


def test_only_the_owner_deletes_a_user(account: Account, neighbour: Account) -> None:
    """An unknown user and a neighbour's are not found, even with the right enrollment id."""
    theirs = user(neighbour)
    enrollment_id = users(neighbour)[0]["EnrollmentId"]

    account.alexa_refuses("NotFoundException", "DeleteUser", UserArn=MISSING, EnrollmentId=enrollment_id)
    account.alexa_refuses("NotFoundException", "DeleteUser", UserArn=theirs, EnrollmentId=enrollment_id)
    account.alexa_refuses("NotFoundException", "DeleteUser", EnrollmentId=enrollment_id)
    account.alexa_refuses("ValidationException", "DeleteUser", UserArn=theirs)
