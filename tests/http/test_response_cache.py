"""Answers that are kept: for whom, for how long, and what makes them go."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from gateway.cache.response import ResponseCache
from gateway.execution.budget import COST, Budget
from gateway.limits.rate import Rate
from gateway.model.caller import ALL_SCOPES, Scope
from gateway.store.api_keys import PREFIX, ApiKey
from gateway.wire.errors import ServiceError
from tests.cache.test_response import Seconds
from tests.http.limited import Limited, limited

AGE = 60
LIST = "{ devices { nodes { id name } } }"
NODE = "query ($id: ID!) { node(id: $id) { id ... on Device { name } } }"
TAG = """mutation ($input: TagDeviceInput!) { tagDevice(input: $input) { device { id name } userErrors { code } } }"""
USERS = "{ users { nodes { id email } } }"


def _key(name: str, scopes: frozenset[Scope] = ALL_SCOPES, sources: frozenset[str] | None = None) -> ApiKey:
    return ApiKey(name, name, scopes, sources, 0, None, None)


KEYS = {
    "ada": _key("ada"),
    "bob": _key("bob"),
    "reader": _key("reader", frozenset({Scope.DEVICES_READ})),
    "nobody": _key("nobody", frozenset()),
    "echoes": _key("echoes", sources=frozenset({"echoes"})),
}


@dataclass(frozen=True, slots=True)
class Keeping:
    """A gateway that keeps answers, with three buttons behind it; `clock` is the cache's."""

    gateway: Limited
    cache: ResponseCache
    clock: Seconds

    async def ask(
        self, query: str, *, by: str | None = None, cost: bool = False, **variables: object
    ) -> httpx.Response:
        return await self.gateway.ask(query, key=by, cost=cost, **variables)

    async def get(self, query: str, *, by: str | None = None, **headers: str) -> httpx.Response:
        async with self.gateway.client() as client:
            if by is not None:
                headers["x-api-key"] = f"{PREFIX}_{by}"
            return await client.get("/graphql", params={"query": query}, headers=headers)

    async def reaches(self, query: str, *, by: str | None = None, **variables: object) -> bool:
        """Whether the services are asked for an answer."""
        self.gateway.reached()
        answer = await self.ask(query, by=by, **variables)
        assert answer.status_code == 200, answer.text
        return bool(self.gateway.reached())

    async def ids(self) -> list[str]:
        answer = await self.ask(LIST)
        return [node["id"] for node in answer.json()["data"]["devices"]["nodes"]]

    async def tag(self, device: str, name: str) -> None:
        """Name a device by a mutation that returns it."""
        answer = await self.ask(TAG, input={"id": device, "tags": [{"key": "Name", "value": name}]})
        assert answer.json()["data"]["tagDevice"] == {"device": {"id": device, "name": name}, "userErrors": []}


@pytest_asyncio.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Keeping]:
    clock = Seconds()
    cache = ResponseCache(1_000_000, clock)
    async with limited(tmp_path, Budget(), cache, KEYS, answer_age=AGE) as gateway:
        await gateway.buttons(3)
        yield Keeping(gateway, cache, clock)


async def test_who_asks_the_same_is_answered_from_memory(keeping: Keeping) -> None:
    """The second answer is the first, byte for byte, and no service is asked for it."""
    first = await keeping.ask(LIST)
    keeping.gateway.reached()
    second = await keeping.ask(LIST)

    assert (second.content, second.status_code) == (first.content, 200)
    assert [first.headers["content-type"], first.headers["cache-control"]] == [
        second.headers["content-type"],
        second.headers["cache-control"],
    ]
    assert keeping.gateway.reached() == []
    assert len(second.json()["data"]["devices"]["nodes"]) == 3


async def test_variables_make_another_question(keeping: Keeping) -> None:
    """What is asked with other variables is another question; their order, and those not declared, are not."""
    document = "query ($a: Int, $b: [DeviceOrder!]) { devices(first: $a, orderBy: $b) { nodes { id } } }"
    order = {"field": "NAME", "direction": "DESC"}

    assert await keeping.reaches(document, a=2, b=[order])
    assert not await keeping.reaches(document, b=[dict(reversed(order.items()))], a=2, c="more")
    assert await keeping.reaches(document, a=1, b=[order])
    assert await keeping.reaches(document, a=2)
    assert await keeping.reaches(document, a=2, b=None)


async def test_an_answer_ends_with_its_age(keeping: Keeping) -> None:
    """Once its age is over the services are asked again."""
    await keeping.ask(LIST)
    keeping.clock.now += AGE - 1
    before = await keeping.reaches(LIST)
    keeping.clock.now += 1

    assert (before, await keeping.reaches(LIST)) == (False, True)


async def test_cache_leak_between_users(keeping: Keeping) -> None:
    """No caller is answered with what another one may see and it may not, nor with what is personal to another."""
    by_ada = (await keeping.ask(LIST, by="ada")).json()
    await keeping.ask(USERS, by="ada")
    confined = (await keeping.ask(LIST, by="echoes")).json()
    refused = (await keeping.ask(LIST, by="nobody")).json()
    users = (await keeping.ask(USERS, by="reader")).json()

    assert len(by_ada["data"]["devices"]["nodes"]) == 3
    assert confined == {"data": {"devices": {"nodes": []}}}
    assert ["data" in refused, refused["errors"][0]["extensions"]["code"]] == [False, "FORBIDDEN"]
    assert ["data" in users, users["errors"][0]["extensions"]["code"]] == [False, "FORBIDDEN"]
    assert not await keeping.reaches(USERS, by="ada")
    assert await keeping.reaches(USERS, by="bob")
    assert not await keeping.reaches(LIST, by="bob")


async def test_nothing_with_an_error_is_kept(keeping: Keeping) -> None:
    """An answer with an error is made anew for the next one, who finds the source up again."""
    device = (await keeping.ids())[0]
    keeping.cache.forget_all()
    keeping.gateway.watched.one_click.failing["us-west-2", None] = ServiceError("InternalFailure", "")
    failed = (await keeping.ask(NODE, id=device)).json()
    malformed = (await keeping.ask(NODE, id="x")).json()
    keeping.gateway.watched.one_click.failing.clear()
    found = (await keeping.ask(NODE, id=device)).json()

    assert failed["data"] == {"node": None}
    assert malformed["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert found["data"]["node"]["id"] == device
    assert keeping.cache.held_bytes > 0


@pytest.mark.parametrize("selection", ["nodes { id }", "totalCount", "unavailableSources { name } nodes { id }"])
async def test_a_partial_answer_is_not_kept(keeping: Keeping, selection: str) -> None:
    """What lacks a source that did not answer is not shown to the next one, whatever was selected."""
    document = f"{{ devices {{ {selection} }} }}"
    keeping.gateway.watched.alexa.failing["us-east-1", None] = ServiceError("InternalFailure", "")
    partial = (await keeping.ask(document)).json()

    assert "errors" not in partial
    assert keeping.cache.held_bytes == 0
    assert await keeping.reaches(document)


async def test_what_is_asked_of_a_service_is_asked_each_time(keeping: Keeping) -> None:
    """Whether a source is available is never answered from memory."""
    answers = [(await keeping.ask("{ sources { available } }")).json()["data"]["sources"] for _ in range(2)]

    assert answers == [[{"available": True}] * 2] * 2
    assert keeping.cache.held_bytes == keeping.cache.hits == 0


async def test_a_mutation_is_seen_by_every_read_after_it(keeping: Keeping) -> None:
    """Lists and the device itself are read anew after a mutation that returned it; another device is not."""
    first, second, _ = await keeping.ids()
    for device in (first, second):
        await keeping.ask(NODE, id=device)
    await keeping.tag(first, "Front door")
    listed = (await keeping.ask(LIST)).json()["data"]["devices"]["nodes"]
    shown = (await keeping.ask(NODE, id=first)).json()["data"]["node"]

    assert {"id": first, "name": "Front door"} in listed
    assert shown == {"id": first, "name": "Front door"}
    assert not await keeping.reaches(NODE, id=second)


async def test_a_mutation_that_tells_nothing_drops_everything(keeping: Keeping) -> None:
    """Where a mutation's answer does not tell what it changed, nothing that is kept is believed."""
    first, second, _ = await keeping.ids()
    await keeping.ask(NODE, id=second)
    untold = "mutation ($input: TagDeviceInput!) { tagDevice(input: $input) { clientMutationId } }"
    await keeping.ask(untold, input={"id": first, "tags": [{"key": "Name", "value": "Bell"}]})

    assert keeping.cache.held_bytes == 0
    assert await keeping.reaches(NODE, id=second)


@pytest.mark.parametrize("accept", ["multipart/mixed", "application/json", "text/event-stream"])
async def test_a_mutation_in_parts_is_seen_too(keeping: Keeping, accept: str) -> None:
    """A mutation with a deferred part makes old what is kept, however its answer travels."""
    device = (await keeping.ids())[0]
    await keeping.ask(NODE, id=device)
    document = TAG.replace("device { id name }", "device { id ... @defer { name } }")
    variables = {"input": {"id": device, "tags": [{"key": "Name", "value": "late"}]}}
    async with keeping.gateway.client() as client:
        await client.post("/graphql", json={"query": document, "variables": variables}, headers={"accept": accept})

    assert (await keeping.ask(NODE, id=device)).json()["data"]["node"]["name"] == "late"


async def test_mutations_are_never_answered_from_memory(keeping: Keeping) -> None:
    """The same mutation twice is done twice."""
    device = (await keeping.ids())[0]
    await keeping.tag(device, "a")
    await keeping.tag(device, "b")
    await keeping.tag(device, "a")

    assert (await keeping.ask(NODE, id=device)).json()["data"]["node"]["name"] == "a"


async def test_what_was_read_before_a_write_is_not_kept_after_it(keeping: Keeping) -> None:
    """An answer that was under way while somebody wrote is given, and not to anybody else."""
    device = (await keeping.ids())[0]
    keeping.cache.forget_all()
    watched, began, go_on = keeping.gateway.watched.one_click, asyncio.Event(), asyncio.Event()
    watched.held = (began, go_on)
    reading = asyncio.create_task(keeping.ask(NODE, id=device))
    await began.wait()
    watched.held = None
    await keeping.tag(device, "new")
    go_on.set()
    old = (await reading).json()["data"]["node"]["name"]

    assert old != "new"
    assert (await keeping.ask(NODE, id=device)).json()["data"]["node"]["name"] == "new"


async def test_the_same_asked_at_once_is_asked_of_services_once(keeping: Keeping) -> None:
    """Many who ask the same in the same moment wait for the first of them."""
    device = (await keeping.ids())[0]
    keeping.gateway.reached()
    answered, go_on = keeping.gateway.watched.one_click.held = (asyncio.Event(), asyncio.Event())
    asking = [asyncio.create_task(keeping.ask(NODE, id=device)) for _ in range(10)]
    await answered.wait()
    go_on.set()
    answers = await asyncio.gather(*asking)

    assert keeping.gateway.reached() == [("us-west-2", "DescribeDevice", 1)]
    assert {answer.json()["data"]["node"]["id"] for answer in answers} == {device}


async def test_who_waited_for_a_failure_asks_for_itself(keeping: Keeping) -> None:
    """Where the first of them fails, the others are not told its failure as theirs: each asks."""
    device = (await keeping.ids())[0]
    keeping.gateway.watched.one_click.failing["us-west-2", None] = ServiceError("InternalFailure", "")
    keeping.gateway.reached()
    answers = await asyncio.gather(*(keeping.ask(NODE, id=device) for _ in range(3)))

    assert [answer.json()["data"] for answer in answers] == [{"node": None}] * 3
    assert len(keeping.gateway.reached()) == 3


async def test_a_get_tells_how_long_it_lasts(keeping: Keeping) -> None:
    """A browser may use the answer for as long as the gateway does, and asks by its tag after that."""
    first = await keeping.get(LIST)
    keeping.clock.now += 12.5
    second = await keeping.get(LIST)
    again = await keeping.get(LIST, **{"if-none-match": first.headers["etag"]})

    assert (first.headers["cache-control"], first.headers["age"]) == (f"public, max-age={AGE}", "0")
    assert (second.headers["cache-control"], second.headers["age"]) == (f"public, max-age={AGE}", "12")
    assert (second.headers["etag"], second.content) == (first.headers["etag"], first.content)
    assert (again.status_code, again.content, again.headers["age"]) == (304, b"", "12")


async def test_no_shared_cache_may_keep_what_was_shown_to_somebody(keeping: Keeping) -> None:
    """What somebody was shown who has credentials, or what is personal, is private; what must not be kept says so."""
    assert (await keeping.get(LIST, by="ada")).headers["cache-control"] == f"private, max-age={AGE}"
    assert (await keeping.get(USERS)).headers["cache-control"] == f"private, max-age={AGE}"
    assert (await keeping.get("{ sources { available } }")).headers["cache-control"] == "private, no-cache"
    assert "age" not in (await keeping.get("{ sources { available } }")).headers


async def test_a_kept_answer_is_compressed_once(keeping: Keeping) -> None:
    """Who takes gzip gets it, who does not gets it plain, of the same answer."""
    document = f"{{ {' '.join(f'd{number}: devices {{ nodes {{ id name arn }} }}' for number in range(5))} }}"
    body = {"query": document}
    bodies = []
    for accept in ("identity", "gzip", "gzip", "identity"):
        async with (
            keeping.gateway.client() as client,
            client.stream("POST", "/graphql", json=body, headers={"accept-encoding": accept}) as answer,
        ):
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
            bodies.append((answer.headers.get("content-encoding"), raw))
    plain, packed = bodies[0][1], bodies[1][1]

    assert gzip.decompress(packed) == plain
    assert bodies == [(None, plain), ("gzip", packed), ("gzip", packed), (None, plain)]
    assert len(plain) > 1024


async def test_a_kept_answer_tells_its_cost(keeping: Keeping) -> None:
    """Who asks for the cost is told that it was that of one object."""
    first = (await keeping.ask(LIST, cost=True)).json()
    second = (await keeping.ask(LIST, cost=True)).json()
    plain = (await keeping.ask(LIST)).json()

    assert first["extensions"]["cost"]["requested"] > 1
    assert second["extensions"]["cost"] == {**first["extensions"]["cost"], "requested": 1, "actual": 1}
    assert second["data"] == first["data"]
    assert plain == {"data": first["data"]}


async def test_kept_answers_count_against_the_rate(tmp_path: Path) -> None:
    """A caller who has spent all is not answered from memory either."""
    budget = Budget(rates={COST: Rate(60, 100)})
    async with limited(tmp_path, budget, ResponseCache(1_000_000), answer_age=AGE) as gateway:
        document = "{ sources { name } }"
        first = await gateway.ask(document)
        left = int(first.headers["x-cost-remaining"])
        statuses = [(await gateway.ask(document)).status_code for _ in range(left + 1)]

    assert statuses == [200] * left + [429]


async def test_who_may_not_spend_its_cost_is_refused_first(tmp_path: Path) -> None:
    """What is too dear is refused and not kept."""
    cache = ResponseCache(1_000_000)
    async with limited(tmp_path, Budget(maximum=5), cache, answer_age=AGE) as gateway:
        refusals = [(await gateway.ask(LIST)).json()["errors"][0]["extensions"]["code"] for _ in range(2)]

    assert refusals == ["COST_LIMIT_EXCEEDED"] * 2
    assert cache.held_bytes == 0


async def test_by_default_nothing_is_kept(tmp_path: Path) -> None:
    """Without the setting every answer is made anew."""
    async with limited(tmp_path, Budget()) as gateway:
        await gateway.ask(LIST)
        gateway.reached()
        await gateway.ask(LIST)

        assert gateway.reached() != []
