"""Fleets for the graph: what manufacturers, owners and devices themselves put into the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.model.device import ConnectionStatus
from gateway.model.tenant import Tenant
from gateway.services.alexa.arns import device_arn
from gateway.services.ingest import ClickType, report_click, report_connection
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from gateway.store.times import milliseconds
from tests.schema.graph import Graph
from tests.schema.upstreams import BUTTONS, ECHOES, Place

ECHO_TYPE = "A3S5BH2HU6VAYF"


def button(number: int) -> str:
    return f"G030PM{number:010}"


def echo(number: int) -> str:
    return f"G090LF{number:04}"


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes fleets behind the graph, past what it counts."""

    graph: Graph

    async def one_click(self, place: Place, operation: str, **params: object) -> Mapping[str, Any]:
        return await self.graph.ways.watched.one_click.service.call(place.tenant, operation, params)

    async def alexa(self, place: Place, operation: str, **params: object) -> Mapping[str, Any]:
        return await self.graph.ways.watched.alexa.service.call(place.tenant, operation, params)

    async def manufacture(self, device_ids: Sequence[str], *, code: str | None = None, kind: str = "button") -> None:
        """Put devices on the market that nobody has claimed."""
        await self.graph.context.database.write(
            lambda connection: (
                code is None or add_claim_code(connection, code, 0),
                [register_device(connection, one, kind, code) for one in device_ids],
            )
        )

    async def buttons(
        self, *device_ids: str, place: Place = BUTTONS, kind: str = "button", enabled: bool = False
    ) -> None:
        """Claimed devices of 1-Click."""
        if not device_ids:
            return
        code = f"C-{device_ids[0][-30:]}"
        await self.manufacture(device_ids, code=code, kind=kind)
        await self.one_click(place, "ClaimDevicesByClaimCode", ClaimCode=code)
        if enabled:
            for one in device_ids:
                await self.one_click(place, "UpdateDeviceState", DeviceId=one, Enabled=True)

    async def tag_button(self, device_id: str, place: Place = BUTTONS, **tags: str) -> None:
        await self.one_click(place, "TagResource", ResourceArn=button_arn(device_id, place.tenant), Tags=tags)

    async def press(self, device_id: str, click: ClickType = ClickType.SINGLE, at: datetime | None = None) -> bool:
        return await report_click(self.graph.context, device_id, click, at)

    async def echo(
        self,
        serial_number: str,
        name: str | None = None,
        *,
        place: Place = ECHOES,
        kind: str = ECHO_TYPE,
        **members: Any,  # noqa: ANN401 - of any type
    ) -> str:
        """A device of Alexa for Business; return its ARN."""
        now = milliseconds(self.graph.clock())
        arn = device_arn(place.tenant, serial_number, kind)
        device = NewAlexaDevice(arn, serial_number, kind, name=name, created_at=now, **members)
        assert await self.graph.context.database.write(
            lambda connection: add_device(connection, place.tenant, device, now)
        )
        return arn

    async def room(self, name: str, *device_arns: str, place: Place = ECHOES) -> str:
        """A room with those devices in it; return its ARN."""
        arn = str((await self.alexa(place, "CreateRoom", RoomName=name))["RoomArn"])
        for device in device_arns:
            await self.alexa(place, "AssociateDeviceWithRoom", DeviceArn=device, RoomArn=arn)
        return arn

    async def user(self, user_id: str, place: Place = ECHOES, **members: str) -> str:
        return str((await self.alexa(place, "CreateUser", UserId=user_id, **members))["UserArn"])

    async def tag_alexa(self, arn: str, place: Place = ECHOES, **tags: str) -> None:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        await self.alexa(place, "TagResource", Arn=arn, Tags=pairs)

    async def remove_button(self, device_id: str, place: Place = BUTTONS) -> None:
        await self.one_click(place, "UnclaimDevice", DeviceId=device_id)

    async def remove_echo(self, arn: str, place: Place = ECHOES) -> None:
        await self.alexa(place, "DeleteDevice", DeviceArn=arn)

    async def remove_user(self, arn: str, enrollment_id: str, place: Place = ECHOES) -> None:
        await self.alexa(place, "DeleteUser", UserArn=arn, EnrollmentId=enrollment_id)

    async def remove_room(self, arn: str, place: Place = ECHOES) -> None:
        await self.alexa(place, "DeleteRoom", RoomArn=arn)

    async def connect(
        self, arn: str, status: ConnectionStatus, at: datetime | None = None, place: Place = ECHOES
    ) -> None:
        await report_connection(self.graph.context, place.tenant, arn, status, at)


def button_arn(device_id: str, tenant: Tenant = BUTTONS.tenant) -> str:
    return f"arn:aws:iot1click:{tenant.region}:{tenant.account}:devices/{device_id}"
