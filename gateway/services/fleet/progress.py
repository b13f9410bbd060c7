from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Told how much of long work is done, and how much there is in all."""


def silent(_done: int, _total: int) -> None: ...
