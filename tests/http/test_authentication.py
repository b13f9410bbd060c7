"""Who may ask for what: keys, tokens, scopes and confinement, over the whole gateway."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.app.gateway import open_gateway
from gateway.model.caller import Scope
from gateway.services.fleet.demo import fill
from gateway.services.fleet.tenants import fleet_tenants
from gateway.settings.settings import Settings
from gateway.store.api_keys import add_api_key, revoke_api_key
from gateway.store.data_directory import DATABASE_FILE
from gateway.store.sqlite import SqliteDatabase
from tests.http.issuer import Issuer

READ = frozenset({Scope.DEVICES_READ})
EVERYTHING = frozenset(Scope)
NOW = 1_800_000_000_000


@pytest.fixture
def settings(tmp_path: Path, issuer: Issuer) -> Settings:
    return Settings(
        data=tmp_path,
        authentication="required",
        token_issuer=issuer.url,
        token_audience="fleet",
        token_sources_claim="sources",
        secret_key="s" * 32,
        federation=True,
    )


@pytest_asyncio.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway with its demo fleet, for callers with credentials only."""
    async with open_gateway(settings) as gateway:
        assert gateway.services is not None
        await fill(gateway.services.one_click.context, b"k" * 32, fleet_tenants(settings))
        transport = httpx.ASGITransport(gateway.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client


@pytest_asyncio.fixture
async def database(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[SqliteDatabase]:
    """The gateway's own store, as a command beside it opens it."""
    del client
    opened = SqliteDatabase(settings.data / DATABASE_FILE)
    yield opened
    await opened.close()


async def key(
    database: SqliteDatabase,
    scopes: frozenset[Scope] = EVERYTHING,
    sources: frozenset[str] | None = None,
    expires_at: int | None = None,
) -> dict[str, str]:
    made = await database.write(lambda connection: add_api_key(connection, "test", scopes, sources, NOW, expires_at))
    return {"authorization": f"Bearer {made}"}


async def ask(
    client: httpx.AsyncClient, query: str, headers: Mapping[str, str] | None = None, **variables: object
) -> tuple[int, dict[str, Any]]:
    body = {"query": query, "variables": variables}
    answer = await client.post("/graphql", json=body, headers={"accept": "application/json", **(headers or {})})
    return answer.status_code, answer.json()


def codes(answer: Mapping[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


async def some_device(client: httpx.AsyncClient, headers: Mapping[str, str], service: str = "ONE_CLICK") -> str:
    query = "query($s: DeviceService) { devices(first: 1, filter: {service: $s}) { nodes { id } } }"
    _, answer = await ask(client, query, headers, s=service)
    return str(answer["data"]["devices"]["nodes"][0]["id"])


async def test_without_credentials_nothing_is_told(client: httpx.AsyncClient) -> None:
    """Without credentials an operation is UNAUTHENTICATED, and only what the graph is can be asked."""
    _, refused = await ask(client, "{ devices { totalCount } }")
    _, allowed = await ask(client, "{ __typename }")

    assert codes(refused) == ["UNAUTHENTICATED"]
    assert "data" not in refused
    assert allowed == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
async def test_a_key_opens_the_graph(client: httpx.AsyncClient, database: SqliteDatabase, header: str) -> None:
    """An API key is taken from either header."""
    made = (await key(database))["authorization"]
    status, answer = await ask(
        client, "{ sources { name } }", {header: made if header == "authorization" else made.removeprefix("Bearer ")}
    )

    assert (status, answer) == (200, {"data": {"sources": [{"name": "buttons"}, {"name": "echoes"}]}})


@pytest.mark.parametrize(
    "authorization", ["Bearer gwk_000000000000_x", "Bearer gwk_", "Basic eDp5", "Bearer", "Bearer a.b.c", "Bearer \x00"]
)
async def test_unknown_credentials_are_refused(client: httpx.AsyncClient, authorization: str) -> None:
    """Credentials that are not good are 401, with what is wrong and how to come in."""
    answer = await client.post(
        "/graphql", json={"query": "{__typename}"}, headers={"authorization": authorization.encode()}
    )

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert codes(answer.json()) == ["UNAUTHENTICATED"]


async def test_a_revoked_or_expired_key_is_refused(client: httpx.AsyncClient, database: SqliteDatabase) -> None:
    """A key is good until it expires, or for a second after it was revoked."""
    good, expired = await key(database), await key(database, expires_at=1)
    before, _ = await ask(client, "{ __typename }", good)
    identifier = good["authorization"].split("_")[1]
    await database.write(lambda connection: revoke_api_key(connection, identifier, NOW))
    late, _ = await ask(client, "{ __typename }", expired)
    async with asyncio.timeout(10):
        while (await ask(client, "{ __typename }", good))[0] == 200:
            pass

    assert (before, late) == (200, 401)


async def test_only_a_hash_of_a_key_is_kept(database: SqliteDatabase, settings: Settings) -> None:
    """Nobody who reads the store learns a key."""
    secret = (await key(database))["authorization"].split("_", 2)[2]
    await database.close()

    assert all(secret.encode() not in file.read_bytes() for file in settings.data.iterdir() if file.is_file())


@pytest.mark.parametrize(
    "query",
    [
        "{ users { totalCount } }",
        "{ a: users { totalCount } }",
        "{ ...F } fragment F on Query { users { totalCount } }",
        "{ ... { users { totalCount } } }",
        'query { node(id: "x") { ... on User { email } } }',
        'query { nodes(ids: ["x"]) { ...U } } fragment U on User { email }',
        '{ _entities(representations: [{__typename: "User", id: "x"}]) { ... on User { email } } }',
        "query($r: [_Any!]! = []) { x: _entities(representations: $r) { ...U } } fragment U on User { email }",
        'mutation { tagDevice(input: {id: "x", tags: []}) { userErrors { code } } }',
        'mutation { setDeviceEnabled(input: {id: "x", enabled: true}) { userErrors { code } } }',
        'mutation { claimDevices(input: {claimCode: "C-1"}) { total } }',
        'mutation { ...M } fragment M on Mutation { x: unclaimDevice(input: {id: "x"}) { state } }',
    ],
)
async def test_there_is_no_way_around_a_scope(client: httpx.AsyncClient, database: SqliteDatabase, query: str) -> None:
    """A field is refused without its scope by every way: alias, fragment, interface, node, nodes and _entities."""
    _, answer = await ask(client, query, await key(database, READ))

    assert codes(answer) == ["FORBIDDEN"]
    assert "data" not in answer


@pytest.mark.parametrize(
    "query",
    [
        "{ sources { name } }",
        "{ a: sources { name } }",
        "{ ...F } fragment F on Query { ... { sources { __typename } } }",
        "{ __typename ...F } fragment F on Query { sources { ...S } } fragment S on Source { name }",
        "{ _service { sdl } }",
    ],
)
async def test_there_is_no_way_around_being_known(
    client: httpx.AsyncClient, database: SqliteDatabase, query: str
) -> None:
    """What is for those who are known is refused to all others by every way, and asks for no scope of anybody."""
    status, nobody = await ask(client, query)
    _, somebody = await ask(client, query, await key(database, frozenset({Scope.DEVICES_CLAIM})))

    assert (status, list(nobody), codes(nobody)) == (200, ["errors"], ["UNAUTHENTICATED"])
    assert nobody["errors"][0]["message"].endswith(" needs credentials.")
    assert list(somebody) == ["data"]


async def test_an_id_is_no_way_around_a_scope(client: httpx.AsyncClient, database: SqliteDatabase) -> None:
    """What an id stands for needs its scope, even where the document does not name its type."""
    everything, users_only = await key(database), await key(database, frozenset({Scope.USERS_READ}))
    device = await some_device(client, everything)
    query = "query($id: ID!) { node(id: $id) { id } }"

    _, allowed = await ask(client, query, everything, id=device)
    _, refused = await ask(client, query, users_only, id=device)

    assert allowed == {"data": {"node": {"id": device}}}
    assert (refused["data"], codes(refused)) == ({"node": None}, ["FORBIDDEN"])


async def test_an_entity_is_no_way_around_a_scope(client: httpx.AsyncClient, database: SqliteDatabase) -> None:
    """What a representation stands for needs its scope, even where the document does not name its type."""
    everything, readers = await key(database), await key(database, READ)
    _, answer = await ask(client, "{ users(first: 1) { nodes { __typename id } } }", everything)
    user = answer["data"]["users"]["nodes"][0]
    query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }"

    _, allowed = await ask(client, query, everything, r=[user])
    _, refused = await ask(client, query, readers, r=[user])
    _, nobody = await ask(client, query, None, r=[user])
    _, schema = await ask(client, "{ _service { sdl } }")

    assert allowed == {"data": {"_entities": [{"__typename": "User"}]}}
    assert (refused["data"], codes(refused)) == ({"_entities": [None]}, ["FORBIDDEN"])
    assert [("data" in one, codes(one)) for one in (nobody, schema)] == [(False, ["UNAUTHENTICATED"])] * 2


async def test_a_refused_mutation_changes_nothing(client: httpx.AsyncClient, database: SqliteDatabase) -> None:
    """A mutation without its scope leaves the device as it was."""
    everything = await key(database)
    device = await some_device(client, everything)
    tag = 'mutation($id: ID!) { tagDevice(input: {id: $id, tags: [{key: "x", value: "y"}]}) { device { id } } }'
    state = "query($id: ID!) { node(id: $id) { ... on Device { tags { key value } } } }"
    _, before = await ask(client, state, everything, id=device)
    _, refused = await ask(client, tag, await key(database, READ), id=device)
    _, after = await ask(client, state, everything, id=device)

    assert codes(refused) == ["FORBIDDEN"]
    assert after == before


async def test_a_confined_caller_sees_its_sources_only(client: httpx.AsyncClient, database: SqliteDatabase) -> None:
    """Another source's device is null from node, and absent from lists, counts and sources."""
    everything, confined = await key(database), await key(database, sources=frozenset({"echoes"}))
    button, echo = await some_device(client, everything), await some_device(client, everything, "ALEXA_FOR_BUSINESS")
    query = """query($ids: [ID!]!, $representations: [_Any!]!) { nodes(ids: $ids) { id } sources { name }
      _entities(representations: $representations) { ... on Device { id } }
      devices(first: 100) { totalCount nodes { source { name } } } }"""
    known = [{"__typename": "Device", "id": one} for one in (button, echo)]

    _, answer = await ask(client, query, confined, ids=[button, echo], representations=known)

    assert answer["data"]["nodes"] == [None, {"id": echo}]
    assert answer["data"]["_entities"] == [None, {"id": echo}]
    assert answer["data"]["sources"] == [{"name": "echoes"}]
    assert answer["data"]["devices"]["totalCount"] == 40
    assert {node["source"]["name"] for node in answer["data"]["devices"]["nodes"]} == {"echoes"}


async def test_a_token_of_the_issuer_opens_the_graph(client: httpx.AsyncClient, issuer: Issuer) -> None:
    """A token of the issuer says who asks, what it may do and what it sees."""
    headers = {"authorization": f"Bearer {issuer.token(sources=['buttons'])}"}

    _, seen = await ask(client, "{ sources { name } }", headers)
    _, forbidden = await ask(client, 'mutation { claimDevices(input: {claimCode: "C-1"}) { total } }', headers)

    assert seen == {"data": {"sources": [{"name": "buttons"}]}}
    assert codes(forbidden) == ["FORBIDDEN"]


async def test_a_token_without_the_sources_claim_sees_nothing(client: httpx.AsyncClient, issuer: Issuer) -> None:
    """Where tokens confine, one that says nothing of sources has none."""
    _, answer = await ask(client, "{ sources { name } }", {"authorization": f"Bearer {issuer.token()}"})

    assert answer == {"data": {"sources": []}}


def unsigned(issuer: Issuer) -> str:
    return jwt.encode({"iss": issuer.url, "aud": "fleet", "sub": "eve", "exp": 9e9}, None, algorithm="none")


def symmetric(issuer: Issuer) -> str:
    claims = {"iss": issuer.url, "aud": "fleet", "sub": "eve", "exp": 9e9}
    return jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"kid": "one"})


def foreign(issuer: Issuer) -> str:
    claims = {"iss": issuer.url, "aud": "fleet", "sub": "eve", "exp": 9e9}
    return jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": "one"})


BAD_TOKENS = {
    "alg none": unsigned,
    "symmetric": symmetric,
    "signed by another": foreign,
    "another issuer": lambda issuer: issuer.token(iss="https://elsewhere.example"),
    "another audience": lambda issuer: issuer.token(aud="other"),
    "expired": lambda issuer: issuer.token(exp=datetime.now(UTC) - timedelta(seconds=120)),
    "not yet": lambda issuer: issuer.token(nbf=datetime.now(UTC) + timedelta(seconds=120)),
    "without subject": lambda issuer: issuer.token(sub=None),
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_token_that_is_not_good_is_refused(client: httpx.AsyncClient, issuer: Issuer, make: Any) -> None:  # noqa: ANN401 - a function of the table
    """Any token that the issuer did not make for this gateway and this moment is 401."""
    status, answer = await ask(client, "{ __typename }", {"authorization": f"Bearer {make(issuer)}"})

    assert (status, codes(answer)) == (401, ["UNAUTHENTICATED"])


async def test_clocks_may_differ_a_little(client: httpx.AsyncClient, issuer: Issuer) -> None:
    """A token that expired within the leeway is still taken."""
    token = issuer.token(exp=datetime.now(UTC) - timedelta(seconds=30))
    status, _ = await ask(client, "{ __typename }", {"authorization": f"Bearer {token}"})

    assert status == 200


async def test_unknown_keys_do_not_flood_the_issuer(client: httpx.AsyncClient, issuer: Issuer) -> None:
    """However many unknown key ids come, the issuer's keys are fetched once."""
    for number in range(20):
        token = jwt.encode({"sub": "eve"}, issuer.keys["one"], algorithm="ES256", headers={"kid": str(number)})
        status, _ = await ask(client, "{ __typename }", {"authorization": f"Bearer {token}"})
        assert status == 401

    assert issuer.fetches == 1
