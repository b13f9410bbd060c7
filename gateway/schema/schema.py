from datetime import datetime

import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.schema.device import AlexaDevice, OneClickDevice
from gateway.schema.event import ClickEvent, ConnectionStatusEvent, OtherDeviceEvent
from gateway.schema.mutation import Mutation
from gateway.schema.query import Query
from gateway.schema.room import Room
from gateway.schema.scalars import DATE_TIME
from gateway.schema.user import User

CONCRETE = (OneClickDevice, AlexaDevice, Room, User, ClickEvent, ConnectionStatusEvent, OtherDeviceEvent)


def make_schema() -> strawberry.Schema:
    """Build the graph that contract.graphql promises; `schema.graphql` is its print."""
    return strawberry.Schema(Query, Mutation, types=CONCRETE, config=StrawberryConfig(scalar_map={datetime: DATE_TIME}))
