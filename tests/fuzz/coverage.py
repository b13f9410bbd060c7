"""What a schema has to be reached: every field, argument, input field and enum value."""

from collections import Counter
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)


class Coverage:
    """How often each goal was reached.

    A field is reached where it was answered with a value, an argument or an input field where the field that it was
    given to was; an enum value is one goal as it is given, and another as it is answered.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self.goals = frozenset(_goals(schema))
        self.reached: Counter[str] = Counter()

    def reach(self, goal: str) -> None:
        assert goal in self.goals, goal
        self.reached[goal] += 1

    def missing(self) -> list[str]:
        return sorted(self.goals - self.reached.keys())

    def weight(self, goal: str) -> float:
        """How much a goal is wanted: the more the less it was reached."""
        return 1 / (1 + self.reached[goal])

    def __str__(self) -> str:
        kinds = {"fields": "", "arguments": ")", "enum values given": " given", "enum values answered": " answered"}
        return ", ".join(f"{self._told(end)} {kind}" for kind, end in kinds.items())

    def _told(self, end: str) -> str:
        ends = (")", " given", " answered")
        goals = [goal for goal in self.goals if (goal.endswith(end) if end else not goal.endswith(ends))]
        return f"{sum(goal in self.reached for goal in goals)}/{len(goals)}"


def given(enum: str, value: str) -> str:
    return f"{enum}.{value} given"


def answered(enum: str, value: str) -> str:
    return f"{enum}.{value} answered"


def _goals(schema: GraphQLSchema) -> Iterator[str]:
    for kind in schema.type_map.values():
        if not kind.name.startswith("__"):
            yield from _goals_of(kind)
    for enum in _enums(schema, inputs=True):
        yield from (given(enum.name, value) for value in enum.values)
    for enum in _enums(schema, inputs=False):
        yield from (answered(enum.name, value) for value in enum.values)


def _goals_of(kind: GraphQLNamedType) -> Iterator[str]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}"
            yield from (f"{kind.name}.{name}({argument})" for argument in field.args)
    elif isinstance(kind, GraphQLInputObjectType):
        yield from (f"{kind.name}.{name}" for name in kind.fields)


def _enums(schema: GraphQLSchema, *, inputs: bool) -> set[GraphQLEnumType]:
    found = set()
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                types = [one.type for one in field.args.values()] if inputs else [field.type]
                found |= {named for one in types if isinstance(named := get_named_type(one), GraphQLEnumType)}
        elif inputs and isinstance(kind, GraphQLInputObjectType):
            types = [one.type for one in kind.fields.values()]
            found |= {named for one in types if isinstance(named := get_named_type(one), GraphQLEnumType)}
    return found
