from typing import Annotated, Literal

from msgspec import Meta

from gateway.settings.kinds import group

ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


@group
class CallerSettings:
    """Who may ask the graph, and by which issuer's tokens."""

    authentication: Literal["none", "required"] = "none"
    """Whether callers of the graph need an API key or a token."""
    allow_anonymous: bool = False
    """Listen beyond loopback although callers are not authenticated."""
    token_issuer: str | None = None
    """Issuer (`iss`) of accepted tokens, an https URL."""
    token_audience: str | None = None
    """Audience (`aud`) that tokens must be for."""
    token_keys_url: str | None = None
    """The issuer's JSON Web Key Set; without it OpenID Connect Discovery tells."""
    token_algorithms: tuple[str, ...] = ("RS256", "ES256")
    """Signature algorithms accepted; asymmetric ones only."""
    token_leeway: Annotated[float, Meta(ge=0, le=300)] = 60.0
    """Seconds that clocks may differ by."""
    token_sources_claim: str | None = None
    """Claim that lists the sources a caller is confined to."""

    def check_tokens(self) -> None:
        """Raise ValueError where what is said of tokens does not fit together, or would take weak ones."""
        if (self.token_issuer is None) != (self.token_audience is None):
            message = "token_issuer and token_audience go together"
            raise ValueError(message)
        weak = sorted(set(self.token_algorithms) - ASYMMETRIC)
        if weak:
            message = f"token_algorithms: {weak[0]!r} is not one of {', '.join(sorted(ASYMMETRIC))}"
            raise ValueError(message)
