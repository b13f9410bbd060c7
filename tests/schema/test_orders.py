"""Every order of devices and users, the same whether a service sorts or the gateway."""

import pytest
import pytest_asyncio

from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import DOTS, KNOBS

pytestmark = pytest.mark.asyncio(loop_scope="session")

B1, B2, B3, K1 = button(1), button(2), button(3), button(4)
E1, E2, E3, E4, D1, D2 = (echo(number) for number in range(1, 7))
BUTTONS = [B1, B2, B3]
SIZES = (1, 2, 4)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def graph(module_graph: Graph) -> Graph:
    maker = Maker(module_graph)
    await maker.buttons(B1, B3)
    await maker.buttons(B2, kind="gadget")
    await maker.buttons(K1, place=KNOBS)
    await maker.tag_button(B1, Name="beta")
    await maker.tag_button(B2, Name="ÄRMEL")
    await maker.tag_button(B3, Name="Beta")
    await maker.tag_button(K1, Name="\N{GRINNING FACE}", place=KNOBS)
    e1 = await maker.echo(E1, "BETA", status="READY", connection_status="ONLINE", kind="A2")
    await maker.echo(E2, "Alpha", status=None, kind="A3")
    e3 = await maker.echo(E3, "alpha", status="FAILED", connection_status="OFFLINE", kind="A2")
    await maker.echo(E4, "zeta", status="PENDING", kind="A3")
    d1 = await maker.echo(D1, "gamma", place=DOTS, status="READY", connection_status="ONLINE", kind="A2")
    await maker.echo(D2, "alpha", place=DOTS, status="DEREGISTERED", kind="A1")
    await maker.room("Suite", e1)
    await maker.room("atrium", e3)
    await maker.room("Lobby", d1, place=DOTS)
    for user, members in USERS.items():
        await maker.user(user, **members)
    await maker.user("u4", place=DOTS, FirstName="Bea", LastName="Zorn", Email="d@xy.com")
    return module_graph


USERS: dict[str, dict[str, str]] = {
    "u1": {"FirstName": "Cleo", "LastName": "Smith", "Email": "a@xy.com"},
    "u2": {"FirstName": "anna", "LastName": "Ångström", "Email": "C@xy.com"},
    "u3": {"FirstName": "Bea", "Email": "b@xy.com"},
}

# What the sources have in each order, nulls last, ties by device id or serial number within a source, then by source.
ALEXA_LAST = [E1, E2, E3, E4]
DEVICES: tuple[tuple[str, list[str]], ...] = (
    ("NAME", [E2, E3, D2, B1, B3, E1, D1, E4, B2, K1]),
    ("NAME desc", [K1, B2, E4, D1, B1, B3, E1, E2, E3, D2]),
    ("TYPE", [D2, E1, E3, D1, E2, E4, B1, B3, K1, B2]),
    ("TYPE desc", [B2, B1, B3, K1, E2, E4, E1, E3, D1, D2]),
    ("SERIAL_NUMBER", [E1, E2, E3, E4, D1, D2, *BUTTONS, K1]),
    ("SERIAL_NUMBER desc", [D2, D1, E4, E3, E2, E1, *BUTTONS, K1]),
    ("STATUS", [D2, E3, E4, E1, D1, *BUTTONS, E2, K1]),
    ("STATUS desc", [E1, D1, E4, E3, D2, *BUTTONS, E2, K1]),
    ("CONNECTION_STATUS", [E3, E1, D1, *BUTTONS, E2, E4, K1, D2]),
    ("CONNECTION_STATUS desc", [E1, D1, E3, *BUTTONS, E2, E4, K1, D2]),
    ("ROOM_NAME", [E3, D1, E1, *BUTTONS, E2, E4, K1, D2]),
    ("ROOM_NAME desc", [E1, D1, E3, *BUTTONS, E2, E4, K1, D2]),
    ("CONNECTION_STATUS, NAME desc", [E3, D1, E1, K1, B2, E4, B1, B3, E2, D2]),
    ("TYPE, NAME", [D2, E3, E1, D1, E2, E4, B1, B3, K1, B2]),
    ("TYPE desc, STATUS, NAME desc", [B2, K1, B1, B3, E4, E2, E3, D1, E1, D2]),
    ("NAME, NAME desc, NAME", [E2, E3, D2, B1, B3, E1, D1, E4, B2, K1]),
)


def order_by(criteria: str) -> str:
    """A list of criteria, as orderBy takes it."""
    pairs = [criterion.split() for criterion in criteria.split(", ")]
    parts = (f"{{ field: {field}{', direction: DESC' if down else ''} }}" for field, *down in pairs)
    return f"[{', '.join(parts)}]"


async def pages(graph: Graph, field: str, order: str, size: int, label: str, *, backwards: bool) -> list[list[str]]:
    """All pages of that size, in the order of the list."""
    sizes = f"last: {size}, before: $cursor" if backwards else f"first: {size}, after: $cursor"
    document = f"""query ($cursor: String) {{ {field}({sizes}, orderBy: {order}) {{
      nodes {{ {label} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    found: list[list[str]] = []
    cursor, more = None, True
    while more:
        page = (await graph.data(document, cursor=cursor))[field]
        values = [next(iter(node.values())) for node in page["nodes"]]
        found = [values, *found] if backwards else [*found, values]
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
        more = page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]
    return found


KEY = "... on OneClickDevice { deviceId } ... on AlexaDevice { serialNumber }"


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize(("criteria", "keys"), DEVICES, ids=[criteria for criteria, _ in DEVICES])
async def test_devices_are_ordered(graph: Graph, criteria: str, keys: list[str], *, backwards: bool) -> None:
    """An order sorts the devices of all sources into one list: nulls last, ties by key, then by source, both ways."""
    for size in (3, 10):
        found = await pages(graph, "devices", order_by(criteria), size, KEY, backwards=backwards)

        assert [key for page in found for key in page] == keys


USER_ORDERS: tuple[tuple[str, list[str]], ...] = (
    ("USER_ID", ["a@xy.com", "C@xy.com", "b@xy.com", "d@xy.com"]),
    ("FIRST_NAME", ["C@xy.com", "b@xy.com", "d@xy.com", "a@xy.com"]),
    ("FIRST_NAME desc", ["a@xy.com", "b@xy.com", "d@xy.com", "C@xy.com"]),
    ("LAST_NAME", ["a@xy.com", "d@xy.com", "C@xy.com", "b@xy.com"]),
    ("LAST_NAME desc", ["C@xy.com", "d@xy.com", "a@xy.com", "b@xy.com"]),
    ("EMAIL", ["a@xy.com", "b@xy.com", "C@xy.com", "d@xy.com"]),
    ("EMAIL desc", ["d@xy.com", "C@xy.com", "b@xy.com", "a@xy.com"]),
    ("ENROLLMENT_STATUS", ["a@xy.com", "C@xy.com", "b@xy.com", "d@xy.com"]),
    ("FIRST_NAME desc, EMAIL desc", ["a@xy.com", "d@xy.com", "b@xy.com", "C@xy.com"]),
)


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize(("criteria", "emails"), USER_ORDERS, ids=[criteria for criteria, _ in USER_ORDERS])
async def test_users_are_ordered(graph: Graph, criteria: str, emails: list[str], *, backwards: bool) -> None:
    """An order sorts the users of all sources into one list, both ways; a user without a name comes last."""
    for size in (1, 3):
        found = await pages(graph, "users", order_by(criteria), size, "email", backwards=backwards)

        assert [email for page in found for email in page] == emails


async def test_too_many_criteria_are_refused(graph: Graph) -> None:
    """An order has at most ten criteria; more are refused before anyone is asked."""
    graph.reached()
    for field, name in (("devices", "TYPE"), ("users", "EMAIL")):
        order = ", ".join([name] * 11)
        error = await graph.refusal(f"{{ {field}(orderBy: {order_by(order)}) {{ nodes {{ id }} }} }}")

        assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "orderBy")
    assert graph.reached() == []


async def test_an_empty_order_is_none(graph: Graph) -> None:
    """`orderBy: []` lists source by source, in configured order."""
    found = await pages(graph, "devices", "[]", 5, KEY, backwards=False)

    assert found == [[B1, B2, B3, E1, E2], [E3, E4, K1, D1, D2]]
