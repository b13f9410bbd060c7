from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.app.clock import now
from gateway.http.auth import OPEN, Authentication
from gateway.http.mistakes import Mistakes
from gateway.http.remembered_callers import RememberedCallers
from gateway.settings.settings import Settings
from gateway.store.api_keys import ApiKey, find_api_key
from gateway.store.database import Database

if TYPE_CHECKING:
    from gateway.http.json_web_token import TokenVerifier


def authentication_of(settings: Settings, database: Database | None, mistakes: Mistakes) -> Authentication:
    if settings.authentication == "none" or database is None:
        return OPEN

    async def find(text: str) -> ApiKey | None:
        return await database.read(lambda connection: find_api_key(connection, text))

    return Authentication(
        required=True,
        api_keys=find,
        tokens=_tokens(settings),
        clock=now,
        mistakes=mistakes,
        remembered=RememberedCallers(),
    )


async def count_token_keys(settings: Settings) -> int:
    """Fetch the issuer's keys as a server would; raise whatever comes of that."""
    from gateway.http.issuer import published_keys

    published = await published_keys(settings.token_issuer or "", settings.token_keys_url)
    return len(published["keys"])


def _tokens(settings: Settings) -> "TokenVerifier | None":
    issuer, audience = settings.token_issuer, settings.token_audience
    if issuer is None or audience is None:
        return None
    from gateway.http.issuer import published_keys
    from gateway.http.json_web_token import TokenOptions, TokenVerifier
    from gateway.http.key_set import KeySet

    options = TokenOptions(
        issuer,
        audience,
        settings.token_algorithms,
        timedelta(seconds=settings.token_leeway),
        settings.token_sources_claim,
    )
    return TokenVerifier(options, KeySet(lambda: published_keys(issuer, settings.token_keys_url)))
