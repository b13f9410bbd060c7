"""What a request may cost, and what it is told of it: over HTTP. Where it is refused, no service is asked."""

import json
from pathlib import Path

import pytest

from gateway.app.gateway import open_gateway
from gateway.execution.budget import COST, Budget
from gateway.limits.rate import Rate
from gateway.limits.rate_memory import MemoryRates
from gateway.settings.settings import Settings
from tests.http.limited import ROOMY, limited
from tests.http.serving import serving

EVENTS = "events(first: 100) { nodes { device { %s } } }"
THREE_LEVELS = "{ devices(first: 100) { nodes { " + EVENTS % (EVENTS % "id") + " } } }"
PAGE = """
    query ($first: Int = 100) {
        devices(first: $first) { nodes { id name tags { key value } events(first: 5) { nodes { id timestamp } } } }
    }
"""
BY_EDGES = """
    { devices(first: 100) { edges { node { events(first: 100) { edges { node { device { tags { key } } } } } } } } }
"""
THROUGH_FRAGMENTS = """
    { devices(first: 100) { nodes { ...A } } }
    fragment A on Device { events(first: 100) { nodes { ...B } } }
    fragment B on DeviceEvent { device { tags { key } } }
"""
ON_ONE_TYPE = """
    { devices(first: 100) { nodes {
        ... on OneClickDevice { events(first: 100) { nodes { ... on ClickEvent { device { tags { key } } } } } }
    } } }
"""
EXPENSIVE = {
    "nested 3 levels x 100": (THREE_LEVELS, {}, 2_080_707),
    "by variables": (
        THREE_LEVELS.replace("{ devices", "query ($n: Int) { devices").replace("100", "$n"),
        {"n": 100},
        2_080_707,
    ),
    "first:1000": ("{ devices(first: 1000) { nodes { tags { key } events { nodes { id } } } } }", {}, 42_007),
    "first:2000000000": ("{ devices(first: 2000000000) { nodes { id } } }", {}, 2_000_000_007),
    "by last": ("{ rooms(last: 100) { nodes { devices(last: 100) { nodes { tags { key } } } } } }", {}, 160_707),
    "by edges": (BY_EDGES, {}, 170_707),
    "the same page under 20 aliases": (
        "{ " + " ".join(f"a{n}: devices(first: 100) {{ nodes {{ tags {{ key }} }} }}" for n in range(20)) + " }",
        {},
        1 + 20 * 1606,
    ),
    "through fragments": (THROUGH_FRAGMENTS, {}, 170_707),
    "on one type of several": (ON_ONE_TYPE, {}, 170_707),
}


@pytest.mark.parametrize(("query", "variables", "requested"), EXPENSIVE.values(), ids=EXPENSIVE)
async def test_expensive_pages(tmp_path: Path, query: str, variables: dict[str, object], requested: int) -> None:
    """What would read a hundred times a hundred things is refused by its numbers, and no service is asked."""
    async with limited(tmp_path, Budget()) as graph:
        await graph.buttons(3)
        before = await graph.everything()
        graph.reached()
        answer = await graph.ask(query, **variables)

        assert answer.json() == {
            "errors": [
                {
                    "message": f"The request would cost {requested}; it may cost 25000 at most.",
                    "extensions": {
                        "code": "COST_LIMIT_EXCEEDED",
                        "limit": "maximum_cost",
                        "requested": requested,
                        "maximum": 25_000,
                    },
                }
            ]
        }
        assert graph.reached() == []
        assert await graph.everything() == before


async def test_a_rich_page_passes(tmp_path: Path) -> None:
    """A hundred devices with their tags and five events each are an ordinary page."""
    async with limited(tmp_path, Budget()) as graph:
        await graph.buttons(3)
        answer = await graph.ask(PAGE, cost=True)

    assert len(answer.json()["data"]["devices"]["nodes"]) == 3
    assert answer.json()["extensions"]["cost"]["requested"] == 2_707


async def test_a_cost_too_high_is_a_bad_request_for_graphql_clients(tmp_path: Path) -> None:
    """The status is that of any request that is refused before it runs."""
    async with limited(tmp_path, Budget()) as graph, graph.client() as client:
        headers = {"accept": "application/graphql-response+json"}
        answer = await client.post("/graphql", json={"query": THREE_LEVELS}, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED"


async def test_the_maximum_is_exact(tmp_path: Path) -> None:
    """What costs the maximum passes, one more does not."""
    async with limited(tmp_path, Budget(maximum=12)) as graph:
        inside = await graph.ask("{ devices(first: 5) { nodes { id } } }")
        outside = await graph.ask("{ devices(first: 6) { nodes { id } } }")

    assert inside.json() == {"data": {"devices": {"nodes": []}}}
    assert outside.json()["errors"][0]["extensions"]["requested"] == 13


async def test_a_request_that_asks_is_told_its_cost(tmp_path: Path) -> None:
    """`extensions: {cost: true}` tells what was asked for and what came of it, in the answer and in its headers."""
    async with limited(tmp_path, Budget()) as graph:
        await graph.buttons(3)
        answer = await graph.ask(PAGE, cost=True)

    assert answer.json()["extensions"] == {
        "cost": {
            "requested": 1 + 5 + 1 + 100 * (1 + 5 + 10 + 5 + 1 + 5),
            "actual": 1 + 5 + 1 + 3 * (1 + 5 + 0 + 5 + 1 + 0),
            "limit": 25_000,
            "remaining": None,
            "resetAt": None,
        }
    }
    assert {name: value for name, value in answer.headers.items() if name.startswith("x-cost")} == {
        "x-cost-requested": "2707",
        "x-cost-actual": "43",
        "x-cost-limit": "25000",
    }


@pytest.mark.parametrize("extensions", [None, {}, {"cost": False}, {"cost": 1}, {"cost": "true"}])
async def test_a_request_that_does_not_ask_is_told_nothing(
    tmp_path: Path, extensions: dict[str, object] | None
) -> None:
    """Without a rate and without asking, the answer is the data alone."""
    async with limited(tmp_path, Budget()) as graph:
        answer = await graph.send({"query": "{ __typename }", "extensions": extensions})

    assert answer.json() == {"data": {"__typename": "Query"}}
    assert [name for name in answer.headers if name.startswith("x-cost")] == []


async def test_a_get_may_ask_too(tmp_path: Path) -> None:
    """The parameter `extensions` of a GET is the same JSON."""
    async with limited(tmp_path, Budget()) as graph, graph.client() as client:
        parameters = {"query": "{ sources { name } }", "extensions": json.dumps({"cost": True})}
        answer = await client.get("/graphql", params=parameters)

    assert (answer.json()["extensions"]["cost"]["requested"], answer.json()["extensions"]["cost"]["actual"]) == (5, 3)


async def test_with_a_rate_the_headers_tell_every_request(tmp_path: Path) -> None:
    """A client that is counted need not ask how it stands."""
    budget = Budget(rates={COST: Rate(per_minute=600, burst=1000)}, store=MemoryRates(lambda: 0.0))
    async with limited(tmp_path, budget) as graph:
        await graph.ask("{ devices(first: 90) { nodes { id } } }")
        answer = await graph.ask("{ sources { name } }")

    assert "extensions" not in answer.json()
    assert {name: value for name, value in answer.headers.items() if name.startswith("x-cost")} == {
        "x-cost-requested": "5",
        "x-cost-actual": "3",
        "x-cost-limit": "1000",
        "x-cost-remaining": "990",
        "x-cost-reset": "1",
    }


async def test_the_operations_of_a_batch_are_summed(tmp_path: Path) -> None:
    """What one request may not cost, ten in an array may not either: none of them is run."""
    async with limited(tmp_path, Budget(), max_batch=10) as graph:
        await graph.buttons(3)
        graph.reached()
        answer = await graph.send([{"query": PAGE}] * 10)
        reached = graph.reached()
        fewer = await graph.send([{"query": PAGE, "extensions": {"cost": True}}, {"query": "{ nonsense }"}] * 2)

    assert answer.json()["errors"][0]["extensions"] == {
        "code": "COST_LIMIT_EXCEEDED",
        "limit": "maximum_cost",
        "requested": 10 * 2707,
        "maximum": 25_000,
    }
    assert reached == []
    assert [one.get("extensions", {}).get("cost", {}).get("actual") for one in fewer.json()] == [43, None, 43, None]


async def test_a_batch_tells_in_headers_what_all_of_it_cost(tmp_path: Path) -> None:
    """A client of batches need not ask to know how it stands."""
    budget = Budget(rates={COST: Rate(60_000, 1000)}, store=MemoryRates(lambda: 0.0))
    async with limited(tmp_path, budget, max_batch=10) as graph:
        answer = await graph.send([{"query": "{ __typename }"}, {"query": "{ nonsense }"}, {"query": "{ __typename }"}])

    told = {name: value for name, value in answer.headers.items() if name.startswith("x-cost")}
    assert (told["x-cost-requested"], told["x-cost-actual"], told["x-cost-limit"]) == ("2", "2", "1000")
    assert int(told["x-cost-remaining"]) < 1000 - 2


async def test_a_burst_below_the_maximum_bounds_each_request(tmp_path: Path) -> None:
    """What could never be had at once is refused for good, and not with a time to wait."""
    budget = Budget(rates={COST: Rate(per_minute=60, burst=100)}, store=MemoryRates(lambda: 0.0))
    async with limited(tmp_path, budget) as graph:
        refused = await graph.ask("{ devices(first: 100) { nodes { id } } }")
        after = await graph.ask("{ __typename }")

    assert refused.json()["errors"][0]["extensions"] == {
        "code": "COST_LIMIT_EXCEEDED",
        "limit": "rate_burst",
        "requested": 107,
        "maximum": 100,
    }
    assert after.headers["x-cost-remaining"] == str(100 - 12 - 1)


async def test_a_larger_default_page_costs_more(tmp_path: Path) -> None:
    """Where the setting page_size gives more than the graph assumes, a page that does not say its size costs that."""
    async with open_gateway(Settings(data=tmp_path, page_size=100)) as gateway, serving(gateway.app) as client:
        query = "{ rooms { nodes { devices { nodes { tags { key } } } } } }"
        answer = await client.post("/graphql", json={"query": query})

    assert answer.json()["errors"][0]["extensions"]["requested"] == 1 + 6 + 100 * (1 + 6 + 100 * (1 + 5 + 10))


async def test_a_page_read_again_costs_what_it_holds(tmp_path: Path) -> None:
    """The cost is told from the answer that was given, under whatever names and in whatever shape."""
    query = """
        {
            first: devices(first: 2) { edges { node { ...Tags } } totalCount }
            rest: nodes(ids: ["x", "y"]) { id }
        }
        fragment Tags on Device { label: tags { key } }
    """
    async with limited(tmp_path, Budget(), limits=ROOMY) as graph:
        await graph.buttons(3)
        answer = await graph.ask(query, cost=True)

    assert answer.json()["extensions"]["cost"]["requested"] == 1 + (5 + 1 + 2 * (1 + 5 + 10) + 20) + (5 + 2)
    assert answer.json()["extensions"]["cost"]["actual"] == 1 + (5 + 1 + 2 * (1 + 5) + 20) + 5
