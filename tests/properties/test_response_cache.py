"""Whatever is read and written, by whomever and in whichever order: a kept answer is what would be said without."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cache.response import ResponseCache
from gateway.execution.budget import Budget
from tests.cache.test_response import Seconds
from tests.http.limited import Limited, limited
from tests.http.test_response_cache import AGE, KEYS

DEVICES = 2
READS = (
    "{ devices { nodes { id name ... on OneClickDevice { enabled tags { key value } } } } }",
    "{ devices { nodes { name } } }",
    "{ devices { totalCount } }",
    '{ devices(filter: { nameContains: "a" }) { nodes { id } pageInfo { hasNextPage } } }',
    "query ($id: ID!) { node(id: $id) { id ... on Device { name } } }",
    "query ($id: ID!) { node(id: $id) { ... on OneClickDevice { enabled name } } }",
    "query ($id: ID!) { again: device(by: { id: $id }) { key: id name } sources { name } }",
    "query ($id: ID!) { nodes(ids: [$id, $id]) { ...Named } } fragment Named on OneClickDevice { id name }",
    "query ($id: ID!) { node(id: $id) { id } users { totalCount } rooms { totalCount } }",
)
WRITES = (
    'mutation ($id: ID!) { tagDevice(input: { id: $id, tags: [{ key: "Name", value: "a" }] }) { device { id } } }',
    'mutation ($id: ID!) { tagDevice(input: { id: $id, tags: [{ key: "Name", value: "b" }] }) { device { name } } }',
    'mutation ($id: ID!) { untagDevice(input: { id: $id, keys: ["Name"] }) { x: device { y: id } } }',
    "mutation ($id: ID!) { setDeviceEnabled(input: { id: $id, enabled: true }) { userErrors { code } } }",
    "mutation ($id: ID!) { setDeviceEnabled(input: { id: $id, enabled: false }) { device { id enabled } } }",
    "mutation ($id: ID!) { unclaimDevice(input: { id: $id }) { unclaimedDeviceId } }",
)


@dataclass(frozen=True, slots=True)
class Ask:
    document: str
    device: int
    by: str | None


EVERYTHING = [Ask(document, number, None) for document in READS for number in range(DEVICES)]

Together: TypeAlias = list[Ask]
"""Asked at the same moment."""

callers = st.sampled_from([None, *KEYS])
devices = st.integers(0, DEVICES - 1)
reads = st.builds(Ask, st.sampled_from(READS), devices, callers)
writes = st.builds(Ask, st.sampled_from(WRITES), devices, callers)
steps = st.lists(
    st.one_of(
        reads.map(lambda one: [one]),
        st.lists(reads | writes, min_size=1, max_size=4),
        writes,
        st.integers(1, AGE),
    ),
    min_size=1,
    max_size=5,
)


@given(steps)
@settings(max_examples=25, deadline=None)
async def test_a_kept_answer_is_what_would_be_said_without(todo: Sequence[Together | Ask | int]) -> None:
    """Reads and mutations at once, by callers who may see different things; a single write is by another gateway."""
    with tempfile.TemporaryDirectory() as directory:
        folder, clock = Path(directory), Seconds()
        cache = ResponseCache(50_000, clock)
        async with (
            limited(folder, Budget(), cache, KEYS, answer_age=AGE) as keeping,
            limited(folder, Budget(), None, KEYS) as plain,
        ):
            await plain.buttons(DEVICES)
            ids = await _ids(plain)
            for step in todo:
                for asked in EVERYTHING:
                    await _compare(asked, keeping, plain, ids)
                await _do(step, keeping, plain, clock, ids)
            for asked in EVERYTHING:
                await _compare(asked, keeping, plain, ids)


@pytest.mark.long
@given(steps)
@settings(max_examples=1000, deadline=None)
async def test_it_is_in_the_long_run(todo: Sequence[Together | Ask | int]) -> None:
    """The same, for as long as somebody has time."""
    await test_a_kept_answer_is_what_would_be_said_without.hypothesis.inner_test(todo)


async def _do(step: Together | Ask | int, keeping: Limited, plain: Limited, clock: Seconds, ids: Sequence[str]) -> None:
    if isinstance(step, int):
        clock.now += step
    elif isinstance(step, Ask):
        await _answer(plain, step, ids)
        clock.now += AGE
    else:
        await asyncio.gather(*(_answer(keeping, one, ids) for one in step))
        for asked in step:
            if asked.document in READS:
                await _compare(asked, keeping, plain, ids)


async def _compare(asked: Ask, keeping: Limited, plain: Limited, ids: Sequence[str]) -> None:
    assert await _answer(keeping, asked, ids) == await _answer(plain, asked, ids), asked


async def _answer(gateway: Limited, asked: Ask, ids: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    variables = {"id": ids[asked.device]} if "$id" in asked.document else {}
    return (await gateway.ask(asked.document, key=asked.by, **variables)).json()


async def _ids(gateway: Limited) -> list[str]:
    answer = await gateway.ask("{ devices { nodes { id } } }")
    return [node["id"] for node in answer.json()["data"]["devices"]["nodes"]]
