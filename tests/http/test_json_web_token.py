"""What the time in a token means."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.http.json_web_token import TokenOptions, TokenVerifier
from gateway.http.key_set import KeySet

KEY = ec.generate_private_key(ec.SECP256R1())
LEEWAY = timedelta(seconds=60)


def verifier() -> TokenVerifier:
    public = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).to_jwk(KEY.public_key(), as_dict=True)

    async def fetch() -> Mapping[str, Any]:
        return {"keys": [{**public, "kid": "one", "alg": "ES256"}]}

    return TokenVerifier(TokenOptions("https://issuer.example", "fleet", leeway=LEEWAY), KeySet(fetch))


def token(expires: object) -> str:
    claims = {"iss": "https://issuer.example", "aud": "fleet", "sub": "ada", "exp": expires}
    return jwt.encode(claims, KEY, algorithm="ES256", headers={"kid": "one"})


async def test_a_token_ends_for_streams_when_it_ends_for_requests() -> None:
    """One that has expired within the leeway is good for as long over a socket as it is over HTTP."""
    expired = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=30)

    caller = await verifier().caller(token(expired))

    assert caller.expires_at == expired + LEEWAY


@pytest.mark.parametrize("expires", [10**17, 1e300, "99999999999999"], ids=str)
async def test_a_token_for_ever_is_good(expires: object) -> None:
    """An issuer may say any time, and as text."""
    caller = await verifier().caller(token(expires))

    assert caller.expires_at is not None
    assert caller.expires_at.year == 9999
