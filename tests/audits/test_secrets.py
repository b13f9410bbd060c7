"""Secret leak: nothing that a caller proves itself with is told again, in the log, the metrics or an answer."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog

from gateway.app.gateway import open_gateway
from gateway.app.store import open_store
from gateway.model.caller import Scope
from gateway.settings.settings import Settings
from gateway.store.api_keys import add_api_key
from tests.http.serving import serving
from tests.http.test_aws_rate import list_devices, new_key

WRONG = "hunter2-hunter2-hunter2"


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Every line as JSON, of every level."""
    lines: list[str] = []

    def keep(_logger: object, _method: str, event: dict[str, object]) -> dict[str, object]:
        lines.append(json.dumps(event, default=repr))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.dict_tracebacks, keep]
    )
    yield lines
    structlog.configure(**before)


async def ask(client: httpx.AsyncClient, **headers: str) -> str:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await client.post("/graphql", json={"query": "{ sources { name } }"}, headers=names)
    return answer.text


async def test_secret_leak(tmp_path: Path, logged: list[str]) -> None:
    """Right or wrong, at every door: keys, tokens, devices' secrets, signatures."""
    settings = Settings(data=tmp_path, authentication="required", secret_key="k" * 32, log_level="debug")
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        assert gateway.services is not None
        signer = await new_key(gateway.services.one_click.context, settings)
        async with open_store(settings) as database:
            key = await database.write(
                lambda connection: add_api_key(connection, "test", frozenset({Scope.DEVICES_READ}), None, 0)
            )
        answers = [
            await ask(client, authorization=f"Bearer {key}"),
            await ask(client, x_api_key=key),
            await ask(client, authorization=f"Bearer {WRONG}"),
            await ask(client, authorization=f"Bearer gwk_0_{WRONG}"),
            await ask(client, authorization=f"Basic {WRONG}"),
            await ask(client, x_api_key=WRONG),
            (await list_devices(client, signer)).text,
            (await list_devices(client, signer, secret=WRONG)).text,
            (
                await client.post(
                    "/ingest/one-click/G030PM0123456789/events", headers={"authorization": f"Bearer {WRONG}"}
                )
            ).text,
            (await client.get("/metrics")).text,
        ]

    secrets = (WRONG, key, key.split("_", 2)[2], signer.secret, "k" * 32)
    assert len(logged) >= len(answers)
    assert [line[:400] for line in logged if any(secret in line for secret in secrets)] == []
    assert not [answer for answer in answers if any(secret in answer for secret in secrets)]
