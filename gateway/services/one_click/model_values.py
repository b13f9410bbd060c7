"""What the store has, as the gateway's own values: what is asked beyond the wire has none of the wire's shapes."""

from gateway.model.device import OneClickDevice
from gateway.model.tag import Tag
from gateway.store.one_click_devices import ClaimedDevice


def device_of(source: str, stored: ClaimedDevice) -> OneClickDevice:
    return OneClickDevice(
        source,
        stored.arn,
        stored.device_id,
        stored.type,
        stored.enabled,
        stored.remaining_life,
        stored.attributes,
        tuple([Tag(key, value) for key, value in stored.tags]),
    )
