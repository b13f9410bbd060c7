"""The front door before a small schema of its own, which writes down what reached it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.execution.budget import Budget
from gateway.execution.run import Executor
from gateway.execution.subscribe import Execution, Subscriptions
from gateway.execution.trusted_file import TrustedFile
from gateway.execution.viewers import StreamCounts, Viewers
from gateway.http.application import application
from gateway.http.auth import OPEN, Authentication
from gateway.http.caller import CallerInfo
from gateway.http.graphiql import graphiql_routes
from gateway.http.options import HttpOptions
from gateway.http.routes import routes
from gateway.model.errors import UpstreamUnavailable
from tests.http.serving import serving


@dataclass
class Journal:
    """What reached the resolvers: the proof that a refused request did not."""

    callers: list[CallerInfo] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    open_contexts: int = 0
    most_contexts: int = 0
    not_ready: str | None = None
    began: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.idle.set()

    async def released(self) -> None:
        """Wait until what was begun is let go."""
        async with asyncio.timeout(5):
            await self.idle.wait()


@strawberry.type
class Item:
    name: str

    @strawberry.field
    async def detail(self, info: strawberry.Info) -> str:
        info.context.resolved.append(f"detail of {self.name}")
        return f"all of {self.name}"

    @strawberry.field
    async def broken(self) -> str | None:
        raise RuntimeError("password=hunter2")

    @strawberry.field
    async def required(self) -> str:
        raise RuntimeError("password=hunter2")

    @strawberry.field
    async def slow(self, info: strawberry.Info) -> str:
        info.context.began.set()
        await asyncio.Event().wait()
        return "never"


@strawberry.type
class Query:
    @strawberry.field
    async def items(self) -> list[Item]:
        return [Item(name="a"), Item(name="b"), Item(name="c")]

    @strawberry.field
    async def item(self) -> Item:
        return Item(name="a")

    @strawberry.field
    async def echo(self, info: strawberry.Info, text: str = "hello", times: int = 1) -> str:
        info.context.resolved.append("echo")
        return text * times

    @strawberry.field
    async def broken(self, info: strawberry.Info) -> str | None:
        info.context.resolved.append("broken")
        raise RuntimeError("password=hunter2")

    @strawberry.field
    async def down(self) -> str | None:
        raise UpstreamUnavailable("The source 'hq' does not answer.", "hq")

    @strawberry.field
    async def slow(self, info: strawberry.Info) -> str:
        info.context.began.set()
        await asyncio.Event().wait()
        return "never"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def change(self, info: strawberry.Info) -> str:
        info.context.resolved.append("change")
        return "changed"


Serve: TypeAlias = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
SCHEMA = strawberry.Schema(Query, Mutation, config=StrawberryConfig(enable_experimental_incremental_execution=True))


def serve_front_door(
    journal: Journal,
    *,
    trusted: TrustedFile | None = None,
    authentication: Authentication = OPEN,
    viewers: Viewers | None = None,
    **given: object,
) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """Start the front door with the options given; `viewers` look after whoever gets more than one answer."""

    @contextmanager
    def make_context(caller: CallerInfo) -> Iterator[Journal]:
        journal.callers.append(caller)
        journal.open_contexts += 1
        journal.most_contexts = max(journal.most_contexts, journal.open_contexts)
        journal.idle.clear()
        try:
            yield journal
        finally:
            journal.open_contexts -= 1
            if not journal.open_contexts:
                journal.idle.set()

    async def ready() -> str | None:
        return journal.not_ready

    options = HttpOptions(**given)
    execution = Execution(Executor(SCHEMA), make_context, Budget())
    subscriptions = viewers and Subscriptions(execution, None, viewers, StreamCounts(0, 0), 0)
    paths = routes(
        SCHEMA, make_context, ready, [], options, authentication, trusted=trusted, subscriptions=subscriptions
    )
    return serving(application([*paths, *graphiql_routes()], options))
