"""Writes the text of a function. The names of keys, values and types are looked up: none of them is in the text."""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any, Final, cast

from graphql import GraphQLLeafType, is_non_null_type

from gateway.execution.compiled import leaf
from gateway.execution.compiled.completion import Completion
from gateway.execution.compiled.field import Field
from gateway.execution.compiled.position import Position
from gateway.execution.compiled.reason import NotCompiled, Reason
from gateway.execution.compiled.resolver import Read, Resolvers
from gateway.execution.compiled.run import Complete, Run, Select

HEAD: Final = "def select(run, source, at):\n    result = {}"
TYPE_NAME: Final = "    result[k{n}] = t{n}"
FIELD: Final = """\
    try:
        result[k{n}] = {expression}
    except Exception as error:
        result[k{n}] = run.failed((at, f{n}), error)"""
ATTRIBUTES: Final = """\
    try:
{assignments}
    except Exception:
        again{n}(run, source, at, result)"""
ASSIGNMENT: Final = "        result[k{n}] = {expression}"
FOOT: Final = "    return result"


class Writer:
    """Takes the fields of a selection set on an object type in turn; `function` is what they come to.

    Attributes that are scalars or enums are read in one go. Where one of them is not what it mostly is, they are read
    again one by one: each may fail, or have to be awaited.
    """

    def __init__(self, resolvers: Resolvers, completion: Completion, ordinary: set[type]) -> None:
        self._resolvers = resolvers
        self._completion = completion
        self._ordinary = ordinary
        self._names: dict[str, object] = {"inf": inf}
        self._text = [HEAD]
        self._attributes: list[tuple[Field, str, Complete]] = []
        self._assignments: list[str] = []
        self._number = 0

    def add(self, field: Field) -> None:
        n = self._number = self._number + 1
        self._names |= {f"k{n}": field.key, f"f{n}": field}
        if field.name in {"__schema", "__type"}:
            raise NotCompiled(Reason.INTROSPECTION)
        if field.name == "__typename":
            self._names[f"t{n}"] = field.parent_type.name
            self._put(TYPE_NAME.format(n=n))
            return
        read = self._resolvers.read(field, n)
        self._names |= read.names
        complete = self._completion.of(field)
        if read.plain and field.leaf is not None:
            self._add_attribute(field, field.leaf, read, complete, n)
        else:
            self._names[f"c{n}"] = complete
            self._put(FIELD.format(n=n, expression=self._expression(field, read, n)))

    def function(self) -> Select:
        self._put(FOOT)
        code = compile("\n".join(self._text), "<compiled selections>", "exec")
        exec(code, self._names)  # noqa: S102  # the text is this file's; what a caller wrote is looked up by it
        return cast("Select", self._names["select"])

    def _put(self, text: str) -> None:
        """Add to the text, once the attributes that came before are in it."""
        if self._attributes:
            n = self._number
            self._names[f"again{n}"] = one_by_one(self._attributes)
            self._text.append(ATTRIBUTES.format(n=n, assignments="\n".join(self._assignments)))
            self._attributes, self._assignments = [], []
        self._text.append(text)

    def _add_attribute(self, field: Field, kind: GraphQLLeafType, read: Read, complete: Complete, n: int) -> None:
        self._names[f"x{n}"] = leaf.serialise_ordinary(kind, self._ordinary)
        assignment = self._leaf(field, kind, read.expression, f"x{n}({{value}})", n)
        self._assignments.append(ASSIGNMENT.format(n=n, expression=assignment))
        self._attributes.append((field, field.described.python_name, complete))

    def _expression(self, field: Field, read: Read, n: int) -> str:
        if read.awaits:
            return f"run.start({read.expression}, c{n}, (at, f{n}))"
        otherwise = f"c{n}(run, {{value}}, (at, f{n}))"
        if field.leaf is not None:
            return self._leaf(field, field.leaf, read.expression, otherwise, n)
        return otherwise.format(value=read.expression)

    def _leaf(self, field: Field, kind: GraphQLLeafType, read: str, otherwise: str, n: int) -> str:
        written, names = leaf.expression(kind, read, otherwise, n, nullable=not is_non_null_type(field.type))
        self._names |= names
        return written


def one_by_one(
    attributes: Sequence[tuple[Field, str, Complete]],
) -> Callable[[Run, Any, Position | None, dict[str, Any]], None]:
    def again(run: Run, source: Any, at: Position | None, result: dict[str, Any]) -> None:  # noqa: ANN401  # of the model
        for field, name, complete in attributes:
            try:
                result[field.key] = complete(run, getattr(source, name), (at, field))
            except Exception as error:  # noqa: BLE001  # whatever it is, it is an error of that field
                result[field.key] = run.failed((at, field), error)

    return again
