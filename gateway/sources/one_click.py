"""1-Click devices, told in the 13 operations of AWS IoT 1-Click."""

import json
import re
from collections.abc import Sequence

import orjson
from msgspec import Struct

from gateway.model.device import Device, DeviceMethod, OneClickDevice
from gateway.model.errors import GatewayError, NotFound
from gateway.model.filter import DeviceFilter
from gateway.model.order import DeviceOrder, device_key, device_values
from gateway.model.query import EventQuery
from gateway.model.service import DeviceService
from gateway.model.tag import Tag
from gateway.sources import one_click_answers
from gateway.sources.answer import read
from gateway.sources.events import EventRun, run_of
from gateway.sources.gathered_listing import GatheredListing
from gateway.sources.keyset_listing import KeysetListing
from gateway.sources.listing import Listing
from gateway.sources.one_click_events import events_by_windows
from gateway.sources.upstream import Params, Upstream
from gateway.sources.wire_listing import WireListing
from gateway.sources.wire_pages import Keyed, WireOperation

LIST_CEILING = 250
# An id becomes a part of a path: nothing that could lead out of its place.
DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)


class OneClickSource(Struct, frozen=True):
    """One account and region of 1-Click. `life_unit`: the remainingLife that its upstream tells of a new device."""

    name: str
    region: str
    upstream: Upstream
    scan_limit: int
    life_unit: float = 1.0

    @property
    def service(self) -> DeviceService:
        return DeviceService.ONE_CLICK

    @property
    def answers_together(self) -> bool:
        """Whether much is answered by one statement, so that whoever asks for more keeps nobody waiting."""
        return bool(self.upstream.beyond)

    async def available(self) -> bool:
        return (await self.upstream.check()).available

    def listing(self, wanted: DeviceFilter, order: tuple[DeviceOrder, ...]) -> Listing[Device]:
        if "QueryDevices" in self.upstream.beyond:
            return KeysetListing(self.name, self.upstream, "Devices", wanted, order)
        pages = WireListing(self.name, self._operation(wanted), None, self.scan_limit)
        if not order:
            return pages
        descending = tuple(criterion.descending for criterion in order)
        return GatheredListing(pages, lambda device: device_values(device, order), descending, device_key)

    async def devices(self, device_ids: Sequence[str]) -> Sequence[Device | GatewayError | None]:
        """Describe each; None for one that is not (or no longer) this account's, or cannot be a device id at all."""
        possible = [one for one in device_ids if DEVICE_ID.fullmatch(one)]
        answers = await self.upstream.call_many("DescribeDevice", [{"DeviceId": one} for one in possible])
        described = dict(zip(possible, map(self._described, answers), strict=True))
        return [described.get(one) for one in device_ids]

    async def methods(self, device_ids: Sequence[str]) -> Sequence[tuple[DeviceMethod, ...] | GatewayError]:
        answers = await self.upstream.call_many("GetDeviceMethods", [{"DeviceId": one} for one in device_ids])
        return [
            answer if isinstance(answer, GatewayError) else read(self.name, one_click_answers.methods, answer)
            for answer in answers
        ]

    async def events(self, queries: Sequence[tuple[Device, EventQuery]]) -> Sequence[EventRun | GatewayError]:
        if "QueryDeviceEvents" not in self.upstream.beyond:
            return await events_by_windows(self.upstream, queries, self.scan_limit)
        asked = [{"Query": query, "Device": device} for device, query in queries]
        answers = await self.upstream.call_many("QueryDeviceEvents", asked)
        return [run_of(answer) for answer in answers]

    async def claim(self, claim_code: str) -> tuple[str, int]:
        """Claim every device of a manufacturer's code; return the code and how many they are."""
        answer = await self.upstream.call("ClaimDevicesByClaimCode", {"ClaimCode": claim_code})
        return answer.get("ClaimCode", claim_code), int(answer.get("Total", 0))

    async def initiate_claim(self, device_id: str) -> str:
        _check_device_id(device_id)
        return str((await self.upstream.call("InitiateDeviceClaim", {"DeviceId": device_id})).get("State"))

    async def finalize_claim(self, device_id: str, tags: Sequence[Tag] | None) -> str:
        _check_device_id(device_id)
        given = {} if tags is None else {"Tags": {tag.key: tag.value for tag in tags}}
        return str((await self.upstream.call("FinalizeDeviceClaim", {"DeviceId": device_id, **given})).get("State"))

    async def claim_initiated(self, device_id: str) -> bool:
        """Whether this account has a claim of the device under way; over AWS nothing tells, and the answer is no."""
        if "GetClaimState" not in self.upstream.beyond:
            return False
        answer = await self.upstream.call("GetClaimState", {"DeviceId": device_id})
        return answer.get("State") == "CLAIM_INITIATED"

    async def unclaim(self, device_id: str) -> str:
        return str((await self.upstream.call("UnclaimDevice", {"DeviceId": device_id})).get("State"))

    async def set_enabled(self, device_id: str, *, enabled: bool) -> None:
        await self.upstream.call("UpdateDeviceState", {"DeviceId": device_id, "Enabled": enabled})

    async def tag(self, arn: str, tags: Sequence[Tag]) -> None:
        await self.upstream.call("TagResource", {"ResourceArn": arn, "Tags": {tag.key: tag.value for tag in tags}})

    async def untag(self, arn: str, keys: Sequence[str]) -> None:
        await self.upstream.call("UntagResource", {"ResourceArn": arn, "TagKeys": list(keys)})

    async def invoke(self, device_id: str, method: DeviceMethod, parameters: object) -> object:
        """Invoke a method with JSON parameters (None: without any); return its JSON answer, None where it has none."""
        given = {} if parameters is None else {"DeviceMethodParameters": json.dumps(parameters, ensure_ascii=False)}
        named = {"DeviceType": method.device_type, "MethodName": method.method_name}
        answer = await self.upstream.call("InvokeDeviceMethod", {"DeviceId": device_id, "DeviceMethod": named, **given})
        response = answer.get("DeviceMethodResponse")
        return _json_or_text(response) if response else None

    def _operation(self, wanted: DeviceFilter) -> WireOperation[Device]:
        # One printable type the service can look for; anything else is sorted out here.
        [only] = wanted.types if wanted.types is not None and len(wanted.types) == 1 else [""]
        one_type = {"DeviceType": only} if only.isprintable() and only else {}
        done_there = wanted == DeviceFilter(types=wanted.types) and (wanted.types is None or bool(one_type))

        async def keep(devices: Sequence[Device]) -> Sequence[Device]:
            return [one for one in devices if isinstance(one, OneClickDevice) and wanted.matches_one_click(one)]

        return WireOperation(
            self.upstream,
            "ListDevices",
            one_type,
            None,
            LIST_CEILING,
            lambda answer: read(self.name, self._devices, answer),
            None if done_there else keep,
            counts=False,
        )

    def _described(self, answer: Params | GatewayError) -> Device | GatewayError | None:
        if isinstance(answer, GatewayError):
            return None if isinstance(answer, NotFound) else answer
        return read(self.name, self._device, answer)

    def _device(self, answer: Params) -> Device:
        return one_click_answers.device(self.name, answer.get("DeviceDescription", {}), self.life_unit)

    def _devices(self, answer: Params) -> Keyed[Device]:
        raw = answer.get("Devices", ())
        devices = [one_click_answers.device(self.name, one, self.life_unit) for one in raw]
        return devices, [device.device_id for device in devices]


def _check_device_id(text: str) -> None:
    if not DEVICE_ID.fullmatch(text):
        raise NotFound("There is no such device.")


def _json_or_text(response: str) -> object:
    try:
        return orjson.loads(response)
    except orjson.JSONDecodeError:
        return response
