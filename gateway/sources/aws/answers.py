"""Answers of the two services, read strictly: what botocore would pass on half understood is an outage here."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import orjson
from msgspec import Struct

from gateway.sources.faults import UNREADABLE, Failed, fault_of
from gateway.wire.errors import ServiceError
from gateway.wire.json_reading import read_body
from gateway.wire.service import Operation, ServiceModel

_REDIRECTION = 300
_CLIENT_FAULT = 400


class Answer(Struct, frozen=True):
    """An HTTP answer as it came."""

    status: int
    raw_headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """By their names in lower case; seldom asked for."""
        return {_text(name).lower(): _text(value) for name, value in self.raw_headers}


def read_answer(operation: Operation, answer: Answer) -> dict[str, Any]:
    """Answer the output by its SDK names, with aware UTC datetimes. Both services answer in JSON, and only in the body.

    Anything else raises Failed: an error of the service with its fault and message, what is no answer of the service as
    UNREADABLE.
    """
    if answer.status >= _CLIENT_FAULT:
        raise _error(answer.status, answer.headers, answer.body)
    if answer.status >= _REDIRECTION:
        raise Failed(UNREADABLE, f"HTTP status {answer.status}", answer.headers)
    return _output(operation, answer)


class AnswerParser(Struct, frozen=True):
    """Takes the place of botocore's response parsers: `read_answer`, with the headers in ResponseMetadata."""

    model: ServiceModel

    def create_parser(self, protocol: str) -> Self:
        """Be the factory as well: one parser serves all answers."""
        del protocol
        return self

    async def parse(self, response: Mapping[str, Any], shape: object) -> dict[str, Any]:
        del shape
        raw = [(_bytes(name), _bytes(value)) for name, value in response["headers"].items()]
        answer = Answer(response["status_code"], raw, response["body"])
        output = read_answer(self.model.operations[response["context"]["operation_name"]], answer)
        output["ResponseMetadata"] = {"HTTPStatusCode": answer.status, "HTTPHeaders": answer.headers}
        return output


def _output(operation: Operation, answer: Answer) -> dict[str, Any]:
    if operation.output is None or not operation.output.members:
        return {}
    try:
        output = read_body(operation.output, answer.body)
    except ServiceError as error:
        raise Failed(UNREADABLE, error.message, answer.headers) from error
    # Every member is optional in the models, but an answer with none of them would pass for an empty fleet.
    if not output:
        raise Failed(UNREADABLE, "the answer has no member of the operation's output", answer.headers)
    return output


def _error(status: int, headers: Mapping[str, str], body: bytes) -> Failed:
    document = _object(body)
    code = _code(headers.get("x-amzn-errortype") or document.get("__type") or document.get("code"))
    message = document.get("message") or document.get("Message")
    text = message if isinstance(message, str) else ""
    if not code and status < 500:  # noqa: PLR2004 - only a service's own errors have a code; this is some other server's
        return Failed(UNREADABLE, f"HTTP status {status} without an error code", headers)
    return Failed(fault_of(code, text, status), text, headers)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _code(told: object) -> str:
    """Cut an error's name out of forms like `aws.a4b#NotFoundException` and `NotFoundException:http://…`."""
    return told.partition(":")[0].rpartition("#")[2].strip() if isinstance(told, str) else ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
