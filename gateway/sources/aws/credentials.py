"""Credentials of a source: the usual AWS chain or a profile, and a role assumed with those."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioDeferredRefreshableCredentials
from aiobotocore.session import AioSession
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import CredentialRetrievalError, NoCredentialsError, ProfileNotFound

from gateway.settings.source import SourceSettings
from gateway.sources.aws.transport import CheckedSession

ROLE_SESSION = "device-gateway"
SECONDS_BETWEEN_FAILURES = 10.0


class SourceCredentials:
    """Looks for credentials when they are first needed, and again later where there were none, so that credentials that
    come late neither hold up the start nor lose the source. They renew themselves as their kind does.

    It takes the place of botocore's credential provider, and of the credentials that one provides.
    """

    method = "gateway"

    def __init__(self, search: Callable[[], Awaitable[Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self._search = search
        self._clock = clock
        self._found: Any = None
        self._lasting: Any = None
        self._not_before = clock()
        self._lock = asyncio.Lock()

    async def load_credentials(self) -> Self:
        return self

    async def get_frozen_credentials(self) -> Any:  # noqa: ANN401 - botocore's named tuple
        """Raise botocore's NoCredentialsError or CredentialRetrievalError where there are none."""
        if self._lasting is not None:
            return self._lasting
        async with self._lock:
            if self._clock() < self._not_before:
                raise NoCredentialsError
            try:
                return await self._current()
            except Exception as error:  # the chain runs programs, asks servers and reads files: anything may be raised
                self._not_before = self._clock() + SECONDS_BETWEEN_FAILURES
                raise CredentialRetrievalError(provider="chain", error_msg=str(error)) from error

    async def _current(self) -> Any:  # noqa: ANN401 - botocore's named tuple
        if self._found is None:
            self._found = await self._search()
        if self._found is None:
            raise NoCredentialsError
        frozen = await self._found.get_frozen_credentials()
        if not isinstance(self._found, RefreshableCredentials):
            self._lasting = frozen
        return frozen


def source_credentials(session: AioSession, source: SourceSettings) -> SourceCredentials:
    """Prepare a source's credentials; they are looked for when first needed. Raise botocore's ProfileNotFound."""
    if source.profile is not None and source.profile not in session.available_profiles:
        raise ProfileNotFound(profile=source.profile)
    if source.role_arn is None:
        return SourceCredentials(session.get_component("credential_provider").load_credentials)
    assume = _assume(AioSession(profile=source.profile), source)
    role = AioDeferredRefreshableCredentials(refresh_using=assume, method="assume-role")

    async def search() -> Any:  # noqa: ANN401 - botocore's credentials
        return role

    return SourceCredentials(search)


def _assume(session: AioSession, source: SourceSettings) -> Callable[[], Awaitable[dict[str, str]]]:
    config = AioConfig(
        http_session_cls=CheckedSession,
        connect_timeout=source.connect_timeout,
        read_timeout=source.read_timeout,
        retries={"mode": "standard", "total_max_attempts": 2},
    )

    async def assume() -> dict[str, str]:
        sts = session.create_client(
            "sts", region_name=source.aws_region, endpoint_url=source.sts_endpoint_url, config=config
        )
        async with sts as client:
            answer = await client.assume_role(RoleArn=source.role_arn, RoleSessionName=ROLE_SESSION)
        found = answer["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }

    return assume
