from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from gateway.model.seal import Sealer
from gateway.store.database import Database


class ServiceContext(Struct, frozen=True):
    """What every operation of an embedded service works with. `clock` gives aware UTC times."""

    database: Database
    clock: Callable[[], datetime]
    tokens: Sealer
    events_kept: timedelta = timedelta(days=30)
