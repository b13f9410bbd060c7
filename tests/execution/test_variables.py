from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, build_schema, get_variable_values, parse
from graphql.execution.values import VariableValues
from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.variables import Variables

SCHEMA = build_schema("""
    enum Colour { RED GREEN }
    input Point { x: Int! y: Int = 2 label: String }
    scalar Any
    type Query { f(a: ID, b: String, c: Boolean, d: Int, e: Float, g: Colour, h: Point, i: Any): Int }
""")
TYPES = (
    "ID",
    "ID!",
    "String",
    "String!",
    "Boolean",
    "Boolean!",
    "Int",
    "Int!",
    "Float",
    "Colour",
    "Point",
    "Any",
    "[ID!]",
)
DEFAULTS = {"ID": ' = "a"', "String": ' = "b"', "Boolean": " = true", "Int": " = 3", "[ID!]": ' = ["c"]'}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3) | st.just("RED"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["x", "y", "label"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@given(
    st.lists(st.tuples(st.sampled_from(TYPES), st.booleans()), max_size=4),
    st.dictionaries(st.sampled_from(["v0", "v1", "v2", "v3", "other"]), VALUES),
)
def test_variables_are_coerced_as_graphql_core_does(
    declared: list[tuple[str, bool]], given_values: dict[str, Any]
) -> None:
    """Whatever a client sends for its variables, it becomes the same values or errors as by the reference."""
    definitions = ", ".join(
        f"$v{number}: {name}{DEFAULTS.get(name, '') if defaults else ''}"
        for number, (name, defaults) in enumerate(declared)
    )
    text = f"query ({definitions}) {{ f }}" if declared else "{ f }"
    operation = parse(text).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)

    ours = Variables(SCHEMA, operation).coerce(given_values, hide_suggestions=True)
    theirs = get_variable_values(SCHEMA, operation.variable_definitions or (), given_values, 5, hide_suggestions=True)

    if isinstance(theirs, list):
        assert isinstance(ours, list)
        assert [_told(error) for error in ours] == [_told(error) for error in theirs]
    else:
        assert isinstance(ours, VariableValues)
        assert ours.coerced == theirs.coerced
        assert _sources(ours) == _sources(theirs)


def _sources(values: VariableValues) -> dict[str, tuple[str, Any]]:
    return {name: (str(source.signature.type), source.value) for name, source in values.sources.items()}


def _told(error: GraphQLError) -> tuple[str, list[int] | None]:
    return error.message, error.positions
