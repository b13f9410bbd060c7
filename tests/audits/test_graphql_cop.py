"""What graphql-cop (github.com/dolevf/graphql-cop) looks for, by its titles, in the whole gateway beyond loopback.

Each test sends what its check sends, and holds the answer to more than the check does.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.settings.settings import Settings
from tests.http.serving import serving

PATHS = ["/", "/graphiql", "/playground", "/console", "/graphql"]
CIRCULAR = (
    "{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }"
)


@pytest.fixture
async def hardened(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway as it is where nothing is said but that it may be reached from afar."""
    settings = Settings(data=tmp_path, host="0.0.0.0", allow_anonymous=True)  # noqa: S104  # that is the point
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str) -> dict:
    return (await client.post("/graphql", json={"query": query, "operationName": "cop"})).json()


async def codes(client: httpx.AsyncClient, query: str) -> list[str]:
    """The codes of the errors of a query that gets no data."""
    answer = await ask(client, query)
    assert "data" not in answer
    return [error["extensions"]["code"] for error in answer["errors"]]


async def test_it_answers_what_it_is_for(hardened: httpx.AsyncClient) -> None:
    """The checks below fail for what they ask, not because nothing is answered."""
    assert await ask(hardened, "query cop { __typename }") == {"data": {"__typename": "Query"}}


async def test_alias_overloading(hardened: httpx.AsyncClient) -> None:
    """101 aliases are refused before anything runs."""
    aliases = " ".join(f"alias{number}:__typename \n" for number in range(101))

    assert await codes(hardened, f"query cop {{ {aliases} }}") == ["LIMIT_EXCEEDED"]


async def test_array_based_query_batching(hardened: httpx.AsyncClient) -> None:
    """Ten operations in an array are one refusal."""
    answer = await hardened.post("/graphql", json=[{"query": "query cop { __typename }"}] * 10)

    assert list(answer.json()) == ["errors"]
    assert answer.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "maximum_batch"}


async def test_directive_overloading(hardened: httpx.AsyncClient) -> None:
    """Ten unknown directives are not worth ten errors."""
    errors = await codes(hardened, "query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }")

    assert set(errors) == {"GRAPHQL_VALIDATION_FAILED"}
    assert len(errors) <= 6


async def test_field_duplication(hardened: httpx.AsyncClient) -> None:
    """500 times the same field is refused."""
    assert await codes(hardened, "query cop { " + "__typename \n" * 500 + "} ") == ["LIMIT_EXCEEDED"]


async def test_introspection_based_circular_query(hardened: httpx.AsyncClient) -> None:
    """A circle through the schema's own schema is refused with the rest of introspection."""
    assert set(await codes(hardened, f"query cop {CIRCULAR}")) == {"GRAPHQL_VALIDATION_FAILED"}


async def test_introspection(hardened: httpx.AsyncClient) -> None:
    """Nobody reads the schema off the server, by __schema or by __type."""
    for query in ("{ __schema { types { name fields { name } } } }", '{ __type(name: "Query") { name } }'):
        assert set(await codes(hardened, f"query cop {query}")) == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { directive } }",
        "{ device }",
        "{ sources { nam } }",
        '{ node(ide: "a") { id } }',
        "{ devices(filter: { servic: ONE_CLICK }) { nodes { id } } }",
        "{ devices(filter: { service: ONE_CLIC }) { nodes { id } } }",
        "{ node { ... on Devic { id } } }",
        "{ __typename @skipp(if: true) }",
    ],
)
async def test_field_suggestions(hardened: httpx.AsyncClient, query: str) -> None:
    """No mistake is answered with what was perhaps meant: field, argument, member, value, type, directive."""
    answer = await ask(hardened, f"query cop {query}")

    assert "data" not in answer
    assert not [error["message"] for error in answer["errors"] if "Did you mean" in error["message"]]


@pytest.mark.parametrize("query", ["query cop($filter: DeviceFilter) { devices(filter: $filter) { nodes { id } } }"])
@pytest.mark.parametrize("wrong", [{"servic": "ONE_CLICK"}, {"service": "ONE_CLIC"}])
async def test_field_suggestions_in_variables(hardened: httpx.AsyncClient, query: str, wrong: dict) -> None:
    """A wrong variable is answered without what was perhaps meant, too."""
    answer = await hardened.post("/graphql", json={"query": query, "variables": {"filter": wrong}})

    assert "data" not in answer.json()
    assert "Did you mean" not in answer.text


@pytest.mark.parametrize("path", PATHS)
async def test_graphql_ide(hardened: httpx.AsyncClient, path: str) -> None:
    """No path shows a page to try queries on, or names one."""
    answer = await hardened.get(path, headers={"accept": "text/html"})

    assert answer.status_code in {404, 406}
    assert not [word for word in ("graphiql", "playground") if word in answer.text.lower()]


@pytest.mark.parametrize("query", ["query cop {__typename}", "mutation cop {__typename}"])
async def test_get_method_query_support_and_mutations(hardened: httpx.AsyncClient, query: str) -> None:
    """Neither a query nor a mutation in a link runs."""
    answer = await hardened.get("/graphql", params={"query": query})

    assert answer.status_code == 403
    assert list(answer.json()) == ["errors"]


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
async def test_post_based_url_encoded_query(hardened: httpx.AsyncClient, content_type: str) -> None:
    """What a form can post is not taken."""
    answer = await hardened.post(
        "/graphql", content="query=query+cop+%7B__typename%7D", headers={"content-type": content_type}
    )

    assert answer.status_code == 415
    assert list(answer.json()) == ["errors"]


async def test_trace_mode(hardened: httpx.AsyncClient) -> None:
    """An answer tells nothing of how it was made."""
    assert "tracing" not in str(await ask(hardened, "query cop { __typename }"))


async def test_unhandled_errors_detection(hardened: httpx.AsyncClient) -> None:
    """A mistake is answered as a mistake, with no trace of the program."""
    answer = await ask(hardened, "qwerty cop { abc }")

    assert [error["extensions"] for error in answer["errors"]] == [{"code": "GRAPHQL_PARSE_FAILED"}]
    assert not [word for word in ("exception", "Traceback", ".py") if word in str(answer)]
