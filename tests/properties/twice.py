"""How often a promise is tried: a few times in every run of the tests, and many times in the long one."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, settings

Promise: TypeAlias = Callable[..., Awaitable[None]]

FIXTURES = [HealthCheck.function_scoped_fixture]
MANY = 1500
LONG = pytest.mark.timeout(1800)


def twice(drawn: Callable[[Promise], Promise], promise: Promise, few: int = 15) -> tuple[Promise, Promise]:
    """The two tests of a promise, whose examples `drawn` makes (a `given`)."""
    briefly = settings(max_examples=few, deadline=None, suppress_health_check=FIXTURES)
    at_length = settings(briefly, max_examples=MANY)
    return briefly(drawn(promise)), pytest.mark.long(LONG(at_length(drawn(promise))))
