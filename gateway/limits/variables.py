from collections.abc import Mapping

from gateway.limits.passed import LimitPassed

PER_VALUE = 8
"""Bytes that any value counts, for what it costs to hold and to coerce."""


def check_variables(variables: Mapping[str, object], maximum: int) -> None:
    """Refuse variables of more than about `maximum` bytes; looks at no more of them than that."""
    if not variables:
        return
    left = maximum
    waiting: list[object] = [variables]
    while waiting:
        value = waiting.pop()
        left -= PER_VALUE
        if isinstance(value, str):
            left -= len(value)
        elif isinstance(value, Mapping):
            waiting.extend(value.keys())
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        if left < len(waiting):
            raise LimitPassed("maximum_variables", f"The variables have more than {maximum} bytes.")
