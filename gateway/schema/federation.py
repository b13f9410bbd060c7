"""The graph as a subgraph of Apollo Federation: `_service` and `_entities` beside what everybody sees.

Our own rather than strawberry.federation, whose directives would be printed into the plain schema as well, and which
resolves representations one by one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, NewType

import strawberry

from gateway.model.errors import GatewayError, InvalidInput
from gateway.model.ids import NodeKind, decode_id
from gateway.schema.bounds import bounded
from gateway.schema.context import Context, Info
from gateway.schema.cost import REPRESENTATIONS, UPSTREAM_READ
from gateway.schema.device import AlexaDevice, OneClickDevice
from gateway.schema.lookup import DEVICE_KINDS, found_or_failure, node_by_id
from gateway.schema.node import KINDS, TYPE_NAMES, AnyNode
from gateway.schema.permissions import ANY_NODE, AUTHENTICATED
from gateway.schema.query import Query
from gateway.schema.room import Room
from gateway.schema.user import User

ARGUMENT = "representations"

ENTITY_KINDS: Mapping[str, frozenset[NodeKind]] = {
    "Device": DEVICE_KINDS,
    **{name: frozenset({KINDS[model]}) for model, name in TYPE_NAMES.items()},
}
"""What a representation may say that it is of, and which kinds of ids are of it."""

Entity = Annotated[OneClickDevice | AlexaDevice | Room | User, strawberry.union("_Entity")]
Representation = NewType("Representation", object)
REPRESENTATION = strawberry.scalar(
    name="_Any", description="An entity as another subgraph knows it: its `__typename` and its `id`."
)


@strawberry.type(name="_Service")
class Service:
    sdl: str


async def _entities(info: Info, representations: list[Representation]) -> Sequence[AnyNode | GatewayError | None]:
    """Find all at once, so that the loaders ask for each kind once; a failure takes the place of its entity."""
    asked = bounded(representations, ARGUMENT) or ()
    return await asyncio.gather(*(found_or_failure(_entity(info.context, one)) for one in asked))


async def _entity(context: Context, representation: object) -> AnyNode | None:
    match representation:
        case {"__typename": str(name), "id": str(text)} if name in ENTITY_KINDS:
            if decode_id(text, ARGUMENT).kind not in ENTITY_KINDS[name]:
                raise InvalidInput(f"This is not the id of a {name}.", ARGUMENT)
            return await node_by_id(context, text, ARGUMENT)
    names = ", ".join(ENTITY_KINDS)
    raise InvalidInput(f"A representation has a `__typename` ({names}) and an `id`.", ARGUMENT)


def subgraph_query(sdl: str) -> type[Query]:
    """The root of a subgraph that describes itself so (Apollo Federation, "Subgraph specification")."""

    def service() -> Service:
        return Service(sdl=sdl)

    @strawberry.type(name="Query")
    class SubgraphQuery(Query):
        service_ = strawberry.field(resolver=service, graphql_type=Service, name="_service", directives=[AUTHENTICATED])
        entities = strawberry.field(
            resolver=_entities,
            graphql_type=list[
                Annotated[OneClickDevice | AlexaDevice | Room | User, strawberry.union("_Entity")] | None
            ],
            name="_entities",
            directives=[ANY_NODE, REPRESENTATIONS, UPSTREAM_READ],
        )

    return SubgraphQuery
