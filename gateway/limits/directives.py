from graphql import DocumentNode

from gateway.limits.passed import LimitPassed
from gateway.limits.selections import Selection, largest_operation


def check_directives(document: DocumentNode, maximum: int) -> None:
    """Refuse an operation of more than `maximum` directives, known or not."""
    on_definitions = max((len(getattr(one, "directives", None) or ()) for one in document.definitions), default=0)
    if largest_operation(document, _directives) + on_definitions > maximum:
        raise LimitPassed("maximum_directives", f"The operation has more than {maximum} directives.")


def _directives(node: Selection, below: int) -> int:
    return below + len(node.directives or ())
