"""`gateway serve` and `gateway services` as processes of their own, on free ports."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

GATEWAY = (sys.executable, "-m", "gateway")
GREETING = re.compile(r"The gateway is at (http://\S+)\n")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The machine's own without its settings of a gateway."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")} | dict(given)


@dataclass(frozen=True)
class ServerProcess:
    """A server that answers; `log` is where its stderr goes."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def stop(self) -> str:
        """End it as a service manager does; return what it printed after its address."""
        self.process.terminate()
        assert self.process.stdout
        with self.process.stdout as output:
            printed = output.read()
        assert self.process.wait(30) == 0, self.log.read_text()
        return printed

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        assert self.process.stdout
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def start_server(
    data: Path, *arguments: str, command: str = "serve", settings: Mapping[str, str] | None = None
) -> ServerProcess:
    """Start it and wait until it says where it is."""
    log = data.with_suffix(".log")
    with log.open("a") as errors:
        process = subprocess.Popen(
            [*GATEWAY, command, "--data", str(data), "--port", "0", *arguments],
            cwd=data.parent,
            env=environment(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout
    greeted = GREETING.fullmatch(process.stdout.readline())
    assert greeted, log.read_text()
    return ServerProcess(process, greeted[1], log)


@contextmanager
def served(
    data: Path, *arguments: str, command: str = "serve", settings: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    server = start_server(data, *arguments, command=command, settings=settings)
    try:
        yield server
    finally:
        server.kill()


def refused(directory: Path, *arguments: str, command: str = "serve", settings: Mapping[str, str] | None = None) -> str:
    """Start it in that directory, where it is to be refused with exit code 1 and no traceback; return what it says."""
    result = subprocess.run(
        [*GATEWAY, command, *arguments],
        cwd=directory,
        env=environment(settings or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("gateway: ")
    return result.stderr
