"""Devices of Alexa for Business by ARN, over the wire.

GetDevice tells less than SearchDevices (no creation time, no room name), so a device found by its id would differ from
the same device in a list. A search for serial numbers tells all, for up to 50 devices at once.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from gateway.model.device import Device
from gateway.model.errors import GatewayError, NotFound, Rejected
from gateway.sources.upstream import Params, Upstream

SERIAL_IN_ARN = re.compile(r"arn:[^:]*:a4b:[^:]*:[^:]*:device/[^/:]+/([a-zA-Z0-9]{1,200}):[a-zA-Z0-9]{1,200}")
CEILING = 50


async def devices_by_arn(
    upstream: Upstream, arns: Sequence[str], decode: Callable[[Params], Sequence[Device]]
) -> Sequence[Device | GatewayError | None]:
    serials = await _serials(upstream, arns)
    known = sorted({serial for serial in serials.values() if isinstance(serial, str)})
    found: dict[str, Device | GatewayError] = {}
    for start in range(0, len(known), CEILING):
        asked = known[start : start + CEILING]
        try:
            found.update(await _search(upstream, asked, decode))
        except GatewayError as failure:
            found.update({arn: failure for arn, serial in serials.items() if serial in asked})
    return [serial if isinstance(serial := serials[arn], GatewayError) else found.get(arn) for arn in arns]


async def _serials(upstream: Upstream, arns: Sequence[str]) -> Mapping[str, str | GatewayError | None]:
    """The serial number of each: from its ARN where it has the usual form, else from GetDevice."""
    serials: dict[str, str | GatewayError | None] = {}
    for arn in arns:
        usual = SERIAL_IN_ARN.fullmatch(arn)
        serials[arn] = usual.group(1) if usual else None
    unusual = [arn for arn, serial in serials.items() if serial is None]
    for arn, answer in zip(
        unusual, await upstream.call_many("GetDevice", [{"DeviceArn": arn} for arn in unusual]), strict=True
    ):
        if isinstance(answer, GatewayError):
            serials[arn] = None if isinstance(answer, NotFound | Rejected) else answer
        else:
            serials[arn] = answer.get("Device", {}).get("DeviceSerialNumber")
    return serials


async def _search(
    upstream: Upstream, serials: Sequence[str], decode: Callable[[Params], Sequence[Device]]
) -> Mapping[str, Device]:
    found: dict[str, Device] = {}
    token: str | None = None
    while True:
        follow = {} if token is None else {"NextToken": token}
        filters = [{"Key": "DeviceSerialNumber", "Values": list(serials)}]
        answer = await upstream.call("SearchDevices", {"Filters": filters, "MaxResults": CEILING, **follow})
        found |= {device.arn: device for device in decode(answer)}
        token = answer.get("NextToken")
        if token is None:
            return found
