from collections.abc import Mapping
from typing import TypeAlias

from starlette.types import Scope

Headers: TypeAlias = Mapping[str, str]
"""A request's headers by their names in lower case; of one that is repeated, the first."""


def read_headers(scope: Scope) -> Headers:
    """Read all at once: most of those that are looked for are not there, and that is what costs Starlette's most."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
