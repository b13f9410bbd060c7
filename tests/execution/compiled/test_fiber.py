"""Resolvers under way: whatever they do, the execution comes to an end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import anyio.to_thread
import pytest
import strawberry
from graphql import build_schema

from tests.execution.compiled.roads import Outcome, case_of, compiled
from tests.execution.compiled.test_core_cases import bare


class Wordless(Exception):
    """Cannot be told."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Fatal(BaseException):
    """Of those that are no field's, as SystemExit is."""


class Strange:
    """Awaits what no loop knows."""

    def __await__(self) -> Iterator[int]:
        yield 5


async def of_another_loop() -> None:
    loop = asyncio.new_event_loop()
    try:
        await loop.create_future()
    finally:
        loop.close()


async def fail(error: BaseException) -> None:
    raise error


async def answer(does: Callable[[], Awaitable[object]], ended: list[str]) -> Outcome:
    """Of a field that waits, and then does something, beside one that is slow."""

    async def waits(_info: object) -> object:
        await asyncio.sleep(0)
        return await does()

    async def slow(_info: object) -> str:
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append("slow")
        return "there"

    return await asked("{ a b }", {"a": waits, "b": slow})


async def asked(text: str, root: dict[str, Any]) -> Outcome:
    case = case_of(bare(build_schema("type Query { a: String b: String }")), text, {})
    assert case is not None
    async with asyncio.timeout(10):
        return await compiled(case, root, None)


@pytest.mark.parametrize(("error", "told"), [(Wordless(), RuntimeError), (Fatal(), Fatal)])
async def test_a_failure_of_no_field_ends_the_execution(error: BaseException, told: type[BaseException]) -> None:
    """What cannot be told of a field is raised at once, and what is under way is stopped."""
    ended: list[str] = []
    with pytest.raises(told):
        await answer(lambda: fail(error), ended)

    assert ended == []


@pytest.mark.parametrize("does", [Strange, of_another_loop])
async def test_what_would_never_wake_a_resolver_is_an_error_of_its_field(does: Callable[[], Awaitable[object]]) -> None:
    """It is not waited for until the deadline, and beyond."""
    ended: list[str] = []
    outcome = await answer(does, ended)

    assert (outcome.data, [path for _, path in outcome.errors]) == ({"a": None, "b": "there"}, [("a",)])
    assert ended == ["slow"]


@pytest.mark.parametrize("fails", [False, True])
async def test_a_resolver_that_cancels_itself_cancels_nobody_else(*, fails: bool) -> None:
    """Not even where it does not wait, or fails, and the next one goes on in its place."""

    async def itself(_info: object) -> str:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        if fails:
            raise ValueError
        return "done"

    async def waits(_info: object) -> str:
        await asyncio.sleep(0)
        return "there"

    outcome = await asked("{ a b }", {"a": itself, "b": waits})

    assert (outcome.data, [path for _, path in outcome.errors]) == ({"a": None, "b": "there"}, [("a",)])


async def test_resolvers_may_use_anyio() -> None:
    """Its time limits, task groups and threads work in a resolver as in a task, beside others that fail."""

    async def limited(_info: object) -> str:
        with anyio.move_on_after(0.01):
            await anyio.sleep_forever()
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0)
        return await anyio.to_thread.run_sync(lambda: "in time")

    async def late(_info: object) -> None:
        with anyio.fail_after(0.01):
            await anyio.sleep_forever()

    outcome = await asked("{ a b }", {"a": limited, "b": late})

    assert outcome.data == {"a": "in time", "b": None}
    assert ["TimeoutError" in error for error, _ in outcome.errors] == [True]


async def test_an_id_that_is_none_is_an_error_of_its_field() -> None:
    """Strawberry's own GlobalID, written into the document: it is compiled all the same."""

    @strawberry.type
    class Query:
        @strawberry.field
        def named(self, id: strawberry.relay.GlobalID) -> str | None:  # noqa: A002 - as it is called in a graph
            return id.node_id

    texts = ("garbage", strawberry.relay.to_base64("Thing", 7))
    case = case_of(strawberry.Schema(Query), "{ a: named(id: %r) b: named(id: %r) }".replace("%r", '"%s"') % texts, {})
    assert case is not None
    outcome = await compiled(case, Query(), None)

    assert outcome.data == {"a": None, "b": "7"}
    assert [path for _, path in outcome.errors] == [("a",)]
