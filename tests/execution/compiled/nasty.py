"""A schema made to be nasty: every wrapping of every kind of type, had in every way that Strawberry knows."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import cycle, islice, product
from typing import Annotated, Final, NewType, Union

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from tests.execution.compiled.world import WRAPPINGS, Colour, Thing, World, future, later

Day = NewType("Day", date)
Picky = NewType("Picky", str)


def _picky(value: object) -> object:
    if value == "refuse":
        raise ValueError("Picky will not have it")
    return None if value == "nothing" else value


SCALARS: Final = {
    Day: strawberry.scalar(name="Day", serialize=date.isoformat, parse_value=date.fromisoformat),
    Picky: strawberry.scalar(name="Picky", serialize=_picky, parse_value=lambda value: value),
}
LEAVES: Final[dict[str, object]] = {
    "String": str, "Int": int, "Float": float, "Boolean": bool, "ID": strawberry.ID,
    "Colour": strawberry.enum(Colour, name="Colour"), "Day": Day, "JSON": JSON, "Picky": Picky,
}  # fmt: skip
WRAP: Final[dict[str, Callable[[object], object]]] = {
    "one": lambda kind: kind | None,
    "must": lambda kind: kind,
    "list": lambda kind: list[kind | None] | None,
    "items": lambda kind: list[kind] | None,
    "mustlist": lambda kind: list[kind | None],
    "mustitems": lambda kind: list[kind],
    "lists": lambda kind: list[list[kind | None] | None] | None,
    "mustlists": lambda kind: list[list[kind]],
}


def _sync(name: str, kind: str, shape: str) -> object:
    def resolve(root: strawberry.Parent[Thing]) -> object:
        return _made(root, name, kind, shape)

    return resolve


def _with_info(name: str, kind: str, shape: str) -> object:
    def resolve(self: object, info: strawberry.Info) -> object:
        assert info.field_name in info.path.key
        return _made(self, name, kind, shape)

    return resolve


def _async(name: str, kind: str, shape: str) -> object:
    async def resolve(root: strawberry.Parent[Thing], info: strawberry.Info) -> object:
        await later(None, _world(root).ticks(f"{root.key}.{name}"))
        assert info.field_name in info.path.key
        return _made(root, name, kind, shape)

    return resolve


def _returns_coroutine(name: str, kind: str, shape: str) -> object:
    def resolve(root: strawberry.Parent[Thing]) -> object:
        return later(_made(root, name, kind, shape), _world(root).ticks(f"{root.key}.{name}"))

    return resolve


def _returns_future(name: str, kind: str, shape: str) -> object:
    def resolve(root: strawberry.Parent[Thing]) -> object:
        return future(_made(root, name, kind, shape))

    return resolve


WAYS: Final = (None, _sync, _with_info, _async, _returns_coroutine, _returns_future)
"""How a value is had; None is an attribute."""


def _world(root: object) -> World:
    return root.world


def _made(root: Thing, name: str, kind: str, shape: str) -> object:
    key = f"{root.key}.{name}"
    if (error := root.world.raises(key)) is not None:
        raise error
    return root.world.value(key, kind, WRAPPINGS[shape])


def _fields(kinds: dict[str, object], ways: Iterator[object]) -> dict[str, object]:
    """A field of each kind in each wrapping."""
    fields: dict[str, object] = {}
    for (kind, of), shape in product(kinds.items(), WRAP):
        name, way = f"f_{shape}_of_{kind.lower()}", next(ways)
        resolver = way(name, kind, shape) if way is not None else None
        fields[name] = strawberry.field(resolver=resolver, graphql_type=WRAP[shape](of))
    return fields


COMPOSITES: Final[dict[str, object]] = {
    name: Annotated[name, strawberry.lazy("tests.execution.compiled.nasty")]
    for name in ("A", "B", "C", "Base", "Named", "Slow", "Either")
}


def _chance(root: object, what: str) -> float:
    """Above the world's trouble where all is well."""
    return root.world.random(f"{root.key} {what}").random()


def _type_name(value: object) -> object:
    if _chance(value, "type") < value.world.trouble / 2:
        return value.world.random(value.key).choice((None, "Nowhere", "Query", 7, "Base", "String"))
    return value.kind


class _BaseTypes:
    @classmethod
    def resolve_type(cls, value: object, *_: object) -> object:
        if _chance(value, "refusal") < value.world.trouble / 4:
            raise ValueError(f"no type for {value}")
        return _type_name(value)


class _SlowTypes:
    @classmethod
    async def resolve_type(cls, value: object, *_: object) -> object:
        return await later(_type_name(value), value.world.ticks(value.key))


class _Sync:
    @classmethod
    def is_type_of(cls, value: object, *_: object) -> object:
        return isinstance(value, Thing) and value.kind == cls.__name__


class _Async:
    @classmethod
    async def is_type_of(cls, value: object, *_: object) -> object:
        if isinstance(value, Thing) and _chance(value, "is type") < value.world.trouble / 4:
            raise ValueError(f"whether {value} is one cannot be told")
        return await later(isinstance(value, Thing) and value.kind == cls.__name__, 1)


class _Upper(FieldExtension):
    def resolve(self, next_: object, source: object, info: strawberry.Info, **given: object) -> object:
        return str(next_(source, info, **given)).upper()


class _Never(BasePermission):
    message = "never"

    def has_permission(self, *_: object, **__: object) -> bool:
        return False


@strawberry.input
class Size:
    width: int = 3
    height: int | None = None
    unit: LEAVES["Colour"] = Colour.RED  # type: ignore[valid-type]


@strawberry.input
class Box:
    sizes: list[Size] | None = None
    inner: "Box | None" = strawberry.UNSET
    label: strawberry.Maybe[str | None] = None


@strawberry.input(one_of=True)
class Either1:
    name: str | None = strawberry.UNSET
    size: Size | None = strawberry.UNSET


def _echo(
    self: object,
    info: strawberry.Info,
    text: str | None = "default",
    number: int | None = strawberry.UNSET,
    numbers: list[int | None] | None = None,
    day: Day | None = None,
    box: Box | None = None,
    boxes: list[list[Box]] | None = None,
    either: Either1 | None = None,
    colour: LEAVES["Colour"] = Colour.GREEN,  # type: ignore[valid-type]
    anything: JSON | None = None,
    from_: Annotated[float | None, strawberry.argument(name="from")] = 1.5,
) -> str:
    given = {**locals()}
    told = repr([given[name] for name in sorted(given.keys() - {"self", "info"})])
    for changeable in (numbers, boxes):
        if isinstance(changeable, list):
            changeable.append(None)  # what one call does to its arguments, no other sees
    return told


async def _echo_later(info: strawberry.Info, text: str, numbers: list[int] | None = None) -> str:
    await later(None, 1)
    return f"{info.path.as_list()} {text} {numbers}"


def _told(info: strawberry.Info) -> str:
    raw = (info.field_name, info.python_name, info.path.as_list(), info.selected_fields, info.variable_values)
    operation = info.operation.name.value if info.operation.name else None
    return repr((*raw, operation, info.return_type, info.root_value is None, info.context, info.input_extensions))


def _extras() -> dict[str, object]:
    return {
        "echo": strawberry.field(resolver=_echo, graphql_type=str),
        "echo_later": strawberry.field(resolver=_echo_later, graphql_type=str | None),
        "told": strawberry.field(resolver=_told, graphql_type=str),
        "upper": strawberry.field(resolver=_told, graphql_type=str, extensions=[_Upper()]),
        "forbidden": strawberry.field(resolver=_told, graphql_type=str | None, permission_classes=[_Never]),
    }


def _type(name: str, bases: tuple[type, ...], fields: dict[str, object]) -> object:
    return type(name, bases, {"__module__": __name__, "__annotations__": {}, **fields})


def _shared() -> dict[str, object]:
    shared = _fields({**LEAVES, **COMPOSITES}, cycle(WAYS))
    return dict(islice(shared.items(), 0, None, 5))


ALL: Final = {**LEAVES, **COMPOSITES}
Base = strawberry.interface(_type("Base", (_BaseTypes,), _shared()))
Named = strawberry.interface(_type("Named", (Base,), {**_shared(), "resolve_type": None}))
Slow = strawberry.interface(_type("Slow", (_SlowTypes,), _shared()))
A = strawberry.type(_type("A", (_Sync, Base), {**_fields(ALL, cycle(WAYS)), **_extras()}))
B = strawberry.type(_type("B", (_Sync, Named, Slow), {**_fields(ALL, cycle(WAYS[1:])), **_extras()}))
C = strawberry.type(_type("C", (_Async, Named, Slow), {**_fields(ALL, cycle(WAYS[::-1])), **_extras()}))
Either = Annotated[Union[A, B], strawberry.union("Either")]  # noqa: UP007  # as Strawberry wants it
Query = strawberry.type(_type("Query", (), {**_fields(ALL, cycle((_sync, _async))), **_extras()}))


async def _add(info: strawberry.Info, number: int) -> int:
    await later(None, number % 3)
    info.context.append(number)
    return sum(info.context)


def _thing(self: object, info: strawberry.Info, number: int = 0) -> object:
    info.context.append(number)
    return _made(Thing(self.world, f"{self.key} {len(info.context)}", "A"), "thing", "A", "one")


Mutation = strawberry.type(
    _type(
        "Mutation",
        (),
        {
            "add": strawberry.field(resolver=_add, graphql_type=int),
            "thing": strawberry.field(resolver=_thing, graphql_type=A | None),
            "must": strawberry.field(resolver=_thing, graphql_type=A),
        },
    )
)
SCHEMA: Final = strawberry.Schema(
    Query, Mutation, types=[A, B, C], config=StrawberryConfig(scalar_map=SCALARS, auto_camel_case=False)
)
