"""Payloads as parts of a multipart/mixed body (RFC 2046).

The delimiter follows each part at once, because clients take a part for whole only when they see it.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeAlias

from gateway.execution.body import write_json
from gateway.execution.parts import Part
from gateway.http.endings import ending_errors
from gateway.http.incremental import IncrementalSpec, PartWriter, PartWriterOf2022
from gateway.http.streamed_response import Form
from gateway.http.streaming import Payloads

Parts: TypeAlias = AsyncGenerator[Part, None]

BOUNDARY = b"graphql"
DELIMITER = b"\r\n--" + BOUNDARY
END = b"--\r\n"
TYPE = b'multipart/mixed; boundary="' + BOUNDARY + b'"; '


def _part(*body: bytes) -> bytes:
    return b"".join((b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n", *body, DELIMITER))


async def _event_chunks(payloads: Payloads) -> AsyncGenerator[bytes, None]:
    try:
        async for payload in payloads:
            yield _part(b'{"payload":', payload.body, b"}")
    except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is told, masked where unknown
        yield _part(b'{"payload":null,"errors":', write_json(ending_errors(error)), b"}")


async def _chunks(parts: Parts, writer: PartWriter | PartWriterOf2022) -> AsyncGenerator[bytes, None]:
    async with aclosing(parts):
        async for part in parts:
            yield _part(writer.write(part))


SUBSCRIPTION: Form[Payloads] = Form(
    "multipart", TYPE + b"subscriptionSpec=1.0", _event_chunks, ping=_part(b"{}"), opening=DELIMITER, closing=END
)
"""Apollo's multipart protocol for subscriptions, whose heartbeat is an empty object."""

INCREMENTAL: dict[IncrementalSpec, Form[Parts]] = {
    IncrementalSpec.V0_2: Form(
        "incremental",
        TYPE + b"incrementalSpec=v0.2",
        lambda parts: _chunks(parts, PartWriter()),
        ping=b"",
        opening=DELIMITER,
        closing=END,
    ),
    IncrementalSpec.OF_2022: Form(
        "incremental",
        TYPE + b"deferSpec=20220824",
        lambda parts: _chunks(parts, PartWriterOf2022()),
        ping=b"",
        opening=DELIMITER,
        closing=END,
    ),
}
"""An answer in parts; it has no heartbeat, and ends by its deadline."""
