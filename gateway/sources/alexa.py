"""Alexa for Business devices, rooms and users, told in the operations of Alexa for Business."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TypeVar

from msgspec import Struct

from gateway.model.device import AlexaDevice, Device
from gateway.model.errors import GatewayError, NotFound, Rejected
from gateway.model.filter import DeviceFilter, RoomFilter, UserFilter
from gateway.model.order import DeviceOrder, UserOrder, UserOrderField, device_values, user_values
from gateway.model.query import EventQuery
from gateway.model.room import Room
from gateway.model.service import DeviceService
from gateway.model.tag import Tag
from gateway.model.user import User
from gateway.sources import alexa_answers, alexa_search
from gateway.sources.alexa_devices import devices_by_arn
from gateway.sources.alexa_events import events_by_pages
from gateway.sources.answer import read
from gateway.sources.events import EventRun, run_of
from gateway.sources.keyset_listing import KeysetListing
from gateway.sources.listing import Listing
from gateway.sources.upstream import Params, Upstream
from gateway.sources.wire_listing import WireListing
from gateway.sources.wire_pages import Keyed, WireOperation

Item = TypeVar("Item")

CEILING = 50


class AlexaSource(Struct, frozen=True):
    """One account and region of Alexa for Business."""

    name: str
    region: str
    upstream: Upstream
    scan_limit: int

    @property
    def service(self) -> DeviceService:
        return DeviceService.ALEXA_FOR_BUSINESS

    @property
    def answers_together(self) -> bool:
        """Whether much is answered by one statement, so that whoever asks for more keeps nobody waiting."""
        return bool(self.upstream.beyond)

    async def available(self) -> bool:
        return (await self.upstream.check()).available

    def listing(self, wanted: DeviceFilter, order: tuple[DeviceOrder, ...]) -> Listing[Device]:
        if "QueryDevices" in self.upstream.beyond:
            return KeysetListing(self.name, self.upstream, "Devices", wanted, order)
        return WireListing(
            self.name,
            self._device_operation(wanted, order),
            (lambda device: device_values(device, order)) if order else None,
            self.scan_limit,
        )

    def rooms(self, wanted: RoomFilter) -> Listing[Room]:
        if "QueryRooms" in self.upstream.beyond:
            return KeysetListing(self.name, self.upstream, "Rooms", wanted, ())

        async def keep(rooms: Sequence[Room]) -> Sequence[Room]:
            return [room for room in rooms if wanted.matches(room)]

        operation = WireOperation(
            self.upstream,
            "SearchRooms",
            alexa_search.sorted_by([("RoomName", False)]),
            alexa_search.sorted_by([("RoomName", True)]),
            CEILING,
            lambda answer: read(self.name, self._rooms, answer),
            None if wanted.name_contains is None else keep,
            counts=True,
        )
        return WireListing(self.name, operation, None, self.scan_limit)

    def users(self, wanted: UserFilter, order: tuple[UserOrder, ...]) -> Listing[User]:
        if "QueryUsers" in self.upstream.beyond:
            ties = (UserOrder(UserOrderField.USER_ID),)
            return KeysetListing(self.name, self.upstream, "Users", wanted, order, ties)
        return self._users_over_wire(wanted, order)

    def _users_over_wire(self, wanted: UserFilter, order: tuple[UserOrder, ...]) -> WireListing[User]:
        asked = alexa_search.user_search(wanted, order)

        async def keep(users: Sequence[User]) -> Sequence[User]:
            return [user for user in users if wanted.matches(user)]

        operation = WireOperation(
            self.upstream,
            "SearchUsers",
            asked.params,
            asked.reversed_params,
            CEILING,
            lambda answer: read(self.name, self._users, answer),
            None if asked.done_there else keep,
            counts=True,
        )
        values = (lambda user: user_values(user, order)) if order else None
        return WireListing(self.name, operation, values, self.scan_limit)

    async def devices(self, arns: Sequence[str]) -> Sequence[Device | GatewayError | None]:
        """Read each with all that a search tells; None for one that is not (or no longer) this account's."""
        if "GetDeviceData" not in self.upstream.beyond:
            return await devices_by_arn(self.upstream, arns, lambda answer: read(self.name, self._devices, answer)[0])
        asked = [{"DeviceArn": arn, "Source": self.name} for arn in arns]
        return [
            _or_none(answer, itemgetter("Device")) for answer in await self.upstream.call_many("GetDeviceData", asked)
        ]

    async def rooms_by_arn(self, arns: Sequence[str]) -> Sequence[Room | GatewayError | None]:
        answers = await self.upstream.call_many("GetRoom", [{"RoomArn": arn} for arn in arns])
        return [_or_none(answer, lambda found: read(self.name, self._room, found)) for answer in answers]

    async def users_by_arn(self, arns: Sequence[str]) -> Sequence[User | GatewayError | None]:
        """Find users; over AWS by reading the list, up to the scan limit (ScanLimit beyond it)."""
        if "GetUser" in self.upstream.beyond:
            asked = [{"UserArn": arn, "Source": self.name} for arn in arns]
            return [_or_none(answer, itemgetter("User")) for answer in await self.upstream.call_many("GetUser", asked)]
        found = {user.arn: user for user in await self._users_over_wire(UserFilter(), ()).all()}
        return [found.get(arn) for arn in arns]

    async def tags(self, arns: Sequence[str]) -> Sequence[tuple[Tag, ...] | GatewayError]:
        answers = await self.upstream.call_many("ListTags", [{"Arn": arn} for arn in arns])
        return [
            answer if isinstance(answer, GatewayError) else read(self.name, alexa_answers.tags, answer)
            for answer in answers
        ]

    async def events(self, queries: Sequence[tuple[Device, EventQuery]]) -> Sequence[EventRun | GatewayError]:
        if "QueryDeviceEvents" not in self.upstream.beyond:
            return await events_by_pages(self.upstream, queries, self.scan_limit)
        asked = [{"Query": query, "Device": device} for device, query in queries]
        answers = await self.upstream.call_many("QueryDeviceEvents", asked)
        return [run_of(answer) for answer in answers]

    async def tag(self, arn: str, tags: Sequence[Tag]) -> None:
        pairs = [{"Key": tag.key, "Value": tag.value} for tag in tags]
        await self.upstream.call("TagResource", {"Arn": arn, "Tags": pairs})

    async def untag(self, arn: str, keys: Sequence[str]) -> None:
        await self.upstream.call("UntagResource", {"Arn": arn, "TagKeys": list(keys)})

    def _device_operation(self, wanted: DeviceFilter, order: tuple[DeviceOrder, ...]) -> WireOperation[Device]:
        asked = alexa_search.device_search(wanted, order)

        async def keep(devices: Sequence[Device]) -> Sequence[Device]:
            matching = [one for one in devices if isinstance(one, AlexaDevice) and wanted.matches_alexa(one)]
            return await self._tagged(matching, wanted) if wanted.tags else matching

        return WireOperation(
            self.upstream,
            "SearchDevices",
            asked.params,
            asked.reversed_params,
            CEILING,
            lambda answer: read(self.name, self._devices, answer),
            None if asked.done_there else keep,
            counts=True,
        )

    async def _tagged(self, devices: Sequence[AlexaDevice], wanted: DeviceFilter) -> Sequence[AlexaDevice]:
        kept = []
        for device, tags in zip(devices, await self.tags([device.arn for device in devices]), strict=True):
            if isinstance(tags, GatewayError):
                raise tags
            if wanted.matches_tags({tag.key: tag.value for tag in tags}):
                kept.append(device)
        return kept

    def _devices(self, answer: Params) -> Keyed[Device]:
        devices = [alexa_answers.device(self.name, raw) for raw in answer.get("Devices", ())]
        return devices, [device.arn for device in devices]

    def _rooms(self, answer: Params) -> Keyed[Room]:
        rooms = [alexa_answers.room(self.name, raw) for raw in answer.get("Rooms", ())]
        return rooms, [room.arn for room in rooms]

    def _room(self, answer: Params) -> Room:
        return alexa_answers.room(self.name, answer.get("Room", {}))

    def _users(self, answer: Params) -> Keyed[User]:
        users = [alexa_answers.user(self.name, raw) for raw in answer.get("Users", ())]
        return users, [user.arn for user in users]


def _or_none(answer: Params | GatewayError, decode: Callable[[Params], Item]) -> Item | GatewayError | None:
    if isinstance(answer, GatewayError):
        # A key that the service finds no key at all is nobody's.
        return None if isinstance(answer, NotFound | Rejected) else answer
    return decode(answer)
