"""`python -m tests.bench.stub TAPE PORT`: both services over HTTP for next to nothing, from what was recorded.

Signatures are taken as they come: what a gateway spends on making one is measured, what a service spends is not.
How many calls there were is told under /calls.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import orjson
import uvloop

from tests.bench.tape import Item, Tape, joined, read_tape

CALLS = b"GET /calls "
END = b"\r\n\r\n"


@dataclass(slots=True)
class Answers:
    """Everything that may be asked, as bytes."""

    buttons: Sequence[bytes]
    described: Mapping[str, bytes]
    clicks: Mapping[str, bytes]
    echoes: Sequence[bytes]
    connections: Mapping[str, bytes]
    tags: Mapping[str, bytes]
    pages: dict[tuple[str, int, int], bytes] = field(default_factory=dict)
    calls: int = 0

    def answer(self, line: bytes, target: bytes, body: bytes) -> bytes | None:
        """None for what is not known here. `line`: the request's; `target`: the name behind X-Amz-Target's dot."""
        if line.startswith(CALLS):
            return str(self.calls).encode()
        self.calls += 1
        path, _, query = line.split(b" ")[1].partition(b"?")
        return self._alexa(target, orjson.loads(body)) if target else self._one_click(path.decode(), query)

    def _one_click(self, path: str, query: bytes) -> bytes | None:
        _, _, rest = path.partition("/devices")
        if not rest.strip("/"):
            asked = dict(pair.split(b"=") for pair in query.split(b"&") if pair)
            size, start = int(asked.get(b"maxResults", b"100")), int(asked.get(b"nextToken", b"0"))
            return self._page("devices", self.buttons, "nextToken", start, size)
        _, device, *events = unquote(rest).split("/")
        return (self.clicks if events else self.described).get(device)

    def _alexa(self, target: bytes, asked: Item) -> bytes | None:
        if target == b"SearchDevices":
            size, start = asked.get("MaxResults", 50), int(asked.get("NextToken", "0"))
            return self._page("Devices", self.echoes, "NextToken", start, size)
        if target == b"ListDeviceEvents":
            return self.connections.get(asked["DeviceArn"])
        return self.tags.get(asked.get("Arn", "")) if target == b"ListTags" else None

    def _page(self, member: str, items: Sequence[bytes], token: str, start: int, size: int) -> bytes:
        kept = self.pages.get((member, start, size))
        if kept is None:
            end = start + size
            more = f',"{token}":"{end}"'.encode() if end < len(items) else b""
            total = f',"TotalCount":{len(items)}'.encode() if member == "Devices" else b""
            kept = self.pages[member, start, size] = joined(member, items[start:end], more + total)
        return kept


def answers_of(tape: Tape) -> Answers:
    return Answers(
        [orjson.dumps(one) for one in tape.buttons],
        {one["deviceId"]: orjson.dumps({"deviceDescription": one}) for one in tape.buttons},
        {device: orjson.dumps({"events": events}) for device, events in tape.clicks.items()},
        [orjson.dumps(one) for one in tape.echoes],
        {arn: orjson.dumps({"DeviceEvents": events}) for arn, events in tape.connections.items()},
        {arn: orjson.dumps({"Tags": tags}) for arn, tags in tape.tags.items()},
    )


class Stub(asyncio.Protocol):
    """One connection; requests come one after the other, as AWS clients send them."""

    def __init__(self, answer: Callable[[bytes, bytes, bytes], bytes | None]) -> None:
        self._answer = answer
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvloop has it
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(END)
        if not end:
            return
        length = int(_value(head, b"content-length") or 0)
        if len(rest) < length:
            return
        self._received = rest[length:]
        _, _, target = _value(head, b"x-amz-target").rpartition(b".")
        body = self._answer(head.partition(b"\r\n")[0], target, rest[:length])
        status = b"200 OK" if body is not None else b"404 Not Found"
        body = body or b"{}"
        self._transport.write(
            b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)
        )


def _value(head: bytes, name: bytes) -> bytes:
    """A header's value, whatever the case of its name; empty where it is not there."""
    start = head.lower().find(b"\r\n" + name + b":")
    return head[start + len(name) + 3 :].partition(b"\r\n")[0].strip() if start >= 0 else b""


async def _serve(answers: Answers, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(answers.answer), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> None:
    tape, port = sys.argv[1:]
    uvloop.run(_serve(answers_of(read_tape(Path(tape))), int(port)))


if __name__ == "__main__":
    main()
