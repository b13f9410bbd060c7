"""Keys are looked up once a second, and those that are no good every time."""

import pytest
from msgspec.structs import replace

from gateway.http import remembered_keys
from gateway.http.remembered_keys import RememberedKeys
from gateway.model.caller import ALL_SCOPES
from gateway.store.api_keys import ApiKey

KEY = ApiKey("1", "phone", ALL_SCOPES, None, 0, None, None)


class Store:
    """Knows keys by their texts, and what it was asked; its clock is set by hand."""

    def __init__(self, **keys: ApiKey) -> None:
        self.keys = keys
        self.asked: list[str] = []
        self.time = 0.0

    async def find(self, text: str) -> ApiKey | None:
        self.asked.append(text)
        return self.keys.get(text)


async def test_a_good_key_is_looked_up_once_a_second() -> None:
    """What is known of it holds for a second, and then it is asked for again."""
    store = Store(good=KEY)
    keys = RememberedKeys(store.find, lambda: store.time)

    found = [await keys.find("good")]
    store.time = 0.999
    found.append(await keys.find("good"))
    assert store.asked == ["good"]
    store.time = 1.0
    found.append(await keys.find("good"))

    assert found == [KEY] * 3
    assert store.asked == ["good", "good"]


async def test_a_revoked_key_is_known_as_such_within_a_second() -> None:
    """Nobody gets in by it any longer than that, and it does not come back."""
    store = Store(good=KEY)
    keys = RememberedKeys(store.find, lambda: store.time)
    await keys.find("good")
    store.keys["good"] = revoked = replace(KEY, revoked_at=1)
    store.time = 1.0

    assert await keys.find("good") == revoked
    assert await keys.find("good") == revoked
    assert len(store.asked) == 3


async def test_who_looks_anew_asks_the_store() -> None:
    """Whatever is remembered, and what is found so is known to the others too."""
    store = Store(good=KEY)
    keys = RememberedKeys(store.find, lambda: store.time)
    await keys.find("good")
    store.keys["good"] = revoked = replace(KEY, revoked_at=1)

    assert await keys.find_anew("good") == revoked
    assert await keys.find("good") == revoked
    assert len(store.asked) == 3


async def test_a_guess_is_looked_up_each_time() -> None:
    """A key that is made counts at once, and guesses take no memory."""
    store = Store()
    keys = RememberedKeys(store.find, lambda: store.time)

    assert await keys.find("late") is None
    store.keys["late"] = KEY
    assert await keys.find("late") == KEY
    assert store.asked == ["late", "late"]


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many keys there are, no more than so many are kept."""
    monkeypatch.setattr(remembered_keys, "MOST", 2)
    store = Store(a=KEY, b=KEY, c=KEY)
    keys = RememberedKeys(store.find, lambda: store.time)
    for text in ("a", "b", "c", "c", "a"):
        await keys.find(text)

    assert store.asked == ["a", "b", "c", "a"]
