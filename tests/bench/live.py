"""What streams cost: one event a second to each of thousands of clients, and a thousand that resume at once."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from gateway.app.services import make_services
from gateway.app.store import open_store, service_context
from gateway.services.device_secrets import issue_button_secret
from tests.bench.bars import Bar
from tests.bench.fleets import FIFTY, Fleet, button_id, make_fleet
from tests.bench.listeners import Listener, Way, all_heard, listen, over_events, over_socket
from tests.bench.roads import gateway_in_process
from tests.bench.section import Ground, Section, Table
from tests.bench.servers import Server

FEW, MANY, FIRST_LOOK = 1_000, 5_000, 200
EVENTS, QUICK_EVENTS = 10, 3
RESUMING, MISSED = 1_000, 20
PATIENCE, SETTLED = 60.0, 1.0
SLOWEST = 0.250
MOST_BYTES = 64 * 1024
WARM = 50
"""Clients that come and go before memory is looked at."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Seconds from a device's report to a client; bytes of the process for each client; share of one core."""

    way: str
    clients: int
    p50: float
    p99: float
    bytes_a_client: float
    cpu: float


async def live(ground: Ground) -> Section:
    fleet = await make_fleet(ground.directory / "live", FIFTY)
    secret = await device_secret(fleet)
    deliveries = []
    for count in (FIRST_LOOK,) if ground.quick else (FEW, MANY):
        for way in over_socket(), over_events():
            ground.say(f"telling {count:,} clients: {way.name}")
            with gateway_in_process(fleet, ground.directory / "live-gateway") as road:
                press = Press(road.gateway.port, secret)
                deliveries.append(await _delivery(road.gateway, way, count, press, ground))
    resumed = [await _resumed(ground, fleet, secret, name) for name in ("WebSocket", "event stream")]
    tables = [
        Table(
            "Streams: one event a second to each client",
            ("over", "clients", "p50 ms", "p99 ms", "KiB a client", "CPU %"),
            [_row(one) for one in deliveries],
        ),
        Table(
            f"Streams: all resume at once after a restart, {MISSED} events behind",
            ("over", "clients", "s"),
            resumed,
        ),
    ]
    return Section(tables, [bar for one in deliveries if one.way == "WebSocket" for bar in _bars(one)])


@dataclass(frozen=True, slots=True)
class Press:
    """A button's own report."""

    port: int
    secret: str

    async def __call__(self) -> float:
        """When it was sent, by `time.perf_counter`; it has been taken when this returns."""
        body = json.dumps({"clickType": "SINGLE"})
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        sent = time.perf_counter()
        writer.write(
            f"POST /ingest/one-click/{button_id(0)}/events HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"authorization: Bearer {self.secret}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode()
        )
        answer = await reader.readline()
        assert b" 204 " in answer, answer
        writer.close()
        return sent


async def _delivery(server: Server, way: Way, count: int, press: Press, ground: Ground) -> Delivery:
    for listener in await listen(server.port, way, WARM):
        listener.leave()
    before = server.resident_bytes()
    listeners = await listen(server.port, way, count)
    await asyncio.sleep(SETTLED)  # a socket does not tell when its subscription has begun
    await press()
    await all_heard(listeners, 1, PATIENCE)
    bytes_a_client = (server.resident_bytes() - before) / count
    began, cpu = time.perf_counter(), server.cpu_seconds()
    events = QUICK_EVENTS if ground.quick else EVENTS
    sent = [await _in_a_second(press, began + number) for number in range(events)]
    await all_heard(listeners, 1 + events, PATIENCE)
    await asyncio.sleep(max(began + events - time.perf_counter(), 0))
    seconds = time.perf_counter() - began
    latencies = [at - pressed for one in listeners for at, pressed in zip(one.heard[1:], sent, strict=True)]
    share = (server.cpu_seconds() - cpu) / seconds
    _let_go(listeners)
    percentiles = quantiles(latencies, n=100, method="inclusive")
    return Delivery(way.name, count, percentiles[49], percentiles[98], bytes_a_client, share)


async def _in_a_second(press: Press, due: float) -> float:
    await asyncio.sleep(max(due - time.perf_counter(), 0))
    return await press()


async def _resumed(ground: Ground, fleet: Fleet, secret: str, name: str) -> tuple[str, str, str]:
    """Seconds until all have what they missed."""
    ground.say(f"resuming: {name}")
    way = over_socket if name == "WebSocket" else over_events
    with gateway_in_process(fleet, ground.directory / "live-gateway") as road:
        cursor = await _cursor(road.gateway.port, press := Press(road.gateway.port, secret))
        for _ in range(MISSED):
            await press()
    count = FIRST_LOOK if ground.quick else RESUMING
    with gateway_in_process(fleet, ground.directory / "live-gateway") as road:
        began = time.perf_counter()
        listeners = await listen(road.gateway.port, way(cursor), count)
        await all_heard(listeners, MISSED, PATIENCE)
        seconds = time.perf_counter() - began
        _let_go(listeners)
    return name, f"{count:,}", f"{seconds:.2f}"


async def _cursor(port: int, press: Press) -> str:
    """Where the log is now."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(over_events().opening)
    await reader.readuntil(b":\n\n")
    await press()
    told = (await reader.readuntil(b"event: next")).decode()
    writer.close()
    return told.partition("id: ")[2].partition("\n")[0]


async def device_secret(fleet: Fleet) -> str:
    async with open_store(fleet.settings) as database:
        context = make_services(service_context(fleet.settings, database)).one_click.context
        return await issue_button_secret(context, button_id(0))


def _let_go(listeners: Sequence[Listener]) -> None:
    for listener in listeners:
        listener.leave()


def _row(one: Delivery) -> tuple[str, ...]:
    times = (f"{one.p50 * 1000:.0f}", f"{one.p99 * 1000:.0f}")
    return one.way, f"{one.clients:,}", *times, f"{one.bytes_a_client / 1024:.1f}", f"{one.cpu * 100:.0f}"


def _bars(one: Delivery) -> tuple[Bar, Bar]:
    what = f"{one.clients:,} WebSockets, one event a second to each"
    slowest, most = SLOWEST * 1000, MOST_BYTES / 1024
    return (
        Bar(f"{what}: p99 < {slowest:.0f} ms", f"{one.p99 * 1000:.0f} ms", one.p99 < SLOWEST),
        Bar(
            f"{what}: memory <= {most:.0f} KiB a client",
            f"{one.bytes_a_client / 1024:.1f} KiB",
            one.bytes_a_client <= MOST_BYTES,
        ),
    )
