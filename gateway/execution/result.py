"""The only maker of `errors[]`: the gateway's errors → GraphQL errors; what is not in the table is masked."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from graphql import ArgumentNode, ExecutionResult, GraphQLError, Node, ValueNode, VariableDefinitionNode, VariableNode
from msgspec import Struct
from strawberry.exceptions import StrawberryInputCoercionError

from gateway.cache.response import Kept
from gateway.execution.cost_report import CostReport
from gateway.execution.road import Road
from gateway.limits.passed import LimitPassed
from gateway.model import errors as model
from gateway.observability.event_log import EventLog

log = EventLog(__name__)

ErrorMember: TypeAlias = dict[str, Any]
"""One member of `errors[]`: message, locations and path where known, extensions with at least `code`."""


class ErrorCode(StrEnum):
    """`extensions.code`; the client contract fixes names and meaning."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    SCAN_LIMIT = "SCAN_LIMIT"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    TRUSTED_DOCUMENT_REQUIRED = "TRUSTED_DOCUMENT_REQUIRED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    SLOW_CONSUMER = "SLOW_CONSUMER"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    UPSTREAM_UNAVAILABLE = "UPSTREAM_UNAVAILABLE"
    UPSTREAM_THROTTLED = "UPSTREAM_THROTTLED"
    UPSTREAM_TIMEOUT = "UPSTREAM_TIMEOUT"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


CODES: dict[type[Exception], ErrorCode] = {
    model.InvalidInput: ErrorCode.BAD_USER_INPUT,
    model.CursorExpired: ErrorCode.CURSOR_EXPIRED,
    model.ScanLimit: ErrorCode.SCAN_LIMIT,
    # A refusal of a mutation is a userError; one that gets here was met by a read, and lies in what was asked.
    model.Refused: ErrorCode.BAD_USER_INPUT,
    model.NotFound: ErrorCode.BAD_USER_INPUT,
    model.Conflict: ErrorCode.BAD_USER_INPUT,
    model.PreconditionFailed: ErrorCode.BAD_USER_INPUT,
    model.Forbidden: ErrorCode.FORBIDDEN,
    model.LimitExceeded: ErrorCode.LIMIT_EXCEEDED,
    model.Rejected: ErrorCode.BAD_USER_INPUT,
    model.Unsupported: ErrorCode.BAD_USER_INPUT,
    model.UpstreamError: ErrorCode.UPSTREAM_UNAVAILABLE,
    model.UpstreamUnavailable: ErrorCode.UPSTREAM_UNAVAILABLE,
    model.UpstreamThrottled: ErrorCode.UPSTREAM_THROTTLED,
    model.UpstreamTimeout: ErrorCode.UPSTREAM_TIMEOUT,
}

MASKED = "Internal server error"


class Result(Struct, frozen=True):
    """A GraphQL response before it is written.

    `executed` is false where nothing ran; the response then has no `data` entry (GraphQL, "Request Error Result").
    `cost` is there where a rate counts it or the request asks for it; `tells_cost`: whether in `extensions` too.
    `kept`: the same as ready bytes, from which it is then written, and `age` the seconds since they were made; `data`
    is not there where they were found. `road`: what ran it, if anything did.
    """

    data: dict[str, Any] | None
    errors: tuple[ErrorMember, ...]
    executed: bool
    cost: CostReport | None = None
    tells_cost: bool = False
    kept: Kept | None = None
    age: int = 0
    road: Road = Road.GRAPHQL_CORE

    def at_cost(self, cost: CostReport, *, tells: bool) -> "Result":
        return Result(self.data, self.errors, self.executed, cost, tells, self.kept, self.age, self.road)


class RequestRefused(Exception):
    """Nothing was executed; `result` says why."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.errors[0]["message"])
        self.result = result


def refused(code: ErrorCode, message: str, **extensions: str | int) -> Result:
    return Result(None, ({"message": message, "extensions": {"code": code, **extensions}},), executed=False)


def refused_limit(passed: LimitPassed) -> Result:
    return refused(ErrorCode.LIMIT_EXCEEDED, passed.message, limit=passed.limit)


def refused_document(code: ErrorCode, errors: Iterable[GraphQLError]) -> Result:
    """Errors of graphql-core about the text; its words are about the caller's document and are kept."""
    return Result(None, tuple(_member(error, error.message, {"code": code}) for error in errors), executed=False)


def refused_variables(errors: Iterable[GraphQLError]) -> Result:
    """Errors of graphql-core about variables; `argument` names the variable, as `$name`."""
    return Result(None, tuple(_input_error(error) for error in errors), executed=False)


def deadline_exceeded(seconds: float, road: Road = Road.GRAPHQL_CORE) -> Result:
    message = f"The request took longer than {seconds:g} seconds and was stopped."
    error = {"message": message, "extensions": {"code": ErrorCode.DEADLINE_EXCEEDED}}
    return Result(None, (error,), executed=True, road=road)


def internal_error(error: BaseException) -> Result:
    """Mask and log a failure outside of any field."""
    log.error("request failed", exc_info=error)
    return refused(ErrorCode.INTERNAL_SERVER_ERROR, MASKED)


def executed(outcome: ExecutionResult, road: Road = Road.GRAPHQL_CORE) -> Result:
    """Turn an outcome into a result; an unknown error is masked, and logged once however often it shows."""
    errors = field_errors(outcome.errors) if outcome.errors else ()
    return Result(outcome.data, errors, executed=True, road=road)


def field_errors(errors: Sequence[GraphQLError]) -> tuple[ErrorMember, ...]:
    logged: set[int] = set()
    return tuple(_field_error(error, logged) for error in errors)


def _field_error(error: GraphQLError, logged: set[int]) -> ErrorMember:
    original = _original(error)
    if isinstance(original, model.GatewayError):
        code = code_of(original)
        if code is not None:
            return _member(error, original.message, {"code": code, **_detail(original)})
    if _is_input_coercion(error):
        return _input_error(error)
    if id(original) not in logged:
        logged.add(id(original))
        log.error("field failed", path=error.path, exc_info=original)
    return _member(error, MASKED, {"code": ErrorCode.INTERNAL_SERVER_ERROR})


def _original(error: GraphQLError) -> Exception:
    """Return what a resolver raised; graphql-core wraps it, at times twice."""
    original: Exception = error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    return original


def code_of(error: model.GatewayError) -> ErrorCode | None:
    return next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), None)


def _detail(error: model.GatewayError) -> dict[str, str]:
    if isinstance(error, model.InvalidInput):
        return {"argument": error.argument}
    if isinstance(error, model.UpstreamError):
        return {"source": error.source}
    return {}


def _is_input_coercion(error: GraphQLError) -> bool:
    """Tell the caller's bad value from a resolver's: graphql-core puts the first at a value, the second at a field."""
    if isinstance(_original(error), StrawberryInputCoercionError):
        return True
    return isinstance(_first_node(error), ArgumentNode | ValueNode)


def _input_error(error: GraphQLError) -> ErrorMember:
    extensions: dict[str, Any] = {"code": ErrorCode.BAD_USER_INPUT}
    argument = _argument(_first_node(error))
    if argument is not None:
        extensions["argument"] = argument
    return _member(error, error.message, extensions)


def _argument(node: Node | None) -> str | None:
    if isinstance(node, VariableDefinitionNode):
        return f"${node.variable.name.value}"
    if isinstance(node, VariableNode):
        return f"${node.name.value}"
    if isinstance(node, ArgumentNode):
        return node.name.value
    return None


def _first_node(error: GraphQLError) -> Node | None:
    return error.nodes[0] if error.nodes else None


def _member(error: GraphQLError, message: str, extensions: dict[str, Any]) -> ErrorMember:
    member: ErrorMember = {"message": message}
    if error.locations:
        member["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        member["path"] = error.path
    member["extensions"] = extensions
    return member
