"""All configured sources as one: lists over all of them, and who has a device."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from gateway.model.device import Device
from gateway.model.errors import InvalidInput
from gateway.model.filter import DeviceFilter, RoomFilter, UserFilter
from gateway.model.order import DeviceOrder, UserOrder
from gateway.model.purpose import Purpose
from gateway.model.room import Room
from gateway.model.seal import Sealer
from gateway.model.service import DeviceService
from gateway.model.user import User
from gateway.sources.alexa import AlexaSource
from gateway.sources.compound import Compound
from gateway.sources.one_click import OneClickSource
from gateway.sources.shared import SharedUpstream

Source: TypeAlias = OneClickSource | AlexaSource
Order = TypeVar("Order", DeviceOrder, UserOrder)


class SourceChoice(Struct, frozen=True):
    """Which sources a list is asked of; None asks for all."""

    service: DeviceService | None = None
    names: tuple[str, ...] | None = None


ALL_SOURCES = SourceChoice()


class Fleet(Struct, frozen=True):
    """The sources in configured order, by name. `patience`: the seconds that a list waits for each of them.

    `shared` are the upstreams, by source, that know what was read of late.
    """

    sources: Mapping[str, Source]
    sealer: Sealer
    patience: float = 10.0
    shared: Mapping[str, SharedUpstream] = field(default_factory=dict)

    def forget(self, source: str, device_key: str) -> None:
        """Something happened to a device, not by way of this gateway: nothing that was read before is used again."""
        if source in self.shared:
            self.shared[source].forget(device_key)

    def fresh(self, name: str) -> Source:
        """The source of that name, which tells nothing that was read before."""
        source = self.sources[name]
        return replace(source, upstream=self.shared[name].fresh()) if name in self.shared else source

    def confined(self, names: frozenset[str] | None) -> "Fleet":
        """The fleet as somebody sees it who may see these sources only; None: all."""
        if names is None:
            return self
        seen = {name: source for name, source in self.sources.items() if name in names}
        return replace(self, sources=seen)

    def of(self, choice: SourceChoice) -> tuple[Source, ...]:
        """The sources of a choice; raise InvalidInput for a name that is not configured."""
        for name in choice.names or ():
            if name not in self.sources:
                raise InvalidInput(f"There is no source named {name!r}.", "sources")
        return tuple(
            [
                source
                for source in self.sources.values()
                if (choice.names is None or source.name in choice.names)
                and (choice.service is None or source.service is choice.service)
            ]
        )

    def one_click(self) -> tuple[OneClickSource, ...]:
        return tuple(source for source in self.sources.values() if isinstance(source, OneClickSource))

    def alexa(self) -> tuple[AlexaSource, ...]:
        return tuple(source for source in self.sources.values() if isinstance(source, AlexaSource))

    def devices(self, choice: SourceChoice, wanted: DeviceFilter, order: Sequence[DeviceOrder]) -> Compound[Device]:
        criteria = _distinct(order)
        listings = tuple([source.listing(wanted, criteria) for source in self.of(choice) if possible(source, wanted)])
        return Compound(
            listings,
            tuple(criterion.descending for criterion in criteria),
            Purpose("devices", choice, wanted, criteria),
            self.sealer,
            self.patience,
        )

    def users(self, choice: SourceChoice, wanted: UserFilter, order: Sequence[UserOrder]) -> Compound[User]:
        criteria = _distinct(order)
        listings = tuple(
            source.users(wanted, criteria) for source in self.of(choice) if isinstance(source, AlexaSource)
        )
        return Compound(
            listings if _satisfiable(_USER_MEMBERS(wanted)) else (),
            tuple(criterion.descending for criterion in criteria),
            Purpose("users", choice, wanted, criteria),
            self.sealer,
            self.patience,
        )

    def rooms(self, wanted: RoomFilter) -> Compound[Room]:
        listings = tuple(source.rooms(wanted) for source in self.alexa())
        return Compound(listings, (), Purpose("rooms", wanted), self.sealer, self.patience)


def possible(source: Source, wanted: DeviceFilter) -> bool:
    """Whether a device of the source could match at all; what cannot is not asked for."""
    possible = wanted.one_click_possible if isinstance(source, OneClickSource) else wanted.alexa_possible
    return possible and _satisfiable(_DEVICE_MEMBERS(wanted))


def _members(of: type[DeviceFilter | UserFilter]) -> Callable[[object], tuple[object, ...]]:
    return attrgetter(*(name for name in of.__struct_fields__ if name != "tags"))


def _satisfiable(members: tuple[object, ...]) -> bool:
    """An empty list of values matches nothing."""
    return () not in members


def _distinct(order: Sequence[Order]) -> tuple[Order, ...]:
    """Without the criteria that repeat a field, which can decide nothing."""
    first: dict[object, Order] = {}
    for criterion in order:
        first.setdefault(criterion.field, criterion)
    return tuple(first.values())


_DEVICE_MEMBERS, _USER_MEMBERS = _members(DeviceFilter), _members(UserFilter)
