"""Every connection of the graph, each over five items, for what holds of all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.model.device import ConnectionStatus
from gateway.model.ids import GlobalId, NodeKind
from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo

SIZE = 5
PARAMETERS = "$first: Int, $after: String, $last: Int, $before: String"
ARGUMENTS = "first: $first, after: $after, last: $last, before: $before"
PAGE = "edges { cursor node { %s } } nodes { %s } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@dataclass(frozen=True, slots=True)
class Kind:
    """A connection: how it is asked for, how to fill it, and how to remove one of its items (None: nobody can).

    `fill` returns the labels of its items in the list's order, and the id of the node that it hangs on (or "").
    """

    name: str
    field: str
    label: str
    fill: Callable[[Maker], Awaitable[tuple[list[str], str]]]
    remove: Callable[[Maker, str], Awaitable[None]] | None = None
    on: str | None = None

    @property
    def document(self) -> str:
        page = PAGE % (self.label, self.label)
        if self.on is None:
            return f"query ({PARAMETERS}) {{ {self.field} {{ {page} }} }}"
        return (
            f"query ({PARAMETERS}, $id: ID!) {{ node(id: $id) {{ ... on {self.on} {{ {self.field} {{ {page} }} }} }} }}"
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a client reads it."""

    labels: list[str]
    cursors: list[str]
    next: bool
    previous: bool
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A connection with its five items in it; `labels` are theirs, in order."""

    graph: Graph
    kind: Kind
    labels: list[str]
    id: str

    async def page(self, **arguments: object) -> Page:
        found = _connection(self.kind, await self.graph.data(self.kind.document, **self.variables(arguments)))
        labels = [edge["node"][self.kind.label] for edge in found["edges"]]
        assert [node[self.kind.label] for node in found["nodes"]] == labels
        info = found["pageInfo"]
        return Page(
            labels,
            [edge["cursor"] for edge in found["edges"]],
            info["hasNextPage"],
            info["hasPreviousPage"],
            info["startCursor"],
            info["endCursor"],
        )

    async def refusal(self, **arguments: object) -> dict[str, Any]:
        return await self.graph.refusal(self.kind.document, **self.variables(arguments))

    def variables(self, arguments: dict[str, object]) -> dict[str, object]:
        return arguments if self.kind.on is None else {**arguments, "id": self.id}


async def filled(graph: Graph, kind: Kind) -> Filled:
    labels, node_id = await kind.fill(Maker(graph))
    return Filled(graph, kind, labels, node_id)


def _connection(kind: Kind, data: dict[str, Any]) -> dict[str, Any]:
    found = data if kind.on is None else data["node"]
    name = kind.field.partition("(")[0]
    connection: dict[str, Any] = found[name]
    return connection


NAMES = ("Ada", "Bob", "Çiğdem", "\N{GRINNING FACE} desk", "ärmel")
LETTERS = ("Zoë", "Bob", "Çiğdem", "\N{DESERET CAPITAL LETTER LONG I}", "ärmel")


async def _devices(maker: Maker) -> tuple[list[str], str]:
    await maker.buttons(button(1), button(2), button(3))
    await maker.echo(echo(1))
    await maker.echo(echo(2))
    return [button(1), button(2), button(3), echo(1), echo(2)], ""


async def _named_devices(maker: Maker) -> tuple[list[str], str]:
    await maker.buttons(button(1), button(2), button(3))
    for number, name in ((1, NAMES[2]), (2, NAMES[0]), (3, NAMES[1])):
        await maker.tag_button(button(number), Name=name)
    await maker.echo(echo(1), NAMES[4])
    await maker.echo(echo(2), NAMES[3])
    return [NAMES[3], NAMES[2], NAMES[4], NAMES[1], NAMES[0]], ""


async def _remove_device(maker: Maker, name: str) -> None:
    """By its name, whatever the service."""
    found = await maker.graph.data("{ devices(first: 100) { nodes { name arn ... on OneClickDevice { deviceId } } } }")
    [device] = [one for one in found["devices"]["nodes"] if one["name"] == name]
    if "deviceId" in device:
        await maker.remove_button(device["deviceId"])
    else:
        await maker.remove_echo(device["arn"])


async def _users(maker: Maker) -> tuple[list[str], str]:
    for number in (3, 1, 5, 2, 4):
        await maker.user(f"user{number}", FirstName=LETTERS[number - 1])
    return list(LETTERS), ""


async def _remove_user(maker: Maker, name: str) -> None:
    found = await maker.graph.data("{ users { nodes { arn firstName enrollmentId } } }")
    [user] = [one for one in found["users"]["nodes"] if one["firstName"] == name]
    await maker.remove_user(user["arn"], user["enrollmentId"])


async def _rooms(maker: Maker) -> tuple[list[str], str]:
    for name in ("c", "a", "e", "b", "d"):
        await maker.room(f"room {name}")
    return [f"room {name}" for name in "abcde"], ""


async def _remove_room(maker: Maker, name: str) -> None:
    found = await maker.graph.data("{ rooms { nodes { arn name } } }")
    [arn] = [room["arn"] for room in found["rooms"]["nodes"] if room["name"] == name]
    await maker.remove_room(arn)


async def _devices_of_a_room(maker: Maker) -> tuple[list[str], str]:
    inside = [await maker.echo(echo(number)) for number in range(1, SIZE + 1)]
    await maker.echo(echo(9))
    arn = await maker.room("Küche", *inside)
    return [echo(number) for number in range(1, SIZE + 1)], GlobalId(NodeKind.ROOM, "echoes", arn).encode()


async def _clicks(maker: Maker) -> tuple[list[str], str]:
    await maker.buttons(button(1), enabled=True)
    for _ in range(SIZE):
        maker.graph.later(seconds=7, milliseconds=15)
        await maker.press(button(1))
    return _times(maker), GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(1)).encode()


async def _connections(maker: Maker) -> tuple[list[str], str]:
    arn = await maker.echo(echo(1))
    for number in range(SIZE):
        maker.graph.later(seconds=7, milliseconds=15)
        await maker.connect(arn, (ConnectionStatus.ONLINE, ConnectionStatus.OFFLINE)[number % 2])
    return _times(maker), GlobalId(NodeKind.ALEXA_DEVICE, "echoes", arn).encode()


def _times(maker: Maker) -> list[str]:
    """Newest first."""
    step = timedelta(seconds=7, milliseconds=15)
    times = [maker.graph.clock() - number * step for number in range(SIZE)]
    return [time.isoformat(timespec="milliseconds").replace("+00:00", "Z") for time in times]


IN_ORDER = f"devices({ARGUMENTS}, orderBy: [{{ field: NAME, direction: DESC }}])"
FILTERED = f'devices({ARGUMENTS}, filter: {{ nameContains: "g0" }})'
EVENTS = f"events({ARGUMENTS})"

KINDS = (
    Kind("devices", f"devices({ARGUMENTS})", "name", _devices, _remove_device),
    Kind("devices in order", IN_ORDER, "name", _named_devices, _remove_device),
    Kind("devices filtered", FILTERED, "name", _devices, _remove_device),
    Kind("users", f"users({ARGUMENTS})", "firstName", _users, _remove_user),
    Kind("rooms", f"rooms({ARGUMENTS})", "name", _rooms, _remove_room),
    Kind("devices of a room", f"devices({ARGUMENTS})", "name", _devices_of_a_room, _remove_device, on="Room"),
    Kind("clicks", EVENTS, "timestamp", _clicks, on="OneClickDevice"),
    Kind("connection events", EVENTS, "timestamp", _connections, on="AlexaDevice"),
)
