from typing import Any

from sqlalchemy import Connection

from gateway.model.claim_code import CLAIM_CODE
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.embedded import Params
from gateway.services.one_click import errors
from gateway.services.one_click.tags import check_tags, put_device_tags
from gateway.store import changes, claim_codes, one_click_devices
from gateway.store.changes import Change, ChangeKind
from gateway.store.events import delete_events
from gateway.store.tags import delete_tags
from gateway.store.times import milliseconds


async def claim_devices_by_claim_code(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Total counts the devices that this request claimed; those that somebody owns already are left alone."""
    code = params["ClaimCode"]
    if not CLAIM_CODE.fullmatch(code):
        raise errors.invalid_request(f"Claim code {code!r} is not of the form C-…")
    now = milliseconds(context.clock())

    def claim(connection: Connection) -> int:
        if not claim_codes.use_claim_code(connection, code, now):
            raise errors.claim_code_refused()
        claimed = one_click_devices.claim_by_code(connection, tenant, code, now)
        if not claimed:
            raise errors.claim_code_refused()
        changes.log(connection, now, [_change(tenant, device_id, ChangeKind.ADDED) for device_id in claimed])
        return len(claimed)

    return {"ClaimCode": code, "Total": await context.database.write(claim)}


async def initiate_device_claim(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Of several accounts that initiate, the last one is heard; an event counts for it only from then on."""
    device_id = params["DeviceId"]

    def initiate(connection: Connection) -> None:
        if one_click_devices.initiate_claim(connection, tenant, device_id):
            return
        if one_click_devices.registered_device(connection, device_id) is None:
            raise errors.device_not_found(device_id)
        raise errors.already_claimed(device_id)

    await context.database.write(initiate)
    return {"State": "CLAIM_INITIATED"}


async def finalize_device_claim(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Claim the device and set its tags, or neither."""
    device_id, tags = params["DeviceId"], params.get("Tags") or {}
    check_tags(tags)
    now = milliseconds(context.clock())

    def finalize(connection: Connection) -> None:
        if not one_click_devices.finalize_claim(connection, tenant, device_id, now):
            raise _why_not_finalized(connection, device_id)
        put_device_tags(connection, tenant, device_id, one_click_devices.arn_of(tenant, device_id), tags)
        changes.log(connection, now, [_change(tenant, device_id, ChangeKind.ADDED)])

    await context.database.write(finalize)
    return {"State": "CLAIMED"}


async def unclaim_device(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Give the device back; its tags, callbacks and events go with the owner."""
    device_id = params["DeviceId"]
    now = milliseconds(context.clock())

    def unclaim(connection: Connection) -> None:
        device = one_click_devices.claimed_devices(connection, tenant, [device_id]).get(device_id)
        if device is None or not one_click_devices.release(connection, tenant, device_id, now):
            raise errors.device_not_found(device_id)
        delete_tags(connection, tenant, device.arn)
        delete_events(connection, tenant, device_id)
        changes.log(connection, now, [_change(tenant, device_id, ChangeKind.REMOVED)])

    await context.database.write(unclaim)
    return {"State": "UNCLAIMED"}


async def get_claim_state(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Beyond the wire: how far the tenant's own claim of a device is. {"DeviceId"} → {"State"}.

    CLAIMED, CLAIM_INITIATED, or UNCLAIMED for whatever is not the tenant's, be it there or not.
    """
    device_id = params["DeviceId"]
    device = await context.database.read(lambda connection: one_click_devices.registered_device(connection, device_id))
    if device is not None and device.owner == tenant:
        return {"State": "CLAIMED"}
    if device is not None and device.initiated_by == tenant:
        return {"State": "CLAIM_INITIATED"}
    return {"State": "UNCLAIMED"}


def _why_not_finalized(connection: Connection, device_id: str) -> Exception:
    device = one_click_devices.registered_device(connection, device_id)
    if device is None:
        return errors.device_not_found(device_id)
    if device.owner is not None:
        return errors.already_claimed(device_id)
    return errors.no_event_since_initiated(device_id)


def _change(tenant: Tenant, device_id: str, kind: ChangeKind) -> Change:
    return Change(tenant, DeviceService.ONE_CLICK, device_id, kind)
