"""What is measured, and how much of its upstream each operation may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import orjson

from tests.bench.fleets import button_node_id

PAGE_SIZE = 50

SCALARS = """
    id arn name type service
    ... on OneClickDevice { deviceId enabled remainingLife tags { key value } }
    ... on AlexaDevice {
        serialNumber softwareVersion macAddress status connectionStatus connectionStatusUpdatedAt createdAt
        room { name }
    }
"""
EVENTS = """
    events(first: 5) { nodes {
        id timestamp
        ... on ClickEvent { clickType remainingLife }
        ... on ConnectionStatusEvent { connectionStatus }
    } }
"""
PAGE = "{ nodes { id name type } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    query: str
    variables: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def body(self) -> bytes:
        return orjson.dumps({"query": self.query, "variables": dict(self.variables)})


def listed(size: int) -> Operation:
    return Operation(f"list{size}", f"{{ devices(first: {size}) {{ nodes {{ {SCALARS} }} }} }}")


LIST50 = listed(50)
LIST50_ALL_TAGS = Operation(
    "list50 with Alexa tags", f"{{ devices(first: 50) {{ nodes {{ {SCALARS} ... {{ tags {{ key value }} }} }} }} }}"
)
FANOUT50 = Operation("fanout50", f"{{ devices(first: 50) {{ nodes {{ {SCALARS} {EVENTS} }} }} }}")


def one(number: int = 0) -> Operation:
    """One 1-Click device by its id."""
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Device {{ {SCALARS} }} }} }}"
    return Operation("one", query, {"id": button_node_id(number)})


def page(name: str, after: str | None) -> Operation:
    query = f"query ($after: String) {{ devices(first: {PAGE_SIZE}, after: $after) {PAGE} }}"
    return Operation(name, query, {"after": after})


def page_before(name: str, before: str) -> Operation:
    query = f"query ($before: String) {{ devices(last: {PAGE_SIZE}, before: $before) {PAGE} }}"
    return Operation(name, query, {"before": before})
