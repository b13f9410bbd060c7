"""Random fleets over several sources of both services, and what lists of them must be, by other means."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key

from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.services.alexa.arns import device_arn
from gateway.store.alexa_devices import NewAlexaDevice, delete_device
from gateway.store.alexa_fleets import insert_devices
from gateway.store.one_click_devices import arn_of
from gateway.store.one_click_fleets import Button, insert_buttons
from gateway.store.rooms import StoredRoom, add_room
from gateway.store.tables import metadata, one_click_devices
from gateway.store.tags import delete_tags, put_tags
from tests.schema.upstreams import ALEXA, ONE_CLICK, PLACES, Place

# Case that folds to more letters, letters that look alike, halves of pairs, and characters beyond the BMP.
LETTERS = "aAbßẞ\u017fİ\u0131ÅA\u030a\u212béÉe\u0301ǆﬀ中\uffee\U00010437\U00010400\U0001f600 %_0"
ROOMS = ("Lobby", "LOBBY", "Große Halle", "\U0001f600")
TYPES = ("button", "A1", "a1")
STATUSES = (None, "READY", "PENDING", "FAILED")
CONNECTIONS = (None, "ONLINE", "OFFLINE")


@dataclass(frozen=True, slots=True)
class Thing:
    """A device of whichever service; `number` is its own among all, and in the order of ids and serial numbers."""

    number: int
    place: Place
    name: str
    type: str
    status: str | None
    connection: str | None
    room: int | None
    tag: str | None

    @property
    def label(self) -> str:
        """Its device id or serial number."""
        return f"G030PM{self.number:010}"

    @property
    def is_button(self) -> bool:
        return self.place.service is ONE_CLICK

    @property
    def shown(self) -> str:
        return self.name or self.label

    def value(self, field: str) -> str | None:
        """What an order by that field compares."""
        values = {"NAME": key(self.shown), "TYPE": self.type}
        if not self.is_button:
            room = None if self.room is None else key(ROOMS[self.room])
            values |= {"SERIAL_NUMBER": self.label, "STATUS": self.status or ""}
            values |= {"CONNECTION_STATUS": self.connection or "", "ROOM_NAME": room or ""}
        return values.get(field) or None


def key(name: str) -> str:
    """Names compare caseless and normalised."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


things = st.builds(
    Thing,
    number=st.integers(0, 99),
    place=st.sampled_from(PLACES),
    name=st.text(LETTERS, max_size=3),
    type=st.sampled_from(TYPES),
    status=st.sampled_from(STATUSES),
    connection=st.sampled_from(CONNECTIONS),
    room=st.none() | st.integers(0, len(ROOMS) - 1),
    tag=st.sampled_from((None, "", "1")),
)
fleets = st.lists(things, max_size=14, unique_by=lambda thing: thing.number)

Criterion = tuple[str, bool]
FIELDS = ("NAME", "TYPE", "SERIAL_NUMBER", "STATUS", "CONNECTION_STATUS", "ROOM_NAME")
orders = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.booleans()), max_size=3, unique_by=lambda criterion: criterion[0]
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter as GraphQL has it, and what it means."""

    document: str
    matches: Callable[[Thing], bool]

    def __repr__(self) -> str:
        return f"Wanted({self.document})"


def _contains(part: str) -> Wanted:
    escaped = "".join(f"\\u{{{ord(letter):x}}}" for letter in part)
    return Wanted(f'{{ nameContains: "{escaped}" }}', lambda thing: key(part) in key(thing.shown))


FILTERS = (
    Wanted("{}", lambda _: True),
    Wanted("{ service: ALEXA_FOR_BUSINESS }", lambda thing: not thing.is_button),
    Wanted("{ enabled: false }", lambda thing: thing.is_button),
    Wanted('{ types: ["A1", "x"] }', lambda thing: thing.type == "A1"),
    Wanted('{ types: ["a1"] }', lambda thing: thing.type == "a1"),
    Wanted('{ tags: [{ key: "t" }] }', lambda thing: thing.tag is not None),
    Wanted('{ tags: [{ key: "t", values: ["1"] }] }', lambda thing: thing.tag == "1"),
    Wanted("{ connectionStatus: ONLINE }", lambda thing: not thing.is_button and thing.connection == "ONLINE"),
    Wanted("{ status: [READY, UNKNOWN] }", lambda thing: not thing.is_button and thing.status in (None, "READY")),
    Wanted("{ unassociatedOnly: true }", lambda thing: not thing.is_button and thing.room is None),
    Wanted('{ roomNames: ["lobby"] }', lambda thing: not thing.is_button and thing.room in (0, 1)),
)
filters = st.sampled_from(FILTERS) | st.text(LETTERS, max_size=2).map(_contains)


def compare(one: Thing, other: Thing, order: Sequence[Criterion]) -> int:
    """Criterion by criterion, nothing last; then by source, as configured; then by id or serial number."""
    for field, descending in order:
        mine, theirs = one.value(field), other.value(field)
        if mine == theirs:
            continue
        if mine is None or theirs is None:
            return 1 if mine is None else -1
        return 1 if (mine > theirs) != descending else -1
    mine_last, theirs_last = [(PLACES.index(thing.place), thing.number) for thing in (one, other)]
    return (mine_last > theirs_last) - (mine_last < theirs_last)


def expected(fleet: Sequence[Thing], wanted: Wanted, order: Sequence[Criterion]) -> list[Thing]:
    return sorted(filter(wanted.matches, fleet), key=cmp_to_key(lambda one, other: compare(one, other, order)))


def empty(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def fill(connection: Connection, fleet: Sequence[Thing]) -> None:
    """Put the fleet, and the rooms that it may be in, into an empty store."""
    for place in PLACES:
        if place.service is ALEXA:
            for number, name in enumerate(ROOMS):
                add_room(connection, place.tenant, StoredRoom(room_arn(place, number), name))
    for thing in fleet:
        add(connection, thing)


def add(connection: Connection, thing: Thing) -> None:
    tenant, tags = thing.place.tenant, {} if thing.tag is None else {"t": thing.tag}
    if thing.is_button:
        tags |= {"Name": thing.name} if thing.name else {}
        arn = arn_of(tenant, thing.label)
        insert_buttons(connection, tenant, [Button(thing.label, arn, thing.type, False, 1.0, {}, tags)], [0])
        return
    arn = device_arn(tenant, thing.label, thing.type)
    room = None if thing.room is None else room_arn(thing.place, thing.room)
    device = NewAlexaDevice(
        arn,
        thing.label,
        thing.type,
        name=thing.name or None,
        status=thing.status,
        connection_status=thing.connection,
        room_arn=room,
    )
    insert_devices(connection, tenant, [device], {} if room is None else {room: ROOMS[thing.room or 0]})
    put_tags(connection, tenant, arn, tags)


def remove(connection: Connection, thing: Thing) -> None:
    tenant = thing.place.tenant
    if thing.is_button:
        delete_tags(connection, tenant, arn_of(tenant, thing.label))
        devices = one_click_devices
        connection.execute(devices.delete().where(devices.c.device_id == thing.label))
    else:
        delete_device(connection, tenant, device_arn(tenant, thing.label, thing.type), now=0)


def room_arn(place: Place, number: int) -> str:
    return f"arn:aws:a4b:{place.region}:{place.tenant.account}:room/0/{number}"
