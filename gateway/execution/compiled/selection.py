"""A selection set on an object type becomes one function, whatever ways lead to it; fragments are merged by then.

The names of keys, values and types are looked up: none of them is in a function's text.
"""

from math import inf
from time import thread_time
from typing import Final, cast

import strawberry
from graphql import GraphQLObjectType, OperationDefinitionNode, OperationType, is_non_null_type
from graphql.execution.collect_fields import FragmentDetails, GroupedFieldSet, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from gateway.execution.compiled import leaf
from gateway.execution.compiled.completion import Completion
from gateway.execution.compiled.position import Field
from gateway.execution.compiled.reason import NotCompiled, Reason
from gateway.execution.compiled.resolver import Resolvers
from gateway.execution.compiled.run import PENDING, Select

MOST_FIELDS: Final = 1000  # of an operation, counted again for each object type that they are selected on
MOST_SECONDS: Final = 0.5  # of CPU, for all variants of an operation

HEAD: Final = "def select(run, source, at):\n    result = blank.copy()  # it has room for all keys, and their order"
FIELD: Final = """\
    try:
        result[k{n}] = {expression}
    except Exception as error:
        result[k{n}] = run.failed((at, f{n}, result), error)"""
FOOT: Final = "    return result"


class Compiler:
    """What the operations of one schema are compiled with, and share: what was found out about it and Python's classes.

    `most_fields` and `most_seconds` (of CPU) bound what one operation may come to.
    """

    def __init__(
        self, schema: strawberry.Schema, most_fields: int = MOST_FIELDS, most_seconds: float = MOST_SECONDS
    ) -> None:
        self.schema = schema._schema  # noqa: SLF001  # Strawberry's only way to the graphql-core schema
        self.resolvers = Resolvers(schema)
        self.ordinary: set[type] = set()
        self.most_fields = most_fields
        self.most_seconds = most_seconds


class Selections:
    """Compiles each selection set of an operation once for each object type that it is made on.

    The variables decide its @skip and @include, and nothing else. `fields` is how many fields that came to, over all of
    them; NotCompiled is raised where they are too many, and when the thread's CPU time is past `until`.
    """

    def __init__(
        self,
        compiler: Compiler,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        variables: VariableValues,
        until: float,
    ) -> None:
        self.fields = 0
        self._compiler = compiler
        self._operation = operation
        self._given = compiler.schema, fragments, variables
        self._until = until
        self._completion = Completion(compiler.schema, self.on, compiler.ordinary)
        self._known: dict[tuple[str, tuple[int, ...]], Select] = {}

    def root(self) -> tuple[Select, ...]:
        """The operation's own selections: all in one, or of a mutation field by field."""
        kind = self._compiler.schema.get_root_type(self._operation.operation)
        if kind is None:
            raise NotCompiled(Reason.NO_ROOT)
        found = collect_fields(*self._given, kind, self._operation).grouped_field_set
        if self._operation.operation is not OperationType.MUTATION:
            return (self._function(kind, found),)
        return tuple(self._function(kind, {key: details}) for key, details in found.items())

    def on(self, kind: GraphQLObjectType, field: Field) -> Select:
        """The selections of a field, on an object type that its value may be of."""
        key = kind.name, tuple(map(id, field.nodes))
        known = self._known.get(key)
        if known is None:
            found = collect_subfields(*self._given, self._operation, kind, field.details).grouped_field_set
            known = self._known[key] = self._function(kind, found)
        return known

    def _function(self, kind: GraphQLObjectType, found: GroupedFieldSet) -> Select:
        self.fields += len(found)
        if self.fields > self._compiler.most_fields:
            raise NotCompiled(Reason.TOO_LARGE)
        if thread_time() > self._until:
            raise NotCompiled(Reason.TOO_SLOW)
        blank: dict[str, object] = {}
        names = {"inf": inf, "ordinary": self._compiler.ordinary, "blank": blank}
        text = [HEAD]
        for key, details in found.items():
            nodes = [detail.node for detail in details]
            definition = self._compiler.schema.get_field(kind, nodes[0].name.value)
            assert definition is not None, "the document is valid"  # noqa: S101  # for mypy
            field = Field(key, kind, definition, details, nodes)
            blank[key] = kind.name if field.name == "__typename" else PENDING
            if field.name != "__typename":
                text.append(FIELD.format(n=len(text), expression=self._expression(field, len(text), names)))
        code = compile("\n".join([*text, FOOT]), "<compiled selections>", "exec")
        exec(code, names)  # noqa: S102  # the text is this file's; what a caller wrote is looked up by it
        return cast("Select", names["select"])

    def _expression(self, field: Field, n: int, names: dict[str, object]) -> str:
        """What the field of that number comes to; add the names in it."""
        if field.name in {"__schema", "__type"}:
            raise NotCompiled(Reason.INTROSPECTION)
        read = self._compiler.resolvers.read(field, n)
        names |= {f"k{n}": field.key, f"f{n}": field, f"c{n}": self._completion.of(field), **read.names}
        if read.awaits:
            return f"run.start({read.expression}, c{n}, (at, f{n}, result))"
        if field.leaf is None:
            return f"c{n}(run, {read.expression}, (at, f{n}, result))"
        long_way = f"c{n}(run, value, (at, f{n}, result))"
        nullable = not is_non_null_type(field.type)
        written, found = leaf.expression(field.leaf, read.expression, long_way, n, nullable=nullable)
        names |= found
        return written
