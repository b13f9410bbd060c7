from collections.abc import Sequence
from typing import Annotated

import strawberry
from msgspec.structs import asdict

from gateway.live.change import SourceKey
from gateway.live.cursors import Cursors, purpose_of
from gateway.live.watch import Asked, Watch
from gateway.model.change import DeviceChangeKind
from gateway.model.errors import InvalidInput
from gateway.model.filter import DeviceFilter
from gateway.model.ids import decode_id
from gateway.schema import filter as inputs
from gateway.schema.bounds import bounded
from gateway.schema.context import Context, Info
from gateway.schema.cost import UPSTREAM_READ
from gateway.schema.device import Device
from gateway.schema.event import DeviceEvent
from gateway.schema.lookup import DEVICE_KINDS
from gateway.schema.permissions import DEVICES_READ
from gateway.sources.fleet import SourceChoice, possible

FILTERED = strawberry.argument(directives=[UPSTREAM_READ])

strawberry.enum(DeviceChangeKind)


@strawberry.type(directives=[DEVICES_READ])
class DeviceEventChange:
    cursor: str
    event: DeviceEvent


@strawberry.type(description="`device` is null where it is gone.", directives=[DEVICES_READ])
class DeviceChange:
    cursor: str
    kind: DeviceChangeKind
    device_id: strawberry.ID
    device: Device | None


def _device_events(
    info: Info,
    ids: list[strawberry.ID] | None = None,
    filter: Annotated[inputs.DeviceFilter | None, FILTERED] = None,  # noqa: A002  # the contract's name
    after: str | None = None,
) -> Asked:
    return _asked(info.context, "deviceEvents", ids, filter or inputs.DeviceFilter(), after)


def _device_changes(
    info: Info,
    filter: Annotated[inputs.DeviceFilter | None, FILTERED] = None,  # noqa: A002  # the contract's name
    after: str | None = None,
) -> Asked:
    return _asked(info.context, "deviceChanges", None, filter or inputs.DeviceFilter(), after)


def _asked(
    context: Context, field: str, ids: Sequence[str] | None, given: inputs.DeviceFilter, after: str | None
) -> Asked:
    choice, wanted = given.choice(), given.model()
    devices = _devices(ids)
    sources = [source for source in context.fleet.of(choice) if possible(source, wanted)]
    purpose = purpose_of(field, _sorted(context.caller.sources), _sorted(devices), _choice(choice), _members(wanted))
    cursors = Cursors(context.fleet.sealer, purpose)
    watch = Watch(field == "deviceEvents", frozenset(source.name for source in sources), devices, wanted, cursors)
    return Asked(watch, None if after is None else cursors.open(after))


def _devices(ids: Sequence[str] | None) -> frozenset[SourceKey] | None:
    given = bounded(ids, "ids")
    if given is None:
        return None
    decoded = [decode_id(text, "ids") for text in given]
    if any(one.kind not in DEVICE_KINDS for one in decoded):
        raise InvalidInput("ids holds an id that is not of a device.", "ids")
    return frozenset((one.source, one.key) for one in decoded)


def _choice(choice: SourceChoice) -> list[object]:
    return [choice.service, choice.names]


def _members(wanted: DeviceFilter) -> dict[str, object]:
    """The members that ask something, as JSON has them."""
    given = asdict(wanted)
    tags = [[tag.key, tag.values] for tag in wanted.tags]
    asked = {**given, "tags": tags or None, "unassociated_only": wanted.unassociated_only or None}
    return {name: value for name, value in asked.items() if value is not None}


def _sorted(values: frozenset[str] | frozenset[SourceKey] | None) -> list[object] | None:
    return None if values is None else [*sorted(values)]


@strawberry.type
class Subscription:
    device_events = strawberry.subscription(
        resolver=_device_events,
        graphql_type=DeviceEventChange,
        description="Every event of the devices named (all that the caller may see, without `ids`), after the cursor "
        "where one is given: once, in order.",
        directives=[DEVICES_READ, UPSTREAM_READ],
    )
    device_changes = strawberry.subscription(
        resolver=_device_changes, graphql_type=DeviceChange, directives=[DEVICES_READ, UPSTREAM_READ]
    )
