"""Claiming and giving back devices of 1-Click, without telling anyone what exists."""

from typing import Any

import pytest

from gateway.model.ids import GlobalId, NodeKind
from gateway.model.tenant import Tenant
from gateway.wire.errors import ServiceError
from tests.schema.graph import Graph, open_graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEIGHBOUR = Tenant("210987654321", "us-west-2")
CODE = "C-123EXAMPLE"
ERRORS = "userErrors { code message field } clientMutationId"
CLAIM = f"""mutation ($claimCode: String!, $source: String) {{
  claimDevices(input: {{ claimCode: $claimCode, source: $source, clientMutationId: "m1" }}) {{
    claimCode total {ERRORS} }} }}"""
INITIATE = f"""mutation ($deviceId: String!, $source: String) {{
  initiateDeviceClaim(input: {{ deviceId: $deviceId, source: $source, clientMutationId: "m1" }}) {{
    state device {{ id }} {ERRORS} }} }}"""
FINALIZE = f"""mutation ($deviceId: String!, $source: String, $tags: [TagInput!]) {{
  finalizeDeviceClaim(input: {{ deviceId: $deviceId, source: $source, tags: $tags, clientMutationId: "m1" }}) {{
    state device {{ id name enabled tags {{ key value }} }} {ERRORS} }} }}"""
UNCLAIM = f"""mutation ($id: ID!) {{
  unclaimDevice(input: {{ id: $id, clientMutationId: "m1" }}) {{ state unclaimedDeviceId {ERRORS} }} }}"""
NAMES = "{ devices { nodes { name } } }"


async def neighbour_claims(graph: Graph, *device_ids: str) -> None:
    code = f"C-{device_ids[0]}"
    await Maker(graph).manufacture(device_ids, code=code)
    await graph.ways.watched.one_click.service.call(NEIGHBOUR, "ClaimDevicesByClaimCode", {"ClaimCode": code})


async def refused(graph: Graph, document: str, **variables: object) -> dict[str, Any]:
    """Make sure that the mutation is refused in its payload, that the rest of it is null, and that nothing changed."""
    before = await graph.everything()
    [payload] = (await graph.data(document, **variables)).values()
    assert await graph.everything() == before
    [error] = payload.pop("userErrors")
    assert payload.pop("clientMutationId") == "m1"
    assert set(payload.values()) == {None}
    return {"code": error["code"], "field": error["field"], "message": error["message"]}


async def names(graph: Graph) -> list[str]:
    return [node["name"] for node in (await graph.data(NAMES))["devices"]["nodes"]]


async def test_a_code_claims_all_of_its_devices(graph: Graph) -> None:
    """A manufacturer's code claims every device it stands for; they are disabled until they are set to be enabled."""
    await Maker(graph).manufacture([button(1), button(2)], code=CODE)
    await Maker(graph).manufacture([button(3)])
    answer = await graph.data(CLAIM, claimCode=CODE)
    found = await graph.data("{ devices { nodes { name ... on OneClickDevice { enabled } } } }")

    assert answer["claimDevices"] == {"claimCode": CODE, "total": 2, "userErrors": [], "clientMutationId": "m1"}
    assert found["devices"]["nodes"] == [{"name": button(number), "enabled": False} for number in (1, 2)]


@pytest.mark.parametrize("code", ["", "123EXAMPLE", "C-", "C-a b", "C-" + "x" * 50, "../C-1", "C-\0", "C-1\n"])
async def test_a_code_of_the_wrong_form_is_invalid(graph: Graph, code: str) -> None:
    """What no box could have printed on it is INVALID_INPUT at its field, in our own words; nobody is asked."""
    error = await refused(graph, CLAIM, claimCode=code)

    form = "C-, then letters, digits and '-', at most 40 characters"
    assert error == {
        "code": "INVALID_INPUT",
        "field": ["input", "claimCode"],
        "message": f"This is not the form of a claim code: {form}.",
    }
    assert graph.reached() == []


async def test_a_code_tells_nothing_but_that_it_does_not_work(graph: Graph) -> None:
    """An unknown code and one that somebody used are the same NOT_FOUND."""
    await neighbour_claims(graph, button(1))
    unknown = await refused(graph, CLAIM, claimCode="C-UNKNOWN")
    used = await refused(graph, CLAIM, claimCode=f"C-{button(1)}")

    assert (unknown["code"], unknown["field"]) == ("NOT_FOUND", ["input", "claimCode"])
    assert used == unknown


async def test_a_device_is_claimed_by_pressing_it(graph: Graph) -> None:
    """Initiate, press, finalize: the device is the caller's, with the tags given, in the payload and in every list."""
    maker = Maker(graph)
    await maker.manufacture([button(1)])
    initiated = await graph.data(INITIATE, deviceId=button(1))
    before = await names(graph)
    await maker.press(button(1))
    tags = [{"key": "Name", "value": "Türglocke"}, {"key": "floor", "value": ""}]
    finalized = await graph.data(FINALIZE, deviceId=button(1), tags=tags)

    expected = {"state": "CLAIM_INITIATED", "device": None, "userErrors": [], "clientMutationId": "m1"}
    assert initiated["initiateDeviceClaim"] == expected
    assert before == []
    payload = finalized["finalizeDeviceClaim"]
    assert (payload["state"], payload["userErrors"], payload["clientMutationId"]) == ("CLAIMED", [], "m1")
    assert payload["device"]["name"] == "Türglocke"
    assert payload["device"]["tags"] == tags
    assert payload["device"]["enabled"] is False
    assert await names(graph) == ["Türglocke"]


async def test_an_unfinished_claim_is_told_to_its_claimant_alone(graph: Graph) -> None:
    """Not pressed yet: PRECONDITION_FAILED where the claim is one's own and the service tells so, else NOT_FOUND."""
    maker = Maker(graph)
    await maker.manufacture([button(1), button(2)])
    await graph.data(INITIATE, deviceId=button(1))
    await graph.ways.watched.one_click.service.call(NEIGHBOUR, "InitiateDeviceClaim", {"DeviceId": button(2)})
    own = await refused(graph, FINALIZE, deviceId=button(1))
    others = await refused(graph, FINALIZE, deviceId=button(2))
    nobodys = await refused(graph, FINALIZE, deviceId=button(9))

    assert own["field"] == ["input", "deviceId"]
    assert own["code"] == ("NOT_FOUND" if graph.over_aws else "PRECONDITION_FAILED")
    assert others["code"] == "NOT_FOUND"
    assert others == nobodys


async def test_what_is_ones_own_already_is_a_conflict(graph: Graph) -> None:
    """Claiming a device that one has is CONFLICT, at either step."""
    await Maker(graph).buttons(button(1))
    for document in (INITIATE, FINALIZE):
        error = await refused(graph, document, deviceId=button(1))

        assert (error["code"], error["field"]) == ("CONFLICT", ["input", "deviceId"])


@pytest.mark.parametrize("document", [INITIATE, FINALIZE], ids=["initiate", "finalize"])
async def test_claiming_does_not_tell_what_exists(graph: Graph, document: str) -> None:
    """A device of another account and one that was never made are the same NOT_FOUND, word for word."""
    await neighbour_claims(graph, button(1))
    others = await refused(graph, document, deviceId=button(1))
    unknown = await refused(graph, document, deviceId=button(2))

    assert (others["code"], others["field"]) == ("NOT_FOUND", ["input", "deviceId"])
    assert unknown == others
    if document is FINALIZE:
        await Maker(graph).manufacture([button(3)])
        assert await refused(graph, document, deviceId=button(3)) == others


@pytest.mark.parametrize("device_id", ["", ".", "..", "../claims", "a/b", "a b", "%2e", "\0", "\N{BELL}", "x" * 200])
@pytest.mark.parametrize("document", [INITIATE, FINALIZE], ids=["initiate", "finalize"])
async def test_what_cannot_be_a_device_id_is_not_found(graph: Graph, document: str, device_id: str) -> None:
    """A text that is no device id is NOT_FOUND, and no service is asked."""
    error = await refused(graph, document, deviceId=device_id)

    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "deviceId"])
    assert graph.reached() == []


@pytest.mark.parametrize(
    "tags",
    [
        [{"key": "", "value": "x"}],
        [{"key": "k" * 129, "value": "x"}],
        [{"key": "k", "value": "v" * 257}],
        [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}],
    ],
    ids=["no key", "long key", "long value", "twice"],
)
async def test_with_wrong_tags_nothing_is_claimed(graph: Graph, tags: list[dict[str, str]]) -> None:
    """Tags that no device could have are INVALID_INPUT at their field; the claim can still be finalized without."""
    maker = Maker(graph)
    await maker.manufacture([button(1)])
    await graph.data(INITIATE, deviceId=button(1))
    await maker.press(button(1))
    error = await refused(graph, FINALIZE, deviceId=button(1), tags=tags)

    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "tags"])
    assert (await graph.data(FINALIZE, deviceId=button(1)))["finalizeDeviceClaim"]["state"] == "CLAIMED"


@pytest.mark.parametrize(
    ("message", "tags", "field"),
    [
        ("The device id is not valid", None, "deviceId"),
        ("The device id is not valid", [{"key": "a", "value": ""}], "deviceId"),
        ("A tag key must not begin with aws:", [{"key": "aws:a", "value": ""}], "tags"),
        ("A tag is wrong", [], "deviceId"),
    ],
)
async def test_what_the_service_finds_invalid_is_told_where_it_is(
    graph: Graph, message: str, tags: list[dict[str, str]] | None, field: str
) -> None:
    """A claim that the service finds invalid is INVALID_INPUT at the tags where it speaks of them, else at the id."""
    graph.ways.watched.one_click.failing[BUTTONS.region, None] = ServiceError("InvalidRequestException", message)
    error = await refused(graph, FINALIZE, deviceId=button(1), tags=tags)

    assert error == {"code": "INVALID_INPUT", "field": ["input", field], "message": message}


async def test_a_claim_with_too_many_tags_is_not_made(graph: Graph) -> None:
    """More tags than a device may have are LIMIT_EXCEEDED at their field, and nobody is asked."""
    tags = [{"key": f"k{number}", "value": ""} for number in range(51)]
    error = await refused(graph, FINALIZE, deviceId=button(1), tags=tags)

    assert (error["code"], error["field"]) == ("LIMIT_EXCEEDED", ["input", "tags"])
    assert graph.reached() == []


async def test_a_claim_says_where_if_there_is_a_choice(wide_graph: Graph) -> None:
    """With two 1-Click sources, `source` must name one of them; the refusal tells which there are."""
    await Maker(wide_graph).manufacture([button(1)], code=CODE)
    for document, variables in ((CLAIM, {"claimCode": CODE}), (INITIATE, {"deviceId": button(1)})):
        for source in (None, "nowhere", "echoes"):
            error = await refused(wide_graph, document, source=source, **variables)

            assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "source"])
            assert "buttons, knobs" in error["message"]
    assert wide_graph.reached() == []
    await wide_graph.data(CLAIM, claimCode=CODE, source="knobs")
    found = await wide_graph.data("{ devices { nodes { source { name } } } }")
    assert found["devices"]["nodes"] == [{"source": {"name": "knobs"}}]


async def test_without_a_one_click_source_nothing_can_be_claimed(graph: Graph) -> None:
    """Where no source of 1-Click is configured, a claim says so."""
    async with open_graph(graph.ways, graph.way, graph.context, graph.clock, [ECHOES]) as alexa_only:
        error = await refused(alexa_only, CLAIM, claimCode=CODE)

    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "source"])
    assert "none is configured" in error["message"]


@pytest.mark.parametrize(
    ("document", "variables", "operation"),
    [
        (CLAIM, {"claimCode": CODE}, "ClaimDevicesByClaimCode"),
        (INITIATE, {"deviceId": button(1)}, "InitiateDeviceClaim"),
        (FINALIZE, {"deviceId": button(1)}, "FinalizeDeviceClaim"),
    ],
    ids=["claim", "initiate", "finalize"],
)
async def test_a_service_that_is_down_is_an_error(
    graph: Graph, document: str, variables: dict[str, str], operation: str
) -> None:
    """What the caller cannot put right is in errors, with its source; nothing was changed, and nothing tried twice."""
    await Maker(graph).manufacture([button(1)], code=CODE)
    before = await graph.everything()
    graph.ways.watched.one_click.failing[BUTTONS.region, None] = ServiceError("InternalFailureException", "boom")
    body = await graph.run(document, **variables)
    [error] = body["errors"]

    assert body["data"] is None
    assert error["extensions"] == {"code": "UPSTREAM_UNAVAILABLE", "source": "buttons"}
    assert "boom" not in error["message"]
    assert graph.reached() == [(BUTTONS.region, operation, 1)]
    assert await graph.everything() == before


async def test_a_claim_stands_although_the_device_cannot_be_read_again(graph: Graph) -> None:
    """Where only reading the device back fails, the state is told, the device is null and the error has its path."""
    maker = Maker(graph)
    await maker.manufacture([button(1)])
    await graph.data(INITIATE, deviceId=button(1))
    await maker.press(button(1))
    graph.ways.watched.one_click.failing[BUTTONS.region, "DescribeDevice"] = ServiceError("InternalFailure", "")
    body = await graph.run(FINALIZE, deviceId=button(1))
    [error] = body["errors"]

    assert body["data"]["finalizeDeviceClaim"] == {
        "state": "CLAIMED",
        "device": None,
        "userErrors": [],
        "clientMutationId": "m1",
    }
    assert error["path"] == ["finalizeDeviceClaim", "device"]
    assert error["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert await names(graph) == [button(1)]


async def test_a_device_is_given_back(graph: Graph) -> None:
    """An unclaimed device is gone from every read after it, in the same request as in the next."""
    await Maker(graph).buttons(button(1), button(2))
    [device, _] = (await graph.data("{ devices { nodes { id } } }"))["devices"]["nodes"]
    document = f"""mutation ($id: ID!) {{
      unclaimDevice(input: {{ id: $id, clientMutationId: "m1" }}) {{ state unclaimedDeviceId {ERRORS} }}
      again: unclaimDevice(input: {{ id: $id }}) {{ state {ERRORS} }} }}"""
    answer = await graph.data(document, id=device["id"])

    gone = {"state": "UNCLAIMED", "unclaimedDeviceId": device["id"], "userErrors": [], "clientMutationId": "m1"}
    assert answer["unclaimDevice"] == gone
    assert answer["again"]["state"] is None
    assert answer["again"]["userErrors"][0]["code"] == "NOT_FOUND"
    assert await names(graph) == [button(2)]
    assert await graph.data("query ($id: ID!) { node(id: $id) { id } }", id=device["id"]) == {"node": None}


async def test_only_ones_own_buttons_are_given_back(graph: Graph) -> None:
    """A malformed id, a room, an Echo device, and another account's button are each refused by name."""
    maker = Maker(graph)
    await maker.buttons(button(1))
    [own] = (await graph.data("{ devices { nodes { id } } }"))["devices"]["nodes"]
    await maker.remove_button(button(1))
    await graph.ways.watched.one_click.service.call(NEIGHBOUR, "InitiateDeviceClaim", {"DeviceId": button(1)})
    await maker.press(button(1))
    await graph.ways.watched.one_click.service.call(NEIGHBOUR, "FinalizeDeviceClaim", {"DeviceId": button(1)})
    await maker.echo(echo(1))
    await maker.room("Lobby")
    found = await graph.data("{ devices { nodes { id } } rooms { nodes { id } } }")
    asked = (
        (own["id"], "NOT_FOUND"),
        ("no id", "INVALID_INPUT"),
        (found["rooms"]["nodes"][0]["id"], "INVALID_INPUT"),
        (found["devices"]["nodes"][0]["id"], "UNSUPPORTED"),
    )
    for node_id, code in asked:
        error = await refused(graph, UNCLAIM, id=node_id)

        assert (error["code"], error["field"]) == (code, ["input", "id"])


async def test_what_was_claimed_is_there_for_what_follows_in_the_request(graph: Graph) -> None:
    """A device that was not there at the beginning of a request is, once the request has claimed it."""
    maker = Maker(graph)
    await maker.manufacture([button(1)])
    await maker.manufacture([button(2)], code=CODE)
    await graph.data(INITIATE, deviceId=button(1))
    await maker.press(button(1))
    ids = [GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(number)).encode() for number in (1, 2)]
    enable = 'setDeviceEnabled(input: {{ id: "{0}", enabled: true }}) {{ userErrors {{ code }} }}'
    document = f"""mutation {{
      a: {enable.format(ids[0])} b: {enable.format(ids[1])}
      finalizeDeviceClaim(input: {{ deviceId: "{button(1)}" }}) {{ state }}
      claimDevices(input: {{ claimCode: "{CODE}" }}) {{ total }}
      c: {enable.format(ids[0])} d: {enable.format(ids[1])} }}"""
    answer = await graph.data(document)

    assert [answer[name]["userErrors"] for name in "abcd"] == [[{"code": "NOT_FOUND"}], [{"code": "NOT_FOUND"}], [], []]
