import pytest

from tests.clients.account import Account

MISSING = "arn:aws:a4b:us-east-1:123456789012:room/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef"
TAGGING = {"TagResource": {"Tags": [{"Key": "a", "Value": "b"}]}, "UntagResource": {"TagKeys": ["a"]}, "ListTags": {}}


def resource(account: Account, noun: str) -> str:
    if noun == "device":
        return account.echo()
    made = (
        account.alexa("CreateRoom", RoomName="Lobby") if noun == "room" else account.alexa("CreateUser", UserId="ada")
    )
    return str(made["RoomArn" if noun == "room" else "UserArn"])


def tag(key: str, value: str = "") -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.mark.parametrize("noun", ["device", "room", "user"])
def test_tags_are_set_replaced_and_taken_away(account: Account, noun: str) -> None:
    """Of devices, rooms and users alike, sorted by key."""
    arn = resource(account, noun)

    set_ = account.alexa("TagResource", Arn=arn, Tags=[tag("team", "Küche"), tag("floor", "2"), tag("old")])
    account.alexa("TagResource", Arn=arn, Tags=[tag("floor", "3")])
    taken = account.alexa("UntagResource", Arn=arn, TagKeys=["old", "never there"])

    assert (set_, taken) == ({}, {})
    assert account.alexa("ListTags", Arn=arn) == {"Tags": [tag("floor", "3"), tag("team", "Küche")]}


def test_the_paginator_reads_every_tag_once(account: Account) -> None:
    """boto3's paginator goes through pages of twenty."""
    arn = account.echo()
    tags = [tag(f"key {number:02}", str(number)) for number in range(50)]
    account.alexa("TagResource", Arn=arn, Tags=tags)

    pages = account.alexa_pages("ListTags", 20, Arn=arn)

    assert [page["Tags"] for page in pages] == [tags[:20], tags[20:40], tags[40:]]


def test_tags_are_fifty_at_most(account: Account) -> None:
    """The fifty-first is refused with all that came with it."""
    arn = account.echo()
    account.alexa("TagResource", Arn=arn, Tags=[tag(f"key {number}") for number in range(50)])

    account.alexa_refuses("LimitExceededException", "TagResource", Arn=arn, Tags=[tag("key 1", "x"), tag("new")])


@pytest.mark.parametrize(
    "tags",
    [[tag("")], [tag("k" * 129)], [tag("k", "v" * 257)], [tag("a!")], [tag("a"), tag("a")], [{"Key": "a"}], None],
)
def test_a_tag_has_its_limits(account: Account, tags: list[dict[str, str]] | None) -> None:
    """The model's lengths and pattern; each key once, with a value."""
    given = {} if tags is None else {"Tags": tags}

    account.alexa_refuses("ValidationException", "TagResource", Arn=account.echo(), **given)


def test_keys_to_take_away_must_be_given(account: Account) -> None:
    """And be keys."""
    arn = account.echo()

    account.alexa_refuses("ValidationException", "UntagResource", Arn=arn)
    account.alexa_refuses("ValidationException", "UntagResource", Arn=arn, TagKeys=[""])


@pytest.mark.parametrize("operation", sorted(TAGGING))
def test_only_the_owner_reaches_tags(account: Account, neighbour: Account, operation: str) -> None:
    """An unknown resource and a neighbour's are not found; what is no ARN is refused as such."""
    theirs = [resource(neighbour, noun) for noun in ("device", "room", "user")]

    for arn in (MISSING, *theirs):
        account.alexa_refuses("NotFoundException", operation, Arn=arn, **TAGGING[operation])
    account.alexa_refuses("ValidationException", operation, Arn="rubbish", **TAGGING[operation])


def test_a_token_counts_only_where_it_was_given_out(account: Account, neighbour: Account) -> None:
    """Rubbish, another account's and another resource's tokens are refused."""
    tags = [tag("a"), tag("b")]
    mine, other, theirs = account.echo(), account.echo(), neighbour.echo()
    for owner, arn in ((account, mine), (account, other), (neighbour, theirs)):
        owner.alexa("TagResource", Arn=arn, Tags=tags)
    tokens = [
        "rubbish",
        account.alexa("ListTags", Arn=other, MaxResults=1)["NextToken"],
        neighbour.alexa("ListTags", Arn=theirs, MaxResults=1)["NextToken"],
    ]

    for token in tokens:
        account.alexa_refuses("ValidationException", "ListTags", Arn=mine, NextToken=token)
    for size in (0, 51):
        account.alexa_refuses("ValidationException", "ListTags", Arn=mine, MaxResults=size)
