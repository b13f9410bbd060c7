"""Gateways as processes of their own, so that their CPU time is theirs alone."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from gateway.settings.settings import Settings
from tests.bench.counting import aws_environment, clean_environment, remote_settings
from tests.bench.fleets import Fleet

SECONDS_TO_START = 30.0
SECONDS_TO_STOP = 10.0


class NotStarted(Exception):
    """A server ended, or does not answer; the message has the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, listening on that port of 127.0.0.1."""

    process: psutil.Process
    port: int

    def cpu_seconds(self) -> float:
        """User and system time of the process so far, by its own accounting."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def resident_bytes(self) -> int:
        return int(self.process.memory_info().rss)


@dataclass(frozen=True, slots=True)
class Road:
    """A gateway and, where it has its upstream on a socket, the server of the device services behind it."""

    upstream: str
    gateway: Server
    services: Server | None = None


@contextmanager
def roads(fleet: Fleet, directory: Path) -> Iterator[tuple[Road, Road]]:
    """A gateway over the fleet's store, and one that reaches the first one's device services over aioboto3."""
    environment = aws_environment(fleet.access_key, directory)
    with _server(fleet.settings, {}, directory / "straight") as straight:
        remote_ones = remote_settings(directory / "data", f"http://127.0.0.1:{straight.port}")
        with _server(remote_ones, environment, directory / "remote") as remote:
            yield Road("in process", straight), Road("aioboto3", remote, straight)


@contextmanager
def _server(settings: Settings, environment: Mapping[str, str], directory: Path) -> Iterator[Server]:
    """Run `gateway serve` in that working directory, which also gets its log."""
    directory.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", "--port", str(port)],
            cwd=directory,
            env={**clean_environment(), **_as_environment(settings), **environment},
            stdout=log,
            stderr=log,
        )
    with _stopped(process):
        if not _listens(process, port):
            raise NotStarted((directory / "log").read_text(errors="replace")[-2000:])
        yield Server(psutil.Process(process.pid), port)


def _as_environment(settings: Settings) -> dict[str, str]:
    assert settings.secret_key is not None
    return {
        "GATEWAY_DATA": str(settings.data.resolve()),
        "GATEWAY_SECRET_KEY": settings.secret_key.get_secret_value(),
        "GATEWAY_SOURCES": json.dumps([source.model_dump(mode="json") for source in settings.sources]),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the port is open; tell whether it is before the process ends or the time is over."""
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.05)
    return False
