import strawberry

from gateway.schema.cost import CLAIMS, MUTATION
from gateway.schema.mutations import claims, device_method, device_state, payload, tags
from gateway.schema.permissions import DEVICES_CLAIM, DEVICES_WRITE


@strawberry.type
class Mutation:
    claim_devices = strawberry.field(
        resolver=claims.claim_devices,
        graphql_type=payload.ClaimDevicesPayload,
        description="Claims every device that the manufacturer's code (C-…) stands for.",
        directives=[DEVICES_CLAIM, MUTATION, CLAIMS],
    )
    initiate_device_claim = strawberry.field(
        resolver=claims.initiate_device_claim,
        graphql_type=payload.DeviceClaimPayload,
        directives=[DEVICES_CLAIM, MUTATION, CLAIMS],
    )
    finalize_device_claim = strawberry.field(
        resolver=claims.finalize_device_claim,
        graphql_type=payload.DeviceClaimPayload,
        directives=[DEVICES_CLAIM, MUTATION, CLAIMS],
    )
    unclaim_device = strawberry.field(
        resolver=claims.unclaim_device, graphql_type=payload.UnclaimDevicePayload, directives=[DEVICES_CLAIM, MUTATION]
    )
    set_device_enabled = strawberry.field(
        resolver=device_state.set_device_enabled,
        graphql_type=payload.DevicePayload,
        directives=[DEVICES_WRITE, MUTATION],
    )
    tag_device = strawberry.field(
        resolver=tags.tag_device,
        graphql_type=payload.DevicePayload,
        description="Both services.",
        directives=[DEVICES_WRITE, MUTATION],
    )
    untag_device = strawberry.field(
        resolver=tags.untag_device,
        graphql_type=payload.DevicePayload,
        description="Both services.",
        directives=[DEVICES_WRITE, MUTATION],
    )
    invoke_device_method = strawberry.field(
        resolver=device_method.invoke_device_method,
        graphql_type=payload.InvokeDeviceMethodPayload,
        directives=[DEVICES_WRITE, MUTATION],
    )
