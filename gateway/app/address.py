from collections.abc import Iterator
from contextlib import contextmanager

from gateway.settings.not_usable import NotUsable


@contextmanager
def unquoted(setting: str) -> Iterator[None]:
    """Raise NotUsable, naming the setting, where its address is found to be none (ValueError).

    Whatever reads an address quotes what it takes for a port, and that may be half of a password.
    """
    try:
        yield
    except ValueError:
        raise NotUsable(
            f"{setting} (GATEWAY_{setting.upper()}) is no address: "
            "in a user's name or password, / is written %2F, # %23, @ %40 and % %25"
        ) from None
