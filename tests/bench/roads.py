"""Who is measured: gateways and the plain server, each with its upstream."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.settings.settings import Settings
from gateway.wire.service import SPECS
from tests.bench.counting import aws_environment, remote_settings
from tests.bench.fleets import Fleet
from tests.bench.servers import OTHER, Server, free_port, running
from tests.bench.tape import Tape

SIGNED_HTTP, IN_PROCESS, SERVICES = "signed HTTP", "in process", "services over HTTP"
COMPILED, GRAPHQL_CORE, PLAIN = "gateway", "on graphql-core", "plain"


@dataclass(frozen=True, slots=True)
class Road:
    """A server that answers operations and, where its upstream is on a socket, the server behind it."""

    name: str
    upstream: str
    gateway: Server
    services: Server | None = None


@contextmanager
def gateway_in_process(
    fleet: Fleet, directory: Path, name: str = COMPILED, more: Mapping[str, str] | None = None
) -> Iterator[Road]:
    """A gateway over the fleet's own store; `more` are variables of its environment."""
    with _gateway(fleet.settings, more or {}, directory) as server:
        yield Road(name, IN_PROCESS, server)


@contextmanager
def gateway_over_http(
    fleet: Fleet, upstream: Server, directory: Path, name: str = COMPILED, more: Mapping[str, str] | None = None
) -> Iterator[Road]:
    """A gateway that reaches the fleet's services behind that server."""
    environment = {**aws_environment(fleet.access_key, directory), **(more or {})}
    with _gateway(remote_settings(directory / "data", upstream.url), environment, directory) as server:
        yield Road(name, SIGNED_HTTP, server, upstream)


@contextmanager
def gateway_over_services(fleet: Fleet, services: Server, directory: Path) -> Iterator[Road]:
    """A gateway that reaches the fleet's services as another gateway carries them."""
    with gateway_over_http(fleet, services, directory) as road:
        yield Road(COMPILED, SERVICES, road.gateway, services)


@contextmanager
def plain_over_http(fleet: Fleet, upstream: Server, directory: Path) -> Iterator[Road]:
    port = free_port()
    environment = {
        **aws_environment(fleet.access_key, directory),
        "AWS_DATA_PATH": str(SPECS),
        "ONE_CLICK_URL": f"{upstream.url}/one-click",
        "ALEXA_URL": f"{upstream.url}/alexa-for-business",
    }
    with running(["uvicorn", "tests.bench.plain.app:app", "--port", str(port)], environment, directory, port) as server:
        yield Road(PLAIN, SIGNED_HTTP, server, upstream)


@contextmanager
def ready_bytes(body: bytes, directory: Path) -> Iterator[Road]:
    """Starlette and uvicorn, which send that."""
    directory.mkdir(parents=True, exist_ok=True)
    path, port = directory / "body.json", free_port()
    path.write_bytes(body)
    command = ["uvicorn", "tests.bench.ready:app", "--port", str(port), "--no-access-log"]
    with running(command, {"READY_BODY": str(path)}, directory, port) as server:
        yield Road("ready bytes", IN_PROCESS, server)


@contextmanager
def stub_of(tape: Tape, directory: Path) -> Iterator[Server]:
    """A fleet's services for next to nothing, on the other core."""
    directory.mkdir(parents=True, exist_ok=True)
    path, port = directory / "tape.json", free_port()
    tape.write(path)
    with running(["tests.bench.stub", str(path), str(port)], {}, directory, port, OTHER) as server:
        yield server


@contextmanager
def _gateway(settings: Settings, environment: Mapping[str, str], directory: Path) -> Iterator[Server]:
    port = free_port()
    with running(
        ["gateway", "serve", "--port", str(port)], {**_as_environment(settings), **environment}, directory, port
    ) as server:
        yield server


def _as_environment(settings: Settings) -> dict[str, str]:
    assert settings.secret_key is not None
    return {
        "GATEWAY_DATA": str(settings.data.resolve()),
        "GATEWAY_SECRET_KEY": settings.secret_key,
        "GATEWAY_SOURCES": json.dumps([asdict(source) for source in settings.sources]),
    }
