"""Clients come and go for an hour, and the gateway is as large as it was. `CHURN_SECONDS` makes it another time."""

import os
import time
from pathlib import Path

import pytest

from tests.bench.fleets import FIFTY, make_fleet
from tests.bench.listeners import all_heard, listen, over_events, over_socket
from tests.bench.live import Press, device_secret
from tests.bench.roads import gateway_in_process
from tests.bench.servers import Server

SECONDS = float(os.environ.get("CHURN_SECONDS", "3600"))
CLIENTS = 200
WARM_ROUNDS = 15
GROWTH_AT_MOST = 1.1


async def churn(server: Server, press: Press) -> None:
    """Clients of both kinds come, hear something, and go without a word."""
    listeners = [*await listen(server.port, over_socket(), CLIENTS), *await listen(server.port, over_events(), CLIENTS)]
    while not all(listener.heard for listener in listeners):  # a socket does not tell when its subscription has begun
        await press()
        await all_heard([listener for listener in listeners if listener.heard], 1, 30)
    for listener in listeners:
        listener.leave()


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 600)
async def test_memory_stays_flat_while_clients_come_and_go(tmp_path: Path) -> None:
    """After an hour in which clients came by the hundred and were cut off, the process has not grown by a tenth."""
    fleet = await make_fleet(tmp_path / "fleet", FIFTY)
    secret = await device_secret(fleet)
    resident = []
    with gateway_in_process(fleet, tmp_path / "gateway") as road:
        press = Press(road.gateway.port, secret)
        for _ in range(WARM_ROUNDS):
            await churn(road.gateway, press)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends or len(resident) < 2:
            await churn(road.gateway, press)
            resident.append(road.gateway.resident_bytes())

    course = [size >> 20 for size in resident[:: max(len(resident) // 10, 1)]]
    assert resident[-1] < resident[0] * GROWTH_AT_MOST, course
