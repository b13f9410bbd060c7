"""This gateway as one of two subgraphs, composed and routed by what others use, in processes of their own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.model.ids import GlobalId, NodeKind
from tests.clients.server_process import GATEWAY, environment, served

HERE = Path(__file__).parent
TICKETS = HERE / "tickets.graphql"
GONE = GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", "G030PM9999999999").encode()
SETTINGS = {"GATEWAY_FEDERATION": "true", "GATEWAY_AUTHENTICATION": "required"}


@dataclass(frozen=True)
class Composed:
    """`url` is the router's, `fleet` this gateway's own; `ids` are those of what the tickets are about."""

    url: str
    fleet: str
    supergraph: str
    keys: Mapping[str, str]
    ids: Mapping[str, str]

    def ask(self, query: str, *, by: str = "everything", **variables: object) -> dict[str, Any]:
        """What the router answers to the caller of that name."""
        return _ask(self.url, self.keys[by], query, **variables)

    def known(self, query: str) -> dict[str, Any]:
        """What this gateway says itself, without a router."""
        data: dict[str, Any] = _ask(self.fleet, self.keys["everything"], query, **self.ids)["data"]
        return data

    def data(self, query: str, *, by: str = "everything", **variables: object) -> dict[str, Any]:
        answer = self.ask(query, by=by, **variables)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """The demo fleet with three tickets about it."""
    assert (HERE / "node_modules").is_dir(), "run npm ci in tests/federation"
    folder = tmp_path_factory.mktemp("federation")
    data = folder / "data"
    _gateway("fleet", "demo", "--data", str(data))
    keys = {
        "everything": _key(data),
        "devices": _key(data, "--scope", "devices:read"),
        "nobody": "",
        "echoes": _key(data, "--scope", "devices:read", "--source", "echoes"),
    }
    with ExitStack() as stack:
        fleet = f"{stack.enter_context(served(data, settings=SETTINGS)).url}/graphql"
        ids = _ids(fleet, keys["everything"])
        tickets = stack.enter_context(_node("tickets.js", str(TICKETS), json.dumps(_tickets(ids))))
        sdl = folder / "fleet.graphql"
        sdl.write_text(_gateway("schema", "print", "--federation"))
        supergraph = folder / "supergraph.graphql"
        supergraph.write_text(_compose("fleet", fleet, str(sdl), "tickets", tickets, str(TICKETS)))
        url = stack.enter_context(_node("router.js", str(supergraph)))
        yield Composed(url, fleet, supergraph.read_text(), keys, ids)


def _gateway(*arguments: str) -> str:
    result = subprocess.run([*GATEWAY, *arguments], env=environment({}), capture_output=True, text=True, check=True)
    return result.stdout


def _key(data: Path, *arguments: str) -> str:
    return _gateway("keys", "add", "router", *arguments, "--data", str(data)).strip()


def _ids(url: str, key: str) -> dict[str, str]:
    """One of each kind of thing."""
    query = """{
      device: devices(first: 1, filter: { service: ONE_CLICK }) { nodes { id } }
      echo: devices(first: 1, filter: { service: ALEXA_FOR_BUSINESS }) { nodes { id } }
      room: rooms(first: 1) { nodes { id } }
      user: users(first: 1) { nodes { id } }
    }"""
    found = _ask(url, key, query)["data"]
    return {name: connection["nodes"][0]["id"] for name, connection in found.items()}


def _tickets(ids: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"id": "t1", "text": "does not ring", "device": ids["device"], "reporter": ids["user"]},
        {"id": "t2", "text": "whispers at night", "device": ids["echo"], "room": ids["room"]},
        {"id": "t3", "text": "is gone", "device": GONE},
    ]


def _ask(url: str, key: str, query: str, **variables: object) -> dict[str, Any]:
    headers = {"accept": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    body = {"query": query, "variables": variables}
    answer: dict[str, Any] = httpx.post(url, json=body, headers=headers, timeout=30).json()
    return answer


def _compose(*subgraphs: str) -> str:
    result = subprocess.run(["node", "compose.js", *subgraphs], cwd=HERE, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@contextmanager
def _node(script: str, *arguments: str) -> Iterator[str]:
    """Run a server of Node's; yield where it is. It ends with its input."""
    process = subprocess.Popen(
        ["node", script, *arguments],
        cwd=HERE,
        env={**os.environ, "NODE_ENV": "production"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    with process:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), url
        yield url
        process.stdin.close()


REPORT = """query ($id: ID!) {
  ticket(id: $id) { text device { name } reporter { email } }
}"""


def test_what_another_subgraph_begins_is_completed_here(composed: Composed) -> None:
    """A ticket shows of its device, room and reporter what only this gateway knows, of the device by its interface."""
    document = """{
      bell: ticket(id: "t1") { device { __typename name ... on OneClickDevice { deviceId } } reporter { email } }
      echo: ticket(id: "t2") { device { __typename name ... on AlexaDevice { serialNumber } } room { name } }
    }"""
    known = composed.known("""query ($device: ID!, $echo: ID!, $room: ID!, $user: ID!) {
      device: node(id: $device) { __typename ... on OneClickDevice { name deviceId } }
      echo: node(id: $echo) { __typename ... on AlexaDevice { name serialNumber } }
      room: node(id: $room) { ... on Room { name } }
      user: node(id: $user) { ... on User { email } }
    }""")

    assert composed.data(document) == {
        "bell": {"device": known["device"], "reporter": known["user"]},
        "echo": {"device": known["echo"], "room": known["room"]},
    }


def test_what_this_gateway_begins_is_completed_elsewhere(composed: Composed) -> None:
    """Devices, rooms and users of its lists show the tickets about them, both kinds of devices alike."""
    document = """{
      devices(first: 100) { nodes { id tickets { id } } }
      rooms(first: 100) { nodes { id tickets { id } } }
      users(first: 100) { nodes { id tickets { id } } }
    }"""
    found = {
        node["id"]: [ticket["id"] for ticket in node["tickets"]]
        for connection in composed.data(document).values()
        for node in connection["nodes"]
    }

    assert {id_: tickets for id_, tickets in found.items() if tickets} == {
        composed.ids["device"]: ["t1"],
        composed.ids["echo"]: ["t2"],
        composed.ids["room"]: ["t2"],
        composed.ids["user"]: ["t1"],
    }


def test_what_a_mutation_returns_is_completed_elsewhere(composed: Composed) -> None:
    """A change made through the router is made, and its payload may go on into the other subgraph."""
    document = """mutation ($input: TagDeviceInput!) {
      tagDevice(input: $input) { device { tags { key value } tickets { id } } userErrors { code } }
    }"""
    tag = {"key": "repaired", "value": "soon"}
    payload = composed.data(document, input={"id": composed.ids["echo"], "tags": [tag]})["tagDevice"]
    ticket = composed.data('{ ticket(id: "t2") { device { tags { key value } } } }')["ticket"]

    assert payload == {"device": {"tags": [tag], "tickets": [{"id": "t2"}]}, "userErrors": []}
    assert ticket == {"device": {"tags": [tag]}}


def test_what_is_gone_or_not_the_callers_is_null(composed: Composed) -> None:
    """A device that is gone, or of a source that the caller does not see, is null in the other subgraph's answer."""
    assert composed.ask(REPORT, id="t3")["data"]["ticket"] == {"text": "is gone", "device": None, "reporter": None}
    confined = [composed.ask(REPORT, by="echoes", id=one)["data"]["ticket"]["device"] for one in ("t1", "t2")]
    assert confined == [None, composed.data(REPORT, id="t2")["ticket"]["device"]]


def test_refusals_travel_through(composed: Composed) -> None:
    """Who may not read users is told so by way of the router, with the code, and only that part is missing."""
    answer = composed.ask(REPORT, by="devices", id="t1")
    stranger = composed.ask(REPORT, by="nobody", id="t1")
    listed = composed.ask("{ users { nodes { email } } }", by="devices")

    assert answer["data"]["ticket"]["text"] == "does not ring"
    assert answer["data"]["ticket"]["reporter"] == {"email": None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
    assert {error["extensions"]["code"] for error in stranger["errors"]} == {"UNAUTHENTICATED"}
    assert [error["extensions"]["code"] for error in listed["errors"]] == ["FORBIDDEN"]


def test_the_supergraph_keeps_scopes_and_costs(composed: Composed) -> None:
    """What the graph says of scopes and costs is there for routers that act on it."""
    [sources] = [line for line in composed.supergraph.splitlines() if line.startswith("  sources: [Source!]!")]
    [node] = [line for line in composed.supergraph.splitlines() if line.startswith("  node(id: ID!): Node")]

    assert '@requiresScopes(scopes: [["devices:read"], ["users:read"]])' in node
    assert "@cost(weight: 5)" in node
    assert "@authenticated" in sources
    assert "@listSize(assumedSize: 4)" in sources


def test_the_printed_subgraph_is_the_served_one(composed: Composed) -> None:
    """What `gateway schema print --federation` writes is what `_service` tells."""
    served_sdl = composed.known("{ _service { sdl } }")["_service"]["sdl"]

    assert served_sdl == _gateway("schema", "print", "--federation")
