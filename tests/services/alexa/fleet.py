from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.model.tenant import Tenant
from gateway.services.alexa.arns import device_arn
from gateway.services.embedded import EmbeddedService
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.store.changes import ChangeKind, changes_after
from gateway.store.tables import metadata
from gateway.wire.errors import ServiceError

HERE = Tenant("123456789012", "us-east-1")
NEIGHBOUR = Tenant("210987654321", "us-east-1")
ELSEWHERE = Tenant("123456789012", "eu-west-1")
ECHO = "A238TWV36W3S92"
TOKEN = "token-0123456789"


def new_device(tenant: Tenant = HERE, number: int = 1, **members: Any) -> NewAlexaDevice:  # noqa: ANN401 - of any type
    serial, kind = f"G090LF{number:04}", members.pop("type", ECHO)
    return replace(NewAlexaDevice(device_arn(tenant, serial, kind), serial, kind), **members)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Echo devices, rooms and users as their accounts handle them."""

    service: EmbeddedService

    async def call(self, operation: str, tenant: Tenant = HERE, **params: object) -> Mapping[str, Any]:
        return await self.service.call(tenant, operation, params)

    async def beyond(self, operation: str, tenant: Tenant = HERE, **params: object) -> Mapping[str, Any]:
        return await self.service.call_beyond(tenant, operation, params)

    async def add(self, *devices: NewAlexaDevice, tenant: Tenant = HERE) -> None:
        def write(connection: Any) -> None:  # noqa: ANN401 - the store's connection
            for device in devices:
                assert add_device(connection, tenant, device, 0)

        await self.service.context.database.write(write)

    async def device(self, number: int = 1, tenant: Tenant = HERE, **members: Any) -> str:  # noqa: ANN401 - of any type
        """Add a device; return its ARN."""
        device = new_device(tenant, number, **members)
        await self.add(device, tenant=tenant)
        return device.arn

    async def room(self, name: str = "Lobby", tenant: Tenant = HERE, **params: object) -> str:
        answer = await self.call("CreateRoom", tenant, RoomName=name, **params)
        return str(answer["RoomArn"])

    async def user(self, user_id: str = "ada", tenant: Tenant = HERE, **params: object) -> str:
        answer = await self.call("CreateUser", tenant, UserId=user_id, **params)
        return str(answer["UserArn"])

    async def log(self, after: int = 0) -> list[tuple[Tenant, str, ChangeKind]]:
        rows = await self.service.context.database.read(lambda connection: changes_after(connection, after, 1000))
        return [(change.tenant, change.device, change.kind) for _, change in rows]

    async def refused(self, code: str, operation: str, tenant: Tenant = HERE, **params: object) -> ServiceError:
        """Make sure that the operation is refused with that code, and changes nothing."""
        before = await self.everything()
        with pytest.raises(ServiceError) as refusal:
            await self.call(operation, tenant, **params)
        assert refusal.value.code == code
        assert await self.everything() == before
        return refusal.value

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the store."""
        return await self.service.context.database.read(
            lambda connection: {
                table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for table in metadata.sorted_tables
            }
        )
