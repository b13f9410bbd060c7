"""Documents made from the schema: valid ones, that ask most for what was reached least."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from graphql import (
    GraphQLAbstractType,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

from tests.fuzz.coverage import Coverage
from tests.fuzz.inputs import Inputs, literal, plain
from tests.fuzz.values import Values

DEEPEST: Final = 6
MOST_FIELDS: Final = 45
PAGING: Final = frozenset({"first", "last", "after", "before"})


@dataclass
class Selected:
    """A selected field: its response key, what it reaches where it is answered, and for which types it is asked."""

    key: str
    goal: str
    on: frozenset[str]
    arguments: Mapping[str, object]
    given: frozenset[str]
    enum: str | None
    children: list["Selected"] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """`selected` are the root's fields; none where nothing may be expected of the answer."""

    text: str
    variables: Mapping[str, object]
    is_mutation: bool = False
    selected: Sequence[Selected] = ()


@dataclass(frozen=True)
class Continuation:
    """How a list goes on: the arguments that it began with, a cursor of it, and the id of what it belongs to."""

    owner: str
    name: str
    parent: str | None
    arguments: Mapping[str, object]
    cursor: str


class Documents:
    def __init__(self, schema: GraphQLSchema, coverage: Coverage, values: Values) -> None:
        self.schema = schema
        self.coverage = coverage
        self.values = values
        self.continuations: list[Continuation] = []

    def make(self, random: Random) -> Document:
        """A query mostly; sometimes a mutation, the rest of a list, or something damaged."""
        writer = _Writer(self.schema, self.coverage, self.values, random)
        kind = random.random()
        if self.continuations and kind < 0.1:
            wanted = [self.coverage.weight(f"{one.owner}.{one.name}(before)") for one in self.continuations]
            return writer.continuation(random.choices(self.continuations, wanted)[0])
        document = writer.operation("Mutation" if kind < 0.45 else "Query")
        if kind > 0.96:
            place = random.randrange(len(document.text))
            return Document(document.text[:place] + random.choice('{}()"$!:@ \x00') + document.text[place + 1 :], {})
        return document


class _Writer:
    """One document under way."""

    def __init__(self, schema: GraphQLSchema, coverage: Coverage, values: Values, random: Random) -> None:
        self.schema = schema
        self.coverage = coverage
        self.values = values
        self.random = random
        self.left = random.randrange(3, MOST_FIELDS)
        self.aliases = 0
        self.variables: dict[str, tuple[str, object]] = {}
        self.fragments: list[str] = []
        self.inputs = Inputs(coverage, values)

    def operation(self, root: str) -> Document:
        kind = self.schema.type_map[root]
        assert isinstance(kind, GraphQLObjectType)
        names = self._wanted(kind, list(kind.fields), self.random.randrange(1, 4))
        parts = [self._field(kind, name, 0) for name in names]
        return self._document(parts, is_mutation=root == "Mutation")

    def continuation(self, found: Continuation) -> Document:
        """The next page, or the one before, of a list that was answered."""
        turn = self.random.choice((("first", "after"), ("last", "before")))
        arguments = {**found.arguments, turn[0]: self.random.randrange(1, 6), turn[1]: found.cursor}
        owner = self.schema.type_map[found.owner]
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        text, selected = self._field(owner, found.name, 1, arguments)
        if found.parent is None:
            return self._document([(text, selected)], is_mutation=False)
        node = Selected("node", "Query.node", frozenset({"Query"}), {}, frozenset(), None, [selected])
        identity = json.dumps(found.parent)
        text = f"node(id: {identity}) {{ __typename ... on {owner.name} {{ {text} }} }}"
        return self._document([(text, node)], is_mutation=False)

    def _document(self, parts: list[tuple[str, Selected]], *, is_mutation: bool) -> Document:
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in self.variables.items())
        head = f"{'mutation' if is_mutation else 'query'} Fuzz{f'({declared})' if declared else ''}"
        text = "\n".join([f"{head} {{ {' '.join(text for text, _ in parts)} }}", *self.fragments])
        variables = {name: plain(value) for name, (_, value) in self.variables.items()}
        return Document(text, variables, is_mutation, [selected for _, selected in parts])

    def _wanted(self, kind: GraphQLObjectType | GraphQLInterfaceType, names: list[str], count: int) -> list[str]:
        """Some of the fields, those that were reached least before others, as their insides are counted too."""
        weights = {name: self._weight(kind, name) for name in names}
        ranked = sorted(names, key=lambda name: self.random.random() ** (1 / weights[name]), reverse=True)
        return ranked[:count]

    def _weight(self, kind: GraphQLObjectType | GraphQLInterfaceType, name: str) -> float:
        goals = [f"{kind.name}.{name}", *(f"{kind.name}.{name}({one})" for one in kind.fields[name].args)]
        inside = get_named_type(kind.fields[name].type)
        if isinstance(inside, GraphQLObjectType | GraphQLInterfaceType):
            goals += [f"{inside.name}.{one}" for one in inside.fields]
        return sum(map(self.coverage.weight, goals)) / len(goals) + 0.02

    def _field(
        self,
        owner: GraphQLObjectType | GraphQLInterfaceType,
        name: str,
        depth: int,
        arguments: Mapping[str, object] | None = None,
    ) -> tuple[str, Selected]:
        self.left -= 1
        definition = owner.fields[name]
        self.inputs.goals = set()
        chosen = self._arguments(owner, name, definition, depth) if arguments is None else arguments
        goals = frozenset(self.inputs.goals | {f"{owner.name}.{name}({one})" for one in chosen})
        written = ", ".join(f"{one}: {self._write(definition.args[one], value)}" for one, value in chosen.items())
        inside = get_named_type(definition.type)
        enum = inside.name if isinstance(inside, GraphQLEnumType) else None
        selected = Selected(name, f"{owner.name}.{name}", self._possible(owner), chosen, goals, enum)
        text = f"{name}({written})" if written else name
        if self.aliases < 8 and self.random.random() < 0.06:
            self.aliases += 1
            selected.key = f"alias{self.aliases}"
            text = f"{selected.key}: {text}"
        text += self._directive(depth)
        if is_composite_type(inside):
            text += " " + self._selection(inside, depth + 1, selected.children)
        return text, selected

    def _directive(self, depth: int) -> str:
        """Now and then a condition that holds."""
        if depth == 0 or self.random.random() > 0.03:
            return ""
        return self.random.choice((" @include(if: true)", " @skip(if: false)"))

    def _selection(self, kind: GraphQLNamedType, depth: int, children: list[Selected]) -> str:
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        texts = ["__typename"]
        names = self._affordable(kind, depth)
        count = max(1, min(self.left, self.random.randrange(1, 7)))
        common = self._wanted(kind, names, count)
        more = ("pageInfo", "id") if self.random.random() < 0.6 else ("pageInfo",)
        common += [name for name in more if name in kind.fields and name not in common]
        for name in common:
            text, selected = self._field(kind, name, depth)
            texts.append(text)
            children.append(selected)
        if is_abstract_type(kind) and self.left > 0:
            texts += self._fragments(kind, depth, common, children)
        if kind.name == "PageInfo" and "endCursor" not in common:
            texts.append("endCursor")
            cursor = Selected("endCursor", "PageInfo.endCursor", frozenset({"PageInfo"}), {}, frozenset(), None)
            children.append(cursor)
        return f"{{ {' '.join(texts)} }}"

    def _fragments(
        self, kind: GraphQLAbstractType, depth: int, common: list[str], children: list[Selected]
    ) -> Iterator[str]:
        """What only some of the possible types have, inline or by a named fragment."""
        for possible in self.schema.get_possible_types(kind):
            names = [name for name in self._affordable(possible, depth) if name not in common]
            wanted = self._wanted(possible, names, self.random.randrange(0, 4)) if self.left > 0 else []
            parts = [self._field(possible, name, depth) for name in wanted]
            if not parts:
                continue
            children += [selected for _, selected in parts]
            body = f"on {possible.name} {{ {' '.join(text for text, _ in parts)} }}"
            if self.random.random() < 0.3:
                name = f"Part{len(self.fragments)}"
                self.fragments.append(f"fragment {name} {body}")
                yield f"...{name}"
            else:
                yield f"... {body}"

    def _affordable(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> list[str]:
        """The fields that may still be selected: at the bottom, where there are any, such as have none themselves."""
        plain = [name for name, one in kind.fields.items() if not is_composite_type(get_named_type(one.type))]
        if (depth >= DEEPEST or self.left <= 0) and plain:
            return plain
        return list(kind.fields)

    def _possible(self, kind: GraphQLObjectType | GraphQLInterfaceType) -> frozenset[str]:
        if isinstance(kind, GraphQLInterfaceType):
            return frozenset(one.name for one in self.schema.get_possible_types(kind))
        return frozenset({kind.name})

    def _arguments(
        self, owner: GraphQLObjectType | GraphQLInterfaceType, name: str, definition: GraphQLField, depth: int
    ) -> dict[str, object]:
        chosen: dict[str, object] = {}
        for one, argument in definition.args.items():
            wanted = self.coverage.weight(f"{owner.name}.{name}({one})")
            if is_required_argument(argument) or (one not in PAGING and self.random.random() < 0.15 + wanted / 2):
                chosen[one] = self.inputs.value(argument.type, one)
        if "first" in definition.args:
            chosen |= self._page(depth)
        return chosen

    def _page(self, depth: int) -> dict[str, object]:
        """Small pages inside of others; now and then one that may not be."""
        if self.values.chance(0.08):
            turn, cursor = self.random.choice(("first", "last")), self.random.choice(("after", "before"))
            return {turn: self.values.number(), cursor: self.values.cursor()}
        size = self.random.randrange(1, 30) if depth == 0 else self.random.randrange(0, 4)
        return {"last" if self.values.chance(0.25) else "first": size}

    def _write(self, argument: GraphQLArgument, value: object) -> str:
        """As a literal, or as a variable."""
        if self.random.random() < 0.5:
            return literal(value)
        name = f"v{len(self.variables)}"
        self.variables[name] = (str(argument.type), value)
        return f"${name}"
