"""What the graph says of who may see it; gateway.execution.permissions holds every operation to it."""

from collections.abc import Mapping

import strawberry
from strawberry.schema_directive import Location

from gateway.model.caller import Scope
from gateway.model.ids import NodeKind

PLACES = [Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE]


@strawberry.schema_directive(
    locations=PLACES, name="authenticated", description="Only for callers that are known, whatever scopes they hold."
)
class Authenticated:
    pass


@strawberry.schema_directive(
    locations=PLACES, name="requiresScopes", description="Only for callers that hold all scopes of one of the lists."
)
class RequiresScopes:
    scopes: list[list[str]]


def requires(*scopes: Scope) -> RequiresScopes:
    return RequiresScopes(scopes=[[scope.value for scope in scopes]])


AUTHENTICATED = Authenticated()
DEVICES_READ = requires(Scope.DEVICES_READ)
DEVICES_WRITE = requires(Scope.DEVICES_READ, Scope.DEVICES_WRITE)
DEVICES_CLAIM = requires(Scope.DEVICES_READ, Scope.DEVICES_CLAIM)
USERS_READ = requires(Scope.USERS_READ)
ANY_NODE = RequiresScopes(scopes=[[Scope.DEVICES_READ.value], [Scope.USERS_READ.value]])

KIND_SCOPES: Mapping[NodeKind, Scope] = {
    NodeKind.ONE_CLICK_DEVICE: Scope.DEVICES_READ,
    NodeKind.ALEXA_DEVICE: Scope.DEVICES_READ,
    NodeKind.ROOM: Scope.DEVICES_READ,
    NodeKind.USER: Scope.USERS_READ,
}
"""What an id's kind needs: `node` is the one way to a thing whose type the document does not tell."""
