from msgspec import Struct


class Counts(Struct, frozen=True):
    """What became of the items of a file."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
