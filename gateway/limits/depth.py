from graphql import DocumentNode, FieldNode

from gateway.limits.passed import LimitPassed
from gateway.limits.selections import Selection, largest_operation


def check_depth(document: DocumentNode, maximum: int) -> None:
    """Refuse fields nested deeper than `maximum`; fragments add no depth, what they hold does."""
    if largest_operation(document, _depth, max) > maximum:
        raise LimitPassed("maximum_depth", f"Fields are nested more than {maximum} deep.")


def _depth(node: Selection, below: int) -> int:
    return below + 1 if isinstance(node, FieldNode) else below
