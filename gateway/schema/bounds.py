from collections.abc import Sequence
from typing import TypeVar

from gateway.model.errors import InvalidInput

MOST_VALUES = 1000

Value = TypeVar("Value")


def bounded(values: Sequence[Value] | None, argument: str, most: int = MOST_VALUES) -> tuple[Value, ...] | None:
    """The list that a caller gave, or None; raise InvalidInput where it is longer than `most`."""
    if values is None:
        return None
    if len(values) > most:
        raise InvalidInput(f"{argument} must not hold more than {most} values.", argument)
    return tuple(values)
