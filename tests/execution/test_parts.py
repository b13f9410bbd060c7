"""Answers in parts amount to the answer in one piece, whatever is deferred or streamed."""

import asyncio
import json
import re
from collections.abc import Iterable
from itertools import count
from typing import Any

import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from gateway.execution.assembly import Assembly
from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.graphql_core import core_schema
from gateway.execution.parts import Part
from gateway.execution.plan import make_plan
from gateway.execution.run import Executor
from gateway.execution.run_in_parts import run_in_parts
from gateway.http.incremental import PartWriter, PartWriterOf2022
from gateway.limits.document import DocumentLimits
from gateway.model.errors import UpstreamUnavailable

ROOMY = DocumentLimits(directives=1000, aliases=1000, depth=50, fields=10_000, tokens=20_000)


@strawberry.type
class Node:
    number: int

    @strawberry.field
    async def slow(self) -> int:
        await asyncio.sleep(0)
        return self.number

    @strawberry.field
    async def failing(self) -> int | None:
        raise UpstreamUnavailable("no", "hq")

    @strawberry.field
    def child(self) -> "Node":
        return Node(number=self.number + 1)

    @strawberry.field
    def children(self) -> list["Node"]:
        return [Node(number=self.number * 10 + place) for place in range(3)]


@strawberry.type
class Query:
    @strawberry.field
    def node(self) -> Node:
        return Node(number=1)


SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(enable_experimental_incremental_execution=True))
DOCUMENTS = Documents(core_schema(SCHEMA), DocumentOptions(limits=ROOMY))


def selections(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Selections of a Node, some of them to come later."""
    streamed = st.sampled_from(["", "@stream", "@stream(initialCount: 1)", "@stream(initialCount: 9)"])
    one = st.one_of(
        st.sampled_from(["number", "slow", "failing"]),
        inner.map(lambda text: f"child {text}"),
        inner.map(lambda text: f"... @defer {text}"),
        inner.map(lambda text: f"... on Node @defer {text}"),
    )
    lists = st.tuples(streamed, inner).map(lambda found: f"LIST: children {found[0]} {found[1]}")
    return st.lists(one | lists, min_size=1, max_size=4).map(_braced)


def _braced(fields: Iterable[str]) -> str:
    return "{ " + " ".join(fields) + " }"


def _named(tree: str) -> str:
    """Give each list a name of its own: such as are streamed differently may not be merged."""
    numbers = count(1)
    return re.sub("LIST", lambda _: f"list{next(numbers)}", tree)


TREES = st.recursive(st.just("{ number }"), selections, max_leaves=8).map(_named)


async def nobody_looks() -> None:
    """Whoever asks may go on."""


async def parts_of(text: str) -> tuple[list[Part], dict[str, Any]]:
    """The answer in parts, and in one piece."""
    document = DOCUMENTS.read(text)
    in_parts = make_plan(document, None, {}, 10, in_parts=True)
    in_one_piece = make_plan(document, None, {}, 10)
    parts = [part async for part in run_in_parts(SCHEMA, in_parts, None, {}, nobody_looks)]
    whole = await Executor(SCHEMA).run(in_one_piece, None, {})
    assert whole.data is not None
    return parts, whole.data


@settings(deadline=None, max_examples=60)
@given(TREES)
async def test_parts_amount_to_the_whole(tree: str) -> None:
    """Put together, the parts have every field and every item of the answer in one piece, and nothing else."""
    parts, whole = await parts_of(f"{{ node {tree} }}")
    assembly = Assembly()
    for part in parts:
        assembly.add(part)

    assert assembly.data == whole
    assert [part.has_next for part in parts] == [True] * (len(parts) - 1) + [False]
    pending = [one.id for part in parts for one in part.pending]
    assert sorted(pending) == sorted(one.id for part in parts for one in part.completed)


@settings(deadline=None, max_examples=60)
@given(TREES)
async def test_either_form_tells_the_same(tree: str) -> None:
    """Whoever puts the written parts together, by ids or by paths, has the answer in one piece."""
    parts, whole = await parts_of(f"{{ node {tree} }}")
    by_id, by_path = PartWriter(), PartWriterOf2022()

    assert merged_by_id([json.loads(by_id.write(part)) for part in parts]) == whole
    assert merged_by_path([json.loads(by_path.write(part)) for part in parts]) == whole


def merged_by_id(payloads: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - JSON is any of its types
    """What a client of v0.2 makes of it."""
    data, paths = payloads[0]["data"], {}
    for payload in payloads:
        paths.update({one["id"]: one["path"] for one in payload.get("pending", [])})
        for patch in payload.get("incremental", []):
            target = at(data, [*paths[patch["id"]], *patch.get("subPath", [])])
            target.extend(patch["items"]) if "items" in patch else target.update(patch["data"])
    return data


def merged_by_path(payloads: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - JSON is any of its types
    """What a client of 2022 makes of it."""
    data = payloads[0]["data"]
    for payload in payloads:
        for patch in payload.get("incremental", []):
            if "items" not in patch:
                at(data, patch["path"]).update(patch["data"])
                continue
            *path, index = patch["path"]
            at(data, path)[index:] = patch["items"]
    return data


def at(data: Any, path: Iterable[str | int]) -> Any:  # noqa: ANN401 - JSON is any of its types
    for step in path:
        data = data[step]
    return data
