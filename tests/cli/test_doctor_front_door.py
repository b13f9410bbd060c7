"""`gateway doctor` on what stands in front of the graph."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.cli.examined import doctor
from tests.http.serving import serving
from tests.valkey import valkey_server

pytestmark = pytest.mark.usefixtures("workplace")


def settings(folder: Path, text: str) -> None:
    (folder / "gateway.toml").write_text(text)


BEYOND = 'host = "0.0.0.0"\nauthentication = "required"\n'


async def test_doors_are_told_by_their_ports(workplace: Path) -> None:
    """Where each is, as `gateway serve` would have it."""
    settings(workplace, "aws_port = 8001\ningest_port = 8001\nmetrics = false\n")

    code, found = await doctor()

    assert (code, found["doors"]) == (0, ["fine", "graph, graphiql on 8000; aws, ingest on 8001"])
    assert "names" not in found


@pytest.mark.parametrize(
    ("more", "state"), [("aws_rate = 0", "notice"), ("", "fine"), ("aws_port = 8001\naws_rate = 0", "fine")]
)
async def test_services_that_strangers_reach_are_noticed(workplace: Path, more: str, state: str) -> None:
    """Beyond loopback SDKs are counted, or have a port of their own."""
    settings(workplace, BEYOND + more)

    code, found = await doctor()

    assert (code, found["doors"][0]) == (0, state)
    assert ("set aws_rate" in found["doors"][-1]) is (state == "notice")


@pytest.mark.parametrize(("more", "state"), [("", "notice"), ('allowed_hosts = ["localhost", "x.example"]\n', "fine")])
async def test_a_server_without_a_name_is_noticed(workplace: Path, more: str, state: str) -> None:
    """Who listens beyond loopback has to say under which names."""
    settings(workplace, BEYOND + more)

    _, found = await doctor()

    assert found["names"][0] == state
    assert ("allowed_hosts" in found["names"][-1]) is (state == "notice")


async def test_a_store_of_rates_that_answers(workplace: Path) -> None:
    """It is asked, and nothing of it is told but that."""
    with valkey_server() as server:
        settings(workplace, f'rate_store_url = "{server.connection_url}"\n')

        code, found = await doctor()

    assert (code, found["store of rates"]) == (0, ["fine", "answers"])


@pytest.mark.parametrize(("down", "meanwhile"), [("open", "each replica counts for itself"), ("closed", "refused")])
async def test_a_store_of_rates_that_is_down(workplace: Path, down: str, meanwhile: str) -> None:
    """What it means is said, and the password in the URL is not."""
    settings(workplace, f'rate_store_url = "redis://:hunter2@127.0.0.1:1"\nrate_store_down = "{down}"\n')

    code, found = await doctor()

    state, told, advice = found["store of rates"]
    assert (code, state) == (1, "wrong")
    assert told.startswith("does not answer: ")
    assert ("GATEWAY_RATE_STORE_URL" in advice, meanwhile in advice, "hunter2" in str(found)) == (True, True, False)


@pytest.mark.parametrize(
    ("manifest", "expected", "code"),
    [
        ({"a": "{ __typename }", "b": "{ sources { name } }"}, ["fine", "2, all valid"], 0),
        ({"a": "{ __typename }", "b": "{ gone }"}, ["notice", "1 of 2 are not valid for this graph: b"], 0),
        (None, ["wrong", "it cannot be read"], 1),
        ([], ["wrong", ""], 1),
    ],
)
async def test_trusted_documents_are_read(workplace: Path, manifest: object, expected: list[str], code: int) -> None:
    """As a server would read them: a file that would keep it from starting is wrong."""
    if manifest is not None:
        (workplace / "documents.json").write_text(json.dumps(manifest))
    settings(workplace, 'trusted_documents = "documents.json"\n')

    found_code, found = await doctor()

    state, told = found["trusted documents"][:2]
    assert (found_code, state, expected[1] in told) == (code, expected[0], True)


@pytest.mark.parametrize(
    ("keys", "expected"), [([{}, {}], ["fine", "publishes 2 keys"]), ([], ["wrong", "publishes no key"])]
)
async def test_the_issuer_is_asked_for_its_keys(workplace: Path, keys: list[object], expected: list[str]) -> None:
    """Without them no token can be verified."""

    async def published(_request: object) -> JSONResponse:
        return JSONResponse({"keys": keys})

    async with serving(Starlette(routes=[Route("/keys", published)])) as client:
        settings(
            workplace,
            'authentication = "required"\ntoken_issuer = "https://issuer.example"\ntoken_audience = "x"\n'
            f'token_keys_url = "{str(client.base_url).rstrip("/")}/keys"\n',
        )
        _, found = await doctor()
    _, after = await doctor()

    assert found["token issuer"][:2] == expected
    assert after["token issuer"][0] == "wrong"
