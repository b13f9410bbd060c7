from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True)
def value(cls: type[Class]) -> type[Class]:
    """Make a dataclass of values that an answer needs by the hundred.

    The type checker holds everyone to its being frozen. At run time it is not, because a frozen dataclass takes four
    times as long to make: it sets each of its members through `object.__setattr__`.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
