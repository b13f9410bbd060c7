import strawberry

from gateway.schema.mutations import claims, device_method, device_state, payload, tags


@strawberry.type
class Mutation:
    claim_devices = strawberry.field(
        resolver=claims.claim_devices,
        graphql_type=payload.ClaimDevicesPayload,
        description="Claims every device that the manufacturer's code (C-…) stands for.",
    )
    initiate_device_claim = strawberry.field(
        resolver=claims.initiate_device_claim, graphql_type=payload.DeviceClaimPayload
    )
    finalize_device_claim = strawberry.field(
        resolver=claims.finalize_device_claim, graphql_type=payload.DeviceClaimPayload
    )
    unclaim_device = strawberry.field(resolver=claims.unclaim_device, graphql_type=payload.UnclaimDevicePayload)
    set_device_enabled = strawberry.field(resolver=device_state.set_device_enabled, graphql_type=payload.DevicePayload)
    tag_device = strawberry.field(
        resolver=tags.tag_device, graphql_type=payload.DevicePayload, description="Both services."
    )
    untag_device = strawberry.field(
        resolver=tags.untag_device, graphql_type=payload.DevicePayload, description="Both services."
    )
    invoke_device_method = strawberry.field(
        resolver=device_method.invoke_device_method, graphql_type=payload.InvokeDeviceMethodPayload
    )
