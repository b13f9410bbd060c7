from typing import Annotated

from msgspec import Meta

from gateway.settings.kinds import group


@group
class ResponseSettings:
    """Answers that are kept for who asks the same."""

    response_cache: Annotated[int, Meta(ge=0)] = 0
    """Bytes that answers kept for who asks the same may hold in memory; 0 keeps none."""
    response_cache_age: Annotated[int, Meta(ge=0)] = 10
    """Seconds that they are kept, where the graph's @cacheControl says nothing."""
