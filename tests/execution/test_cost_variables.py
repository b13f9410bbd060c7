from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.plan import make_plan
from gateway.limits.document import DocumentLimits
from tests.execution.costing import SCHEMA

ROOMY = DocumentLimits(tokens=20_000, depth=100, aliases=1000, directives=1000, root_fields=1000, fields=5000)

Selection = tuple[str, str, dict[str, Any]]
"""A text with variables, the same with their values in it, and the values."""

FIXED = {
    "id": "id",
    "tags": "tags { key }",
    "room": "... on AlexaDevice { room { name source { available } } }",
    "methods": "... on OneClickDevice { methods { methodName } }",
}
SIZES = st.none() | st.integers(0, 100)


@st.composite
def selections(draw: st.DrawFn, depth: int = 3) -> Selection:
    """A selection on Device in which sizes and conditions are variables."""
    variables: dict[str, Any] = {}
    names = iter(range(10_000))

    def value(strategy: st.SearchStrategy[Any]) -> tuple[str, str]:
        name = f"v{next(names)}"
        variables[name] = draw(strategy)
        literal = variables[name]
        return f"${name}", "null" if literal is None else str(literal).lower()

    def device(left: int) -> tuple[str, str]:
        parts = [part(left) for _ in range(draw(st.integers(1, 3)))]
        return " ".join(one for one, _ in parts), " ".join(other for _, other in parts)

    def part(left: int) -> tuple[str, str]:
        kind = draw(st.sampled_from([*FIXED, "events", "if", "fragment"] if left else list(FIXED)))
        if kind in FIXED:
            return FIXED[kind], FIXED[kind]
        below = device(left - 1)
        if kind == "fragment":
            return f"... on Device {{ {below[0]} }}", f"... on Device {{ {below[1]} }}"
        if kind == "if":
            condition, directive = value(st.booleans()), draw(st.sampled_from(["skip", "include"]))
            return tuple(f"... @{directive}(if: {condition[way]}) {{ {below[way]} }}" for way in (0, 1))
        size, alias = value(SIZES), f"a{next(names)}"
        shape = alias + ": events(first: {}) {{ nodes {{ device {{ {} }} }} }}"
        return shape.format(size[0], below[0]), shape.format(size[1], below[1])

    open_, closed = device(depth)
    return open_, closed, variables


@given(selections())
def test_variables_cost_what_their_values_cost(selection: Selection) -> None:
    """A document read once, with its variables open, costs with their values what the values cost in the text."""
    open_, closed, variables = selection
    types = {name: "Boolean!" if isinstance(value, bool) else "Int" for name, value in variables.items()}
    declared = ", ".join(f"${name}: {type_}" for name, type_ in types.items())
    documents = Documents(SCHEMA, DocumentOptions(cache_bytes=0, refused_cache_bytes=0, limits=ROOMY))
    shape = "{{ devices(first: 10) {{ nodes {{ {} }} }} }}"
    by_variable = documents.read(("query (" + declared + ") " if declared else "") + shape.format(open_))
    by_value = documents.read(shape.format(closed))

    assert (
        make_plan(by_variable, None, variables, 3.0).requested_cost == make_plan(by_value, None, {}, 3.0).requested_cost
    )
