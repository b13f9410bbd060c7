import pytest

from tests.clients.account import Account
from tests.clients.site import Site

TAGGING = {"TagResource": {"Tags": {"a": "b"}}, "UntagResource": {"TagKeys": ["a"]}, "ListTagsForResource": {}}


def tags_of(account: Account, device_id: str) -> dict[str, str]:
    answer = account.one_click("ListTagsForResource", ResourceArn=account.button_arn(device_id))
    assert set(answer) == {"Tags"}
    tags: dict[str, str] = answer["Tags"]
    return tags


def test_tags_are_set_replaced_and_taken_away(account: Account) -> None:
    """The ARN stands in the path with its colons and its slash encoded; what is not named stays."""
    device_id = account.claimed_button()
    arn = account.button_arn(device_id)

    set_ = account.one_click("TagResource", ResourceArn=arn, Tags={"floor": "2", "team": "Küche & Co", "old": ""})
    account.one_click("TagResource", ResourceArn=arn, Tags={"floor": "3"})
    taken = account.one_click("UntagResource", ResourceArn=arn, TagKeys=["old", "never there"])

    assert (set_, taken) == ({}, {})
    assert tags_of(account, device_id) == {"floor": "3", "team": "Küche & Co"}
    assert account.one_click("DescribeDevice", DeviceId=device_id)["DeviceDescription"]["Tags"] == {
        "floor": "3",
        "team": "Küche & Co",
    }


@pytest.mark.parametrize("key", ["a&b=c", "a b+c", "%2F/%", "é\U0001f514", "a,b;c", "#?"])
def test_a_key_may_hold_any_character(account: Account, key: str) -> None:
    """Keys travel in a body on their way in and in the query on their way out."""
    device_id = account.claimed_button()
    arn = account.button_arn(device_id)

    account.one_click("TagResource", ResourceArn=arn, Tags={key: key, "stays": ""})

    assert tags_of(account, device_id) == {key: key, "stays": ""}
    account.one_click("UntagResource", ResourceArn=arn, TagKeys=[key])
    assert tags_of(account, device_id) == {"stays": ""}


def test_tags_are_fifty_at_most(account: Account) -> None:
    """The fifty-first is refused with all that came with it; a replaced one does not count."""
    device_id = account.claimed_button()
    arn = account.button_arn(device_id)
    fifty = {f"key {number}": "" for number in range(50)}
    account.one_click("TagResource", ResourceArn=arn, Tags=fifty)

    account.one_click_refuses("InvalidRequestException", "TagResource", ResourceArn=arn, Tags={"key 1": "x", "new": ""})

    account.one_click("TagResource", ResourceArn=arn, Tags={"key 1": "replaced"})
    assert tags_of(account, device_id) == fifty | {"key 1": "replaced"}


@pytest.mark.parametrize(
    "tags", [{"": ""}, {"k" * 129: ""}, {"k": "v" * 257}, {"k": "\0"}], ids=lambda tags: str(tags)[:9]
)
def test_a_tag_beyond_its_limits_is_refused(account: Account, tags: dict[str, str]) -> None:
    """Keys of 1 to 128 characters, values of at most 256, and what a store can give back."""
    arn = account.button_arn(account.claimed_button())

    account.one_click_refuses("InvalidRequestException", "TagResource", ResourceArn=arn, Tags=tags)


def test_tags_and_keys_must_be_given(account: Account) -> None:
    """What is required is named where it is missing."""
    arn = account.button_arn(account.claimed_button())

    tags = account.one_click_refuses("InvalidRequestException", "TagResource", ResourceArn=arn)
    keys = account.one_click_refuses("InvalidRequestException", "UntagResource", ResourceArn=arn)

    assert ("Tags" in tags["message"], "TagKeys" in keys["message"]) == (True, True)


@pytest.mark.parametrize("operation", sorted(TAGGING))
def test_only_the_owner_reaches_tags(site: Site, account: Account, neighbour: Account, operation: str) -> None:
    """Not found: rubbish, an unknown device, one on the market, the neighbour's by their ARN and by one's own."""
    theirs = neighbour.claimed_button()
    arns = [
        "rubbish",
        account.button_arn("G030PM9999999999"),
        account.button_arn(site.button()),
        neighbour.button_arn(theirs),
        account.button_arn(theirs),
    ]

    for arn in arns:
        account.one_click_refuses("ResourceNotFoundException", operation, ResourceArn=arn, **TAGGING[operation])
