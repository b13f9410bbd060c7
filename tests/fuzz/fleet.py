"""A gateway over four sources, two embedded and two over signed HTTP, with some of everything that it may answer."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
from msgspec.structs import replace
from sqlalchemy import Connection
from starlette.applications import Starlette

from gateway.app.clock import now
from gateway.app.gateway import open_gateway
from gateway.app.keys import encryption_key
from gateway.app.services import make_services
from gateway.app.store import open_store, service_context
from gateway.http.service_doors import service_doors
from gateway.model.device import AlexaDeviceStatus, AlexaDeviceStatusDetail, ConnectionStatus
from gateway.model.ids import GlobalId, NodeKind
from gateway.model.tenant import Tenant
from gateway.model.user import EnrollmentStatus
from gateway.services.alexa.arns import device_arn, room_arn, user_arn
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.services.fleet.additions import add_button
from gateway.services.fleet.demo import fill
from gateway.services.fleet.tenants import FleetTenants
from gateway.services.ingest import ClickType, report_click, std_event
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT, SourceSettings
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.store.claim_codes import add_claim_code
from gateway.store.event_history import insert_events
from gateway.store.events import StoredEvent
from gateway.store.one_click_devices import arn_of, register_device
from gateway.store.rooms import StoredRoom, add_room
from gateway.store.tables import one_click_devices
from gateway.store.times import milliseconds
from gateway.store.users import StoredUser, add_user
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.errors import ServiceError
from tests.aws_environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.fuzz.documents import Document
from tests.fuzz.values import Values
from tests.http.serving import serving

BUTTONS: Final = Tenant(EMBEDDED_ACCOUNT, "us-west-2")
ECHOES: Final = Tenant(EMBEDDED_ACCOUNT, "us-east-1")
SOURCES: Final = ("buttons", "echoes", "far-buttons", "far-echoes")
ECHO_TYPE: Final = "A3S5BH2HU6VAYF"
FULL, LOCKED, STRANGE, UNUSED = "G030PM9900000001", "G030PM9900000002", "G030PM9900000003", "G030PM9900000004"
HANGS: Final = 20.0
"""Seconds after which an answer is given up."""


@dataclass(frozen=True)
class Fleet:
    client: httpx.AsyncClient
    one_click: EmbeddedService

    async def ask(self, document: Document, random: Random) -> httpx.Response:
        """By POST, or a query now and then by GET."""
        if not document.is_mutation and len(document.text) < 3000 and random.random() < 0.2:
            given = {"query": document.text, "variables": json.dumps(document.variables)}
            return await self.client.get("/graphql", params=given, timeout=HANGS)
        return await self.client.post(
            "/graphql",
            content=json.dumps({"query": document.text, "variables": document.variables}),
            headers={"content-type": "application/json"},
            timeout=HANGS,
        )


async def one_more_button(one_click: EmbeddedService, values: Values, number: int, random: Random) -> None:
    """What happens meanwhile: one more button is made, with or without a code; some can be claimed at once."""
    device_id, code = f"G030PM{number:010}", f"C-{number:010}"
    made = code if number % 3 == 0 else None

    def write(connection: Connection) -> None:
        if made is not None:
            add_claim_code(connection, made, 0)
            values.see("claimCode", made)
        register_device(connection, device_id, "button", made)

    await one_click.context.database.write(write)
    values.see("deviceId", device_id)
    if number % 10 == 0:
        await one_click.call(BUTTONS, "InitiateDeviceClaim", {"DeviceId": device_id})
        await report_click(one_click.context, device_id, random.choice([*ClickType]))
        values.kept["deviceId"] = [FULL, UNUSED, device_id, device_id]


@asynccontextmanager
async def open_fleet(directory: Path, values: Values, database_url: str | None = None) -> AsyncIterator[Fleet]:
    """Open it; needs the AWS environment of tests.aws_environment. The embedded sources' store may be PostgreSQL."""
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(_far_services(directory / "far"))
        settings = Settings(data=directory / "near", sources=_sources(far), claim_rate=0, database_url=database_url)
        gateway = await stack.enter_async_context(open_gateway(settings))
        assert gateway.services
        await fill_fleet(settings, gateway.services.one_click.context)
        client = await stack.enter_async_context(serving(gateway.app))
        tell_names(values)
        yield Fleet(client, gateway.services.one_click)


def _sources(far: str) -> tuple[SourceSettings, ...]:
    return (
        SourceSettings(name=SOURCES[0], service="one-click", embedded=True),
        SourceSettings(name=SOURCES[1], service="alexa-for-business", embedded=True),
        SourceSettings(name=SOURCES[2], service="one-click", endpoint_url=f"{far}/one-click"),
        SourceSettings(name=SOURCES[3], service="alexa-for-business", endpoint_url=f"{far}/alexa-for-business"),
    )


@asynccontextmanager
async def _far_services(data: Path) -> AsyncIterator[str]:
    """Both services behind a socket, with the same fleet; one of its buttons may not be switched."""
    settings = Settings(data=data)
    async with open_store(settings, serving=True) as database:
        services = make_services(service_context(settings, database))
        await fill_fleet(settings, services.one_click.context)

        async def credentials(access_key_id: str, _peer: str | None) -> Credentials | None:
            return Credentials(EMBEDDED_ACCOUNT, SECRET_ACCESS_KEY) if access_key_id == ACCESS_KEY_ID else None

        async def guarded(tenant: Tenant, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
            if operation == "UpdateDeviceState" and params.get("DeviceId") == LOCKED:
                raise ServiceError("ForbiddenException", "This device may not be switched")
            return await services.one_click.call(tenant, operation, params)

        def door(prefix: str, service: EmbeddedService) -> ServiceApp:
            call = guarded if service is services.one_click else service.call
            return ServiceApp(service.model, prefix, call, credentials, now)

        prefixes = {"/one-click": services.one_click, "/alexa-for-business": services.alexa}
        doors = service_doors({prefix: door(prefix, service) for prefix, service in prefixes.items()})
        async with serving(Starlette(routes=doors)) as client:
            yield str(client.base_url).rstrip("/")


async def fill_fleet(settings: Settings, context: ServiceContext) -> None:
    """The demo fleet, and what it lacks: every status, the unknown ones too, a device full of tags, strange events.

    It has no event that would be too old a minute later.
    """
    fresher = replace(context, events_kept=context.events_kept - timedelta(days=1))
    await fill(fresher, encryption_key(settings), FleetTenants(BUTTONS, ECHOES))
    await add_button(context, BUTTONS, FULL, {f"tag {number}": "" for number in range(50)}, enabled=True)
    await add_button(context, BUTTONS, LOCKED, {}, enabled=True)
    await add_button(context, BUTTONS, STRANGE, {"Name": "Ünïcode \U0001f514"}, enabled=False)
    await context.database.write(lambda connection: _add_strange(connection, milliseconds(context.clock())))


def _add_strange(connection: Connection, now: int) -> None:
    triple = std_event(STRANGE, ClickType.SINGLE, now - 1000, 0.5).replace("SINGLE", "TRIPLE")
    wordless = json.dumps({"reportedTime": "2026-01-01T00:00:00.000Z", "remainingLife": None})
    clicks = [StoredEvent(now - 1000, "TRIPLE", "", triple), StoredEvent(now - 2000, "UNKNOWN", "", wordless)]
    insert_events(connection, BUTTONS, {STRANGE: clicks})
    attributes = one_click_devices.update().where(one_click_devices.c.device_id == STRANGE)
    connection.execute(attributes.values(attributes='{"projectRegion": "us-west-2"}'))
    register_device(connection, UNUSED, "button", None)
    room = StoredRoom(room_arn(ECHOES, "strange"), "A room")
    add_room(connection, ECHOES, room)
    details = (AlexaDeviceStatusDetail("CODE_FROM_TOMORROW", "FEATURE"), AlexaDeviceStatusDetail("BARE", None))
    for number, status in enumerate([*AlexaDeviceStatus, "MELTING"]):
        serial = f"G0STRANGE{number}"
        arn = device_arn(ECHOES, serial, ECHO_TYPE)
        connected = [*ConnectionStatus, None][number % 4]
        echo = NewAlexaDevice(
            arn, serial, ECHO_TYPE, status=status, status_details=details, connection_status=connected, mac_address="02"
        )
        add_device(connection, ECHOES, echo, now)
        slept = StoredEvent(now - 1000, "CONNECTION_STATUS", "SLEEPING", None)
        insert_events(connection, ECHOES, {arn: [slept, StoredEvent(now - 2000, "DEVICE_STATUS", status, None)]})
    for number, enrolled in enumerate([*EnrollmentStatus, "ABDUCTED", None]):
        user = StoredUser(user_arn(ECHOES, f"strange-{number}"), f"strange-{number}", enrollment_status=enrolled)
        add_user(connection, ECHOES, user)


def tell_names(values: Values) -> None:
    """The names that lead somewhere."""
    locked = GlobalId(NodeKind.ONE_CLICK_DEVICE, "far-buttons", LOCKED)
    ids = [locked, locked, *_ids(FULL), *_ids(STRANGE), *_ids(UNUSED)]
    serials = [f"G0STRANGE{number}" for number in range(len(AlexaDeviceStatus) + 1)]
    arns = [device_arn(ECHOES, serial, ECHO_TYPE) for serial in serials]
    ids += [GlobalId(NodeKind.ALEXA_DEVICE, "echoes", arn) for arn in arns]
    ids += [GlobalId(NodeKind.ROOM, "echoes", room_arn(ECHOES, "strange"))]
    values.keep("id", *(one.encode() for one in ids))
    values.keep("source", *SOURCES, "buttons", "far-buttons")
    values.keep("arn", arn_of(BUTTONS, FULL), arns[0])
    values.keep("serialNumber", serials[0])
    values.keep("roomName", "A room", "Lobby")
    values.keep("userId", "strange-1")
    values.keep("methodName", "getDeviceHealthParameters", "setOnClickCallback", "getOnClickCallback")
    values.keep("deviceType", "button", "device")


def _ids(device_id: str) -> list[GlobalId]:
    return [GlobalId(NodeKind.ONE_CLICK_DEVICE, name, device_id) for name in ("buttons", "far-buttons")]
