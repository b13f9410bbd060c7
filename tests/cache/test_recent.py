import json
import tracemalloc
from typing import Any

import pytest

from gateway.cache.recent import Recent, weight_of


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def recent(time: Time) -> Recent[str]:
    return Recent(5.0, 10_000, time)


def test_an_answer_is_kept_for_its_seconds_from_when_it_was_asked_for(recent: Recent[str], time: Time) -> None:
    """No answer is older than the setting says, however long it took to come."""
    recent.put("a", None, "x", asked_at=98.0)
    time.now = 102.9
    young = recent.get("a")
    time.now = 103.0

    assert young == "x"
    assert recent.get("a") is None


def test_a_subject_is_forgotten_with_all_that_may_be_about_it(recent: Recent[str], time: Time) -> None:
    """What happened to one device makes its own answers old, and all pages; not those of another device."""
    for key, subject in (("describe 1", "1"), ("methods 1", "1"), ("describe 2", "2"), ("page", None)):
        recent.put(key, subject, key, time.now)
    recent.forget("1")

    kept = {key: recent.get(key) for key in ("describe 1", "methods 1", "describe 2", "page")}
    assert kept == {"describe 1": None, "methods 1": None, "describe 2": "describe 2", "page": None}


def test_all_is_forgotten_at_once(recent: Recent[str], time: Time) -> None:
    """After a write nothing is left."""
    recent.put("a", "1", "x", time.now)
    recent.clear()

    assert recent.get("a") is None
    assert recent.held_bytes == 0


def test_what_is_forgotten_or_dropped_leaves_nothing_behind(time: Time) -> None:
    """However answers come and go, nothing is held of those that went."""
    weight = weight_of("0") + weight_of("x")
    recent = Recent[str](5.0, 3 * weight, time)
    for number in range(9):
        recent.put(str(number), str(number % 2) if number % 3 else None, "x", time.now)
    held = recent.held_bytes
    for subject in ("0", "1", "nobody"):
        recent.forget(subject)

    assert held == 3 * weight
    assert (recent.held_bytes, recent._kept, recent._about) == (0, {}, {})


def test_what_is_held_is_bounded_and_the_oldest_goes_first(time: Time) -> None:
    """A cache never holds more than its bytes, and what alone is larger is not kept."""
    weight = weight_of("0") + weight_of("x" * 100)
    recent = Recent[str](5.0, 3 * weight, time)
    for number in range(4):
        recent.put(str(number), None, "x" * 100, time.now)
    recent.put("5", None, "x" * 1000, time.now)

    assert [recent.get(str(number)) is not None for number in range(6)] == [False, True, True, True, False, False]
    assert recent.held_bytes == 3 * weight


def test_an_answer_replaces_the_one_before_it(recent: Recent[str], time: Time) -> None:
    """The same question asked again has one answer, the newer one, and is weighed once."""
    recent.put("a", None, "x" * 100, time.now)
    recent.put("a", None, "y", time.now)

    assert recent.get("a") == "y"
    assert recent.held_bytes == weight_of("a") + weight_of("y")


def test_it_counts_what_it_was_good_for(recent: Recent[str], time: Time) -> None:
    """Operators see how often something was found; what was found too old was not found."""
    recent.get("a")
    recent.put("a", None, "x", time.now)
    recent.get("a")
    time.now += 5
    recent.get("a")

    assert (recent.hits, recent.misses) == (1, 2)


def test_a_weight_is_what_a_value_takes() -> None:
    """What a page of devices is said to hold is what it takes in memory, or somewhat more, never much less."""
    body = json.dumps(
        {"Devices": [{"DeviceId": f"G{number:015}", "Tags": {"a": f"é{number}"}} for number in range(500)]}
    )
    tracemalloc.start()
    page: dict[str, Any] = json.loads(body)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 0.8 * taken < weight_of(page) < 3 * taken
