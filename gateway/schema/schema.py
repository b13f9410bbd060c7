from collections.abc import Mapping
from datetime import datetime

import strawberry
from graphql import GraphQLSchema, Undefined
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from gateway.schema.device import AlexaDevice, OneClickDevice
from gateway.schema.event import ClickEvent, ConnectionStatusEvent, OtherDeviceEvent
from gateway.schema.federation import REPRESENTATION, Representation, subgraph_query
from gateway.schema.federation_sdl import subgraph_sdl
from gateway.schema.mutation import Mutation
from gateway.schema.query import Query
from gateway.schema.room import Room
from gateway.schema.scalars import DATE_TIME
from gateway.schema.subscription import Subscription
from gateway.schema.user import User

CONCRETE = (OneClickDevice, AlexaDevice, Room, User, ClickEvent, ConnectionStatusEvent, OtherDeviceEvent)
SCALARS: Mapping[object, ScalarDefinition] = {datetime: DATE_TIME, Representation: REPRESENTATION}


class _Schema(strawberry.Schema):
    def _warn_for_federation_directives(self) -> None:
        """There are none: looking for them would import all that Strawberry knows of Apollo's, and take a sixth of the
        making.
        """


def make_schema(*, federation: bool = False) -> strawberry.Schema:
    """Build the graph that contract.graphql promises; `schema.graphql` is its print.

    `federation`: with `_service` and `_entities`, by which it is a subgraph of a larger graph.
    """
    plain = _made(Query)
    return _made(subgraph_query(subgraph_sdl(plain.as_str()))) if federation else plain


def _made(query: type[Query]) -> strawberry.Schema:
    config = StrawberryConfig(scalar_map=SCALARS, enable_experimental_incremental_execution=True)
    schema = _Schema(query, Mutation, Subscription, types=CONCRETE, config=config)
    _leave_out_null_defaults(schema._schema)  # noqa: SLF001  # Strawberry's only way to the graphql-core schema
    return schema


def _leave_out_null_defaults(schema: GraphQLSchema) -> None:
    """Print `first: Int` for what may be left out; Strawberry makes it `first: Int = null`, unlike the contract."""
    for named in schema.type_map.values():
        for field in getattr(named, "fields", {}).values():
            for given in (field, *getattr(field, "args", {}).values()):
                if getattr(given, "default_value", Undefined) is None:
                    given.default_value = Undefined
