from collections.abc import Iterable
from typing import Any


def schema_directive(element: object, name: str) -> Any | None:  # noqa: ANN401  # as the schema defines it
    """Read a directive off a type, field or argument of the schema; Strawberry keeps them beside its definitions."""
    definition = getattr(element, "extensions", {}).get("strawberry-definition")
    directives: Iterable[object] = getattr(definition, "directives", None) or ()
    for directive in directives:
        kind = getattr(directive, "__strawberry_directive__", None)
        if kind is not None and kind.graphql_name == name:
            return directive
    return None
