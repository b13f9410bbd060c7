"""Every limit of a request with its attack: refused, counted under the limit's name, and nothing reached or changed."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.execution.budget import COST, Budget
from gateway.limits.rate import Rate
from gateway.limits.rate_memory import MemoryRates
from tests.http.limited import limited
from tests.limits.attacks import ATTACKS

CLAIM = 'mutation { claimDevices(input: {claimCode: "C-0000000001"}) { total } }'
NESTED = "{ rooms(first: 100) { nodes { devices(first: 100) { nodes { events(first: 100) { nodes { id } } } } } } }"
ONE = {"query": CLAIM}
LIMIT, COSTS, RATE = "LIMIT_EXCEEDED", "COST_LIMIT_EXCEEDED", "RATE_LIMITED"


@dataclass(frozen=True, slots=True)
class Attack:
    """What is sent, and the status, code and limit that it is refused with."""

    status: int
    code: str
    limit: str
    body: object = field(default_factory=lambda: ONE)
    headers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        content = orjson.dumps(self.body)
        return gzip.compress(content) if "content-encoding" in self.headers else content


HUGE = {"query": CLAIM, "variables": {"v": "x" * 2_000_000}}
ROOM = {"max_body_bytes": 3_000_000}
DOCUMENTS = {name: Attack(200, LIMIT, limit, {"query": text}, options=ROOM) for name, (text, limit) in ATTACKS.items()}
REQUESTS = DOCUMENTS | {
    "huge body": Attack(413, LIMIT, "maximum_body", HUGE),
    "decompression bomb": Attack(413, LIMIT, "maximum_body", HUGE, {"content-encoding": "gzip"}),
    "huge header": Attack(431, LIMIT, "maximum_headers", headers={"x-large": "x" * 70_000}),
    "huge variables": Attack(200, LIMIT, "maximum_variables", {"query": CLAIM, "variables": {"v": "x" * 70_000}}),
    "array batching": Attack(400, LIMIT, "maximum_batch", [ONE] * 10),
    "array batching beyond the cap": Attack(400, LIMIT, "maximum_batch", [ONE] * 11, options={"max_batch": 10}),
    "expensive pages": Attack(200, COSTS, "maximum_cost", {"query": NESTED}),
    "a caller that asked for too much": Attack(429, RATE, COST, rates={COST: Rate(1, 20)}),
    "brute force on claim codes": Attack(429, RATE, "claims", rates={"claims": Rate(1, 1)}),
}


@pytest.mark.parametrize("attack", REQUESTS.values(), ids=REQUESTS)
async def test_a_limit_that_is_passed_is_refused_and_counted(tmp_path: Path, attack: Attack) -> None:
    """The answer names the limit, an operator sees it in the metrics, no service was called and no row has changed."""
    budget = Budget(rates=attack.rates, store=MemoryRates(lambda: 0.0))
    async with limited(tmp_path, budget, **attack.options) as graph, graph.client() as client:
        for rate in attack.rates:
            assert (await client.post("/graphql", json=ONE)).status_code == 200, rate
        await graph.unclaimed("C-0000000001")
        before = await graph.everything()
        graph.reached()
        headers = {"content-type": "application/json", **attack.headers}
        answer = await client.post("/graphql", content=attack.content, headers=headers)

        assert (answer.status_code, "data" in answer.json()) == (attack.status, False)
        [error] = answer.json()["errors"]
        told = error["extensions"].get("limit") or error["extensions"]["rate"]
        assert (error["extensions"]["code"], told) == (attack.code, attack.limit)
        assert graph.refusals() == {(attack.code, attack.limit): 1}
        assert graph.reached() == []
        assert await graph.everything() == before
