"""Doors on ports of their own: what is where, what the greeting tells, and how all of them end."""

import re
import signal
import socket
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.cli.under_way import QUERY, begin, refuses_connections
from tests.clients.server_process import refused, served

PATHS = ("/graphql?query={__typename}", "/", "/metrics", "/one-click/devices", "/ingest/one-click/G1/events", "/ready")


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in found]


def open_paths(url: str) -> list[str]:
    """Which of the paths are served there; where there is a door, something else than 404 comes."""
    return [path.partition("?")[0] for path in PATHS if httpx.request(_method(path), url + path).status_code != 404]


def _method(path: str) -> str:
    return "POST" if path.startswith("/ingest") else "GET"


def test_each_door_is_on_its_own_port_and_nowhere_else(tmp_path: Path) -> None:
    """What is to be seen from outside is a matter of ports; GraphiQL's has the graph beside it, which the page asks."""
    aws, ingest, metrics, page = ports = free_ports(4)
    names = ("aws", "ingest", "metrics", "graphiql")
    settings = {f"GATEWAY_{name.upper()}_PORT": str(port) for name, port in zip(names, ports, strict=True)}
    with served(tmp_path / "data", settings=settings) as server:
        found = [open_paths(url) for url in (server.url, *(f"http://127.0.0.1:{port}" for port in ports))]
        printed = server.stop()

    assert found == [
        ["/graphql", "/ready"],
        ["/one-click/devices"],
        ["/ingest/one-click/G1/events"],
        ["/metrics"],
        ["/graphql", "/", "/ready"],
    ]
    assert re.findall(r"http://\S+", printed) == [
        f"{server.url}/graphql",
        f"http://127.0.0.1:{page}/",
        f"http://127.0.0.1:{aws}/one-click",
        f"http://127.0.0.1:{aws}/alexa-for-business",
        f"http://127.0.0.1:{ingest}/ingest",
        f"http://127.0.0.1:{metrics}/metrics",
    ]


def test_doors_may_share_a_port(tmp_path: Path) -> None:
    """One port for what is inside: the services alone can have one too."""
    [inner] = free_ports(1)
    settings = {"GATEWAY_INGEST_PORT": str(inner), "GATEWAY_METRICS_PORT": str(inner)}
    with served(tmp_path / "data", command="services", settings=settings) as server:
        found = [open_paths(url) for url in (server.url, f"http://127.0.0.1:{inner}")]

    assert found == [["/one-click/devices"], ["/metrics", "/ingest/one-click/G1/events"]]


def test_metrics_alone_are_read_by_address(tmp_path: Path) -> None:
    """Where they have a port for themselves, hardened too, any Host will do; the graph keeps its list."""
    [port] = free_ports(1)
    settings = {"GATEWAY_METRICS_PORT": str(port), "GATEWAY_PROFILE": "hardened"}
    with served(tmp_path / "data", settings=settings) as server:
        headers = {"host": "10.1.2.3:9000"}
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", headers=headers)
        graph = httpx.get(f"{server.url}/graphql", headers=headers)
        main = httpx.get(f"{server.url}/metrics")

    assert (metrics.status_code, graph.status_code, main.status_code) == (200, 421, 404)


@pytest.mark.parametrize("command", ["serve", "services"])
def test_a_doors_port_in_use_is_refused(tmp_path: Path, command: str) -> None:
    """With the setting that can change it, before anything is made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        told = refused(tmp_path, "--port", "0", command=command, settings={"GATEWAY_AWS_PORT": port})

    assert re.search(rf"cannot listen on 127\.0\.0\.1:{port} \(.*in use\).* aws_port \(GATEWAY_AWS_PORT\)", told)
    assert [*tmp_path.iterdir()] == []


def test_what_is_under_way_is_finished_on_each_port(tmp_path: Path) -> None:
    """After SIGTERM nobody new is let in anywhere, and whoever was in gets an answer."""
    [port] = free_ports(1)
    with served(tmp_path / "data", settings={"GATEWAY_GRAPHIQL_PORT": str(port)}) as server, ExitStack() as stack:
        places = [server, replace(server, url=f"http://127.0.0.1:{port}")]
        clients = [stack.enter_context(begin(place)) for place in places]
        server.process.send_signal(signal.SIGTERM)
        while not all(refuses_connections(place) for place in places):
            assert server.process.poll() is None
        for client in clients:
            client.sendall(QUERY[10:])
        answers = [b"".join(iter(partial(client.recv, 65536), b"")) for client in clients]

        assert server.process.wait(20) == 0
    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [b'{"data":{"__typename":"Query"}}'] * 2
