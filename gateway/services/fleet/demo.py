"""The demo fleet: what an empty store is filled with, so that there is something to look at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from msgspec import Struct
from sqlalchemy import Connection

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.fleet.claim_codes import new_code
from gateway.services.fleet.demo_buttons import BUTTON, BoxedButtons, DemoButton, boxed_buttons, demo_buttons
from gateway.services.fleet.demo_echoes import DemoEcho, demo_echoes, demo_rooms, demo_users
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.fleet.tenants import FleetTenants
from gateway.store import changes
from gateway.store.accounts import AccessKey, access_keys_of, add_access_key, add_account
from gateway.store.alexa_fleets import insert_devices, insert_rooms, insert_users
from gateway.store.changes import Change, ChangeKind, LoggedEvent
from gateway.store.claim_codes import add_claim_code, unused_claim_codes
from gateway.store.event_history import insert_events
from gateway.store.events import StoredEvent
from gateway.store.manufacture import has_devices, unclaimed_buttons
from gateway.store.one_click_devices import register_device
from gateway.store.one_click_fleets import insert_buttons
from gateway.store.rooms import StoredRoom
from gateway.store.times import milliseconds
from gateway.store.users import StoredUser

SEED = 2018


class DemoFleet(Struct, frozen=True):
    """What there is to try: an access key for each account, refused beyond loopback; codes that claim devices;
    buttons that can be claimed by pressing them. `made`: the store was empty before.
    """

    access_keys: tuple[AccessKey, ...]
    claim_codes: tuple[str, ...]
    unclaimed: tuple[str, ...]
    made: bool


class _Buttons(Struct, frozen=True):
    tenant: Tenant
    claimed: Sequence[DemoButton]
    boxed: BoxedButtons


class _Echoes(Struct, frozen=True):
    tenant: Tenant
    rooms: Sequence[StoredRoom]
    devices: Sequence[DemoEcho]
    users: Sequence[StoredUser]


async def fill(context: ServiceContext, encryption_key: bytes, tenants: FleetTenants, *, seed: int = SEED) -> DemoFleet:
    """Fill an empty store, all at once or not at all; where the demo fleet is there already, only tell of it.

    The same seed at the same time makes the same fleet but for what is secret: access keys and claim codes. Raise
    FleetRefusal where the store has other devices.
    """
    now = context.clock()
    buttons, echoes = _buttons(context, tenants, seed, now), _echoes(context, tenants, seed, now)

    def write(connection: Connection) -> bool:
        is_there = any(key.demo for key in _keys(connection, encryption_key, tenants))
        empty = not has_devices(connection)
        if not empty and not is_there:
            raise FleetRefusal("the store has devices already; the demo fleet goes into an empty one (--data DIR)")
        _make_keys(connection, encryption_key, tenants, now)
        if not empty:
            return False
        logged: list[Change] = []
        if buttons is not None:
            logged += _write_buttons(connection, buttons, milliseconds(now))
        if echoes is not None:
            logged += _write_echoes(connection, echoes)
        changes.log(connection, milliseconds(now), logged)
        return True

    made = await context.database.write(write)
    return await context.database.read(lambda connection: _found(connection, encryption_key, tenants, made=made))


def _buttons(context: ServiceContext, tenants: FleetTenants, seed: int, now: datetime) -> _Buttons | None:
    tenant, random = tenants.buttons, Random(seed)  # noqa: S311 - no secret is made of it
    if tenant is None:
        return None
    return _Buttons(tenant, demo_buttons(random, tenant, now, context.events_kept), boxed_buttons(random, new_code))


def _echoes(context: ServiceContext, tenants: FleetTenants, seed: int, now: datetime) -> _Echoes | None:
    tenant, random = tenants.echoes, Random(seed)  # noqa: S311 - no secret is made of it
    if tenant is None:
        return None
    rooms = demo_rooms(random, tenant)
    devices = demo_echoes(random, tenant, rooms, now, context.events_kept)
    return _Echoes(tenant, rooms, devices, demo_users(random, tenant))


def _write_buttons(connection: Connection, fleet: _Buttons, now: int) -> list[Change]:
    for code, device_ids in [(None, fleet.boxed.without_code), *fleet.boxed.by_code.items()]:
        if code is not None:
            add_claim_code(connection, code, now)
        for device_id in device_ids:
            register_device(connection, device_id, BUTTON, code)
    since = (one.claimed_at for one in fleet.claimed)
    insert_buttons(connection, fleet.tenant, [one.button for one in fleet.claimed], since)
    history = {one.button.device_id: one.events for one in fleet.claimed}
    insert_events(connection, fleet.tenant, history)
    return _logged(fleet.tenant, DeviceService.ONE_CLICK, history)


def _write_echoes(connection: Connection, fleet: _Echoes) -> list[Change]:
    insert_rooms(connection, fleet.tenant, fleet.rooms)
    names = {room.arn: room.name for room in fleet.rooms}
    insert_devices(connection, fleet.tenant, [one.device for one in fleet.devices], names)
    insert_users(connection, fleet.tenant, fleet.users)
    history = {one.device.arn: one.events for one in fleet.devices}
    insert_events(connection, fleet.tenant, history)
    return _logged(fleet.tenant, DeviceService.ALEXA_FOR_BUSINESS, history)


def _logged(tenant: Tenant, service: DeviceService, history: Mapping[str, Sequence[StoredEvent]]) -> list[Change]:
    added = [Change(tenant, service, device, ChangeKind.ADDED) for device in history]
    happened = [
        Change(
            tenant,
            service,
            device,
            ChangeKind.EVENT,
            LoggedEvent(event.time, event.type, event.value, event.body),
        )
        for device, events in history.items()
        for event in events
    ]
    return added + happened


def _keys(connection: Connection, encryption_key: bytes, tenants: FleetTenants) -> list[AccessKey]:
    return [key for account in tenants.accounts for key in access_keys_of(connection, encryption_key, account)]


def _make_keys(connection: Connection, encryption_key: bytes, tenants: FleetTenants, now: datetime) -> None:
    usable = {key.account for key in _keys(connection, encryption_key, tenants) if key.demo and not key.revoked}
    for account in tenants.accounts:
        if account not in usable:
            add_account(connection, account, milliseconds(now))
            add_access_key(connection, encryption_key, account, demo=True, now=milliseconds(now))


def _found(connection: Connection, encryption_key: bytes, tenants: FleetTenants, *, made: bool) -> DemoFleet:
    keys = _keys(connection, encryption_key, tenants)
    return DemoFleet(
        access_keys=tuple(key for key in keys if key.demo and not key.revoked),
        claim_codes=tuple(unused_claim_codes(connection)),
        unclaimed=tuple(unclaimed_buttons(connection)),
        made=made,
    )
