"""Values for arguments, by their types, and how they are written."""

import json
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_input_field,
)

from tests.fuzz.coverage import Coverage, given
from tests.fuzz.values import Values


@dataclass(frozen=True)
class EnumValue:
    name: str


class Inputs:
    """Makes values; `goals` are what those made so far would reach."""

    def __init__(self, coverage: Coverage, values: Values) -> None:
        self.coverage = coverage
        self.values = values
        self.goals: set[str] = set()

    def value(self, kind: GraphQLInputType, name: str) -> object:
        """A value of that type, as Python has it; enum values apart."""
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type, name)
        if isinstance(kind, GraphQLList):
            count = self.values.random.choice((0, 1, 1, 1, 2, 3)) if not self.values.chance(0.02) else 101
            return [self.value(kind.of_type, name.removesuffix("s")) for _ in range(count)]
        if isinstance(kind, GraphQLEnumType):
            return self._enum_value(kind)
        if isinstance(kind, GraphQLInputObjectType):
            return self._input_object(kind)
        return self._scalar(kind.name, name)

    def _enum_value(self, kind: GraphQLEnumType) -> EnumValue:
        names = list(kind.values)
        weights = [self.coverage.weight(given(kind.name, one)) for one in names]
        [name] = self.values.random.choices(names, weights)
        self.goals.add(given(kind.name, name))
        return EnumValue(name)

    def _input_object(self, kind: GraphQLInputObjectType) -> dict[str, object]:
        names = [name for name, one in kind.fields.items() if self._is_chosen(kind, name, one)]
        if kind.is_one_of:
            names = self.values.random.choices(
                list(kind.fields), [self.coverage.weight(f"{kind.name}.{name}") for name in kind.fields]
            )
        self.goals |= {f"{kind.name}.{name}" for name in names}
        made = {name: self.value(kind.fields[name].type, name) for name in names}
        return made | ({"id": self.values.identity(to_be_lost=True)} if kind.name == "UnclaimDeviceInput" else {})

    def _is_chosen(self, kind: GraphQLInputObjectType, name: str, one: GraphQLInputField) -> bool:
        return (
            is_required_input_field(one)
            or self.values.random.random() < 0.1 + self.coverage.weight(f"{kind.name}.{name}") / 2
        )

    def _scalar(self, kind: str, name: str) -> object:
        draw = {
            "ID": self.values.identity,
            "Int": self.values.number,
            "Boolean": lambda: self.values.chance(0.5),
            "DateTime": self.values.moment,
            "JSON": self.values.json,
            "String": self.values.cursor if name in {"after", "before"} else lambda: self.values.text(name),
        }
        return draw[kind]()


def literal(value: object) -> str:
    match value:
        case EnumValue(name):
            return name
        case dict() if all(name.isidentifier() and name.isascii() for name in value):
            return f"{{{', '.join(f'{name}: {literal(one)}' for name, one in value.items())}}}"
        case dict():
            return "{}"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case _:
            return json.dumps(value)


def plain(value: object) -> object:
    match value:
        case EnumValue(name):
            return name
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case list():
            return [plain(one) for one in value]
        case _:
            return value
