"""Loaders of one request, named by key; a batch is one plural call of each source."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Self

from aiodataloader import DataLoader

from gateway.model.device import Device, DeviceMethod
from gateway.model.errors import GatewayError
from gateway.model.query import EventQuery
from gateway.model.room import Room
from gateway.model.tag import Tag
from gateway.model.user import User
from gateway.observability.metrics import Histograms
from gateway.sources.alexa import AlexaSource
from gateway.sources.events import EventRun
from gateway.sources.fleet import Fleet, Source
from gateway.sources.one_click import OneClickSource

SourceKey = tuple[str, str]
"""A configured source's name, and the key of something in it."""


@dataclass(frozen=True, slots=True)
class Loaders:
    device_by_id: DataLoader[SourceKey, Device | None]
    tags_by_device: DataLoader[SourceKey, tuple[Tag, ...]]
    methods_by_device: DataLoader[SourceKey, tuple[DeviceMethod, ...]]
    room_by_arn: DataLoader[SourceKey, Room | None]
    user_by_arn: DataLoader[SourceKey, User | None]
    events_by_device: DataLoader[tuple[Device, EventQuery], EventRun]

    @classmethod
    def of(cls, fleet: Fleet, sizes: Histograms | None = None) -> Self:
        """Make those of one request; `sizes`, by a loader's name, is told how many keys it asks for at once."""
        load = partial(_loader, fleet, sizes)
        return cls(
            load("device_by_id", _devices),
            load("tags_by_device", _tags),
            load("methods_by_device", _methods),
            load("room_by_arn", _rooms),
            load("user_by_arn", _users),
            load("events_by_device", _events, lambda key: (key[0].source, key[1])),
        )

    def prime(self, devices: Sequence[Device]) -> None:
        """Remember what a list told, so that it is not asked again."""
        for device in devices:
            self.device_by_id.prime((device.source, device.key), device)

    def forget(self) -> None:
        """Forget all, after a write."""
        for loader in fields(self):
            getattr(self, loader.name).clear_all()


def _loader(
    fleet: Fleet,
    sizes: Histograms | None,
    name: str,
    load: Callable[[Source, Sequence[Any]], Awaitable[Sequence[Any]]],
    cache_key: Callable[[Any], object] | None = None,
) -> DataLoader[Any, Any]:
    async def batch(keys: list[Any]) -> list[Any]:
        if sizes is not None:
            sizes(name).observe(len(keys))
        return await _by_source(fleet.sources, keys, load)

    return DataLoader(batch, get_cache_key=cache_key)


async def _by_source(
    sources: Mapping[str, Source],
    keys: Sequence[Any],
    load: Callable[[Source, Sequence[Any]], Awaitable[Sequence[Any]]],
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

    await asyncio.gather(*(fill(sources[name], indexes) for name, indexes in groups.items() if name in sources))
    return loaded


async def _or_failures(
    load: Callable[[Source, Sequence[Any]], Awaitable[Sequence[Any]]], source: Source, keys: Sequence[Any]
) -> Sequence[Any]:
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


async def _events(source: Source, keys: Sequence[tuple[Device, EventQuery]]) -> Sequence[EventRun | GatewayError]:
    return await source.events(keys)
