"""What clients rely on, name by name: the graph may have more than the contract, and never less."""

from pathlib import Path
from typing import TypeAlias

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    print_ast,
)

from gateway.cli.schema import printed
from gateway.schema.schema import make_schema

CONTRACT = build_schema(Path(__file__).with_name("contract.graphql").read_text())
GRAPH = build_schema(printed())
Fields: TypeAlias = GraphQLObjectType | GraphQLInterfaceType

PROMISED = sorted(
    name
    for name, named in CONTRACT.type_map.items()
    if not is_introspection_type(named) and not is_specified_scalar_type(named)
)


def shape(promised: GraphQLField | GraphQLArgument | GraphQLInputField) -> tuple[str, object]:
    """Its type with its nullability, and its default."""
    return str(promised.type), None if promised.default is None else print_ast(promised.default.literal)


@pytest.mark.parametrize("name", PROMISED)
def test_a_type_is_all_that_was_promised(name: str) -> None:
    """A type of the contract is there, of its kind, with its meaning, its interfaces, values, fields and arguments."""
    promised, found = CONTRACT.type_map[name], GRAPH.type_map[name]

    assert type(found) is type(promised)
    assert promised.description in (None, found.description)
    if isinstance(promised, GraphQLEnumType):
        assert isinstance(found, GraphQLEnumType)
        assert list(found.values) == list(promised.values)
    elif isinstance(promised, GraphQLInputObjectType):
        check_input(promised, found)
    elif isinstance(promised, GraphQLObjectType | GraphQLInterfaceType):
        check_fields(promised, found)


def check_input(promised: GraphQLInputObjectType, found: GraphQLNamedType) -> None:
    assert isinstance(found, GraphQLInputObjectType)
    assert found.is_one_of == promised.is_one_of
    for name, field in promised.fields.items():
        check_given(field, found.fields[name])
    more = {name: field for name, field in found.fields.items() if name not in promised.fields}
    assert [name for name, field in more.items() if str(field.type).endswith("!")] == []


def check_fields(promised: Fields, found: GraphQLNamedType) -> None:
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    assert {one.name for one in promised.interfaces} <= {one.name for one in found.interfaces}
    for name, field in promised.fields.items():
        assert str(found.fields[name].type) == str(field.type)
        assert field.description in (None, found.fields[name].description)
        for argument, given in field.args.items():
            check_given(given, found.fields[name].args[argument])


def check_given(promised: GraphQLArgument | GraphQLInputField, found: GraphQLArgument | GraphQLInputField) -> None:
    assert shape(found) == shape(promised)
    assert promised.description in (None, found.description)


def test_node_is_as_relay_has_it() -> None:
    """`Node` has one field, `id: ID!`; the root field `node` takes one such argument and gives a Node or null."""
    node, root = GRAPH.type_map["Node"], GRAPH.query_type

    assert isinstance(node, GraphQLInterfaceType)
    assert {name: str(field.type) for name, field in node.fields.items()} == {"id": "ID!"}
    assert root is not None
    assert {name: str(given.type) for name, given in root.fields["node"].args.items()} == {"id": "ID!"}
    assert (str(root.fields["node"].type), str(root.fields["nodes"].type)) == ("Node", "[Node]!")
    assert {name: str(given.type) for name, given in root.fields["nodes"].args.items()} == {"ids": "[ID!]!"}


def test_connections_are_as_relay_has_them() -> None:
    """A type named …Connection has edges and pageInfo, an edge a cursor and a node; no other type is so named."""
    found = [name for name in GRAPH.type_map if name.endswith("Connection")]
    for name in found:
        connection = GRAPH.type_map[name]
        edge = GRAPH.type_map[name.removesuffix("Connection") + "Edge"]
        assert isinstance(connection, GraphQLObjectType)
        assert isinstance(edge, GraphQLObjectType)
        assert str(connection.fields["edges"].type) == f"[{edge.name}!]!"
        assert str(connection.fields["pageInfo"].type) == "PageInfo!"
        assert str(edge.fields["cursor"].type) == "String!"
        assert not str(edge.fields["node"].type).startswith("[")

    assert sorted(found) == ["DeviceConnection", "DeviceEventConnection", "RoomConnection", "UserConnection"]
    page_info = GRAPH.type_map["PageInfo"]
    assert isinstance(page_info, GraphQLObjectType)
    assert {name: str(field.type) for name, field in page_info.fields.items()} == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }


def test_connection_fields_take_relays_four_arguments() -> None:
    """Wherever a connection is asked for, `first`, `after`, `last` and `before` are there and may be left out."""
    fields = [
        field
        for named in GRAPH.type_map.values()
        if isinstance(named, GraphQLObjectType)
        for field in named.fields.values()
        if str(field.type).rstrip("!").endswith("Connection")
    ]

    assert len(fields) == 6
    for field in fields:
        types = {name: str(field.args[name].type) for name in ("first", "after", "last", "before")}
        assert types == {"first": "Int", "after": "String", "last": "Int", "before": "String"}


def test_introspection_tells_that_one_member_is_to_be_given() -> None:
    """Clients see that DeviceBy is a oneOf, and no other input is."""
    found = make_schema().execute_sync("{ __schema { types { name isOneOf } } }")

    assert found.data is not None
    assert [one["name"] for one in found.data["__schema"]["types"] if one["isOneOf"]] == ["DeviceBy"]
