import strawberry

from gateway.schema.cache_control import PERSONAL
from gateway.schema.connection import total_count
from gateway.schema.cost import COUNT, FREE, SOURCES
from gateway.schema.enums import EnrollmentStatus
from gateway.schema.node import Node
from gateway.schema.page_info import PageInfo, cursor, page_info, unavailable_sources
from gateway.schema.permissions import USERS_READ
from gateway.schema.source import Source, source_of


@strawberry.type(directives=[USERS_READ, PERSONAL])
class User(Node):
    arn: str
    source = strawberry.field(resolver=source_of, graphql_type=Source)
    first_name: str | None
    last_name: str | None
    email: str | None
    enrollment_status: EnrollmentStatus | None
    enrollment_id: str | None


@strawberry.type(directives=[FREE])
class UserEdge:
    cursor = strawberry.field(resolver=cursor, graphql_type=str)
    node: User


@strawberry.type
class UserConnection:
    edges: list[UserEdge]
    nodes: list[User]
    page_info = strawberry.field(resolver=page_info, graphql_type=PageInfo)
    total_count = strawberry.field(resolver=total_count, graphql_type=int | None, directives=[COUNT])
    unavailable_sources = strawberry.field(
        resolver=unavailable_sources, graphql_type=list[Source], directives=[SOURCES]
    )
