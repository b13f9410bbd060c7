import strawberry
from strawberry.scalars import JSON

from gateway.model.device import DeviceMethod, OneClickDevice
from gateway.model.errors import InvalidInput, LimitExceeded, Refused, Rejected
from gateway.schema.context import Context, Info
from gateway.schema.mutations.payload import Outcome, refused
from gateway.schema.mutations.target import one_click_device_of


@strawberry.input
class InvokeDeviceMethodInput:
    id: strawberry.ID
    method_name: str
    device_type: str | None = None
    parameters: JSON | None = None
    client_mutation_id: str | None = None


async def invoke_device_method(info: Info, input: InvokeDeviceMethodInput) -> Outcome:  # noqa: A002  # the contract's name
    try:
        source, device = await one_click_device_of(info.context, input.id)
        method = await _method(info.context, device, input)
        response = await source.invoke(device.device_id, method, input.parameters)
    except (Rejected, LimitExceeded) as refusal:
        return refused(refusal, "parameters", input.client_mutation_id)
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "id", input.client_mutation_id)
    info.context.loaders.forget()
    return Outcome(response=response, client_mutation_id=input.client_mutation_id)


async def _method(context: Context, device: OneClickDevice, input: InvokeDeviceMethodInput) -> DeviceMethod:  # noqa: A002  # as above
    """The method named, of the type named if there is one; raise InvalidInput, at the input that is wrong."""
    methods = await context.loaders.methods_by_device.load((device.source, device.device_id))
    named = [method for method in methods if method.method_name == input.method_name]
    if not named:
        raise InvalidInput(f"The device has no method {input.method_name!r}.", "methodName")
    for method in named:
        if input.device_type in {None, method.device_type}:
            return method
    message = f"The device has no method {input.method_name!r} of device type {input.device_type!r}."
    raise InvalidInput(message, "deviceType")
