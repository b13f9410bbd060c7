from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    key: str
    value: str
