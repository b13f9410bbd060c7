import pytest
from sqlalchemy import update

from gateway.store.changes import ChangeKind
from gateway.store.tables import one_click_devices
from gateway.wire.errors import ServiceError
from tests.services.one_click.fleet import BUTTON, ELSEWHERE, HERE, NEIGHBOUR, Fleet, button_id


async def tags_of(fleet: Fleet, arn: str) -> dict[str, str]:
    answer = await fleet.call("ListTagsForResource", ResourceArn=arn)
    tags: dict[str, str] = answer["Tags"]
    return tags


async def test_tags_are_added_replaced_and_removed(fleet: Fleet) -> None:
    """A key has one value; removing what is not there is no error."""
    arn = await fleet.claimed()
    added = await fleet.call("TagResource", ResourceArn=arn, Tags={"b": "1", "a": "2"})
    await fleet.call("TagResource", ResourceArn=arn, Tags={"b": "3", "é😀": ""})
    then = await tags_of(fleet, arn)
    removed = await fleet.call("UntagResource", ResourceArn=arn, TagKeys=["a", "nothing"])

    assert (added, removed) == ({}, {})
    assert then == {"a": "2", "b": "3", "é😀": ""}
    assert await tags_of(fleet, arn) == {"b": "3", "é😀": ""}
    assert (await fleet.log())[2:] == [(HERE, BUTTON, ChangeKind.CHANGED)] * 3


@pytest.mark.parametrize(
    ("operation", "params"),
    [("ListTagsForResource", {}), ("TagResource", {"Tags": {"a": "b"}}), ("UntagResource", {"TagKeys": ["k"]})],
)
@pytest.mark.parametrize("whose", ["neighbour", "elsewhere", "unclaimed", "nobody", "malformed", "empty"])
async def test_a_resource_of_nobody_here_is_not_found(
    fleet: Fleet, operation: str, params: dict[str, object], whose: str
) -> None:
    """An ARN of another account or region, of an unclaimed device, of nothing: all the same."""
    await fleet.claimed()
    arns = {
        "neighbour": await fleet.claimed(NEIGHBOUR, button_id(2)),
        "elsewhere": await fleet.claimed(ELSEWHERE, button_id(3)),
        "unclaimed": f"arn:aws:iot1click:us-west-2:123456789012:devices/{button_id(4)}",
        "nobody": "arn:aws:iot1click:us-west-2:123456789012:devices/x",
        "malformed": BUTTON,
        "empty": "",
    }
    await fleet.manufacture([button_id(4)])

    await fleet.refused("ResourceNotFoundException", operation, ResourceArn=arns[whose], **params)


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({"good": "1", "": "v"}, "1 to 128"),
        ({"good": "1", "k" * 129: "v"}, "1 to 128"),
        ({"good": "1", "k": "v" * 257}, "at most 256"),
        ({f"new{number}": "" for number in range(50)}, "at most 50 tags"),
    ],
)
async def test_tags_beyond_a_limit_are_refused_as_a_whole(fleet: Fleet, tags: dict[str, str], word: str) -> None:
    """What the message names is what to change, and no tag of the request is kept."""
    arn = await fleet.claimed()
    await fleet.call("TagResource", ResourceArn=arn, Tags={"old": "1"})

    assert word in await fleet.refused("InvalidRequestException", "TagResource", ResourceArn=arn, Tags=tags)


async def test_tags_up_to_the_limits_are_kept(fleet: Fleet) -> None:
    """50 tags with keys of 128 and values of 256 characters, beyond the BMP too; replacing one at the limit works."""
    arn = await fleet.claimed()
    tags = {f"{number:02}" + "😀" * 126: "😀" * 256 for number in range(50)}
    await fleet.call("TagResource", ResourceArn=arn, Tags=tags)
    await fleet.call("TagResource", ResourceArn=arn, Tags={next(iter(tags)): "new"})

    assert await tags_of(fleet, arn) == tags | {next(iter(tags)): "new"}


async def test_tags_set_at_once_stay_within_the_limit(fleet: Fleet) -> None:
    """Two who each add 30 tags do not make 60."""
    arn = await fleet.claimed()
    halves = [{f"{half}{number}": "" for number in range(30)} for half in "ab"]
    answers = await fleet.at_once(*(fleet.call("TagResource", ResourceArn=arn, Tags=half) for half in halves))

    assert sorted(type(answer).__name__ for answer in answers) == ["ServiceError", "dict"]
    assert len(await tags_of(fleet, arn)) == 30


async def test_tags_of_many_are_listed_at_once(fleet: Fleet) -> None:
    """Each answer stands where its question stood; a device without tags has none, another's is not found."""
    tagged, bare = await fleet.claimed(), await fleet.claimed(device_id=button_id(2))
    foreign = await fleet.claimed(NEIGHBOUR, button_id(3))
    await fleet.call("TagResource", ResourceArn=tagged, Tags={"b": "2", "a": "1"})
    arns = [foreign, bare, tagged, "\ud800"]
    answers = await fleet.service.call_many(HERE, "ListTagsForResource", [{"ResourceArn": arn} for arn in arns])

    assert [answer.code if isinstance(answer, ServiceError) else answer["Tags"] for answer in answers] == [
        "ResourceNotFoundException",
        {},
        {"a": "1", "b": "2"},
        "ResourceNotFoundException",
    ]


async def test_tags_of_one_arn_in_two_accounts_are_apart(fleet: Fleet) -> None:
    """An import keeps foreign ARNs, so that two accounts may have the same one; each sees its own tags."""
    arn = await fleet.claimed()
    await fleet.claimed(NEIGHBOUR, button_id(2))
    move = update(one_click_devices).where(one_click_devices.c.account == NEIGHBOUR.account).values(arn=arn)
    await fleet.service.context.database.write(lambda connection: connection.execute(move))
    for tenant, name in ((HERE, "Lobby"), (NEIGHBOUR, "Attic")):
        await fleet.call("TagResource", tenant, ResourceArn=arn, Tags={"Name": name})
    await fleet.call("TagResource", ResourceArn=arn, Tags={"floor": "1"})
    listed = [(await fleet.call("ListTagsForResource", one, ResourceArn=arn))["Tags"] for one in (HERE, NEIGHBOUR)]
    described = [(await fleet.call("ListDevices", one))["Devices"][0]["Tags"] for one in (HERE, NEIGHBOUR)]

    assert listed == described == [{"Name": "Lobby", "floor": "1"}, {"Name": "Attic"}]
