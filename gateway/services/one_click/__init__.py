"""AWS IoT 1-Click Devices, one file per noun: what each operation means and when it is refused."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.services.embedded import Handler, PluralHandler
from gateway.services.one_click import claims, devices, events, methods, tags

OPERATIONS: Mapping[str, Handler] = MappingProxyType(
    {
        "ClaimDevicesByClaimCode": claims.claim_devices_by_claim_code,
        "DescribeDevice": devices.describe_device,
        "FinalizeDeviceClaim": claims.finalize_device_claim,
        "GetDeviceMethods": methods.get_device_methods,
        "InitiateDeviceClaim": claims.initiate_device_claim,
        "InvokeDeviceMethod": methods.invoke_device_method,
        "ListDeviceEvents": events.list_device_events,
        "ListDevices": devices.list_devices,
        "ListTagsForResource": tags.list_tags_for_resource,
        "TagResource": tags.tag_resource,
        "UnclaimDevice": claims.unclaim_device,
        "UntagResource": tags.untag_resource,
        "UpdateDeviceState": devices.update_device_state,
    }
)

PLURAL: Mapping[str, PluralHandler] = MappingProxyType(
    {
        "DescribeDevice": devices.describe_devices,
        "GetDeviceMethods": methods.get_methods_of_devices,
        "ListTagsForResource": tags.list_tags_for_resources,
        "QueryDeviceEvents": events.query_many,
    }
)

BEYOND: Mapping[str, Handler] = MappingProxyType(
    {
        "CountDevices": devices.count,
        "GetClaimState": claims.get_claim_state,
        "QueryDeviceEvents": events.query,
        "QueryDevices": devices.query,
    }
)
