"""Writes the text of a function. The names of keys, values and types are looked up: none of them is in the text."""

from math import inf
from typing import Final, cast

from graphql import is_non_null_type

from gateway.execution.compiled import leaf
from gateway.execution.compiled.completion import Completion
from gateway.execution.compiled.field import Field
from gateway.execution.compiled.reason import NotCompiled, Reason
from gateway.execution.compiled.resolver import Read, Resolvers
from gateway.execution.compiled.run import PENDING, Select

HEAD: Final = "def select(run, source, at):\n    result = blank.copy()  # it has room for all keys, and their order"
FIELD: Final = """\
    try:
        result[k{n}] = {expression}
    except Exception as error:
        result[k{n}] = run.failed((at, f{n}, result), error)"""
FOOT: Final = "    return result"


class Writer:
    """Takes the fields of a selection set on an object type in turn; `function` is what they come to."""

    def __init__(self, resolvers: Resolvers, completion: Completion, ordinary: set[type]) -> None:
        self._resolvers = resolvers
        self._completion = completion
        self._blank: dict[str, object] = {}
        self._names: dict[str, object] = {"inf": inf, "ordinary": ordinary, "blank": self._blank}
        self._text = [HEAD]

    def add(self, field: Field) -> None:
        if field.name in {"__schema", "__type"}:
            raise NotCompiled(Reason.INTROSPECTION)
        if field.name == "__typename":
            self._blank[field.key] = field.parent_type.name
            return
        self._blank[field.key] = PENDING
        n = len(self._text)
        read = self._resolvers.read(field, n)
        self._names |= {f"k{n}": field.key, f"f{n}": field, f"c{n}": self._completion.of(field), **read.names}
        self._text.append(FIELD.format(n=n, expression=self._expression(field, read, n)))

    def function(self) -> Select:
        code = compile("\n".join([*self._text, FOOT]), "<compiled selections>", "exec")
        exec(code, self._names)  # noqa: S102  # the text is this file's; what a caller wrote is looked up by it
        return cast("Select", self._names["select"])

    def _expression(self, field: Field, read: Read, n: int) -> str:
        if read.awaits:
            return f"run.start({read.expression}, c{n}, (at, f{n}, result))"
        if field.leaf is None:
            return f"c{n}(run, {read.expression}, (at, f{n}, result))"
        long_way = f"c{n}(run, value, (at, f{n}, result))"
        nullable = not is_non_null_type(field.type)
        written, names = leaf.expression(field.leaf, read.expression, long_way, n, nullable=nullable)
        self._names |= names
        return written
