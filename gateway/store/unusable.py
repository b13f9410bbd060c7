from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from gateway.settings.not_usable import NotUsable


@contextmanager
def told_when_unusable() -> Iterator[None]:
    """Raise NotUsable, in the database's own words, where it cannot be used now: locked, full, gone, damaged."""
    try:
        yield
    except OperationalError as error:
        raise NotUsable(f"the database cannot be used now ({error.orig}); nothing was changed") from error
