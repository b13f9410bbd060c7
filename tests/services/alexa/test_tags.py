import asyncio

import pytest

from gateway.services.alexa.arns import new_room_arn
from gateway.store.changes import ChangeKind
from gateway.wire.errors import ServiceError
from tests.services.alexa.fleet import ELSEWHERE, HERE, NEIGHBOUR, Fleet


def pairs(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.mark.parametrize("noun", ["device", "room", "user"])
async def test_tags_are_added_replaced_and_removed(fleet: Fleet, noun: str) -> None:
    """A key has one value; removing what is not there is no error; only a device's changes are logged."""
    arn = await getattr(fleet, noun)()
    before = len(await fleet.log())
    added = await fleet.call("TagResource", Arn=arn, Tags=pairs(b="1", a="2"))
    await fleet.call("TagResource", Arn=arn, Tags=pairs(b="3", é=""))
    then = await fleet.call("ListTags", Arn=arn)
    removed = await fleet.call("UntagResource", Arn=arn, TagKeys=["a", "nothing"])

    assert (added, removed) == ({}, {})
    assert then == {"Tags": pairs(a="2", b="3", é="")}
    assert await fleet.call("ListTags", Arn=arn) == {"Tags": pairs(b="3", é="")}
    logged = [(HERE, arn, ChangeKind.CHANGED)] * 3 if noun == "device" else []
    assert (await fleet.log())[before:] == logged


@pytest.mark.parametrize(
    ("operation", "params"),
    [("ListTags", {}), ("TagResource", {"Tags": pairs(a="b")}), ("UntagResource", {"TagKeys": ["k"]})],
)
async def test_a_resource_of_nobody_here_is_not_found(fleet: Fleet, operation: str, params: dict[str, object]) -> None:
    """An ARN of another account, of another region, of nothing: all the same."""
    for arn in (await fleet.device(tenant=NEIGHBOUR), await fleet.room(tenant=ELSEWHERE), new_room_arn(HERE)):
        await fleet.refused("NotFoundException", operation, Arn=arn, **params)


async def test_a_resource_has_fifty_tags(fleet: Fleet) -> None:
    """What would go beyond is refused as a whole; replacing does not count."""
    arn = await fleet.device()
    await fleet.call("TagResource", Arn=arn, Tags=pairs(**{f"k{number}": "" for number in range(49)}))

    await fleet.refused("LimitExceededException", "TagResource", Arn=arn, Tags=pairs(x="", y=""))
    assert await fleet.call("TagResource", Arn=arn, Tags=pairs(x="", k1="1")) == {}
    await fleet.refused("LimitExceededException", "TagResource", Arn=arn, Tags=pairs(y=""))


async def test_the_limit_holds_when_many_tag_at_once(fleet: Fleet) -> None:
    """Of two requests that only fit one by one, one is refused."""
    arn = await fleet.device()
    await fleet.call("TagResource", Arn=arn, Tags=pairs(**{f"k{number}": "" for number in range(49)}))

    calls = [fleet.call("TagResource", Arn=arn, Tags=pairs(**{key: ""})) for key in ("x", "y")]
    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert [one.code for one in answers if isinstance(one, ServiceError)] == ["LimitExceededException"]


async def test_a_key_given_twice_is_refused(fleet: Fleet) -> None:
    """Which of two values would count is not guessed."""
    arn = await fleet.device()

    await fleet.refused("ValidationException", "TagResource", Arn=arn, Tags=pairs(a="1") + pairs(a="2"))


async def test_tags_come_in_pages(fleet: Fleet) -> None:
    """Pages follow the keys, whatever is added or removed meanwhile; a token is good for its own resource only."""
    arn, other = await fleet.device(1), await fleet.device(2)
    await fleet.call("TagResource", Arn=arn, Tags=pairs(a="1", c="3", e="5"))

    first = await fleet.call("ListTags", Arn=arn, MaxResults=2)
    await fleet.call("UntagResource", Arn=arn, TagKeys=["a", "c"])
    await fleet.call("TagResource", Arn=arn, Tags=pairs(b="2", d="4"))
    rest = await fleet.call("ListTags", Arn=arn, NextToken=first["NextToken"])

    assert first["Tags"] == pairs(a="1", c="3")
    assert rest == {"Tags": pairs(d="4", e="5")}
    for params in ({"Arn": other, "NextToken": first["NextToken"]}, {"Arn": arn, "NextToken": "x"}):
        await fleet.refused("ValidationException", "ListTags", **params)


async def test_tags_of_many_are_one_answer_each(fleet: Fleet) -> None:
    """Answers stand in the order asked for; no tags is an empty list, no resource a refusal."""
    tagged, bare, room = await fleet.device(1), await fleet.device(2), await fleet.room(Tags=pairs(z="1", y="2"))
    await fleet.call("TagResource", Arn=tagged, Tags=pairs(a="b"))

    asked = [{"Arn": arn} for arn in (bare, room, new_room_arn(HERE), tagged, "\0")]
    answers = await fleet.service.call_many(HERE, "ListTags", asked)

    told = [one.code if isinstance(one, ServiceError) else one["Tags"] for one in answers]
    assert told == [[], pairs(y="2", z="1"), "NotFoundException", pairs(a="b"), "NotFoundException"]
