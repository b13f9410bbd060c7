"""Wrong credentials are bounded by the address that they come from, at every door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.app.store import open_store
from gateway.http.auth import Authentication
from gateway.http.mistakes import MOST_KEPT, Mistakes
from gateway.http.unauthenticated import TooManyMistakes, Unauthenticated
from gateway.limits.rate import Rate, RateStoreDown
from gateway.limits.rate_memory import MemoryRates
from gateway.limits.rate_valkey import ValkeyRates
from gateway.model.caller import ALL_SCOPES, Scope
from gateway.settings.settings import Settings
from gateway.store.api_keys import ApiKey, add_api_key
from tests.clock import Clock
from tests.http.serving import serving
from tests.http.test_aws_rate import list_devices, new_key
from tests.valkey import valkey_server

HERE, THERE = "192.0.2.1", "192.0.2.2"
TWO_A_MINUTE = Rate(2, 2)
QUERY = {"query": "{ __typename }"}


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Keys:
    """Knows the key `good` until it is revoked, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.revoked = False

    async def find(self, text: str) -> ApiKey | None:
        self.asked += 1
        return None if text != "good" or self.revoked else ApiKey("1", "1", ALL_SCOPES, None, 0, None, None)


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def authentication(keys: Keys, seconds: Seconds) -> Authentication:
    mistakes = Mistakes(TWO_A_MINUTE, MemoryRates(seconds), seconds)
    return Authentication(required=True, api_keys=keys.find, tokens=None, clock=Clock(), mistakes=mistakes)


async def outcome(authentication: Authentication, shown: str, address: str = HERE) -> str:
    try:
        return (await authentication.caller_at(address, None, shown)).id
    except TooManyMistakes as error:
        return f"wait {error.retry_after}"
    except Unauthenticated:
        return "wrong"


async def test_who_guesses_waits_and_is_not_looked_at(
    authentication: Authentication, keys: Keys, seconds: Seconds
) -> None:
    """After its rate an address is told when to come again; until then no key is looked for, right or wrong."""
    first = [await outcome(authentication, f"guess {number}") for number in range(3)]
    asked = keys.asked
    waiting = [await outcome(authentication, shown) for shown in ("guess 4", "good")]
    seconds.now += 30
    after = await outcome(authentication, "good")

    assert first == ["wrong", "wrong", "wait 30"]
    assert (waiting, asked) == (["wait 30", "wait 30"], 3)
    assert (after, keys.asked) == ("key:1", 4)


async def test_others_do_not_wait_for_who_guesses(authentication: Authentication) -> None:
    """Another address is looked at, and so is who was known at the same one before, behind a proxy for example."""
    await outcome(authentication, "good")
    for number in range(5):
        await outcome(authentication, f"guess {number}")

    assert await outcome(authentication, "good") == "key:1"
    assert await outcome(authentication, "guess", THERE) == "wrong"
    assert await outcome(authentication, "good", THERE) == "key:1"


async def test_what_was_good_once_is_bounded_too(authentication: Authentication, keys: Keys) -> None:
    """A key that is revoked is a guess like any other."""
    await outcome(authentication, "good")
    keys.revoked = True
    found = [await outcome(authentication, "good") for _ in range(5)]

    assert found == ["wrong", "wrong", "wait 30", "wait 30", "wait 30"]
    assert keys.asked == 4


async def test_right_credentials_spend_nothing(authentication: Authentication) -> None:
    """Only what is wrong counts."""
    found = {await outcome(authentication, "good") for _ in range(100)}

    assert found == {"key:1"}
    assert await outcome(authentication, "guess") == "wrong"


async def test_an_ipv6_network_is_one_address(authentication: Authentication) -> None:
    """Who has a network of addresses has one rate."""
    found = [await outcome(authentication, "guess", f"2001:db8::{number}") for number in range(1, 5)]

    assert found == ["wrong", "wrong", "wait 30", "wait 30"]
    assert await outcome(authentication, "guess", "2001:db8:0:1::1") == "wrong"


async def test_what_is_kept_is_bounded() -> None:
    """However many addresses come, memory does not grow with them."""
    mistakes = Mistakes(Rate(1, 1), MemoryRates(lambda: 0.0), lambda: 0.0)
    for number in range(MOST_KEPT + 50):
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        mistakes.none_made(address, "good")
        await mistakes.made(address, "wrong")
        await mistakes.made(address, "wrong")

    assert (len(mistakes._good), len(mistakes._waits)) == (MOST_KEPT, MOST_KEPT)


async def test_replicas_count_together() -> None:
    """Over a store that they share, who guesses here has guessed there too."""
    with valkey_server() as server:
        stores = [ValkeyRates.of_url(server.connection_url, None, answer_seconds=30) for _ in range(2)]
        one, other = (Mistakes(Rate(0.01, 2), store) for store in stores)
        made = [await one.made(HERE, "x"), await one.made(HERE, "x"), await other.made(HERE, "x")]
        for store in stores:
            await store.close()

    assert made[:2] == [0, 0]
    assert made[2] > 60


async def test_where_nobody_can_count_a_mistake_has_to_wait() -> None:
    """A store that is down, where that means closed, is no way to guess without end."""
    nowhere = ValkeyRates.of_url("redis://127.0.0.1:1", None)
    with pytest.raises(RateStoreDown):
        await nowhere.take("x", 1, TWO_A_MINUTE)

    assert await Mistakes(TWO_A_MINUTE, nowhere).made(HERE, "x") == 1


@asynccontextmanager
async def gateway(folder: Path, **given: object) -> AsyncIterator[tuple[httpx.AsyncClient, Settings, object]]:
    settings = Settings(data=folder, credentials_rate=2, **given)
    async with open_gateway(settings) as opened, serving(opened.app) as client:
        yield client, settings, opened


async def test_the_graph_says_when_to_come_again(tmp_path: Path) -> None:
    """429 with Retry-After and a GraphQL body, whoever asks with whatever; without credentials it is as before."""
    async with gateway(tmp_path, authentication="required") as (client, settings, _):
        async with open_store(settings) as database:
            good = await database.write(
                lambda connection: add_api_key(connection, "test", frozenset({Scope.DEVICES_READ}), None, 0)
            )
        wrong = {"authorization": "Bearer gwk_0_guess"}
        answers = [await client.post("/graphql", json=QUERY, headers=wrong) for _ in range(3)]
        right = await client.post("/graphql", json=QUERY, headers={"x-api-key": good})
        nobody = await client.post("/graphql", json={"query": "{ sources { name } }"})

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    seconds = int(answers[2].headers["retry-after"])
    assert answers[2].json()["errors"][0]["extensions"] == {
        "code": "RATE_LIMITED",
        "rate": "credentials",
        "retryAfter": seconds,
    }
    assert (right.status_code, 0 < seconds <= 30) == (429, True)
    assert nobody.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_service_throttles_who_cannot_sign(tmp_path: Path) -> None:
    """As AWS says it; a key that signed well from there before is served."""
    async with gateway(tmp_path) as (client, settings, opened):
        context = opened.services.one_click.context
        key, other = await new_key(context, settings), await new_key(context, settings)
        before = (await list_devices(client, key)).status_code
        wrong = [await list_devices(client, other, secret="guess") for _ in range(4)]
        after = [(await list_devices(client, one)).status_code for one in (key, other)]

    assert (before, [answer.status_code for answer in wrong]) == (200, [403, 403, 403, 429])
    assert wrong[3].headers["x-amzn-errortype"] == "ThrottlingException"
    assert after == [200, 429]


async def test_the_ingest_lets_nobody_guess_secrets(tmp_path: Path) -> None:
    """A device's secret is not found by trying."""
    async with gateway(tmp_path) as (client, _, _opened):
        answers = [
            await client.post(
                "/ingest/one-click/G030PM0123456789/events",
                json={"clickType": "SINGLE"},
                headers={"authorization": f"Bearer guess{number}"},
            )
            for number in range(4)
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert list(answers[2].json()) == ["error"]
    assert int(answers[2].headers["retry-after"]) > 0
