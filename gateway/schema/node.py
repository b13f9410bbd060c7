from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLResolveInfo

from gateway.model.device import AlexaDevice, OneClickDevice
from gateway.model.ids import NodeKind
from gateway.model.room import Room
from gateway.model.user import User

TYPE_NAMES: Mapping[type, str] = {
    OneClickDevice: "OneClickDevice",
    AlexaDevice: "AlexaDevice",
    Room: "Room",
    User: "User",
}
KINDS: Mapping[type, NodeKind] = {
    OneClickDevice: NodeKind.ONE_CLICK_DEVICE,
    AlexaDevice: NodeKind.ALEXA_DEVICE,
    Room: NodeKind.ROOM,
    User: NodeKind.USER,
}
Function = TypeVar("Function", bound=Callable[..., object])
AnyNode = OneClickDevice | AlexaDevice | Room | User


def decided_by(key: Callable[[Any], object]) -> Callable[[Function], Function]:
    """Let compiled operations remember what it says of values with such a key (gateway.execution.compiled)."""

    def marked(function: Function) -> Function:
        function.decided_by = key  # type: ignore[attr-defined]  # functions have any attribute that they are given
        return function

    return marked


@strawberry.interface(description="Anything that can be refetched by its global id.")
class Node:
    id: strawberry.ID

    @classmethod
    @decided_by(type)
    def resolve_type(cls, value: object, _info: GraphQLResolveInfo[Any], _type: Any) -> str | None:  # noqa: ANN401  # graphql-core's own signature
        return TYPE_NAMES.get(type(value))

    @classmethod
    @decided_by(type)
    def is_type_of(cls, value: object, _info: GraphQLResolveInfo[Any]) -> bool:
        return TYPE_NAMES.get(type(value)) == cls.__name__
