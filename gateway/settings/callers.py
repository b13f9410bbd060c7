from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gateway.settings.kinds import Group

ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


class CallerSettings(Group):
    """Who may ask the graph, and by which issuer's tokens."""

    authentication: Literal["none", "required"] = Field(
        default="none", description="Whether callers of the graph need an API key or a token."
    )
    allow_anonymous: bool = Field(
        default=False, description="Listen beyond loopback although callers are not authenticated."
    )
    token_issuer: str | None = Field(default=None, description="Issuer (`iss`) of accepted tokens, an https URL.")
    token_audience: str | None = Field(default=None, description="Audience (`aud`) that tokens must be for.")
    token_keys_url: str | None = Field(
        default=None, description="The issuer's JSON Web Key Set; without it OpenID Connect Discovery tells."
    )
    token_algorithms: tuple[str, ...] = Field(
        default=("RS256", "ES256"), description="Signature algorithms accepted; asymmetric ones only."
    )
    token_leeway: Annotated[float, Field(ge=0, le=300)] = Field(
        default=60.0, description="Seconds that clocks may differ by."
    )
    token_sources_claim: str | None = Field(
        default=None, description="Claim that lists the sources a caller is confined to."
    )

    @model_validator(mode="after")
    def _tokens(self) -> Self:
        if (self.token_issuer is None) != (self.token_audience is None):
            message = "token_issuer and token_audience go together"
            raise ValueError(message)
        weak = sorted(set(self.token_algorithms) - ASYMMETRIC)
        if weak:
            message = f"token_algorithms: {weak[0]!r} is not one of {', '.join(sorted(ASYMMETRIC))}"
            raise ValueError(message)
        return self
