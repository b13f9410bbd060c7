from typing import TypeVar

import strawberry

from gateway.model import device
from gateway.model.page import slice_of
from gateway.schema.context import Info
from gateway.schema.cost import COUNT, FREE, SOURCES
from gateway.schema.device import Device
from gateway.schema.page_info import PageInfo, cursor, page_info, unavailable_sources
from gateway.schema.source import Source
from gateway.sources.compound import Compound, Page

Item = TypeVar("Item")


async def connection(
    compound: Compound[Item],
    info: Info,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Page[Item]:
    page = await compound.page(slice_of(first, after, last, before, info.context.limits))
    if page.unavailable:
        info.context.answer.is_complete = False
    return page


async def device_connection(
    compound: Compound[device.Device],
    info: Info,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Page[device.Device]:
    page = await connection(compound, info, first, after, last, before)
    info.context.loaders.prime(page.nodes)
    return page


async def total_count(root: strawberry.Parent[Page[Item]], info: Info) -> int | None:
    """Count, unless the page lacks a source, which it names; raise UpstreamError where only the count fails."""
    count = None if root.unavailable else await root.list.count()
    if count is None:
        info.context.answer.is_complete = False
    return count


@strawberry.type(directives=[FREE])
class DeviceEdge:
    cursor = strawberry.field(resolver=cursor, graphql_type=str)
    node: Device


@strawberry.type
class DeviceConnection:
    edges: list[DeviceEdge]
    nodes: list[Device]
    page_info = strawberry.field(resolver=page_info, graphql_type=PageInfo)
    total_count = strawberry.field(
        resolver=total_count,
        graphql_type=int | None,
        description="Counted only where selected; null where a source is missing "
        "or counting would pass the scan limit.",
        directives=[COUNT],
    )
    unavailable_sources = strawberry.field(
        resolver=unavailable_sources,
        graphql_type=list[Source],
        description="Sources that did not answer: their devices are missing from this page. "
        "Ask again with the same cursor.",
        directives=[SOURCES],
    )
    scanned: int | None = strawberry.field(
        description="How many devices were read upstream to make this page, "
        "where a filter, an order or a direction had to be done here."
    )
