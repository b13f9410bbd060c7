from graphql import DocumentNode, FieldNode

from gateway.limits.passed import LimitPassed
from gateway.limits.selections import Selection, largest_operation


def check_fields(document: DocumentNode, maximum: int) -> None:
    """Refuse an operation of more than `maximum` fields, repeated ones and those of spread fragments included."""
    if largest_operation(document, _fields) > maximum:
        raise LimitPassed("maximum_fields", f"The operation has more than {maximum} fields.")


def _fields(node: Selection, below: int) -> int:
    return below + isinstance(node, FieldNode)
