from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.model.seal import Sealer
from gateway.store.database import Database


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What every operation of an embedded service works with. `clock` gives aware UTC times."""

    database: Database
    clock: Callable[[], datetime]
    tokens: Sealer
    events_kept: timedelta = timedelta(days=30)
