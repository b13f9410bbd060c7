from enum import Enum, auto

from gateway.services.context import ServiceContext
from gateway.services.ingest import ClickType, report_click
from gateway.store.one_click_devices import registered_device


class Press(Enum):
    """What became of a press."""

    KEPT = auto()
    COUNTED_FOR_CLAIM = auto()
    DISABLED = auto()
    UNCLAIMED = auto()


async def press(context: ServiceContext, device_id: str, click: ClickType) -> Press:
    """Press a button; raise UnknownDeviceError where there is none of that id."""
    if await report_click(context, device_id, click):
        return Press.KEPT
    device = await context.database.read(lambda connection: registered_device(connection, device_id))
    if device is None or device.owner is not None:
        return Press.DISABLED
    return Press.COUNTED_FOR_CLAIM if device.event_since_initiated else Press.UNCLAIMED
