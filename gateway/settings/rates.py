from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from gateway.settings.kinds import Group, Positive


class RateSettings(Group):
    """What a caller may spend in a while."""

    rate_cost: Annotated[int, Field(ge=0, le=60_000_000)] | None = Field(
        default=None,
        description="Cost that a caller may spend a minute; 0 does not count. Unless said, 0, and 120000 if hardened.",
    )
    rate_burst: Positive | None = Field(
        default=None, description="Cost that a caller may spend at once; without it what a minute brings."
    )
    claim_rate: Annotated[int, Field(ge=0, le=60_000)] = Field(
        default=30, description="Claims of devices that a caller may try a minute, by code or by id; 0 does not count."
    )
    credentials_rate: Annotated[int, Field(ge=0, le=60_000)] = Field(
        default=120,
        description="Wrong credentials that an address may show a minute, at any door; 0 does not count.",
    )
    aws_rate: Annotated[float, Field(ge=0, le=100_000)] | None = Field(
        default=None,
        description="Calls a second of the embedded services that an access key may make; 0 does not count. "
        "Unless said, 0, and 50 if hardened.",
    )
    rate_store_url: SecretStr | None = Field(
        default=None, description="redis://… or valkey://…, counts for all replicas; without it each for itself."
    )
    rate_store_down: Literal["open", "closed"] = Field(
        default="open",
        description="While that store is down: each replica counts for itself, or what is counted is refused.",
    )

    @field_validator("rate_store_url")
    @classmethod
    def _of_valkey(cls, url: SecretStr | None) -> SecretStr | None:
        schemes = ("redis://", "rediss://", "valkey://", "valkeys://", "unix://")
        if url is not None and not url.get_secret_value().startswith(schemes):
            message = f"it must begin with one of {', '.join(schemes)}"
            raise ValueError(message)
        return url
