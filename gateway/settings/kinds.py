"""What kinds of values settings have, and how these are told."""

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin

from msgspec import Meta
from msgspec.inspect import BoolType, DataclassType, FloatType, IntType, StrType, Type, VarTupleType, type_info

Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Days = Annotated[int, Meta(ge=1, le=36_500)]

Group = TypeVar("Group")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def group(settings: type[Group]) -> type[Group]:
    """Make a part of Settings of a class; there is never one by itself, so that nothing is compiled to make it."""
    return dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)(settings)


def told(kind: Any) -> str:  # noqa: ANN401  # a type is of any type
    """A kind of values in words: `integer, from 1`, `true or false`, `list of text`."""
    if get_origin(kind) in {Union, UnionType}:
        return told(next(one for one in get_args(kind) if one is not NoneType))
    if get_origin(kind) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(kind))
    return _told(type_info(kind))


def _told(kind: Type) -> str:
    match kind:
        case VarTupleType(item_type=item):
            return "list of tables" if isinstance(item, DataclassType) else f"list of {_told(item)}"
        case BoolType():
            return "true or false"
        case IntType():
            return "integer" + _bounds(kind)
        case FloatType():
            return "number" + _bounds(kind)
        case StrType():
            return "text" + _form(kind)
        case _:
            return "path"


def _bounds(kind: IntType | FloatType) -> str:
    if kind.le is not None:
        return f", above {kind.gt} to {kind.le}" if kind.ge is None else f", {kind.ge} to {kind.le}"
    if kind.ge is not None:
        return f", from {kind.ge}"
    return "" if kind.gt is None else f", above {kind.gt}"


def _form(kind: StrType) -> str:
    if kind.min_length is not None:
        return f", from {kind.min_length} characters"
    return "" if kind.pattern is None else f" like `{kind.pattern}`"
