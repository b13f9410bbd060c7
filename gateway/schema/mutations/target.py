"""Which source, which device: what a mutation's input points at."""

from gateway.model.device import AlexaDevice, Device, OneClickDevice
from gateway.model.errors import GatewayError, InvalidInput, NotFound, Unsupported
from gateway.schema.context import Context
from gateway.schema.lookup import node_by_id
from gateway.sources.one_click import OneClickSource


def claim_source(context: Context, name: str | None) -> OneClickSource:
    """The 1-Click source named, or the only one; raise InvalidInput."""
    candidates = context.fleet.one_click()
    if name is not None:
        candidates = tuple(source for source in candidates if source.name == name)
    if len(candidates) == 1:
        return candidates[0]
    names = ", ".join(source.name for source in context.fleet.one_click()) or "none is configured"
    raise InvalidInput(f"Say by source which 1-Click source claims: {names}.", "source")


async def device_of(context: Context, text: str) -> Device:
    """The device of an id; raise InvalidInput where it is malformed or of something else, NotFound where it is gone."""
    found = await node_by_id(context, text, "id")
    if found is None:
        raise NotFound("There is no such device.")
    if not isinstance(found, OneClickDevice | AlexaDevice):
        raise InvalidInput("This is not the id of a device.", "id")
    return found


async def one_click_device_of(context: Context, text: str) -> tuple[OneClickSource, OneClickDevice]:
    """As device_of; raise Unsupported for a device of the other service, which has no such operation."""
    found = await device_of(context, text)
    source = context.fleet.sources[found.source]
    if not isinstance(found, OneClickDevice) or not isinstance(source, OneClickSource):
        raise Unsupported("Alexa for Business has no such operation for its devices.")
    return source, found


async def read_again(context: Context, device: Device) -> Device | GatewayError:
    """The device as it is after a write, or why it cannot be read; raise NotFound where it is gone."""
    context.loaders.forget()
    [found] = await context.fleet.sources[device.source].devices([device.key])
    if found is None:
        raise NotFound("The device is gone.")
    return found
