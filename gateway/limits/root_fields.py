from graphql import DocumentNode, FieldNode

from gateway.limits.passed import LimitPassed
from gateway.limits.selections import Selection, largest_operation


def check_root_fields(document: DocumentNode, maximum: int) -> None:
    """Refuse an operation of more than `maximum` fields at its root, through fragments: each is work of its own."""
    if largest_operation(document, _root_fields) > maximum:
        raise LimitPassed("maximum_root_fields", f"The operation has more than {maximum} fields at its root.")


def _root_fields(node: Selection, below: int) -> int:
    return 1 if isinstance(node, FieldNode) else below
