from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from gateway.settings.kinds import Positive, Seconds

EMBEDDED_ACCOUNT = "123456789012"


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """One account, region or endpoint of one of the two services."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}\Z")]
    """Unique; clients see it."""
    service: Literal["one-click", "alexa-for-business"]
    """Which of the two services it speaks."""
    region: str | None = None
    """AWS region; us-west-2 for 1-Click, us-east-1 for Alexa."""
    embedded: bool = False
    """Served by this gateway's own device services."""
    account: Annotated[str, Meta(pattern=r"^[0-9]{12}\Z")] = EMBEDDED_ACCOUNT
    """Account of an embedded source."""
    endpoint_url: str | None = None
    """An AWS-compatible endpoint; else `embedded`."""
    profile: str | None = None
    """Credentials profile; without it the usual AWS chain."""
    role_arn: str | None = None
    """Role to assume with those credentials."""
    sts_endpoint_url: str | None = None
    """Where roles are assumed, if not at AWS."""
    connect_timeout: Seconds = 2.0
    """Seconds to reach the endpoint."""
    read_timeout: Seconds = 5.0
    """Seconds to wait for an answer."""
    attempts: Positive = 3
    """Tries of a read, or of a mutation that was surely not applied."""
    concurrency: Positive = 32
    """Calls under way at once."""
    rate: Annotated[float, Meta(gt=0)] | None = None
    """Calls a second of each operation; AWS allowed 10 for 1-Click."""
    cache_seconds: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds that an endpoint's descriptions and pages are kept; 0 keeps none."""
    cache_bytes: Positive = 16_777_216
    """Bytes, roughly, that they may hold."""
    remaining_life: Literal["fraction", "percent"] = "fraction"
    """How the endpoint's descriptions tell remaining life."""

    def __post_init__(self) -> None:
        if self.embedded == (self.endpoint_url is not None):
            message = f"source {self.name!r} needs exactly one of `embedded = true` and `endpoint_url`"
            raise ValueError(message)

    @property
    def aws_region(self) -> str:
        return self.region or {"one-click": "us-west-2", "alexa-for-business": "us-east-1"}[self.service]


EMBEDDED_SOURCES = (
    SourceSettings(name="buttons", service="one-click", embedded=True),
    SourceSettings(name="echoes", service="alexa-for-business", embedded=True),
)
