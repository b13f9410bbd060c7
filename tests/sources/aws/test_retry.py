import pytest

from gateway.sources.aws.retry import Retry
from gateway.sources.faults import (
    CUT_OFF,
    NOT_ACCEPTED,
    REJECTED,
    SLOW,
    THROTTLED,
    UNAVAILABLE,
    UNREACHABLE,
    Failed,
    Fault,
)


class Attempt:
    """Fails as told, then answers; counts how often it was made."""

    def __init__(self, *failures: Failed) -> None:
        self.failures = list(failures)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


class Waits:
    """A sleep that takes no time and remembers how long it should have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.mark.parametrize("fault", [THROTTLED, UNREACHABLE, UNAVAILABLE, CUT_OFF, SLOW])
async def test_a_read_is_tried_again(fault: Fault) -> None:
    """A read outlives two short outages of its service."""
    attempt = Attempt(Failed(fault), Failed(fault))

    assert await Retry(3, sleep=Waits()).run(attempt, reads=True) == "answer"
    assert attempt.made == 3


@pytest.mark.parametrize("fault", [THROTTLED, UNREACHABLE])
async def test_a_mutation_that_was_not_applied_is_tried_again(fault: Fault) -> None:
    """A mutation that surely did not reach the service's hands is sent again."""
    attempt = Attempt(Failed(fault))

    assert await Retry(3, sleep=Waits()).run(attempt, reads=False) == "answer"
    assert attempt.made == 2


@pytest.mark.parametrize("fault", [UNAVAILABLE, CUT_OFF, SLOW])
async def test_a_mutation_that_may_have_been_applied_is_made_once(fault: Fault) -> None:
    """A mutation whose answer was lost is never sent a second time."""
    attempt, waits = Attempt(Failed(fault)), Waits()

    with pytest.raises(Failed) as caught:
        await Retry(3, sleep=waits).run(attempt, reads=False)

    assert caught.value.fault is fault
    assert attempt.made == 1
    assert waits.seconds == []


@pytest.mark.parametrize("fault", [REJECTED, NOT_ACCEPTED])
async def test_what_would_fail_again_is_made_once(fault: Fault) -> None:
    """A refusal, or a key that is not accepted, is told at once."""
    attempt = Attempt(Failed(fault))

    with pytest.raises(Failed):
        await Retry(3, sleep=Waits()).run(attempt, reads=True)

    assert attempt.made == 1


async def test_the_last_failure_is_the_one_told() -> None:
    """After as many attempts as the setting allows, the caller learns of the last failure."""
    attempt = Attempt(Failed(THROTTLED), Failed(SLOW), Failed(UNAVAILABLE))

    with pytest.raises(Failed) as caught:
        await Retry(2, sleep=Waits()).run(attempt, reads=True)

    assert caught.value.fault is SLOW
    assert attempt.made == 2


async def test_waits_double_up_to_a_longest() -> None:
    """Each wait is drawn from zero up to a bound that doubles: throttled services get more air."""
    outage, throttled = Waits(), Waits()

    await Retry(9, fraction=lambda: 1.0, sleep=outage).run(Attempt(*[Failed(UNAVAILABLE)] * 6), reads=True)
    await Retry(9, fraction=lambda: 0.5, sleep=throttled).run(Attempt(*[Failed(THROTTLED)] * 4), reads=True)

    assert outage.seconds == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0]
    assert throttled.seconds == [0.25, 0.5, 1.0, 1.0]


async def test_a_service_may_name_its_wait() -> None:
    """Retry-After is waited for, unless the random wait is longer anyway; a date or nonsense there is not heeded."""
    waits = Waits()
    named = [Failed(THROTTLED, headers={"retry-after": text}) for text in ("3", "0", "soon", "²", "-1")]

    await Retry(9, fraction=lambda: 0.0, sleep=waits).run(Attempt(*named), reads=True)

    assert waits.seconds == [3.0, 0.0, 0.0, 0.0, 0.0]


async def test_a_wait_longer_than_a_caller_would_bear_ends_it() -> None:
    """A service that wants to be left alone for a minute is left alone, and the caller is told at once."""
    attempt = Attempt(Failed(THROTTLED, headers={"retry-after": "60"}))

    with pytest.raises(Failed):
        await Retry(3, sleep=Waits()).run(attempt, reads=True)

    assert attempt.made == 1
