from dataclasses import field
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from gateway.settings.kinds import Days, group


@group
class StorageSettings:
    """What is kept, where, and for how long."""

    data: Path = Path("data")
    """Directory of the database and of the secret key."""
    database_url: Annotated[str, Meta(pattern="^postgres(ql)?://")] | None = field(default=None, repr=False)
    """postgresql://…; without it SQLite in the data directory."""
    secret_key: Annotated[str, Meta(min_length=32)] | None = field(default=None, repr=False)
    """Signs cursors and encrypts access keys; as random as can be. Without it one is made and kept in `data`."""
    events_kept: Days = 30
    """Days that the embedded services keep events."""
    changes_kept: Days = 7
    """Days that the change log goes back."""
    demo: bool = False
    """Fill an empty store with the demo fleet and keep it alive."""
