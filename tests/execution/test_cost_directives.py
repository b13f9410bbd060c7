"""What the graph says of its own cost is complete, and names what exists."""

from graphql import GraphQLField, GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type, is_composite_type

from gateway.execution.reflection import schema_directive
from tests.execution.costing import SCHEMA


def test_every_list_of_objects_tells_its_size() -> None:
    """No list of the graph is taken for a single object; and what is named in a directive exists."""
    silent, wrong = [], []
    for type_, name, field in _fields():
        size = schema_directive(field, "listSize")
        sized = any(name in below for below in _sized_below(type_))
        if _is_list(field) and is_composite_type(get_named_type(field.type)) and size is None and not sized:
            silent.append(f"{type_.name}.{name}")
        if size is not None and (
            set(size.slicing_arguments or ()) - set(field.args) or _lacks(field, size.sized_fields)
        ):
            wrong.append(f"{type_.name}.{name}")

    assert (silent, wrong) == ([], [])


def test_no_page_needs_a_slicing_argument() -> None:
    """A list without `first` or `last` has a default, so that the graph never asks for one."""
    sliced = [
        size for _, _, field in _fields() if (size := schema_directive(field, "listSize")) and size.slicing_arguments
    ]

    assert [size for size in sliced if size.require_one_slicing_argument] == []
    assert len(sliced) >= 7


def test_rates_are_counted_at_the_root() -> None:
    """Only fields of the root are counted against rates: there each selection is one."""
    rated = {(type_.name, name) for type_, name, field in _fields() if schema_directive(field, "rateLimit")}

    assert rated == {
        ("Mutation", "claimDevices"),
        ("Mutation", "initiateDeviceClaim"),
        ("Mutation", "finalizeDeviceClaim"),
    }


def _fields() -> list[tuple[GraphQLObjectType, str, GraphQLField]]:
    types = [
        one for one in SCHEMA.type_map.values() if isinstance(one, GraphQLObjectType) and not one.name.startswith("__")
    ]
    return [(one, name, field) for one in types for name, field in one.fields.items()]


def _is_list(field: GraphQLField) -> bool:
    return isinstance(get_nullable_type(field.type), GraphQLList)


def _sized_below(type_: GraphQLObjectType) -> list[list[str]]:
    """What the fields that return the type size in it."""
    sizes = [schema_directive(field, "listSize") for _, _, field in _fields() if get_named_type(field.type) is type_]
    return [size.sized_fields or [] for size in sizes if size is not None]


def _lacks(field: GraphQLField, sized: list[str] | None) -> bool:
    return bool(sized) and bool(set(sized) - set(get_named_type(field.type).fields))
