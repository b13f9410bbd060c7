from graphql import DocumentNode, FieldNode

from gateway.limits.passed import LimitPassed
from gateway.limits.selections import Selection, largest_operation


def check_aliases(document: DocumentNode, maximum: int) -> None:
    """Refuse an operation of more than `maximum` aliases: the same work asked for again and again."""
    if largest_operation(document, _aliases) > maximum:
        raise LimitPassed("maximum_aliases", f"The operation has more than {maximum} aliases.")


def _aliases(node: Selection, below: int) -> int:
    return below + (isinstance(node, FieldNode) and node.alias is not None)
