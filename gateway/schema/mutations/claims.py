"""Claiming and unclaiming.

Who claims is not told what exists: a device that is not the caller's to claim is NOT_FOUND whatever the reason, and
CONFLICT and PRECONDITION_FAILED only speak of the caller's own.
"""

import strawberry

from gateway.model.claim_code import CLAIM_CODE
from gateway.model.errors import (
    Conflict,
    Forbidden,
    GatewayError,
    InvalidInput,
    LimitExceeded,
    NotFound,
    PreconditionFailed,
    Refused,
    Rejected,
)
from gateway.schema.context import Info
from gateway.schema.mutations.payload import Outcome, refused
from gateway.schema.mutations.tags import TagInput, tags_of_input
from gateway.schema.mutations.target import claim_source, one_click_device_of
from gateway.sources.one_click import OneClickSource

NOTHING_TO_CLAIM = "There is no such device to claim, or its claim has not come that far."


@strawberry.input
class ClaimDevicesInput:
    claim_code: str
    source: str | None = None
    client_mutation_id: str | None = None


@strawberry.input
class InitiateDeviceClaimInput:
    device_id: str
    source: str | None = None
    client_mutation_id: str | None = None


@strawberry.input
class FinalizeDeviceClaimInput:
    device_id: str
    tags: list[TagInput] | None = None
    source: str | None = None
    client_mutation_id: str | None = None


@strawberry.input
class UnclaimDeviceInput:
    id: strawberry.ID
    client_mutation_id: str | None = None


async def claim_devices(info: Info, input: ClaimDevicesInput) -> Outcome:  # noqa: A002  # the contract's name
    try:
        source = claim_source(info.context, input.source)
        _check_claim_code(input.claim_code)
        code, total = await source.claim(input.claim_code)
    except Forbidden:
        unknown = NotFound("This claim code is unknown or used up.")
        return refused(unknown, "claimCode", input.client_mutation_id)
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "claimCode", input.client_mutation_id)
    info.context.loaders.forget()
    return Outcome(claim_code=code, total=total, client_mutation_id=input.client_mutation_id)


async def initiate_device_claim(
    info: Info,
    input: InitiateDeviceClaimInput,  # noqa: A002  # the contract's name
) -> Outcome:
    try:
        source = claim_source(info.context, input.source)
        state = await source.initiate_claim(input.device_id)
    except InvalidInput as refusal:
        return refused(refusal, "source", input.client_mutation_id)
    except Refused as refusal:
        told = await _told(source, input.device_id, refusal)
        return refused(told, "deviceId", input.client_mutation_id)
    info.context.loaders.forget()
    return Outcome(state=state, client_mutation_id=input.client_mutation_id)


async def finalize_device_claim(
    info: Info,
    input: FinalizeDeviceClaimInput,  # noqa: A002  # the contract's name
) -> Outcome:
    try:
        tags = None if input.tags is None else tags_of_input(input.tags)
        source = claim_source(info.context, input.source)
        state = await source.finalize_claim(input.device_id, tags)
    except InvalidInput as refusal:
        return refused(refusal, "source", input.client_mutation_id)
    except LimitExceeded as refusal:
        return refused(refusal, "tags", input.client_mutation_id)
    except Refused as refusal:
        # The service has one code for all that it finds invalid; only its words tell what that is.
        if input.tags and isinstance(refusal, Rejected) and "tag" in refusal.message.casefold():
            return refused(refusal, "tags", input.client_mutation_id)
        told = await _told(source, input.device_id, refusal)
        return refused(told, "deviceId", input.client_mutation_id)
    info.context.loaders.forget()
    [claimed] = await source.devices([input.device_id])
    return Outcome(state=state, device=claimed, client_mutation_id=input.client_mutation_id)


async def unclaim_device(info: Info, input: UnclaimDeviceInput) -> Outcome:  # noqa: A002  # the contract's name
    try:
        source, device = await one_click_device_of(info.context, input.id)
        state = await source.unclaim(device.device_id)
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "id", input.client_mutation_id)
    info.context.loaders.forget()
    return Outcome(state=state, unclaimed_device_id=input.id, client_mutation_id=input.client_mutation_id)


def _check_claim_code(text: str) -> None:
    if not CLAIM_CODE.fullmatch(text):
        form = "C-, then letters, digits and '-', at most 40 characters"
        raise InvalidInput(f"This is not the form of a claim code: {form}.", "claimCode")


async def _told(source: OneClickSource, device_id: str, refusal: Refused) -> Refused:
    """What the caller may know of a refusal: itself where it speaks of the caller's own device, else NOT_FOUND."""
    if isinstance(refusal, Conflict):
        [own] = await source.devices([device_id])
        if own is not None and not isinstance(own, GatewayError):
            return refusal
    if isinstance(refusal, PreconditionFailed) and await source.claim_initiated(device_id):
        return refusal
    if isinstance(refusal, NotFound | Conflict | PreconditionFailed | Forbidden):
        return NotFound(NOTHING_TO_CLAIM)
    return refusal
