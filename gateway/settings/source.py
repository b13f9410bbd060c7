from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.settings.kinds import Positive, Seconds

EMBEDDED_ACCOUNT = "123456789012"


class SourceSettings(BaseModel):
    """One account, region or endpoint of one of the two services."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")] = Field(description="Unique; clients see it.")
    service: Literal["one-click", "alexa-for-business"] = Field(description="Which of the two services it speaks.")
    region: str | None = Field(default=None, description="AWS region; us-west-2 for 1-Click, us-east-1 for Alexa.")
    embedded: bool = Field(default=False, description="Served by this gateway's own device services.")
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")] = Field(
        default=EMBEDDED_ACCOUNT, description="Account of an embedded source."
    )
    endpoint_url: str | None = Field(default=None, description="An AWS-compatible endpoint; else `embedded`.")
    profile: str | None = Field(default=None, description="Credentials profile; without it the usual AWS chain.")
    role_arn: str | None = Field(default=None, description="Role to assume with those credentials.")
    sts_endpoint_url: str | None = Field(default=None, description="Where roles are assumed, if not at AWS.")
    connect_timeout: Seconds = Field(default=2.0, description="Seconds to reach the endpoint.")
    read_timeout: Seconds = Field(default=5.0, description="Seconds to wait for an answer.")
    attempts: Positive = Field(default=3, description="Tries of a read, or of a mutation that was surely not applied.")
    concurrency: Positive = Field(default=32, description="Calls under way at once.")
    rate: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Calls a second of each operation; AWS allowed 10 for 1-Click."
    )
    cache_seconds: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="Seconds that an endpoint's descriptions and pages are kept; 0 keeps none."
    )
    cache_bytes: Positive = Field(default=16_777_216, description="Bytes, roughly, that they may hold.")
    remaining_life: Literal["fraction", "percent"] = Field(
        default="fraction", description="How the endpoint's descriptions tell remaining life."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.embedded == (self.endpoint_url is not None):
            message = f"source {self.name!r} needs exactly one of `embedded = true` and `endpoint_url`"
            raise ValueError(message)
        return self

    @property
    def aws_region(self) -> str:
        return self.region or {"one-click": "us-west-2", "alexa-for-business": "us-east-1"}[self.service]


EMBEDDED_SOURCES = (
    SourceSettings(name="buttons", service="one-click", embedded=True),
    SourceSettings(name="echoes", service="alexa-for-business", embedded=True),
)
