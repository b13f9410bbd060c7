from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    FINE = "fine"
    NOTICE = "notice"
    WRONG = "wrong"


class Finding(Struct, frozen=True):
    """What was looked at, how it is, and what to do about that (nothing, where all is well)."""

    subject: str
    state: State
    found: str
    advice: str = ""
