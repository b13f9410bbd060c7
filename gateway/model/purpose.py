"""What a cursor is good for, in a form that does not change with the code that makes it."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cached_property
from typing import Any


class Purpose:
    """A list with all that it was asked for; a cursor of one is none of another.

    Put into words only for the first cursor that is made or opened, because most lists see none.
    """

    def __init__(self, *parts: object) -> None:
        self._parts = parts

    @cached_property
    def text(self) -> str:
        """JSON; a member that was not asked for is left out, so that one more of them is no other purpose."""
        return json.dumps(_plain(self._parts), separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != field.default
        }
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
