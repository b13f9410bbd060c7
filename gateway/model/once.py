from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Once(Generic[Value]):
    """A property that is made when it is first read, and kept by its object.

    As functools.cached_property, whose lock (until Python 3.12) takes longer than it takes to make an id.
    """

    def __init__(self, make: Callable[[Any], Value]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, owner: Any, _: type | None = None) -> Value:  # noqa: ANN401  # whatever has such a property
        value = self._make(owner)
        vars(owner)[self._name] = value
        return value
