"""Every filter of devices, users and rooms, the same whether a service does it or the gateway."""

import pytest
import pytest_asyncio

from gateway.model.device import AlexaDeviceStatusDetail
from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import DOTS, KNOBS

pytestmark = pytest.mark.asyncio(loop_scope="session")

B1, B2, B3, K1 = button(1), button(2), button(3), button(4)
E1, E2, E3, E4, D1 = (echo(number) for number in range(1, 6))
BUTTONS = [B1, B2, B3]
ECHOES = [E1, E2, E3, E4]
ONE_CLICK = [*BUTTONS, K1]
ALEXA = [*ECHOES, D1]
EVERYTHING = [*BUTTONS, *ECHOES, K1, D1]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def graph(module_graph: Graph) -> Graph:
    maker = Maker(module_graph)
    await maker.buttons(B1, B2)
    await maker.buttons(B3, kind="gadget", enabled=True)
    await maker.buttons(K1, place=KNOBS, enabled=True)
    await maker.tag_button(B1, Name="Küche 1", floor="3")
    await maker.tag_button(B2, floor="4", team="")
    e1 = await maker.echo(E1, "Ku\N{COMBINING DIAERESIS}che", status="READY", connection_status="ONLINE")
    e2 = await maker.echo(
        E2,
        kind="OTHER",
        status="WAS_OFFLINE",
        connection_status="OFFLINE",
        status_details=(AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", "ALL"),),
    )
    await maker.echo(E3, "Straße", status=None)
    await maker.echo(
        E4,
        "100% _x_",
        status="EXPLODED",
        connection_status="SLEEPING",
        status_details=(AlexaDeviceStatusDetail("NEW_CODE", None), AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", None)),
    )
    await maker.echo(D1, "dot", place=DOTS, status="READY", connection_status="ONLINE")
    await maker.room("Lobby", e1)
    await maker.room("Große Halle", e2)
    await maker.room("Lobby", place=DOTS)
    await maker.tag_alexa(e1, floor="3")
    await maker.tag_alexa(e2, floor="4", team="a")
    for user, members in USERS.items():
        await maker.user(user, **members)
    await maker.user("dot", place=DOTS, FirstName="Zoë")
    return module_graph


USERS: dict[str, dict[str, str]] = {
    "u1": {"FirstName": "Zoë", "LastName": "Ångström", "Email": "zoe@example.com"},
    "u2": {"FirstName": "ZOË", "LastName": "Smith", "Email": "Z.Smith@example.com"},
    "u3": {"LastName": "Smith"},
}

# A filter, and the keys of the devices that match it.
DEVICES: tuple[tuple[str, list[str]], ...] = (
    ("{}", EVERYTHING),
    ("null", EVERYTHING),
    ("{ service: ONE_CLICK }", ONE_CLICK),
    ("{ service: ALEXA_FOR_BUSINESS }", ALEXA),
    ('{ sources: ["dots"] }', [D1]),
    ('{ sources: ["dots", "buttons"] }', [*BUTTONS, D1]),
    ('{ sources: ["dots"], service: ONE_CLICK }', []),
    ("{ sources: [] }", []),
    ('{ types: ["button"] }', [B1, B2, K1]),
    ('{ types: ["gadget", "OTHER"] }', [B3, E2]),
    ('{ types: ["Button"] }', []),
    ("{ types: [] }", []),
    ('{ types: [""] }', []),
    ('{ types: ["\\u0000", "\\uFFFF"] }', []),
    ('{ nameContains: "küche" }', [B1, E1]),
    ('{ nameContains: "KÜCHE 1" }', [B1]),
    ('{ nameContains: "STRASSE" }', [E3]),
    ('{ nameContains: "g030pm" }', [B2, B3, K1]),
    ('{ nameContains: "%" }', [E4]),
    ('{ nameContains: "_x_" }', [E4]),
    ('{ nameContains: "" }', EVERYTHING),
    ('{ nameContains: "\\u0000" }', []),
    ('{ nameContains: "no such name" }', []),
    ('{ tags: [{ key: "floor" }] }', [B1, B2, E1, E2]),
    ('{ tags: [{ key: "floor", values: ["3"] }] }', [B1, E1]),
    ('{ tags: [{ key: "floor", values: ["3", "4"] }, { key: "team" }] }', [B2, E2]),
    ('{ tags: [{ key: "team", values: [""] }] }', [B2]),
    ('{ tags: [{ key: "Floor" }] }', []),
    ('{ tags: [{ key: "floor", values: [] }] }', []),
    ('{ tags: [{ key: "\\u0000", values: ["\\u0000"] }] }', []),
    ("{ tags: [] }", EVERYTHING),
    ("{ enabled: true }", [B3, K1]),
    ("{ enabled: false }", [B1, B2]),
    ("{ connectionStatus: ONLINE }", [E1, D1]),
    ("{ connectionStatus: OFFLINE }", [E2]),
    ("{ connectionStatus: UNKNOWN }", [E3, E4]),
    ("{ status: [READY] }", [E1, D1]),
    ("{ status: [READY, WAS_OFFLINE] }", [E1, E2, D1]),
    ("{ status: [UNKNOWN] }", [E3, E4]),
    ("{ status: [UNKNOWN, WAS_OFFLINE] }", [E2, E3, E4]),
    ("{ status: [] }", []),
    ('{ statusDetails: ["DEVICE_WAS_OFFLINE"] }', [E2, E4]),
    ('{ statusDetails: ["NEW_CODE", "x"] }', [E4]),
    (f'{{ serialNumbers: ["{E2}", "{D1}", "x"] }}', [E2, D1]),
    (f'{{ serialNumbers: ["{E2.lower()}"] }}', []),
    ('{ roomNames: ["lobby"] }', [E1]),
    ('{ roomNames: ["GROSSE HALLE", "Lobby"] }', [E1, E2]),
    ('{ roomNames: ["Lobb"] }', []),
    ("{ unassociatedOnly: true }", [E3, E4, D1]),
    ("{ unassociatedOnly: false }", EVERYTHING),
    ('{ enabled: true, types: ["gadget"] }', [B3]),
    ("{ enabled: true, connectionStatus: ONLINE }", []),
    ('{ connectionStatus: OFFLINE, roomNames: ["große halle"], nameContains: "2", types: ["OTHER"] }', [E2]),
)


@pytest.mark.parametrize(("wanted", "keys"), DEVICES, ids=[wanted for wanted, _ in DEVICES])
async def test_devices_are_filtered(graph: Graph, wanted: str, keys: list[str]) -> None:
    """A filter gives exactly the devices that match, in the order of the list, and their number."""
    key = "... on OneClickDevice { key: deviceId } ... on AlexaDevice { serial: serialNumber }"
    found = await graph.data(f"{{ devices(filter: {wanted}) {{ totalCount nodes {{ {key} }} }} }}")

    names = [node.get("key") or node.get("serial") for node in found["devices"]["nodes"]]
    assert names == keys
    assert found["devices"]["totalCount"] == len(keys)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    "wanted", ['{ nameContains: "0" }', "{ status: [UNKNOWN, READY] }", '{ tags: [{ key: "floor" }] }']
)
async def test_a_filtered_list_is_paged_whole(graph: Graph, wanted: str, size: int) -> None:
    """Only the last page of a filtered list is shorter than asked for: reading goes on until a page is full."""
    whole = await graph.data(f"{{ devices(filter: {wanted}) {{ nodes {{ id }} }} }}")
    document = f"""query ($after: String) {{ devices(first: {size}, after: $after, filter: {wanted}) {{
      nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    pages, after, more = [], None, True
    while more:
        page = (await graph.data(document, after=after))["devices"]
        pages.append(page["nodes"])
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert [node for page in pages for node in page] == whole["devices"]["nodes"]
    assert {len(page) for page in pages[:-1]} <= {size}


USER_FILTERS: tuple[tuple[str, list[str]], ...] = (
    ("{}", ["u1", "u2", "u3", "dot"]),
    ('{ userIds: ["u2", "dot"] }', ["u2", "dot"]),
    ('{ userIds: ["U2"] }', []),
    ('{ userIds: [""] }', []),
    ('{ userIds: ["\\u0000"] }', []),
    ('{ firstNames: ["zoë"] }', ["u1", "u2", "dot"]),
    ('{ firstNames: ["zoe"] }', []),
    ('{ lastNames: ["SMITH", "x"] }', ["u2", "u3"]),
    ('{ lastNames: ["smith"], firstNames: ["Zoë"] }', ["u2"]),
    ('{ emails: ["ZOE@EXAMPLE.COM"] }', ["u1"]),
    ("{ enrollmentStatuses: [INITIALIZED] }", ["u1", "u2", "u3", "dot"]),
    ("{ enrollmentStatuses: [REGISTERED, UNKNOWN] }", []),
    ("{ enrollmentStatuses: [] }", []),
    ('{ sources: ["dots"] }', ["dot"]),
    ('{ sources: ["buttons"] }', []),
)


@pytest.mark.parametrize(("wanted", "ids"), USER_FILTERS, ids=[wanted for wanted, _ in USER_FILTERS])
async def test_users_are_filtered(graph: Graph, wanted: str, ids: list[str]) -> None:
    """A filter gives exactly the users that match, in the order of the list, and their number."""
    found = await graph.data(
        f"{{ users(filter: {wanted}) {{ totalCount nodes {{ email lastName source {{ name }} }} }} }}"
    )

    members = {("dots", None, None): "dot"} | {
        ("echoes", one.get("Email"), one.get("LastName")): user for user, one in USERS.items()
    }
    users = [members[node["source"]["name"], node["email"], node["lastName"]] for node in found["users"]["nodes"]]
    assert users == ids
    assert found["users"]["totalCount"] == len(ids)


@pytest.mark.parametrize(
    ("name", "rooms"),
    [
        ("null", ["Große Halle", "Lobby", "Lobby"]),
        ('"GROSSE"', ["Große Halle"]),
        ('"bb"', ["Lobby", "Lobby"]),
        ('"%"', []),
        ('"\\u0000"', []),
    ],
)
async def test_rooms_are_found_by_a_part_of_their_name(graph: Graph, name: str, rooms: list[str]) -> None:
    """The filter nameContains is caseless for rooms, too, and counts what it finds."""
    found = await graph.data(f"{{ rooms(nameContains: {name}) {{ totalCount nodes {{ name }} }} }}")

    assert [room["name"] for room in found["rooms"]["nodes"]] == rooms
    assert found["rooms"]["totalCount"] == len(rooms)


@pytest.mark.parametrize(
    ("field", "argument"),
    [
        ('devices(filter: { sources: ["nowhere"] })', "sources"),
        ('users(filter: { sources: ["echoes", "nowhere"] })', "sources"),
    ],
)
async def test_an_unknown_source_is_refused(graph: Graph, field: str, argument: str) -> None:
    """A source that is not configured is BAD_USER_INPUT, and nobody is asked."""
    graph.reached()
    error = await graph.refusal(f"{{ {field} {{ nodes {{ id }} }} }}")

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", argument)
    assert "nowhere" in error["message"]
    assert graph.reached() == []


@pytest.mark.parametrize("member", ["types", "serialNumbers", "roomNames", "statusDetails", "sources"])
async def test_a_list_of_values_is_bounded(graph: Graph, member: str) -> None:
    """More than 1,000 values for a member are refused, naming it; 60, which no service takes at once, are not."""
    document = "query ($wanted: DeviceFilter) { devices(filter: $wanted) { nodes { id } } }"
    graph.reached()
    error = await graph.refusal(document, wanted={member: ["x"] * 1001})

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", member)
    assert graph.reached() == []
    if member != "sources":
        assert await graph.data(document, wanted={member: [f"x{number}" for number in range(60)]}) == {
            "devices": {"nodes": []}
        }


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ("{ enabled: true }", {"us-west-2", "eu-west-1"}),
        ("{ connectionStatus: ONLINE }", {"us-east-1", "eu-west-1"}),
        ('{ sources: ["echoes"] }', {"us-east-1"}),
        ("{ service: ONE_CLICK, unassociatedOnly: true }", set()),
        ("{ types: [] }", set()),
    ],
)
async def test_a_source_that_cannot_match_is_not_asked(graph: Graph, wanted: str, asked: set[str]) -> None:
    """Where no device of a source could match, that source is left alone."""
    graph.reached()
    await graph.data(f"{{ devices(filter: {wanted}) {{ nodes {{ id }} }} }}")

    assert {region for region, _, _ in graph.reached()} == asked


async def test_user_ids_are_bounded_by_what_the_service_looks_for(graph: Graph) -> None:
    """More than 50 user ids are refused, naming them, because no user tells its id; 50 are looked for."""
    document = "query ($wanted: UserFilter) { users(filter: $wanted) { nodes { email } } }"
    found = await graph.data(document, wanted={"userIds": ["u1", *(f"x{number}" for number in range(49))]})
    graph.reached()
    error = await graph.refusal(document, wanted={"userIds": ["u1"] * 51})

    assert found["users"]["nodes"] == [{"email": "zoe@example.com"}]
    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "userIds")
    assert graph.reached() == []
