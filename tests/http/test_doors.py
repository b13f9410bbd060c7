"""Each way in can be shut; what is shut, or never was, answers 404 as its path would."""

from pathlib import Path

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from tests.http.serving import serving

JSON = "application/json"
ONE_CLICK, ALEXA = "/one-click/devices", "/alexa-for-business/"


async def asked(folder: Path, method: str, path: str, **given: object) -> httpx.Response:
    async with open_gateway(Settings(data=folder, **given)) as gateway, serving(gateway.app) as client:
        return await client.request(method, path)


@pytest.mark.parametrize(("path", "setting"), [("/", "graphiql"), ("/metrics", "metrics"), ("/nowhere", "aws")])
async def test_what_is_not_there_is_told_as_graphql_would(tmp_path: Path, path: str, setting: str) -> None:
    """A client that reads errors finds one, of the kind that it knows."""
    answer = await asked(tmp_path, "GET", path, **{setting: False})

    assert (answer.status_code, answer.headers["content-type"]) == (404, f"{JSON}; charset=utf-8")
    assert answer.json() == {
        "errors": [{"message": "There is nothing at this path.", "extensions": {"code": "BAD_USER_INPUT"}}]
    }


async def test_another_method_is_told_in_the_same_form(tmp_path: Path) -> None:
    """With the methods that there are."""
    answer = await asked(tmp_path, "POST", "/live")

    assert (answer.status_code, answer.headers["content-type"]) == (405, f"{JSON}; charset=utf-8")
    assert sorted(answer.headers["allow"].split(", ")) == ["GET", "HEAD"]
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("path", ["/one-click", ONE_CLICK, "/one-click/claims/C-1"])
async def test_a_shut_service_of_rest_json_says_so_to_sdks(tmp_path: Path, path: str) -> None:
    """An SDK reads an error of its own protocol."""
    answer = await asked(tmp_path, "GET", path, aws=False)

    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    assert answer.headers["content-type"] == JSON
    assert "x-amzn-requestid" in answer.headers
    assert answer.json()["message"] == "The service has no such operation."


async def test_a_shut_service_of_aws_json_says_so_to_sdks(tmp_path: Path) -> None:
    """An SDK reads an error of its own protocol."""
    answer = await asked(tmp_path, "POST", ALEXA, aws=False)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/x-amz-json-1.1")
    assert answer.json()["__type"] == "UnknownOperationException"


@pytest.mark.parametrize("path", ["/ingest", "/ingest/one-click/G030PM0123456789/events"])
async def test_a_shut_ingest_says_so_to_devices(tmp_path: Path, path: str) -> None:
    """In the form of its other errors, whatever secret is shown."""
    answer = await asked(tmp_path, "POST", path, ingest=False)

    assert answer.status_code == 404
    assert answer.json() == {"error": "There is nothing to report to at this path."}


async def test_without_embedded_sources_their_doors_are_shut(tmp_path: Path) -> None:
    """A gateway over other endpoints has no services of its own to show."""
    source = SourceSettings(name="hq", service="one-click", endpoint_url="http://127.0.0.1:9/one-click")
    statuses = [
        (await asked(tmp_path, "POST", path, sources=[source])).status_code for path in (ONE_CLICK, ALEXA, "/ingest/x")
    ]

    assert statuses == [404, 404, 404]


async def test_one_door_shut_leaves_the_others_open(tmp_path: Path) -> None:
    """Each has a setting of its own."""
    given = {"aws": False, "ingest": False, "metrics": False, "graphiql": False}
    async with open_gateway(Settings(data=tmp_path, **given)) as gateway, serving(gateway.app) as client:
        answer = await client.post("/graphql", json={"query": "{ __typename }"})
    async with open_gateway(Settings(data=tmp_path, aws=False)) as gateway, serving(gateway.app) as client:
        statuses = [(await client.get(path)).status_code for path in ("/metrics", "/ready", ONE_CLICK)]

    assert answer.json() == {"data": {"__typename": "Query"}}
    assert statuses == [200, 200, 404]
