from gateway.sources.upstream import Params
from gateway.wire.errors import ServiceError
from gateway.wire.input_check import check_input
from gateway.wire.service import Operation, ServiceModel

_READING_METHODS = frozenset({"GET", "HEAD"})
_READING_VERBS = ("Describe", "Get", "List", "Search")
_NO_PATH_SEGMENT = frozenset({"", ".", ".."})


def read_operations(model: ServiceModel) -> frozenset[str]:
    """Name the operations that change nothing: by HTTP method where the protocol has several, else by their verb."""
    return frozenset(operation.name for operation in model.operations.values() if _reads(model, operation))


def _reads(model: ServiceModel, operation: Operation) -> bool:
    if model.protocol == "rest-json":
        return operation.method in _READING_METHODS
    return operation.name.startswith(_READING_VERBS)


def check_request(operation: Operation, params: Params) -> None:
    """Refuse what the service would refuse, as it would (ServiceError), and what cannot travel in a path.

    An empty segment or one of dots would ask for another path: nothing has such a name, so nothing is found.
    """
    check_input(operation, params)
    for name, member in operation.input.members.items():
        if member.location == "uri" and params.get(name) in _NO_PATH_SEGMENT:
            code = "ResourceNotFoundException"
            raise ServiceError(
                code if code in operation.errors else operation.invalid_input, f"There is no {name} like this."
            )
