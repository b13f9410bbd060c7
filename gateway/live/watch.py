"""What a subscription follows, and what it tells of a change."""

from msgspec import Struct

from gateway.live.change import Position, SourceChange, SourceKey
from gateway.live.cursors import Cursors
from gateway.live.events import event_of
from gateway.loaders import Loaders
from gateway.model.change import DeviceChange, DeviceChangeKind, DeviceEventChange
from gateway.model.device import Device, OneClickDevice
from gateway.model.filter import DeviceFilter
from gateway.model.ids import GlobalId, NodeKind
from gateway.model.service import DeviceService
from gateway.store.changes import ChangeKind


class Watch(Struct, frozen=True):
    """`events`: of devices, else the devices' own changes. `sources`: those that could show something that matches.

    `devices`: of these only; None: of all.
    """

    events: bool
    sources: frozenset[str]
    devices: frozenset[SourceKey] | None
    wanted: DeviceFilter
    cursors: Cursors

    def concerns(self, change: SourceChange) -> bool:
        """Whether it could be told of; the filter is not looked at."""
        return (
            (change.kind is ChangeKind.EVENT) is self.events
            and change.device[0] in self.sources
            and (self.devices is None or change.device in self.devices)
        )

    async def tell(self, change: SourceChange, loaders: Loaders) -> DeviceEventChange | DeviceChange | None:
        """Tell of a change with the device as it is now; None where the filter leaves it out.

        Of a device that is gone no more is known than its service and source: it passes a filter that these pass. Its
        events are gone with it. Raise GatewayError where the device cannot be read.
        """
        device = None
        if change.kind is not ChangeKind.REMOVED:
            device = await loaders.device_by_id.load(change.device)
        if device is not None and not await matches(self.wanted, device, loaders):
            return None
        cursor = self.cursors.seal(change.position)
        if change.event is None:
            return DeviceChange(cursor, DeviceChangeKind(change.kind), _node_id(change), device)
        return None if device is None else DeviceEventChange(cursor, event_of(device, change.event))


class Asked(Struct, frozen=True):
    """A subscription as it was asked for: what to follow, and after which position; None: from now on."""

    watch: Watch
    after: Position | None


async def matches(wanted: DeviceFilter, device: Device, loaders: Loaders) -> bool:
    """Whether the device is one that a list of this filter would show."""
    if isinstance(device, OneClickDevice):
        return wanted.matches_one_click(device)
    if not wanted.matches_alexa(device):
        return False
    if not wanted.tags:
        return True
    tags = await loaders.tags_by_device.load((device.source, device.arn))
    return wanted.matches_tags({tag.key: tag.value for tag in tags})


def _node_id(change: SourceChange) -> str:
    kind = NodeKind.ONE_CLICK_DEVICE if change.service is DeviceService.ONE_CLICK else NodeKind.ALEXA_DEVICE
    return GlobalId(kind, *change.device).encode()
