from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypeAlias

import strawberry

from gateway.loaders import Loaders
from gateway.model.answer import Answer
from gateway.model.caller import ANYBODY, Caller
from gateway.model.page import PageLimits
from gateway.sources.fleet import Fleet


@dataclass(frozen=True, slots=True)
class Context:
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
