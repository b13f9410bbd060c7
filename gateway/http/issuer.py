from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

SECONDS = 5.0
MOST_BYTES = 1 << 20


async def published_keys(issuer: str, key_set_url: str | None) -> Mapping[str, Any]:
    """Fetch an issuer's JSON Web Key Set: from its URL, else from where OpenID Connect Discovery says."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session:
        if key_set_url is None:
            configuration = await _get(session, issuer.rstrip("/") + "/.well-known/openid-configuration")
            key_set_url = str(configuration["jwks_uri"])
        return await _get(session, key_set_url)


async def _get(session: aiohttp.ClientSession, url: str) -> Mapping[str, Any]:
    async with session.get(url, allow_redirects=False) as response:
        response.raise_for_status()
        body = await response.content.read(MOST_BYTES)
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise TypeError("not a JSON object")
    return found
