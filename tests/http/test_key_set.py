import asyncio
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.http.key_set import KeySet, UnknownKey


class Publisher:
    def __init__(self) -> None:
        self.names = ["one"]
        self.fetches = 0
        self.fails = False
        self.now = 0.0

    async def fetch(self) -> dict[str, Any]:
        self.fetches += 1
        if self.fails:
            raise OSError
        return {"keys": [_public(name) for name in self.names]}

    def key_set(self) -> KeySet:
        return KeySet(self.fetch, lambda: self.now, fresh=600, apart=30)


def _public(name: str) -> dict[str, str]:
    algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
    made = algorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    return {**made, "kid": name, "alg": "ES256"}


async def test_a_new_key_is_found() -> None:
    """An issuer that rotates its keys is followed, once the last fetch is a little old."""
    publisher = Publisher()
    keys = publisher.key_set()
    await keys.key("one")
    publisher.names = ["two"]
    publisher.now = 31

    assert (await keys.key("two")).key_id == "two"
    assert publisher.fetches == 2


async def test_a_key_taken_back_is_forgotten() -> None:
    """A key that the issuer no longer publishes is refused once the keys are fetched again."""
    publisher = Publisher()
    keys = publisher.key_set()
    await keys.key("one")
    publisher.names = ["two"]
    publisher.now = 601

    with pytest.raises(UnknownKey):
        await keys.key("one")

    assert publisher.fetches == 2


async def test_known_keys_outlive_a_failing_issuer() -> None:
    """While the issuer does not answer, the keys known before stay good, and it is asked seldom."""
    publisher = Publisher()
    keys = publisher.key_set()
    await keys.key("one")
    publisher.fails, publisher.now = True, 601

    assert [(await keys.key("one")).key_id for _ in range(5)] == ["one"] * 5
    assert publisher.fetches == 2


async def test_who_comes_while_keys_are_fetched_waits_for_them() -> None:
    """The first tokens after a start or a rotation are all good, not only the one that had the keys fetched."""
    publisher, began, answered = Publisher(), asyncio.Event(), asyncio.Event()

    async def fetch() -> dict[str, Any]:
        began.set()
        await answered.wait()
        return await publisher.fetch()

    keys = KeySet(fetch, lambda: publisher.now, fresh=600, apart=30)
    first = asyncio.create_task(keys.key("one"))
    await began.wait()
    later = [asyncio.create_task(keys.key("one")) for _ in range(3)]
    await asyncio.sleep(0)
    answered.set()

    assert [key.key_id for key in await asyncio.gather(first, *later)] == ["one"] * 4
    assert publisher.fetches == 1
