import strawberry

from gateway.model.device import AlexaDevice, OneClickDevice
from gateway.model.room import Room
from gateway.model.user import User
from gateway.schema.cache_control import NEVER
from gateway.schema.context import Info
from gateway.schema.cost import UPSTREAM_READ
from gateway.schema.enums import DeviceService
from gateway.schema.permissions import AUTHENTICATED
from gateway.sources import fleet


async def _available(root: strawberry.Parent[fleet.Source]) -> bool:
    return await root.available()


@strawberry.type(
    description="One configured account, region or endpoint of one of the services. "
    "`available` is asked of the service where selected.",
    directives=[AUTHENTICATED],
)
class Source:
    name: str
    service: DeviceService
    region: str | None
    available = strawberry.field(resolver=_available, graphql_type=bool, directives=[UPSTREAM_READ, NEVER])


def source_of(root: strawberry.Parent[OneClickDevice | AlexaDevice | Room | User], info: Info) -> fleet.Source:
    return info.context.fleet.sources[root.source]
