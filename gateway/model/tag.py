from msgspec import Struct


class Tag(Struct, frozen=True):
    key: str
    value: str
