from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the items of a file."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
