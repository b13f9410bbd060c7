from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import TypeAlias

from graphql import (
    ArgumentNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.validation import ASTValidationRule
from msgspec import Struct, field
from msgspec.structs import replace
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.execution.cache_policy import CachePolicy, policies_of
from gateway.execution.compiled.operation import CompiledOperation
from gateway.execution.cost import OperationCost
from gateway.execution.cost_reading import costs_of
from gateway.execution.initial_counts import initial_counts
from gateway.execution.lru import ByteBoundedLru
from gateway.execution.one_piece import in_one_piece
from gateway.execution.permissions import Requirement, requirements_of
from gateway.execution.result import ErrorCode, RequestRefused, Result, refused_document, refused_limit
from gateway.execution.selected import selected_fields
from gateway.execution.variables import MAX_ERRORS, Variables
from gateway.limits.document import DEFAULT_LIMITS, DocumentLimits
from gateway.limits.passed import LimitPassed
from gateway.observability.cache_metrics import CacheMetrics

BYTES_PER_TOKEN = 600  # of a parsed document with its locations and cost; 410 to 590 measured, a test holds it to that
BYTES_PER_DOCUMENT = 1800  # of what is kept beside it

Operations: TypeAlias = dict[str | None, OperationDefinitionNode]


class Document(Struct, frozen=True, eq=False):
    """A text that is a valid document of the schema; knows no variables.

    `hash` is the text's SHA-256 in hex. `policies` is empty where answers are not kept. `parsed_weight` is about the
    bytes that it holds before anything of it is run; what is compiled then adds to it, and `grown` hears of that.
    `told`: why an operation of it was left to graphql-core, as far as that was logged. `in_one_piece`: the same
    without @defer and @stream, for who takes no answer in parts; None where it has neither. `counts`: by the name of
    an operation how many items each @stream asks for at once. `telling`: the variables that payloads of its
    subscriptions depend on, of those that were opened.
    """

    hash: str
    operations: Operations
    fragments: dict[str, FragmentDetails]
    fragment_definitions: dict[str, FragmentDefinitionNode]
    variables: Mapping[str | None, Variables]
    requirements: Mapping[str | None, tuple[Requirement, ...]]
    costs: Mapping[str | None, OperationCost]
    policies: Mapping[str | None, CachePolicy]
    parsed_weight: int
    grown: Callable[[], None]
    in_one_piece: "Document | None" = None
    counts: Mapping[str | None, tuple[ArgumentNode, ...]] = field(default_factory=dict)
    compiled: dict[str | None, CompiledOperation] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    telling: dict[str | None, frozenset[str]] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """About the bytes that all of it holds."""
        return self.parsed_weight + self.compiled_weight + (self.in_one_piece.parsed_weight if self.in_one_piece else 0)

    @property
    def compiled_weight(self) -> int:
        """About the bytes of what it was compiled to, in one piece or in parts."""
        compiled = sum(operation.weight for operation in self.compiled.values())
        return compiled + (self.in_one_piece.compiled_weight if self.in_one_piece else 0)

    def forget_compiled(self) -> None:
        """Compile anew what is run from now on."""
        self.compiled.clear()
        if self.in_one_piece is not None:
            self.in_one_piece.forget_compiled()

    def policy(self, operation_name: str | None) -> CachePolicy | None:
        """How an operation's answer may be kept; without a name that of the only one."""
        if operation_name is None and len(self.policies) == 1:
            return next(iter(self.policies.values()))
        return self.policies.get(operation_name)


class DocumentOptions(Struct, frozen=True):
    """`page_size`: what a page that does not say its size costs, where that is not the schema's `assumedSize`.

    `answer_age`: seconds that answers may be kept where the schema's @cacheControl says nothing; None: never.
    """

    introspection: bool = True
    suggestions: bool = True
    limits: DocumentLimits = DEFAULT_LIMITS
    cache_bytes: int = 32 * 1024 * 1024
    refused_cache_bytes: int = 4 * 1024 * 1024
    page_size: int | None = None
    answer_age: int | None = None


class Documents:
    """Texts parsed and validated once; the refused are remembered apart, so that they cannot push out the others."""

    def __init__(self, schema: GraphQLSchema, options: DocumentOptions) -> None:
        self._schema = schema
        self._options = options
        self._rules = _rules(introspection=options.introspection)
        self._known: ByteBoundedLru[Document] = ByteBoundedLru(options.cache_bytes)
        self._refused: ByteBoundedLru[Result] = ByteBoundedLru(options.refused_cache_bytes)

    def show(self, caches: CacheMetrics) -> None:
        """Let operators see how full and how useful the caches are."""
        caches.watch("documents", self._known)
        caches.watch("refused_documents", self._refused)

    def read(self, text: str) -> Document:
        """Raise RequestRefused: GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, or LIMIT_EXCEEDED for its tokens."""
        document = self._known.get(text)
        if document is not None:
            return document
        refusal = self._refused.get(text)
        if refusal is not None:
            raise RequestRefused(refusal)
        try:
            document = self.compile(text, partial(self._known.weigh, text, _weight_of))
        except RequestRefused as error:
            words = sum(_weight(member["message"]) + 500 for member in error.result.errors)
            self._refused.put(text, error.result, _weight(text) + words)
            raise
        self._known.put(text, document, document.weight)
        return document

    def compile(self, text: str, grown: Callable[[], None]) -> Document:
        """Parse and validate without remembering; raise RequestRefused as `read` does. `grown`: as a Document's."""
        node = _parse(text, self._options.limits)
        errors = validate(
            self._schema, node, self._rules, max_errors=MAX_ERRORS, hide_suggestions=not self._options.suggestions
        )
        if errors:
            if not self._options.suggestions:
                _strip_suggestions(errors)
            raise RequestRefused(refused_document(ErrorCode.GRAPHQL_VALIDATION_FAILED, errors))
        whole = in_one_piece(node)
        if whole is None:
            return self._document(text, node, self._options.answer_age, grown)
        piece = self._document(f"{text}\n# in one piece", whole, None, grown)
        return replace(self._document(text, node, None, grown), in_one_piece=piece, counts=initial_counts(node))

    def _document(self, text: str, node: DocumentNode, answer_age: int | None, grown: Callable[[], None]) -> Document:
        operations: Operations = {}
        definitions: dict[str, FragmentDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations[definition.name.value if definition.name else None] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                definitions[definition.name.value] = definition
        selected = selected_fields(self._schema, node)
        policies: Mapping[str | None, CachePolicy] = {}
        if answer_age is not None:
            policies = policies_of(self._schema, operations, definitions, selected, answer_age)
        return Document(
            sha256(text.encode()).hexdigest(),
            operations,
            {name: FragmentDetails(definition, None) for name, definition in definitions.items()},
            definitions,
            {name: Variables(self._schema, operation) for name, operation in operations.items()},
            requirements_of(selected),
            costs_of(self._schema, operations, definitions, self._options.page_size),
            policies,
            _weight(text) + BYTES_PER_TOKEN * node.token_count + BYTES_PER_DOCUMENT,
            grown,
        )


def _weight_of(document: Document) -> int:
    return document.weight


def _rules(*, introspection: bool) -> tuple[type[ASTValidationRule], ...]:
    """The rules of the specification, and Strawberry's own for @oneOf and Maybe as its Schema adds them."""
    rules = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
    return rules if introspection else (*rules, NoSchemaIntrospectionCustomRule)


def _parse(text: str, limits: DocumentLimits) -> DocumentNode:
    """Parse within the limits; what passes one is refused before it is validated."""
    try:
        limits.check_text(text)
        node = parse(text, max_tokens=limits.tokens)
        limits.check(node)
    except LimitPassed as passed:
        raise RequestRefused(refused_limit(passed)) from None
    except GraphQLSyntaxError as error:
        if f"more than {limits.tokens} tokens" in error.description:
            tokens = LimitPassed("maximum_tokens", f"The document has more than {limits.tokens} tokens.")
            raise RequestRefused(refused_limit(tokens)) from None
        if "nested too deeply" in error.description:
            depth = LimitPassed("maximum_depth", f"Fields are nested more than {limits.depth} deep.")
            raise RequestRefused(refused_limit(depth)) from None
        raise RequestRefused(refused_document(ErrorCode.GRAPHQL_PARSE_FAILED, [error])) from None
    except GraphQLError as error:
        raise RequestRefused(refused_document(ErrorCode.GRAPHQL_PARSE_FAILED, [error])) from None
    return node


def _strip_suggestions(errors: list[GraphQLError]) -> None:
    """Strip those of the one rule that gives them unasked: a field that needs a selection."""
    for error in errors:
        error.message = error.message.partition(" Did you mean")[0]


def _weight(text: str) -> int:
    """Bytes of the text itself, at Python's widest."""
    return 4 * len(text) if not text.isascii() else len(text)
