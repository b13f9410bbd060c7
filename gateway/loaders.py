"""Loaders of one request, named by key; a batch is one plural call of a source.

A source that answers many keys at once is asked for those of all requests together, any other for those of this one:
one caller's key is then not waited for by another.
"""

from asyncio import Future
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.cache.batches import Batches
from gateway.loader import Loader, known
from gateway.model.device import Device, DeviceMethod
from gateway.model.errors import GatewayError
from gateway.model.once import Once
from gateway.model.room import Room
from gateway.model.tag import Tag
from gateway.model.user import User
from gateway.observability.instruments import Spreads
from gateway.sources.alexa import AlexaSource
from gateway.sources.event_pages import EventPage, EventsAsked, event_pages
from gateway.sources.fleet import Fleet, Source
from gateway.sources.one_click import OneClickSource

SourceKey: TypeAlias = tuple[str, str]
"""A configured source's name, and the key of something in it."""

EventKey: TypeAlias = tuple[str, Device, EventsAsked]
"""A source's name, a device of it, and what is asked of its events."""

Load: TypeAlias = Callable[[Source, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Asks a source for many things at once; an answer, a failure or None for each, in order."""


class Kind(Struct, frozen=True, eq=False):
    """What is loaded. `identity`: what a request keeps it under; `equal`: what makes it the same for several requests.

    Either is the key itself where None. A key begins with its source's name.
    """

    name: str
    load: Load
    identity: Callable[[Any], Hashable] | None = None
    equal: Callable[[Any], Hashable] | None = None


class LoaderBatches:
    """The batches of every kind of thing, by source: of one request, or of all.

    `sizes`, by the kind's name, is told how many keys are asked for at once.
    """

    def __init__(self, sizes: Spreads | None = None) -> None:
        self._sizes = sizes
        self._made: dict[tuple[str, str], Batches[Any, Any]] = {}

    def of(self, kind: Kind, source: Source) -> Batches[Any, Any]:
        place = kind.name, source.name
        batches = self._made.get(place)
        if batches is None:
            batches = self._made[place] = Batches(partial(_load, self._sizes, kind, source), kind.equal)
        return batches

    def sweep(self) -> None:
        """Stop what nobody waits for any more."""
        for batches in self._made.values():
            batches.sweep()


async def _load(sizes: Spreads | None, kind: Kind, source: Source, keys: Sequence[Any]) -> Sequence[Any]:
    if sizes is not None:
        sizes(kind.name).observe(len(keys))
    return await kind.load(source, keys)


class Loaders:
    """Those of one request, each made when it is first asked: most requests ask for one kind of thing or two.

    `shared` are the batches of sources that answer requests together; without them each is answered alone.
    `events_asked`: the same arguments stand for one thing that is asked, until `forget`.
    """

    def __init__(self, fleet: Fleet, sizes: Spreads | None = None, shared: LoaderBatches | None = None) -> None:
        self._sources = fleet.sources
        self._own = LoaderBatches(sizes)
        self._shared = shared or self._own
        self._made: list[Loader[Any, Any]] = []
        self._told: list[Device] = []
        self.events_asked: dict[object, EventsAsked] = {}

    @Once
    def device_by_id(self) -> Loader[SourceKey, Device | None]:
        loader = self._make(DEVICE_BY_ID)
        _prime(loader, self._told)
        return loader

    @Once
    def tags_by_device(self) -> Loader[SourceKey, tuple[Tag, ...]]:
        return self._make(TAGS_BY_DEVICE)

    @Once
    def methods_by_device(self) -> Loader[SourceKey, tuple[DeviceMethod, ...]]:
        return self._make(METHODS_BY_DEVICE)

    @Once
    def room_by_arn(self) -> Loader[SourceKey, Room | None]:
        return self._make(ROOM_BY_ARN)

    @Once
    def user_by_arn(self) -> Loader[SourceKey, User | None]:
        return self._make(USER_BY_ARN)

    @Once
    def events_by_device(self) -> Loader[EventKey, EventPage]:
        return self._make(EVENTS_BY_DEVICE)

    def prime(self, devices: Sequence[Device]) -> None:
        """Remember what a list told, so that it is not asked again."""
        if "device_by_id" in self.__dict__:
            _prime(self.device_by_id, devices)
        else:
            self._told += devices

    def forget(self) -> None:
        """Forget all, after a write."""
        self._told.clear()
        self.events_asked.clear()
        for loader in self._made:
            loader.forget()

    def close(self) -> None:
        """Stop what nobody waits for any more."""
        for loader in self._made:
            loader.close()
        self._own.sweep()
        self._shared.sweep()

    def _make(self, kind: Kind) -> Loader[Any, Any]:
        loader: Loader[Any, Any] = Loader(_asking(kind, self._sources, self._own, self._shared), kind.identity)
        self._made.append(loader)
        return loader


def _asking(
    kind: Kind, sources: Mapping[str, Source], own: LoaderBatches, shared: LoaderBatches
) -> Callable[[Any], "Future[Any]"]:
    """What loads a key of any source; it is None where there is no such source, or not for this caller."""
    by_source: dict[str, Callable[[Any], Future[Any]]] = {}

    def ask(key: tuple[str, Any]) -> "Future[Any]":
        load = by_source.get(key[0])
        if load is None:
            source = sources.get(key[0])
            load = _nothing if source is None else (shared if source.answers_together else own).of(kind, source).load
            by_source[key[0]] = load
        return load(key)

    return ask


def _nothing(_: object) -> "Future[None]":
    return known(None)


def _prime(loader: Loader[SourceKey, Device | None], devices: Sequence[Device]) -> None:
    for device in devices:
        loader.prime((device.source, device.key), device)


async def _devices(source: Source, keys: Sequence[SourceKey]) -> Sequence[Device | GatewayError | None]:
    return await source.devices([key for _, key in keys])


async def _tags(source: Source, keys: Sequence[SourceKey]) -> Sequence[tuple[Tag, ...] | GatewayError]:
    if isinstance(source, OneClickSource):
        raise TypeError("devices of 1-Click come with their tags")
    return await source.tags([arn for _, arn in keys])


async def _methods(source: Source, keys: Sequence[SourceKey]) -> Sequence[tuple[DeviceMethod, ...] | GatewayError]:
    if isinstance(source, AlexaSource):
        raise TypeError("devices of Alexa for Business have no methods")
    return await source.methods([device_id for _, device_id in keys])


async def _rooms(source: Source, keys: Sequence[SourceKey]) -> Sequence[Room | GatewayError | None]:
    if isinstance(source, OneClickSource):
        raise TypeError("1-Click has no rooms")
    return await source.rooms_by_arn([arn for _, arn in keys])


async def _users(source: Source, keys: Sequence[SourceKey]) -> Sequence[User | GatewayError | None]:
    if isinstance(source, OneClickSource):
        raise TypeError("1-Click has no users")
    return await source.users_by_arn([arn for _, arn in keys])


async def _events(source: Source, keys: Sequence[EventKey]) -> Sequence[EventPage | GatewayError]:
    return await event_pages([(device, asked) for _, device, asked in keys], source.events)


def _event_identity(key: EventKey) -> Hashable:
    source, device, asked = key
    return source, device.key, asked


def _equal_events(key: EventKey) -> Hashable:
    """A device that two requests read one after the other is not the same: its events tell of it."""
    _, device, asked = key
    return id(device), asked.words


DEVICE_BY_ID = Kind("device_by_id", _devices)
TAGS_BY_DEVICE = Kind("tags_by_device", _tags)
METHODS_BY_DEVICE = Kind("methods_by_device", _methods)
ROOM_BY_ARN = Kind("room_by_arn", _rooms)
USER_BY_ARN = Kind("user_by_arn", _users)
EVENTS_BY_DEVICE = Kind("events_by_device", _events, _event_identity, _equal_events)
