import strawberry

from gateway.model.errors import InvalidInput, Refused
from gateway.schema.context import Info
from gateway.schema.mutations.payload import Outcome, refused
from gateway.schema.mutations.target import one_click_device_of, read_again


@strawberry.input
class SetDeviceEnabledInput:
    id: strawberry.ID
    enabled: bool
    client_mutation_id: str | None = None


async def set_device_enabled(info: Info, input: SetDeviceEnabledInput) -> Outcome:  # noqa: A002  # the contract's name
    try:
        source, device = await one_click_device_of(info.context, input.id)
        await source.set_enabled(device.device_id, enabled=input.enabled)
        changed = await read_again(info.context, device)
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "id", input.client_mutation_id)
    return Outcome(device=changed, client_mutation_id=input.client_mutation_id)
