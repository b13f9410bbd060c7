from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Issuer:
    """An identity provider on a real socket, that counts how often its keys are fetched."""

    def __init__(self) -> None:
        self.keys = {"one": ec.generate_private_key(ec.SECP256R1())}
        self.fetches = 0
        self.url = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[Route("/.well-known/openid-configuration", self.configuration), Route("/keys", self.published)]
        )

    async def configuration(self, _request: Request) -> Response:
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})

    async def published(self, _request: Request) -> Response:
        self.fetches += 1
        return JSONResponse({"keys": [self._public(name) for name in self.keys]})

    def _public(self, name: str) -> dict[str, str]:
        algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
        return {
            **algorithm.to_jwk(self.keys[name].public_key(), as_dict=True),
            "kid": name,
            "use": "sig",
            "alg": "ES256",
        }

    def token(self, kid: str = "one", **claims: object) -> str:
        now = datetime.now(UTC)
        said = {
            "iss": self.url,
            "aud": "fleet",
            "sub": "ada",
            "exp": now + timedelta(minutes=5),
            "scope": "openid devices:read users:read",
            **claims,
        }
        return jwt.encode(said, self.keys[kid], algorithm="ES256", headers={"kid": kid})
