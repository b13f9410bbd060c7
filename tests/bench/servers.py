"""Servers as processes of their own, pinned to one core, so that their CPU time is theirs alone."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.counting import clean_environment

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 10.0
CORES = sorted(os.sched_getaffinity(0))
MEASURED, OTHER = CORES[0], CORES[-1]
"""The core of what is measured, and that of all who ask it and whom it asks."""


class NotStarted(Exception):
    """A server ended, or does not answer; the message has the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, listening on that port of 127.0.0.1."""

    process: psutil.Process
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """User and system time of the process so far, by its own accounting."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def resident_bytes(self) -> int:
        return int(self.process.memory_info().rss)


@contextmanager
def running(
    module: Sequence[str], environment: Mapping[str, str], directory: Path, port: int, core: int = MEASURED
) -> Iterator[Server]:
    """Run `python -m MODULE` in that working directory, which also gets its log, until it is no longer needed."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=directory,
            env={**clean_environment(), "PYTHONPATH": str(ROOT), **environment},
            stdout=log,
            stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509  # the bench has one thread when it starts servers
        )
    with _stopped(process):
        if not _listens(process, port):
            raise NotStarted((directory / "log").read_text(errors="replace")[-2000:])
        yield Server(psutil.Process(process.pid), port)


def free_port() -> int:
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
        time.sleep(0.005)
    return False
