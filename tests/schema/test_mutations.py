"""Enabling, tagging and invoking: what a mutation returns, and every read after it, sees what it wrote."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from gateway.model.ids import GlobalId, NodeKind
from gateway.wire.errors import ServiceError
from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES

pytestmark = pytest.mark.asyncio(loop_scope="session")

ERRORS = "userErrors { code message field } clientMutationId"
DEVICE = "device { name tags { key value } ... on OneClickDevice { enabled } }"
ENABLE = f"""mutation ($id: ID!, $enabled: Boolean!) {{
  setDeviceEnabled(input: {{ id: $id, enabled: $enabled, clientMutationId: "m1" }}) {{ {DEVICE} {ERRORS} }} }}"""
TAG = f"""mutation ($id: ID!, $tags: [TagInput!]!) {{
  tagDevice(input: {{ id: $id, tags: $tags, clientMutationId: "m1" }}) {{ {DEVICE} {ERRORS} }} }}"""
UNTAG = f"""mutation ($id: ID!, $keys: [String!]!) {{
  untagDevice(input: {{ id: $id, keys: $keys, clientMutationId: "m1" }}) {{ {DEVICE} {ERRORS} }} }}"""
INVOKE = f"""mutation ($id: ID!, $deviceType: String, $methodName: String!, $parameters: JSON) {{
  invokeDeviceMethod(input: {{ id: $id, deviceType: $deviceType, methodName: $methodName, parameters: $parameters,
                               clientMutationId: "m1" }}) {{ response {ERRORS} }} }}"""
ALL = (
    (ENABLE, {"enabled": True}),
    (TAG, {"tags": [{"key": "a", "value": "1"}]}),
    (UNTAG, {"keys": ["a"]}),
    (INVOKE, {"methodName": "getOnClickCallback"}),
)
Make: TypeAlias = Callable[[Graph], Awaitable[str]]
TARGET = {"awsLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:f"}


async def a_button(graph: Graph, *, enabled: bool = True) -> str:
    await Maker(graph).buttons(button(1), enabled=enabled)
    return GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(1)).encode()


async def an_echo(graph: Graph) -> str:
    arn = await Maker(graph).echo(echo(1))
    return GlobalId(NodeKind.ALEXA_DEVICE, "echoes", arn).encode()


async def refused(graph: Graph, document: str, **variables: object) -> tuple[str, list[str]]:
    """Make sure that the mutation is refused in its payload, that the rest of it is null, and that nothing changed."""
    error = await refusal(graph, document, **variables)
    assert error["message"]
    return error["code"], error["field"]


async def refusal(graph: Graph, document: str, **variables: object) -> dict[str, Any]:
    """As refused, with the message."""
    before = await graph.everything()
    [payload] = (await graph.data(document, **variables)).values()
    assert await graph.everything() == before
    [error] = payload.pop("userErrors")
    assert payload.pop("clientMutationId") == "m1"
    assert set(payload.values()) == {None}
    user_error: dict[str, Any] = error
    return user_error


async def test_a_button_is_enabled_and_disabled(graph: Graph) -> None:
    """The payload has the device as it is then, and so has every read after it."""
    node_id = await a_button(graph, enabled=False)
    for enabled in (True, False):
        payload = (await graph.data(ENABLE, id=node_id, enabled=enabled))["setDeviceEnabled"]
        found = await graph.data("{ devices { nodes { ... on OneClickDevice { enabled } } } }")

        assert payload["device"]["enabled"] is enabled
        assert (payload["userErrors"], payload["clientMutationId"]) == ([], "m1")
        assert found["devices"]["nodes"] == [{"enabled": enabled}]


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
async def test_devices_of_both_services_are_tagged(graph: Graph, make: Make) -> None:
    """Tags are added, replaced and removed on either service, and read back in the payload."""
    node_id = await make(graph)
    first = await graph.data(TAG, id=node_id, tags=[{"key": "b", "value": "1"}, {"key": "a", "value": "ä ö"}])
    second = await graph.data(TAG, id=node_id, tags=[{"key": "b", "value": ""}])
    third = await graph.data(UNTAG, id=node_id, keys=["a", "no such key"])

    tags = [
        answer[name]["device"]["tags"]
        for answer, name in ((first, "tagDevice"), (second, "tagDevice"), (third, "untagDevice"))
    ]
    assert tags == [
        [{"key": "a", "value": "ä ö"}, {"key": "b", "value": "1"}],
        [{"key": "a", "value": "ä ö"}, {"key": "b", "value": ""}],
        [{"key": "b", "value": ""}],
    ]
    found = await graph.data("{ devices { nodes { tags { key value } } } }")
    assert found["devices"]["nodes"] == [{"tags": [{"key": "b", "value": ""}]}]


async def test_the_tag_name_names_a_button(graph: Graph) -> None:
    """A button is called by its tag `Name`, in the payload and in lists sorted by name; without it by its id."""
    node_id = await a_button(graph)
    await Maker(graph).buttons(button(2))
    in_order = "{ devices(orderBy: [{ field: NAME }]) { nodes { name } } }"
    named = await graph.data(TAG, id=node_id, tags=[{"key": "Name", "value": "Zimmer"}])
    sorted_by_name = await graph.data(in_order)
    unnamed = await graph.data(UNTAG, id=node_id, keys=["Name"])

    assert named["tagDevice"]["device"]["name"] == "Zimmer"
    assert [node["name"] for node in sorted_by_name["devices"]["nodes"]] == [button(2), "Zimmer"]
    assert unnamed["untagDevice"]["device"]["name"] == button(1)
    assert [node["name"] for node in (await graph.data(in_order))["devices"]["nodes"]] == [button(1), button(2)]


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
async def test_mutations_of_one_request_see_each_other(graph: Graph, make: Make) -> None:
    """Mutations run one after the other, and what each returns is what is true then."""
    node_id = await make(graph)
    tags = "device { tags { key } }"
    document = f"""mutation ($id: ID!) {{
      one: tagDevice(input: {{ id: $id, tags: [{{ key: "a", value: "" }}] }}) {{ {tags} }}
      two: tagDevice(input: {{ id: $id, tags: [{{ key: "b", value: "" }}] }}) {{ {tags} }}
      three: untagDevice(input: {{ id: $id, keys: ["a"] }}) {{ {tags} }}
    }}"""
    answer = await graph.data(document, id=node_id)

    keys = [[tag["key"] for tag in answer[name]["device"]["tags"]] for name in ("one", "two", "three")]
    assert keys == [["a"], ["a", "b"], ["b"]]


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
@pytest.mark.parametrize("document", [TAG, UNTAG], ids=["tag", "untag"])
async def test_an_empty_change_changes_nothing(graph: Graph, make: Make, document: str) -> None:
    """No tags and no keys are nothing to do, and the device comes back as it is."""
    node_id = await make(graph)
    before = await graph.everything()
    [payload] = (await graph.data(document, id=node_id, tags=[], keys=[])).values()

    assert (payload["device"]["tags"], payload["userErrors"]) == ([], [])
    assert await graph.everything() == before


WRONG_TAGS = {
    "no key": ([{"key": "", "value": "x"}], "tags[0].key must have 1 to 128 characters, and has 0."),
    "long key": ([{"key": "k" * 129, "value": "x"}], "tags[0].key must have 1 to 128 characters, and has 129."),
    "long value": ([{"key": "k", "value": "v" * 257}], "tags[0].value must have 0 to 256 characters, and has 257."),
    "one of two": (
        [{"key": "good", "value": ""}, {"key": "", "value": ""}],
        "tags[1].key must have 1 to 128 characters, and has 0.",
    ),
    "NUL": ([{"key": "k\0", "value": ""}], "tags[0].key must not have the character NUL."),
    "NUL in a value": ([{"key": "k", "value": "\0"}], "tags[0].value must not have the character NUL."),
    "twice": ([{"key": "k", "value": "1"}, {"key": "k", "value": "2"}], "tags must not hold a key twice."),
}


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
@pytest.mark.parametrize(("tags", "told"), WRONG_TAGS.values(), ids=WRONG_TAGS.keys())
async def test_wrong_tags_are_refused_whole(graph: Graph, make: Make, tags: list[dict[str, str]], told: str) -> None:
    """What no device could have as a tag is INVALID_INPUT at its field, in the same words for all; nobody is asked."""
    node_id = await make(graph)
    graph.reached()

    assert await refusal(graph, TAG, id=node_id, tags=tags) == {
        "code": "INVALID_INPUT",
        "field": ["input", "tags"],
        "message": told,
    }
    assert graph.reached() == []


async def test_what_a_tag_may_not_have_is_told_in_plain_words(graph: Graph) -> None:
    """Which character it is, and which there may be; a button's tags may have any."""
    device_id, tags = await an_echo(graph), [{"key": "k", "value": "Bell \N{BELL SYMBOL}"}]
    error = await refusal(graph, TAG, id=device_id, tags=tags)
    [payload] = (await graph.data(TAG, id=await a_button(graph), tags=tags)).values()

    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "tags"])
    assert error["message"] == (
        "Tags of this device have letters, digits, spaces and _.:/=+-@ only, not '\N{BELL SYMBOL}'."
    )
    assert payload["device"]["tags"] == tags


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
async def test_the_longest_tag_is_set_and_removed(graph: Graph, make: Make) -> None:
    """A key of 128 characters and a value of 256 are a tag."""
    node_id = await make(graph)
    longest = {"key": "ä" * 128, "value": "v" * 256}
    tagged = await graph.data(TAG, id=node_id, tags=[longest])
    untagged = await graph.data(UNTAG, id=node_id, keys=[longest["key"]])

    assert tagged["tagDevice"]["device"]["tags"] == [longest]
    assert untagged["untagDevice"]["device"]["tags"] == []


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
async def test_a_device_has_fifty_tags_at_most(graph: Graph, make: Make) -> None:
    """The 51st tag is LIMIT_EXCEEDED on either service; a new value for one of the fifty is none too many."""
    node_id = await make(graph)
    fifty = [{"key": f"k{number}", "value": ""} for number in range(50)]
    await graph.data(TAG, id=node_id, tags=fifty)
    told = await refused(graph, TAG, id=node_id, tags=[{"key": "one more", "value": ""}])
    replaced = await graph.data(TAG, id=node_id, tags=[{"key": "k0", "value": "new"}])

    assert told == ("LIMIT_EXCEEDED", ["input", "tags"])
    assert replaced["tagDevice"]["userErrors"] == []


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
async def test_more_than_fifty_tags_at_once_are_too_many(graph: Graph, make: Make) -> None:
    """Fifty-one tags are LIMIT_EXCEEDED, and nobody is asked."""
    node_id = await make(graph)
    graph.reached()
    tags = [{"key": f"k{number}", "value": ""} for number in range(51)]

    assert await refused(graph, TAG, id=node_id, tags=tags) == ("LIMIT_EXCEEDED", ["input", "tags"])
    assert graph.reached() == []


WRONG_KEYS = {
    "too many": ([f"k{number}" for number in range(51)], "keys must not hold more than 50 tags."),
    "twice": (["k", "k"], "keys must not hold a key twice."),
    "no key": ([""], "keys[0] must have 1 to 128 characters, and has 0."),
    "long key": (["k", "k" * 129], "keys[1] must have 1 to 128 characters, and has 129."),
    "NUL": (["\0"], "keys[0] must not have the character NUL."),
}


@pytest.mark.parametrize("make", [a_button, an_echo], ids=["button", "echo"])
@pytest.mark.parametrize(("keys", "told"), WRONG_KEYS.values(), ids=WRONG_KEYS.keys())
async def test_wrong_keys_are_refused(graph: Graph, make: Make, keys: list[str], told: str) -> None:
    """More keys than a device has tags, one twice, or what could be no key, is INVALID_INPUT, and nobody is asked."""
    node_id = await make(graph)
    graph.reached()

    assert await refusal(graph, UNTAG, id=node_id, keys=keys) == {
        "code": "INVALID_INPUT",
        "field": ["input", "keys"],
        "message": told,
    }
    assert graph.reached() == []


async def test_methods_are_invoked(graph: Graph) -> None:
    """A callback that is set is read back; the health of a device is told; with or without the device type."""
    node_id = await a_button(graph)
    callback = {"deviceId": button(1), "callback": TARGET}
    set_to = await graph.data(INVOKE, id=node_id, methodName="setOnClickCallback", parameters=callback)
    kept = await graph.data(INVOKE, id=node_id, methodName="getOnClickCallback", deviceType="button")
    health = await graph.data(INVOKE, id=node_id, methodName="getDeviceHealthParameters", deviceType="device")

    assert set_to["invokeDeviceMethod"] == {"response": {}, "userErrors": [], "clientMutationId": "m1"}
    assert kept["invokeDeviceMethod"]["response"] == callback
    assert health["invokeDeviceMethod"]["response"] == {"remainingLife": 100.0}


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"methodName": "noSuchMethod"}, "methodName"),
        ({"methodName": "noSuchMethod", "deviceType": "button"}, "methodName"),
        ({"methodName": "getOnClickCallback", "deviceType": "device"}, "deviceType"),
        ({"methodName": "getOnClickCallback", "deviceType": "", "parameters": {}}, "deviceType"),
        ({"methodName": ""}, "methodName"),
        ({"methodName": "\0", "deviceType": "\0"}, "methodName"),
        ({"methodName": "getOnClickCallback", "parameters": {}}, "parameters"),
        ({"methodName": "setOnClickCallback"}, "parameters"),
        ({"methodName": "setOnClickCallback", "parameters": "text"}, "parameters"),
        ({"methodName": "setOnClickCallback", "parameters": [1, 2.5, None, True]}, "parameters"),
        ({"methodName": "setOnClickCallback", "parameters": {"callback": {"awsLambdaArn": "x"}}}, "parameters"),
        ({"methodName": "setOnClickCallback", "parameters": {"x": "y" * 5000}}, "parameters"),
        ({"methodName": "setOnClickCallback", "parameters": {"\0": "\N{BELL}"}}, "parameters"),
    ],
)
async def test_what_a_method_cannot_take_is_refused(graph: Graph, variables: dict[str, object], field: str) -> None:
    """An unknown method, one of another type, or parameters that it does not take: INVALID_INPUT at that very input."""
    node_id = await a_button(graph)

    assert await refused(graph, INVOKE, id=node_id, **variables) == ("INVALID_INPUT", ["input", field])


async def test_numbers_beyond_64_bits_are_parameters_too(graph: Graph) -> None:
    """JSON has no largest number; a method that does not take it refuses it like any other."""
    node_id = await a_button(graph)
    document = INVOKE.replace("$parameters: JSON", "$unused: JSON = null").replace(
        "parameters: $parameters", "parameters: 123456789012345678901234567890"
    )
    assert "$unused" in document
    document = document.replace(", $unused: JSON = null", "")

    told = await refused(graph, document, id=node_id, methodName="setOnClickCallback")
    assert told == ("INVALID_INPUT", ["input", "parameters"])


async def test_a_disabled_device_does_nothing(graph: Graph) -> None:
    """A method of a disabled device is PRECONDITION_FAILED."""
    node_id = await a_button(graph, enabled=False)

    code, field = await refused(graph, INVOKE, id=node_id, methodName="getDeviceHealthParameters")
    assert (code, field) == ("PRECONDITION_FAILED", ["input", "id"])


@pytest.mark.parametrize(("document", "variables"), ALL, ids=["enable", "tag", "untag", "invoke"])
async def test_an_id_that_is_no_device_is_refused(graph: Graph, document: str, variables: dict[str, object]) -> None:
    """A malformed id and that of a room are INVALID_INPUT, one whose device is gone NOT_FOUND, each at `id`."""
    await Maker(graph).room("Lobby")
    [room] = (await graph.data("{ rooms { nodes { id } } }"))["rooms"]["nodes"]
    gone = [
        GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(9)).encode(),
        GlobalId(NodeKind.ONE_CLICK_DEVICE, "no such source", button(9)).encode(),
        GlobalId(NodeKind.ALEXA_DEVICE, "echoes", "arn:aws:a4b:us-east-1:123456789012:device/0/A:B").encode(),
    ]
    for node_id in ("", "no id", room["id"]):
        assert await refused(graph, document, id=node_id, **variables) == ("INVALID_INPUT", ["input", "id"])
    for node_id in gone:
        assert await refused(graph, document, id=node_id, **variables) == ("NOT_FOUND", ["input", "id"])


@pytest.mark.parametrize(("document", "variables"), [ALL[0], ALL[3]], ids=["enable", "invoke"])
async def test_an_echo_has_no_such_operation(graph: Graph, document: str, variables: dict[str, object]) -> None:
    """What Alexa for Business cannot do is UNSUPPORTED."""
    node_id = await an_echo(graph)

    assert await refused(graph, document, id=node_id, **variables) == ("UNSUPPORTED", ["input", "id"])


@pytest.mark.parametrize(("document", "variables"), ALL, ids=["enable", "tag", "untag", "invoke"])
async def test_a_service_that_is_down_is_an_error(graph: Graph, document: str, variables: dict[str, object]) -> None:
    """What the caller cannot put right is in errors, with its code and source; nothing was changed."""
    node_id = await a_button(graph)
    before = await graph.everything()
    graph.ways.watched.one_click.failing[BUTTONS.region, None] = ServiceError("InternalFailureException", "boom")
    body = await graph.run(document, id=node_id, **variables)
    [error] = body["errors"]

    assert body["data"] is None
    assert error["extensions"] == {"code": "UPSTREAM_UNAVAILABLE", "source": "buttons"}
    assert await graph.everything() == before


@pytest.mark.parametrize(
    ("make", "operation"), [(a_button, "DescribeDevice"), (an_echo, "SearchDevices")], ids=["button", "echo"]
)
async def test_a_write_stands_although_the_device_cannot_be_read_again(
    graph: Graph,
    make: Make,
    operation: str,
) -> None:
    """Where only reading back fails, the payload comes with a null device and an error at its path: tags are set."""
    node_id = await make(graph)
    watched = graph.ways.watched
    service, place = (watched.one_click, BUTTONS) if make is a_button else (watched.alexa, ECHOES)
    reads = [operation] if graph.over_aws or make is a_button else ["GetDeviceData"]

    class Failing(dict[tuple[str, str | None], ServiceError]):
        """Fails from the second read on."""

        asked = 0

        def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - as dict.get
            self.asked += key[1] in reads
            return ServiceError("InternalFailure", "") if key[1] in reads and self.asked > 1 else default

    service.failing = Failing()
    body = await graph.run(TAG, id=node_id, tags=[{"key": "a", "value": "1"}])
    service.failing = {}
    [error] = body["errors"]

    assert body["data"]["tagDevice"] == {"device": None, "userErrors": [], "clientMutationId": "m1"}
    assert error["path"] == ["tagDevice", "device"]
    assert error["extensions"] == {"code": "UPSTREAM_UNAVAILABLE", "source": place.name}
    found = await graph.data("{ devices { nodes { tags { key } } } }")
    assert found["devices"]["nodes"] == [{"tags": [{"key": "a"}]}]
