"""Loaders of one request, named by key; a batch is one plural call of each source."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeAlias

from gateway.loader import Loader
from gateway.model.device import Device, DeviceMethod
from gateway.model.errors import GatewayError
from gateway.model.room import Room
from gateway.model.tag import Tag
from gateway.model.user import User
from gateway.observability.instruments import Spreads
from gateway.sources.alexa import AlexaSource
from gateway.sources.event_pages import EventPage, EventsAsked, event_pages
from gateway.sources.fleet import Fleet, Source
from gateway.sources.one_click import OneClickSource

SourceKey = tuple[str, str]
"""A configured source's name, and the key of something in it."""

EventKey: TypeAlias = tuple[Device, EventsAsked]
"""A device, and what is asked of its events."""

Load: TypeAlias = Callable[[Source, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Asks a source for many things at once; an answer, a failure or None for each, in order."""


class Loaders:
    """Those of one request, each made when it is first asked: most requests ask for one kind of thing or two.

    `sizes`, by a loader's name, is told how many keys it asks for at once. `events_asked`: the same arguments stand for
    one thing that is asked, until `forget`.
    """

    def __init__(self, fleet: Fleet, sizes: Spreads | None = None) -> None:
        self._load = partial(_loader, fleet, sizes)
        self._made: list[Loader[Any, Any]] = []
        self._told: list[Device] = []
        self.events_asked: dict[object, EventsAsked] = {}

    @cached_property
    def device_by_id(self) -> Loader[SourceKey, Device | None]:
        loader = self._make("device_by_id", _devices)
        _prime(loader, self._told)
        return loader

    @cached_property
    def tags_by_device(self) -> Loader[SourceKey, tuple[Tag, ...]]:
        return self._make("tags_by_device", _tags)

    @cached_property
    def methods_by_device(self) -> Loader[SourceKey, tuple[DeviceMethod, ...]]:
        return self._make("methods_by_device", _methods)

    @cached_property
    def room_by_arn(self) -> Loader[SourceKey, Room | None]:
        return self._make("room_by_arn", _rooms)

    @cached_property
    def user_by_arn(self) -> Loader[SourceKey, User | None]:
        return self._make("user_by_arn", _users)

    @cached_property
    def events_by_device(self) -> Loader[EventKey, EventPage]:
        return self._make("events_by_device", _events, _event_identity)

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

    def _make(self, name: str, load: Load, identity: Callable[[Any], Hashable] | None = None) -> Loader[Any, Any]:
        loader = self._load(name, load, identity)
        self._made.append(loader)
        return loader


def _prime(loader: Loader[SourceKey, Device | None], devices: Sequence[Device]) -> None:
    for device in devices:
        loader.prime((device.source, device.key), device)


def _loader(
    fleet: Fleet,
    sizes: Spreads | None,
    name: str,
    load: Load,
    identity: Callable[[Any], Hashable] | None = None,
) -> Loader[Any, Any]:
    async def batch(keys: Sequence[Any]) -> list[Any]:
        if sizes is not None:
            sizes(name).observe(len(keys))
        return await _by_source(fleet.sources, keys, load)

    return Loader(batch, identity)


async def _by_source(
    sources: Mapping[str, Source],
    keys: Sequence[Any],
    load: Load,
) -> list[Any]:
    """Load the keys of each source by one call, all sources at once; a key of no source is None."""
    groups: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        source = key[0] if isinstance(key[0], str) else key[0].source
        groups.setdefault(source, []).append(index)
    loaded: list[Any] = [None] * len(keys)

    async def fill(source: Source, indexes: Sequence[int]) -> None:
        answers = await _or_failures(load, source, [keys[index] for index in indexes])
        for index, answer in zip(indexes, answers, strict=True):
            loaded[index] = answer

    fills = [fill(sources[name], indexes) for name, indexes in groups.items() if name in sources]
    if len(fills) == 1:
        await fills[0]
    else:
        await asyncio.gather(*fills)
    return loaded


async def _or_failures(load: Load, source: Source, keys: Sequence[Any]) -> Sequence[Any]:
    try:
        return await load(source, keys)
    except GatewayError as failure:
        return [failure] * len(keys)


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
    return await event_pages(keys, source.events)


def _event_identity(key: EventKey) -> Hashable:
    device, asked = key
    return device.source, device.key, asked
