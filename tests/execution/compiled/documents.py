"""Valid documents over any schema: fragments, directives, variables, and the same selected twice in different ways."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

DEEPEST: Final = 5
LITERALS: Final[Mapping[str, tuple[object, ...]]] = {
    "String": ("", "text", '"quoted"'),
    "Int": (0, -1, 2**31 - 1),
    "Float": (0.5, 3, -1e300),
    "Boolean": (True, False),
    "ID": ("id", 7),
    "Day": ("2026-01-31",),
    "Picky": ("fine",),
    "JSON": ("text", 1, [1, {"a": None}], {}),
}


@dataclass(frozen=True)
class Written:
    text: str
    variables: dict[str, object]


class Name(str):
    """Of an enum's value, as it stands in a document."""

    __slots__ = ()


class Writer:
    """One document under way; `wanted` are the fields, arguments and enum values that none has had yet."""

    def __init__(self, schema: GraphQLSchema, random: Random, wanted: set[str]) -> None:
        self.schema, self.random, self.wanted = schema, random, wanted
        self.left = random.randrange(4, 40)
        self.declared: list[str] = []
        self.variables: dict[str, object] = {}
        self.fragments: list[str] = []

    def write(self, operation: str) -> Written:
        kind = self.schema.type_map[operation.capitalize()]
        selections = self.selections(kind, 0)
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        return Written("\n".join([f"{operation} Made{declared} {selections}", *self.fragments]), self.variables)

    def selections(self, kind: GraphQLNamedType, depth: int) -> str:
        parts = ["__typename"] if self.random.random() < 0.4 or not hasattr(kind, "fields") else []
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            parts += [self.field(kind, name, depth) for name in self.names(kind, depth)]
        if is_abstract_type(kind):
            possible = self.random.sample(list(self.schema.get_possible_types(kind)), 1)
            parts += [self.fragment(one, depth) for one in possible]
        elif self.random.random() < 0.2 and self.left > 0:
            parts.append(self.fragment(kind, depth))
        if parts and self.random.random() < 0.1:
            parts.append(self.random.choice(parts))
        return f"{{ {' '.join(parts or ['__typename'])} }}"

    def names(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> list[str]:
        plain = [name for name, one in kind.fields.items() if not is_composite_type(get_named_type(one.type))]
        names = plain if depth >= DEEPEST or self.left <= 0 else list(kind.fields)
        fresh = [name for name in names if f"{kind.name}.{name}" in self.wanted]
        pool = fresh if fresh and self.random.random() < 0.5 else names
        return self.random.choices(pool, k=min(max(self.left, 1), self.random.randrange(1, 7)))

    def fragment(self, kind: GraphQLNamedType, depth: int) -> str:
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            return "__typename"
        conditions = [kind.name, *(one.name for one in kind.interfaces)]
        on = self.schema.type_map[self.random.choice(conditions)]
        body = self.selections(on, depth)
        if self.random.random() < 0.5:
            return f"... on {on.name}{self.directive()} {body}"
        name = f"Part{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {on.name} {body}")
        return " ".join(f"...{name}{self.directive()}" for _ in range(self.random.randrange(1, 3)))

    def field(self, kind: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        self.left -= 1
        definition = kind.fields[name]
        self.wanted.discard(f"{kind.name}.{name}")
        alias = f"alias{self.random.randrange(3)}_{name}: " if self.random.random() < 0.15 else ""
        head = alias + name + self.arguments(definition, f"{kind.name}.{name}")
        inside = get_named_type(definition.type)
        if not is_composite_type(inside):
            return head + self.directive()
        written = head + self.directive() + " " + self.selections(inside, depth + 1)
        if self.random.random() < 0.15:
            written += f" {head}{self.directive()} {self.selections(inside, depth + 1)}"
        return written

    def directive(self) -> str:
        if self.random.random() > 0.1:
            return ""
        name, condition = self.random.choice(("skip", "include")), self.random.random() < 0.5
        if self.random.random() < 0.4:
            return f" @{name}(if: {'true' if condition else 'false'})"
        return f" @{name}(if: {self.variable('Boolean!', condition)})"

    def arguments(self, definition: GraphQLField, owner: str) -> str:
        given = []
        for name, argument in definition.args.items():
            if is_required_argument(argument) or self.random.random() < 0.35:
                self.wanted.discard(f"{owner}({name})")
                given.append(f"{name}: {self.argument(argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def argument(self, kind: GraphQLInputType) -> str:
        value = self.value(kind, 0)
        if self.random.random() < 0.5:
            return self.variable(str(kind), value)
        return literal(value)

    def variable(self, kind: str, value: object) -> str:
        name = f"v{len(self.declared)}"
        if not kind.endswith("!") and self.random.random() < 0.15:
            self.declared.append(f"${name}: {kind}")  # and not given
            return f"${name}"
        default = f" = {literal(value)}" if self.random.random() < 0.2 else ""
        self.declared.append(f"${name}: {kind}{default}")
        if not default:
            self.variables[name] = plain(value)
        return f"${name}"

    def value(self, kind: GraphQLInputType, depth: int) -> object:
        if isinstance(kind, GraphQLNonNull):
            return self.of(kind.of_type, depth)
        return None if self.random.random() < 0.1 else self.of(kind, depth)

    def of(self, kind: GraphQLInputType, depth: int) -> object:
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, depth + 1) for _ in range(self.random.randrange(3))]
        if isinstance(kind, GraphQLEnumType):
            name = self.random.choice(list(kind.values))
            self.wanted.discard(f"{kind.name}.{name}")
            return Name(name)
        if isinstance(kind, GraphQLInputObjectType):
            return self.input(kind, depth)
        return self.random.choice(LITERALS[kind.name])

    def input(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, object]:
        names = list(kind.fields)
        if kind.out_type is not GraphQLInputObjectType.out_type:  # @oneOf
            chosen = [self.random.choice(names)]
            return {chosen[0]: self.of(kind.fields[chosen[0]].type, depth + 1)}
        chosen = [
            name
            for name in names
            if is_required_input_field(kind.fields[name]) or (depth < 3 and self.random.random() < 0.5)
        ]
        for name in chosen:
            self.wanted.discard(f"{kind.name}.{name}")
        return {name: self.value(kind.fields[name].type, depth + 1) for name in chosen}


def everything(schema: GraphQLSchema) -> set[str]:
    """Every field, argument, input field and value of an enum that documents may have."""
    found: set[str] = set()
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            found |= {f"{kind.name}.{name}" for name in kind.fields}
            found |= {f"{kind.name}.{name}({one})" for name, field in kind.fields.items() for one in field.args}
        elif isinstance(kind, GraphQLInputObjectType) and kind.out_type is GraphQLInputObjectType.out_type:
            found |= {f"{kind.name}.{name}" for name in kind.fields}
        elif isinstance(kind, GraphQLEnumType):
            found |= {f"{kind.name}.{name}" for name in kind.values}
    return found


def literal(value: object) -> str:
    match value:
        case Name():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
        case _:
            return json.dumps(value)


def plain(value: object) -> object:
    match value:
        case Name():
            return str(value)
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case list():
            return [plain(one) for one in value]
        case _:
            return value
