"""A selection set on an object type becomes one function, whatever ways lead to it; fragments are merged by then."""

from time import thread_time

from graphql import GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.collect_fields import FragmentDetails, GroupedFieldSet, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from msgspec import Struct

from gateway.execution.compiled.completion import Completion
from gateway.execution.compiled.field import Field
from gateway.execution.compiled.reason import NotCompiled, Reason
from gateway.execution.compiled.resolver import Resolvers
from gateway.execution.compiled.run import Select
from gateway.execution.compiled.writer import Writer


class Source(Struct, frozen=True, eq=False):
    """What is compiled: an operation, under variables that decide its @skip and @include, and nothing else.

    `most_fields` bounds what that comes to, and `until`, by the thread's CPU time, how long it may take.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    most_fields: int
    until: float


class Selections:
    """Compiles each selection set once for each object type that it is made on.

    `fields` is how many fields that came to, over all of them; NotCompiled is raised beyond the source's bounds.
    """

    def __init__(self, source: Source, resolvers: Resolvers, ordinary: set[type]) -> None:
        self.fields = 0
        self._source = source
        self._resolvers = resolvers
        self._ordinary = ordinary
        self._completion = Completion(source.schema, self.on, ordinary)
        self._known: dict[tuple[str, tuple[int, ...]], Select] = {}

    def root(self) -> tuple[Select, ...]:
        """The operation's own selections: all in one, or of a mutation field by field."""
        source = self._source
        kind = source.schema.get_root_type(source.operation.operation)
        if kind is None:
            raise NotCompiled(Reason.NO_ROOT)
        grouped = collect_fields(source.schema, source.fragments, source.variables, kind, source.operation)
        found = grouped.grouped_field_set
        if source.operation.operation is not OperationType.MUTATION:
            return (self._function(kind, found),)
        return tuple(self._function(kind, {key: details}) for key, details in found.items())

    def on(self, kind: GraphQLObjectType, field: Field) -> Select:
        """The selections of a field, on an object type that its value may be of."""
        key = kind.name, tuple(map(id, field.nodes))
        known = self._known.get(key)
        if known is None:
            source = self._source
            grouped = collect_subfields(
                source.schema, source.fragments, source.variables, source.operation, kind, field.details
            )
            self._known[key] = known = self._function(kind, grouped.grouped_field_set)
        return known

    def _function(self, kind: GraphQLObjectType, grouped: GroupedFieldSet) -> Select:
        self.fields += len(grouped)
        if self.fields > self._source.most_fields:
            raise NotCompiled(Reason.TOO_LARGE)
        if thread_time() > self._source.until:
            raise NotCompiled(Reason.TOO_SLOW)
        writer = Writer(self._resolvers, self._completion, self._ordinary)
        for key, details in grouped.items():
            definition = self._source.schema.get_field(kind, details[0].node.name.value)
            if definition is not None:
                writer.add(Field(key, kind, definition, details))
        return writer.function()
