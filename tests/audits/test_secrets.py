"""Secret leak: nothing that a caller proves itself with is told again, in the log, the metrics or an answer."""

import sys
from pathlib import Path

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.app.store import open_store
from gateway.model.caller import Scope
from gateway.observability.logging import configure_logging
from gateway.settings.settings import Settings
from gateway.store.api_keys import add_api_key
from tests.http.serving import serving
from tests.http.test_aws_rate import list_devices, new_key
from tests.logged import Stderr

WRONG = "hunter2-hunter2-hunter2"


async def ask(client: httpx.AsyncClient, **headers: str) -> str:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await client.post("/graphql", json={"query": "{ sources { name } }"}, headers=names)
    return answer.text


async def test_secret_leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right or wrong, at every door: keys, tokens, devices' secrets, signatures."""
    settings = Settings(data=tmp_path, authentication="required", secret_key="k" * 32, log_level="debug")
    stderr = Stderr(terminal=False)
    monkeypatch.setattr(sys, "stderr", stderr)
    configure_logging("json", settings.log_level)
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

    logged = stderr.lines()
    secrets = (WRONG, key, key.split("_", 2)[2], signer.secret, "k" * 32)
    assert len(logged) >= len(answers)
    assert [line[:400] for line in logged if any(secret in line for secret in secrets)] == []
    assert not [answer for answer in answers if any(secret in answer for secret in secrets)]
