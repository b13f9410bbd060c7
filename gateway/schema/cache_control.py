"""What the graph says of how long an answer may be used again (Apollo's @cacheControl); gateway.execution.cache_policy
reads it.

Whatever has no `maxAge` of its own may be used for as long as the setting response_cache_age says.
"""

from enum import Enum

import strawberry
from strawberry.schema_directive import Location


@strawberry.enum
class CacheControlScope(Enum):
    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE, Location.UNION],
    name="cacheControl",
    description="How many seconds an answer with this in it may be used again, at most, and whether for everybody who "
    "may see the same, or for the same caller only. An answer has the least of its fields'. Apollo's cache control.",
)
class CacheControl:
    max_age: int | None = strawberry.UNSET
    scope: CacheControlScope | None = strawberry.UNSET


NEVER = CacheControl(max_age=0)
"""What is asked of a service to know how it is now."""

PERSONAL = CacheControl(scope=CacheControlScope.PRIVATE)
