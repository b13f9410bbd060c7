from dataclasses import field
from typing import Annotated, Literal

from msgspec import Meta

from gateway.settings.kinds import Positive, group


@group
class RateSettings:
    """What a caller may spend in a while."""

    rate_cost: Annotated[int, Meta(ge=0, le=60_000_000)] | None = None
    """Cost that a caller may spend a minute; 0 does not count. Unless said, 0, and 120000 if hardened."""
    rate_burst: Positive | None = None
    """Cost that a caller may spend at once; without it what a minute brings."""
    claim_rate: Annotated[int, Meta(ge=0, le=60_000)] = 30
    """Claims of devices that a caller may try a minute, by code or by id; 0 does not count."""
    credentials_rate: Annotated[int, Meta(ge=0, le=60_000)] = 120
    """Wrong credentials that an address may show a minute, at any door; 0 does not count."""
    aws_rate: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    """Calls a second of the embedded services that an access key may make; 0 does not count. Unless said, 0, and 50 if
    hardened.
    """
    rate_store_url: Annotated[str, Meta(pattern="^(rediss?|valkeys?|unix)://")] | None = field(default=None, repr=False)
    """redis://… or valkey://…, counts for all replicas; without it each for itself."""
    rate_store_down: Literal["open", "closed"] = "open"
    """While that store is down: each replica counts for itself, or what is counted is refused."""
