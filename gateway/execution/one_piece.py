from graphql import REMOVE, DirectiveNode, DocumentNode, GraphQLDeferDirective, GraphQLStreamDirective, Visitor, visit

INCREMENTAL = frozenset({GraphQLDeferDirective.name, GraphQLStreamDirective.name})


def in_one_piece(document: DocumentNode) -> DocumentNode | None:
    """The document without @defer and @stream, which a server may leave out of account; None where it has neither."""
    stripper = _Stripper()
    stripped: DocumentNode = visit(document, stripper)
    return stripped if stripper.found else None


class _Stripper(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_directive(self, node: DirectiveNode, *_: object) -> object:
        if node.name.value not in INCREMENTAL:
            return None
        self.found = True
        return REMOVE
