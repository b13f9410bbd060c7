from graphql import DocumentNode
from msgspec import Struct

from gateway.limits.aliases import check_aliases
from gateway.limits.depth import check_depth
from gateway.limits.directives import check_directives
from gateway.limits.fields import check_fields
from gateway.limits.overlaps import check_overlaps
from gateway.limits.passed import LimitPassed
from gateway.limits.root_fields import check_root_fields


class DocumentLimits(Struct, frozen=True):
    """The most of everything that a document may hold. `bytes`: of its text in UTF-8."""

    bytes: int = 100_000
    tokens: int = 2_000
    depth: int = 16
    aliases: int = 30
    directives: int = 20
    root_fields: int = 20
    fields: int = 500
    overlaps: int = 3_000

    def check_text(self, text: str) -> None:
        """Raise LimitPassed before anything is parsed."""
        if len(text) > self.bytes or len(text.encode()) > self.bytes:
            raise LimitPassed("maximum_document", f"The document has more than {self.bytes} bytes.")

    def check(self, document: DocumentNode) -> None:
        """Raise LimitPassed before anything is validated."""
        check_depth(document, self.depth)
        check_aliases(document, self.aliases)
        check_directives(document, self.directives)
        check_root_fields(document, self.root_fields)
        check_fields(document, self.fields)
        check_overlaps(document, self.overlaps)


DEFAULT_LIMITS = DocumentLimits()
