import strawberry
from msgspec import Struct
from strawberry.scalars import JSON

from gateway.model.device import Device as ModelDevice
from gateway.model.errors import GatewayError, InvalidInput, Refused
from gateway.schema.cost import USER_ERRORS
from gateway.schema.device import Device, OneClickDevice
from gateway.schema.mutations.user_error import UserError, user_error


class Outcome(Struct, frozen=True, kw_only=True):
    """What any mutation came to; each payload shows the members that it has.

    `device` may be the failure to read it again: what was written stands, and only this field fails.
    """

    client_mutation_id: str | None
    user_errors: tuple[UserError, ...] = ()
    device: ModelDevice | GatewayError | None = None
    state: str | None = None
    claim_code: str | None = None
    total: int | None = None
    unclaimed_device_id: str | None = None
    response: object = None


def refused(refusal: Refused | InvalidInput, field: str, client_mutation_id: str | None) -> Outcome:
    return Outcome(user_errors=(user_error(refusal, field),), client_mutation_id=client_mutation_id)


@strawberry.type
class ClaimDevicesPayload:
    claim_code: str | None
    total: int | None
    user_errors: list[UserError] = strawberry.field(directives=[USER_ERRORS])
    client_mutation_id: str | None


@strawberry.type(description="`state` is the service's own word for the claim state.")
class DeviceClaimPayload:
    state: str | None
    device: OneClickDevice | None
    user_errors: list[UserError] = strawberry.field(directives=[USER_ERRORS])
    client_mutation_id: str | None


@strawberry.type
class UnclaimDevicePayload:
    state: str | None
    unclaimed_device_id: strawberry.ID | None
    user_errors: list[UserError] = strawberry.field(directives=[USER_ERRORS])
    client_mutation_id: str | None


@strawberry.type
class DevicePayload:
    device: Device | None
    user_errors: list[UserError] = strawberry.field(directives=[USER_ERRORS])
    client_mutation_id: str | None


@strawberry.type
class InvokeDeviceMethodPayload:
    response: JSON | None
    user_errors: list[UserError] = strawberry.field(directives=[USER_ERRORS])
    client_mutation_id: str | None
