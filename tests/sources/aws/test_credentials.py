import asyncio
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError

from gateway.sources.aws.credentials import SECONDS_BETWEEN_FAILURES, SourceCredentials


class FoundCredentials(Credentials):
    async def get_frozen_credentials(self) -> str:
        return "frozen"


class Chain:
    """Finds nothing, fails or finds credentials, as told; counts how often it looked."""

    def __init__(self, *results: Any) -> None:  # noqa: ANN401 - credentials, None or an error
        self.results = list(results)
        self.searches = 0

    async def __call__(self) -> Any:  # noqa: ANN401 - credentials or None
        self.searches += 1
        result = self.results.pop(0)
        await asyncio.sleep(0)
        if isinstance(result, Exception):
            raise result
        return result


FOUND = FoundCredentials("AKIA", "secret")


async def outcomes(credentials: SourceCredentials, count: int) -> list[object]:
    return await asyncio.gather(*[credentials.get_frozen_credentials() for _ in range(count)], return_exceptions=True)


async def test_credentials_are_looked_for_once() -> None:
    """However many calls begin at once, the chain is walked a single time."""
    chain = Chain(FOUND)

    assert await outcomes(SourceCredentials(chain), 50) == ["frozen"] * 50
    assert chain.searches == 1


@pytest.mark.parametrize("failure", [None, OSError("no such program"), ValueError("not JSON")])
async def test_credentials_that_come_late_are_found(failure: Exception | None) -> None:
    """Where there are none, calls fail at once for a while, without walking the chain each; then it is walked again."""
    now = [0.0]
    chain = Chain(failure, FOUND)
    credentials = SourceCredentials(chain, lambda: now[0])
    failed = await outcomes(credentials, 50)
    now[0] = SECONDS_BETWEEN_FAILURES - 0.1
    failed += await outcomes(credentials, 1)
    searches = chain.searches
    now[0] = SECONDS_BETWEEN_FAILURES

    assert await outcomes(credentials, 2) == ["frozen", "frozen"]
    assert all(isinstance(one, BotoCoreError) for one in failed)
    assert (searches, chain.searches) == (1, 2)
