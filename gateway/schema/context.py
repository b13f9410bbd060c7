from collections.abc import Callable
from datetime import datetime
from typing import Self, TypeAlias

import strawberry
from msgspec import Struct, field

from gateway.loaders import Loaders
from gateway.model.answer import Answer
from gateway.model.caller import ANYBODY, Caller
from gateway.model.page import PageLimits
from gateway.sources.fleet import Fleet


class Context(Struct, frozen=True):
    """What resolvers work with: the fleet of the application, the loaders of this request, which are closed with it."""

    fleet: Fleet
    loaders: Loaders
    limits: PageLimits
    clock: Callable[[], datetime]
    caller: Caller = ANYBODY
    answer: Answer = field(default_factory=Answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.loaders.close()


Info: TypeAlias = strawberry.Info[Context, None]
