from collections.abc import Awaitable

import strawberry

from gateway.model.device import Device
from gateway.model.room import Room
from gateway.model.user import User
from gateway.schema.context import Info
from gateway.schema.cost import FREE
from gateway.sources import compound
from gateway.sources.event_pages import EventEdge, EventPage
from gateway.sources.fleet import Source

AnyPage = compound.Page[Device] | compound.Page[User] | compound.Page[Room] | EventPage
AnyEdge = compound.Edge[Device] | compound.Edge[User] | compound.Edge[Room] | EventEdge


def cursor(root: strawberry.Parent[AnyEdge], info: Info) -> str:
    mark = root.mark
    return info.context.fleet.sealer.seal(mark.purpose.text, mark.payload)


def _has_next(root: strawberry.Parent[AnyPage]) -> bool | Awaitable[bool]:
    return root.slice.other_flag if root.slice.backwards else root.has_more()


def _has_previous(root: strawberry.Parent[AnyPage]) -> bool | Awaitable[bool]:
    return root.has_more() if root.slice.backwards else root.slice.other_flag


def _start(root: strawberry.Parent[AnyPage], info: Info) -> str | None:
    return cursor(root.edges[0], info) if root.edges else None


def _end(root: strawberry.Parent[AnyPage], info: Info) -> str | None:
    return cursor(root.edges[-1], info) if root.edges else None


@strawberry.type(
    description="The flag of the direction asked for is exact; the other is true when a cursor was given. "
    "Both speak of the sources that answered.",
    directives=[FREE],
)
class PageInfo:
    has_next_page = strawberry.field(resolver=_has_next, graphql_type=bool)
    has_previous_page = strawberry.field(resolver=_has_previous, graphql_type=bool)
    start_cursor = strawberry.field(resolver=_start, graphql_type=str | None)
    end_cursor = strawberry.field(resolver=_end, graphql_type=str | None)


def page_info(root: strawberry.Parent[AnyPage]) -> AnyPage:
    return root


def unavailable_sources(
    root: strawberry.Parent[compound.Page[Device] | compound.Page[User] | compound.Page[Room]], info: Info
) -> list[Source]:
    return [info.context.fleet.sources[name] for name in root.unavailable]
