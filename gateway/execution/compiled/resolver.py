"""How the value of a field is had, as an expression of Python; what a caller wrote is never part of its text."""

from collections.abc import Mapping
from inspect import iscoroutinefunction
from keyword import iskeyword
from typing import Any

import strawberry
from graphql import default_field_resolver
from msgspec import Struct
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from gateway.execution.compiled.arguments import Arguments, coerced_arguments
from gateway.execution.compiled.info import make_info_of, resolve_info
from gateway.execution.compiled.position import Field, Position, field_of
from gateway.execution.compiled.run import Run


class Read(Struct, frozen=True):
    """`expression` gives the value, of `run`, `source` (what the field is of), `at` (where that is), and `names`.

    `awaits`: it is a coroutine.
    """

    expression: str
    names: Mapping[str, object]
    awaits: bool = False


class Resolvers:
    """Calls resolvers as Strawberry would, without its layers; what is not plain Strawberry, as graphql-core would."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._make_info = make_info_of(schema)
        self._arguments = Arguments(schema, self._make_info)
        self._has_handlers = bool(schema.schema_converter.exception_handlers)

    def read(self, field: Field, number: int) -> Read:
        """The names in the expression end with `number`."""
        described = field.described
        if not isinstance(described, StrawberryField) or not self._is_direct(field, described):
            return Read(f"r{number}(run, source, (at, f{number}, result))", {f"r{number}": _resolved_by_core})
        if described.base_resolver is not None:
            return self._called(field, described, described.base_resolver, number)
        name = described.python_name
        if described.default_resolver is not getattr:
            return Read(f"r{number}(source, n{number})", {f"r{number}": described.default_resolver, f"n{number}": name})
        if not name.isidentifier() or iskeyword(name):
            return Read(f"getattr(source, n{number})", {f"n{number}": name})
        return Read(f"source.{name}", {})

    def _is_direct(self, field: Field, described: StrawberryField) -> bool:
        """Whether nothing but Strawberry's own layers stands between the field and its resolver."""
        made = getattr(field.definition.resolve, "__qualname__", "").startswith("GraphQLCoreConverter.from_resolver.")
        own = type(described).get_result is StrawberryField.get_result
        return made and own and not described.extensions and not self._has_handlers

    def _called(self, field: Field, described: StrawberryField, resolver: StrawberryResolver[Any], number: int) -> Read:
        names: dict[str, object] = {f"r{number}": resolver.wrapped_func}
        given = ["source"] if resolver.self_parameter else []
        roots = {one.name for one in (resolver.parent_parameter, resolver.root_parameter) if one is not None}
        given.extend(f"{name}=source" for name in roots)
        if resolver.info_parameter is not None:
            names["info"] = self._make_info
            given.append(f"{resolver.info_parameter.name}=info(run, (at, f{number}, result))")
        if described.arguments:
            names[f"a{number}"] = arguments = self._arguments.of(field, described)
            given.append(f"**a{number}(run, (at, f{number}, result))" if callable(arguments) else f"**a{number}")
        return Read(f"r{number}({', '.join(given)})", names, awaits=iscoroutinefunction(resolver.wrapped_func))


def _resolved_by_core(run: Run, source: object, at: Position) -> Any:  # noqa: ANN401  # of the model
    _, field, _ = field_of(at)
    resolve = field.definition.resolve or default_field_resolver
    return resolve(source, resolve_info(run, at), **coerced_arguments(run, field))
