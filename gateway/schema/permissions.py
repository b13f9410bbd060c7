"""What the graph says of who may see it; gateway.execution.permissions holds every operation to it."""

import strawberry
from strawberry.schema_directive import Location

from gateway.model.caller import Scope

PLACES = [Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE]


@strawberry.schema_directive(
    locations=PLACES, name="requiresScopes", description="Only for callers that hold all scopes of one of the lists."
)
class RequiresScopes:
    scopes: list[list[str]]


def requires(*scopes: Scope) -> RequiresScopes:
    return RequiresScopes(scopes=[[scope.value for scope in scopes]])


DEVICES_READ = requires(Scope.DEVICES_READ)
DEVICES_WRITE = requires(Scope.DEVICES_READ, Scope.DEVICES_WRITE)
DEVICES_CLAIM = requires(Scope.DEVICES_READ, Scope.DEVICES_CLAIM)
USERS_READ = requires(Scope.USERS_READ)
