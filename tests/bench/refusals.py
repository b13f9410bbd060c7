"""Requests refused per second, for each limit: `python -m tests.bench.refusals`, or a part of `make bench`.

Each request is another document, so that none is refused from memory.
"""

import asyncio
import gzip
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import orjson
import uvloop
from rich.console import Console

from tests.bench.fleets import FIFTY, Fleet, make_fleet
from tests.bench.load import END, LENGTH
from tests.bench.report import print_table
from tests.bench.roads import gateway_in_process
from tests.bench.section import Ground, Section, Table
from tests.bench.servers import Server
from tests.limits.attacks import ATTACKS

CLIENTS = 8
ROOM: Mapping[str, str] = {"GATEWAY_CLAIM_RATE": "1", "GATEWAY_MAXIMUM_BODY": "3000000"}
STRICT: Mapping[str, str] = {
    "GATEWAY_AUTHENTICATION": "required",
    "GATEWAY_CREDENTIALS_RATE": "1",
    "GATEWAY_RATE_COST": "1",
    "GATEWAY_RATE_BURST": "1",
}
CLAIM = 'mutation { claimDevices(input: {claimCode: "C-0000000001"}) { total } }'
NESTED = "{ rooms(first: 100) { nodes { devices(first: 100) { nodes { events(first: 100) { nodes { id } } } } } } }"
GZIP = "content-encoding: gzip"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that passes a limit; `body` makes it, another one for each number."""

    name: str
    limit: str
    body: Callable[[int], bytes]
    headers: Sequence[str] = ()
    strict: bool = False

    def request(self, number: int) -> bytes:
        body = self.body(number)
        lines = ["POST /graphql HTTP/1.1", "host: 127.0.0.1", "content-type: application/json", *self.headers]
        return "\r\n".join([*lines, f"content-length: {len(body)}"]).encode() + END + body


def _document(text: str) -> Callable[[int], bytes]:
    return lambda number: orjson.dumps({"query": f"{text}#{number}"})


def _variables(size: int) -> Callable[[int], bytes]:
    return lambda number: orjson.dumps({"query": "{ __typename }", "variables": {"v": f"{number:0>{size}}"}})


BOMB = gzip.compress(b" " * 5_000_000)
REFUSALS: Sequence[Refusal] = (
    *(Refusal(name, limit, _document(text)) for name, (text, limit) in ATTACKS.items()),
    Refusal("no GraphQL", "parsing", _document("{")),
    Refusal("not valid", "validation", _document("{ nothing }")),
    Refusal("huge variables", "maximum_variables", _variables(70_000)),
    Refusal("huge body", "maximum_body", _variables(3_100_000)),
    Refusal("decompression bomb", "maximum_body", lambda _: BOMB, (GZIP,)),
    Refusal("huge header", "maximum_headers", _document("{ __typename }"), (f"x-large: {'x' * 70_000}",)),
    Refusal("array batching", "maximum_batch", lambda _: orjson.dumps([{"query": "{ __typename }"}] * 10)),
    Refusal("expensive pages", "maximum_cost", _document(NESTED)),
    Refusal("brute force on claim codes", "claim_rate", _document(CLAIM)),
    Refusal("too much lately", "rate_cost", _document("{ sources { name } }"), strict=True),
    Refusal("wrong credentials", "credentials_rate", _document("{ a: __typename }"), ("x-api-key: gwk_0_x",), True),
)


async def refusals(ground: Ground) -> Section:
    """What a second of one core refuses, attack by attack."""
    fleets = [await make_fleet(ground.directory / name, FIFTY) for name in ("refusing", "refusing-strictly")]
    return Section([await measured(fleets, ground.directory, ground.effort.seconds, ground.say)], [])


async def measured(fleets: Sequence[Fleet], directory: Path, seconds: float, say: Callable[[str], None]) -> Table:
    with ExitStack() as stack:
        room, strict = (
            stack.enter_context(gateway_in_process(fleet, directory / name, name, settings)).gateway
            for fleet, name, settings in zip(fleets, ("room", "strict"), (ROOM, STRICT), strict=True)
        )
        rows = []
        for refusal in REFUSALS:
            say(f"refusing: {refusal.name}")
            rows.append(await _row(refusal, strict if refusal.strict else room, seconds))
    return Table("Refusals", ("attack", "limit", "refused a second", "CPU ms each"), rows, words=2)


async def _row(refusal: Refusal, server: Server, seconds: float) -> Sequence[str]:
    numbers = count()
    for _ in range(3):  # what is left of a rate
        await _exchange(server.port, refusal.request(next(numbers)))
    refused, spent = 0, server.cpu_seconds()
    began = time.perf_counter()

    async def client() -> None:
        nonlocal refused
        while time.perf_counter() - began < seconds:
            await _exchange(server.port, refusal.request(next(numbers)), must_refuse=True)
            refused += 1

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    elapsed, spent = time.perf_counter() - began, server.cpu_seconds() - spent
    return refusal.name, refusal.limit, f"{refused / elapsed:,.0f}", f"{spent / refused * 1000:.2f}"


async def _exchange(port: int, request: bytes, *, must_refuse: bool = False) -> None:
    """Over a connection of its own, as a refusal may close it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head = await reader.readuntil(END)
        body = await reader.readexactly(int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]))
        if must_refuse and not body.startswith(b'{"errors":'):
            raise AssertionError(f"not refused: {request[-200:]!r} {body[:200]!r}")
    finally:
        writer.close()


async def _alone(console: Console) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name, console.status("writing fleets") as status:
        directory = Path(name)
        fleets = [await make_fleet(directory / one, FIFTY) for one in ("refusing", "refusing-strictly")]
        print_table(console, await measured(fleets, directory, 1.0, status.update))


if __name__ == "__main__":
    uvloop.run(_alone(Console()))
