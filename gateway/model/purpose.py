"""What a cursor is good for, in a form that does not change with the code that makes it."""

import json
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from gateway.model.once import Once


class Purpose:
    """A list with all that it was asked for; a cursor of one is none of another.

    Put into words only for the first cursor that is made or opened, because most lists see none.
    """

    def __init__(self, *parts: object) -> None:
        self._parts = parts

    @Once
    def text(self) -> str:
        """JSON; a member that was not asked for is left out, so that one more of them is no other purpose."""
        return json.dumps(_plain(self._parts), separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Struct):
        asked = asdict(value)
        unless_asked = zip(reversed(value.__struct_fields__), reversed(value.__struct_defaults__), strict=False)
        left_out = {name for name, default in unless_asked if asked[name] == default}
        return {name: _plain(member) for name, member in asked.items() if name not in left_out}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
