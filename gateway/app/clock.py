from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

now: Callable[[], datetime] = partial(datetime.now, UTC)
