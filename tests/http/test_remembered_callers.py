"""Good credentials are looked up once a second, and those that are no good every time."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from gateway.http import remembered_callers
from gateway.http.auth import OPEN, Authentication
from gateway.http.credentials import info_of
from gateway.http.mistakes import Mistakes
from gateway.http.remembered_callers import RememberedCallers
from gateway.http.unauthenticated import TooManyMistakes, Unauthenticated
from gateway.limits.rate import Rate
from gateway.limits.rate_memory import MemoryRates
from gateway.model.caller import ALL_SCOPES, ANYBODY
from gateway.store.api_keys import ApiKey

KEY = ApiKey("1", "phone", ALL_SCOPES, None, 0, None, None)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE, THERE = "192.0.2.1", "192.0.2.2"


class Store:
    """Knows keys by their texts, and what it was asked; its clock is set by hand."""

    def __init__(self, **keys: ApiKey) -> None:
        self.keys = keys
        self.asked: list[str] = []
        self.time = self.look_seconds = 0.0
        self.authentication = Authentication(
            required=True,
            api_keys=self.find,
            tokens=None,
            clock=lambda: NOON + timedelta(seconds=self.time),
            mistakes=Mistakes(Rate(1, 1), MemoryRates(self.clock), self.clock),
            remembered=RememberedCallers(clock=self.clock),
        )

    def clock(self) -> float:
        return self.time

    async def find(self, text: str) -> ApiKey | None:
        self.asked.append(text)
        self.time += self.look_seconds
        return self.keys.get(text)

    async def ask(self, api_key: str, address: str = HERE) -> str:
        """Who the caller is, or what is wrong."""
        try:
            return (await self.authentication.caller_at(address, None, api_key)).id
        except TooManyMistakes:
            return "wait"
        except Unauthenticated as error:
            return error.message


async def test_a_good_key_is_looked_up_once_a_second() -> None:
    """What is known of it holds for a second, wherever it comes from, and then it is asked for again."""
    store = Store(good=KEY)
    found = [await store.ask("good")]
    store.time = 0.999
    found += [await store.ask("good"), await store.ask("good", THERE)]
    assert store.asked == ["good"]
    store.time = 1.0
    found += [await store.ask("good", THERE), await store.ask("good")]

    assert found == ["key:1"] * 5
    assert store.asked == ["good", "good"]


async def test_a_revoked_key_is_known_as_such_within_a_second() -> None:
    """Nobody gets in by it any longer than that, from wherever, and it does not come back."""
    store = Store(good=KEY)
    await store.ask("good")
    store.keys["good"] = replace(KEY, revoked_at=1)
    store.time = 0.9
    assert await store.ask("good", THERE) == "key:1"
    store.time = 1.0

    assert [await store.ask("good", THERE), await store.ask("good")] == ["The API key is not known."] * 2
    assert len(store.asked) == 3


async def test_a_look_that_takes_long_is_as_old_as_when_it_began() -> None:
    """A key that is revoked while a slow store tells of it is not good for any longer than another."""
    store = Store(good=KEY)
    store.look_seconds = 0.75
    await store.ask("good")
    store.keys["good"] = replace(KEY, revoked_at=1)
    store.time = 1.0

    assert await store.ask("good") == "The API key is not known."


async def test_a_key_that_ends_is_not_remembered_for_longer() -> None:
    """Within the second that it is remembered for it ends at its own moment."""
    store = Store(good=replace(KEY, expires_at=int(NOON.timestamp() * 1000) + 500))
    found = [await store.ask("good")]
    store.time = 0.499
    found.append(await store.ask("good"))
    store.time = 0.5
    found.append(await store.ask("good"))

    assert found == ["key:1", "key:1", "The API key has expired."]


async def test_who_looks_anew_asks_the_store() -> None:
    """Whatever is remembered, and what is found so is known to those who come next, from wherever."""
    store = Store(good=KEY)
    found = [await store.ask("good"), await store.ask("good", THERE)]
    assert (await store.authentication.caller_now(None, "good")).id == "key:1"
    store.keys["good"] = replace(KEY, revoked_at=1)

    with pytest.raises(Unauthenticated):
        await store.authentication.caller_now(None, "good")
    found += [await store.ask("good"), await store.ask("good", THERE)]
    assert found == ["key:1"] * 2 + ["The API key is not known."] * 2
    assert len(store.asked) == 5


async def test_who_streams_is_looked_at_anew() -> None:
    """A look that a stream goes on by is one of that moment, whatever other requests of the caller have found."""
    store = Store(good=KEY)
    info = await info_of({"x-api-key": "good"}, {"client": (HERE, 1)}, store.authentication)
    store.keys["good"] = replace(KEY, revoked_at=1)
    assert info.refresh is not None

    assert await info.refresh() is None
    assert store.asked == ["good", "good"]


async def test_a_guess_is_looked_up_each_time() -> None:
    """A key that is made counts at once, and guesses take no memory."""
    store = Store()
    before = await store.ask("late")
    store.keys["late"] = KEY

    assert (before, await store.ask("late")) == ("The API key is not known.", "key:1")
    assert store.asked == ["late", "late"]


async def test_who_has_to_wait_is_not_let_in_by_what_is_remembered_elsewhere() -> None:
    """A key that is good at one address is still not looked at from another that guesses."""
    store = Store(good=KEY)
    await store.ask("good", THERE)
    found = [await store.ask(shown) for shown in ("guess", "another", "good")]

    assert found == ["The API key is not known.", "wait", "wait"]
    assert await store.ask("good", THERE) == "key:1"


async def test_who_was_known_is_let_in_beside_who_guesses() -> None:
    """As good credentials from an address were, they are when they are looked at the next time."""
    store = Store(good=KEY)
    found = [await store.ask(shown) for shown in ("good", "guess", "another", "good")]
    store.time = 1.0
    found.append(await store.ask("good"))

    assert found == ["key:1", "The API key is not known.", "wait", "key:1", "key:1"]


async def test_a_key_in_the_wrong_header_is_not_known_by_the_other() -> None:
    """What was good in one header says nothing of the same text in another."""
    store = Store(good=KEY)
    await store.ask("good")

    with pytest.raises(Unauthenticated):
        await store.authentication.caller_at(HERE, "good", None)
    with pytest.raises(Unauthenticated):
        await store.authentication.caller_at(HERE, "good", "None")


async def test_where_nobody_is_remembered_nothing_is_kept() -> None:
    """A gateway that asks nobody who they are holds no memory for headers that it does not look at."""
    caller = await OPEN.caller_at(HERE, "Bearer whatever", None)

    assert caller == ANYBODY
    assert OPEN.remembered._kept == {}


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many keys there are, no more than so many are kept."""
    monkeypatch.setattr(remembered_callers, "MOST", 2)
    store = Store(a=KEY, b=KEY, c=KEY)
    for text in ("a", "b", "c", "c", "a"):
        await store.ask(text)

    assert store.asked == ["a", "b", "c", "a"]
