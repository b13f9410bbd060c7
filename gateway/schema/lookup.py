"""Finding one thing: by its global id, or by what its service calls it."""

import asyncio
import re
from collections.abc import Awaitable, Sequence

import strawberry

from gateway.model.device import Device
from gateway.model.errors import Forbidden, GatewayError, InvalidInput, UpstreamError
from gateway.model.filter import DeviceFilter
from gateway.model.ids import GlobalId, NodeKind, decode_id
from gateway.schema.bounds import bounded
from gateway.schema.context import Context
from gateway.schema.node import AnyNode
from gateway.schema.permissions import KIND_SCOPES
from gateway.sources.fleet import ALL_SOURCES, Source, SourceChoice
from gateway.sources.listing import Window
from gateway.sources.one_click import OneClickSource

ARN = re.compile(r"arn:[^:\s]+:(iot1click|a4b):[^:\s]*:[^:\s]*:(devices?)/(\S+)")
SERIAL_NUMBER = re.compile(r"[A-Za-z0-9]{1,200}", re.ASCII)
DEVICE_KINDS = frozenset({NodeKind.ONE_CLICK_DEVICE, NodeKind.ALEXA_DEVICE})


@strawberry.input(one_of=True)
class DeviceBy:
    id: strawberry.ID | None = strawberry.UNSET
    arn: str | None = strawberry.UNSET
    device_id: str | None = strawberry.UNSET
    serial_number: str | None = strawberry.UNSET


async def node_by_id(context: Context, text: str, argument: str) -> AnyNode | None:
    """Find what a Node.id stands for; None where it is gone. Raise InvalidInput where it is malformed."""
    decoded = decode_id(text, argument)
    if KIND_SCOPES[decoded.kind] not in context.caller.scopes:
        raise Forbidden(f"This id needs {KIND_SCOPES[decoded.kind]}.")
    key = (decoded.source, decoded.key)
    source = context.fleet.sources.get(decoded.source)
    if source is None or isinstance(source, OneClickSource) != (decoded.kind is NodeKind.ONE_CLICK_DEVICE):
        return None
    if decoded.kind is NodeKind.ROOM:
        return await context.loaders.room_by_arn.load(key)
    if decoded.kind is NodeKind.USER:
        return await context.loaders.user_by_arn.load(key)
    return await context.loaders.device_by_id.load(key)


async def nodes_by_id(context: Context, texts: Sequence[str], argument: str) -> list[AnyNode | GatewayError | None]:
    """As node_by_id for each, in order; a failure takes the place of its item."""
    asked = bounded(texts, argument, context.limits.maximum) or ()
    return await asyncio.gather(*(found_or_failure(node_by_id(context, text, argument)) for text in asked))


async def device_by(context: Context, by: DeviceBy, source: str | None) -> Device | None:
    """Find a device among the sources, or in the one named; raise InvalidInput where several match."""
    if source is not None and source not in context.fleet.sources:
        raise InvalidInput(f"There is no source named {source!r}.", "source")
    if isinstance(by.id, str):
        return await _device_by_id(context, by.id, source)
    candidates = context.fleet.of(ALL_SOURCES if source is None else SourceChoice(names=(source,)))
    answers = await asyncio.gather(*(_matches(one, by) for one in candidates))
    found = [device for answer in answers if not isinstance(answer, UpstreamError) for device in answer]
    if any(isinstance(answer, UpstreamError) for answer in answers):
        context.answer.is_complete = False  # there may be another match
    if len(found) > 1:
        places = ", ".join(sorted({device.source for device in found}))
        raise InvalidInput(f"More than one device matches, in {places}; say which by source or id.", "by")
    if found:
        return found[0]
    for answer in answers:
        if isinstance(answer, UpstreamError):
            raise answer
    return None


async def _device_by_id(context: Context, text: str, source: str | None) -> Device | None:
    decoded: GlobalId = decode_id(text, "by")
    if decoded.kind not in DEVICE_KINDS or source not in {None, decoded.source}:
        return None
    return await context.loaders.device_by_id.load((decoded.source, decoded.key))


async def _matches(source: Source, by: DeviceBy) -> Sequence[Device] | UpstreamError:
    try:
        if isinstance(by.serial_number, str):
            return await _by_serial(source, by.serial_number)
        if isinstance(by.device_id, str):
            return await _by_key(source, by.device_id) if isinstance(source, OneClickSource) else ()
        return await _by_arn(source, by.arn or "")
    except UpstreamError as failure:
        return failure


async def _by_serial(source: Source, serial_number: str) -> Sequence[Device]:
    if isinstance(source, OneClickSource) or not SERIAL_NUMBER.fullmatch(serial_number):
        return ()
    listing = source.listing(DeviceFilter(serial_numbers=(serial_number,)), ())
    chunk = await listing.read(Window(None, None, backwards=False, limit=2))
    return chunk.items


async def _by_arn(source: Source, arn: str) -> Sequence[Device]:
    parts = ARN.fullmatch(arn)
    if parts is None:
        raise InvalidInput("arn is not an ARN of a device of 1-Click or Alexa for Business.", "by")
    service, _, key = parts.groups()
    if isinstance(source, OneClickSource) != (service == "iot1click"):
        return ()
    found = await _by_key(source, key if isinstance(source, OneClickSource) else arn)
    return [device for device in found if device.arn == arn]


async def _by_key(source: Source, key: str) -> Sequence[Device]:
    [found] = await source.devices([key])
    if isinstance(found, GatewayError):
        raise found
    return [] if found is None else [found]


async def found_or_failure(finding: Awaitable[AnyNode | None]) -> AnyNode | GatewayError | None:
    """Wait for one of several; its failure is returned, to take its place among them."""
    try:
        return await finding
    except GatewayError as failure:
        return failure
