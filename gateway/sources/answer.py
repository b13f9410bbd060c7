"""Reading what a service answered, without trusting it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from gateway.model.errors import UpstreamUnavailable
from gateway.model.tag import Tag

Made = TypeVar("Made")
Word = TypeVar("Word", bound=StrEnum)


class SharedAnswer(dict[str, Any]):
    """An answer that is told to several. What one function makes of it is made once, for all of them."""

    __slots__ = ("_made",)

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(answer)
        self._made: dict[Callable[[Mapping[str, Any]], Any], Any] = {}

    def made(self, make: Callable[[Mapping[str, Any]], Made]) -> Made:
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made


def read(source: str, make: Callable[[Mapping[str, Any]], Made], answer: Mapping[str, Any]) -> Made:
    """Make a value of an answer; raise UpstreamUnavailable where a member is missing or of the wrong kind.

    `make` is a function of the answer alone, and nobody changes what it made.
    """
    try:
        return answer.made(make) if isinstance(answer, SharedAnswer) else make(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UpstreamUnavailable(f"Source {source} answered something that is not its service's.", source) from error


def word(known: type[Word], value: str | None) -> Word | None:
    """The service's word; UNKNOWN for one that this version does not know, None where it is absent."""
    if value is None:
        return None
    return known(value) if value in known.__members__ else known("UNKNOWN")


def text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def moment(value: object) -> datetime | None:
    if value is not None and not isinstance(value, datetime):
        raise TypeError
    return value


def tags_of(pairs: Mapping[str, str]) -> tuple[Tag, ...]:
    return tuple(Tag(key, text(value)) for key, value in sorted(pairs.items()))
