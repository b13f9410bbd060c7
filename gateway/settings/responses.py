from typing import Annotated

from pydantic import Field

from gateway.settings.kinds import Group


class ResponseSettings(Group):
    """Answers that are kept for who asks the same."""

    response_cache: Annotated[int, Field(ge=0)] = Field(
        default=0, description="Bytes that answers kept for who asks the same may hold in memory; 0 keeps none."
    )
    response_cache_age: Annotated[int, Field(ge=0)] = Field(
        default=10, description="Seconds that they are kept, where the graph's @cacheControl says nothing."
    )
