"""Types that graphql-codegen makes of schema.graphql, a strict TypeScript compiler, and the compiled program."""

import json
from pathlib import Path

from tests.clients.frontend import PACKAGES, Frontend, run, workshop

ECHOES = """{ devices(first: 100, filter: { service: ALEXA_FOR_BUSINESS }, orderBy: [{ field: NAME }]) {
  totalCount nodes { name ... on AlexaDevice { connectionStatus room { name } } }
} }"""


def test_typed_documents_compile_and_answer(frontend: Frontend, tmp_path: Path) -> None:
    """A program of typed documents compiles, but for the lines that misuse them, and reads what the gateway answers."""
    directory = workshop(tmp_path / "javascript")
    run(directory, "node", "codegen.js")
    run(directory, f"{PACKAGES}/.bin/tsc", "--project", "typed")
    told = json.loads(run(directory, "node", "typed-out/main.js", frontend.graphql))
    devices = frontend.ask(ECHOES)["devices"]

    assert told == {
        "counted": 40,
        "names": [device["name"] for device in devices["nodes"]],
        "rooms": [device["room"] and device["room"]["name"] for device in devices["nodes"]],
        "status": devices["nodes"][0]["connectionStatus"],
        "userErrors": [],
    }
