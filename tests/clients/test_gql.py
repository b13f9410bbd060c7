"""gql, the Python client, with its own transports."""

from typing import Any

import pytest
from gql import Client, gql
from gql.dsl import DSLInlineFragment, DSLMutation, DSLQuery, DSLSchema, dsl_gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from graphql import GraphQLSchema, build_schema, lexicographic_sort_schema, print_type

from tests.clients.frontend import WHOLE, Frontend
from tests.conventions.repository import ROOT

DEVICES = gql(
    """query ($first: Int, $after: String) {
      devices(first: $first, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } }
    }"""
)
BUTTON = '{ devices(filter: { nameContains: "Front door" }) { nodes { id } } }'


@pytest.fixture
def client(frontend: Frontend) -> Client:
    """A client that checks documents against the schema that it has fetched."""
    told = {"specified_by_url": True, "input_object_one_of": True, "directive_is_repeatable": True}
    transport = HTTPXTransport(url=frontend.graphql)
    return Client(transport=transport, fetch_schema_from_transport=True, introspection_args=told)


def test_pages_through_all_devices(client: Client, frontend: Frontend) -> None:
    """One page after the other, with a session of the synchronous client."""
    found: list[str] = []
    variables: dict[str, Any] = {"first": 25}
    with client as session:
        while True:
            DEVICES.variable_values = variables
            page = session.execute(DEVICES)["devices"]
            found += [node["id"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            variables = {"first": 25, "after": page["pageInfo"]["endCursor"]}

    assert found == frontend.ids(f"devices(first: 100, after: $after) {WHOLE}")
    assert len(set(found)) == 106


async def test_asks_asynchronously(frontend: Frontend) -> None:
    """The asynchronous client asks many things over one session."""
    async with Client(transport=AIOHTTPTransport(url=frontend.graphql)) as session:
        first = await session.execute(gql("{ devices(first: 2) { totalCount nodes { id } } }"))
        ids = [node["id"] for node in first["devices"]["nodes"]]
        again = gql("query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }")
        again.variable_values = {"ids": [*ids, ids[0]]}
        found = await session.execute(again)

    assert first["devices"]["totalCount"] == 106
    assert [node["id"] for node in found["nodes"]] == [*ids, ids[0]]


def test_the_schema_that_it_fetches_is_the_one_that_is_published(client: Client) -> None:
    """Introspection tells every type, field, argument, default and description of schema.graphql."""
    with client:
        assert client.schema is not None

    assert types(client.schema) == types(build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8")))


def test_documents_are_written_from_the_schema(client: Client, frontend: Frontend) -> None:
    """The DSL builds a query of both kinds of device, and a mutation, from what introspection told."""
    [button] = frontend.ask(BUTTON)["devices"]["nodes"]
    with client as session:
        assert client.schema is not None
        schema = DSLSchema(client.schema)
        kinds = [
            DSLInlineFragment().on(schema.OneClickDevice).select(schema.OneClickDevice.enabled),
            DSLInlineFragment().on(schema.AlexaDevice).select(schema.AlexaDevice.serialNumber),
        ]
        device = schema.Query.device(by={"id": button["id"]}).select(schema.Device.id, *kinds)
        payload = schema.Mutation.setDeviceEnabled(input={"id": button["id"], "enabled": True})
        errors = schema.DevicePayload.userErrors.select(schema.UserError.code)
        read = session.execute(dsl_gql(DSLQuery(device)))
        written = session.execute(dsl_gql(DSLMutation(payload.select(errors))))

    assert read == {"device": {"id": button["id"], "enabled": True}}
    assert written == {"setDeviceEnabled": {"userErrors": []}}


def test_a_refusal_is_told_with_its_code(client: Client) -> None:
    """What is wrong with a request arrives as gql's own exception."""
    with client as session, pytest.raises(TransportQueryError) as refused:
        session.execute(gql("{ devices(first: 101) { totalCount } }"))

    assert refused.value.errors is not None
    assert [error["extensions"] for error in refused.value.errors] == [{"code": "BAD_USER_INPUT", "argument": "first"}]


def types(schema: GraphQLSchema) -> dict[str, str]:
    return {name: print_type(kind) for name, kind in lexicographic_sort_schema(schema).type_map.items()}
