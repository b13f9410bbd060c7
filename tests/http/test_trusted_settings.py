"""Trusted documents in the whole gateway: from the setting to an answer."""

import json
from pathlib import Path

import pytest

from gateway.app.gateway import open_gateway
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings
from tests.http.serving import serving

SOURCES = "{ sources { name } }"


def settings(folder: Path, **given: object) -> Settings:
    return Settings(data=folder / "data", trusted_documents=folder / "manifest.json", **given)


async def test_a_locked_gateway_runs_its_manifest_alone(tmp_path: Path) -> None:
    """Two settings make a gateway that answers its own apps and nobody's ideas."""
    (tmp_path / "manifest.json").write_text(json.dumps({"sources": SOURCES}))
    async with open_gateway(settings(tmp_path, trusted_only=True)) as gateway, serving(gateway.app) as client:
        trusted = await client.post("/graphql", json={"documentId": "sources"})
        other = await client.post("/graphql", json={"query": "{ sources { name region } }"})

    assert trusted.json() == {"data": {"sources": [{"name": "buttons"}, {"name": "echoes"}]}}
    assert other.json()["errors"][0]["extensions"] == {"code": "TRUSTED_DOCUMENT_REQUIRED"}


@pytest.mark.parametrize(("content", "words"), [(None, "it cannot be read"), ("{", "it is not JSON")])
async def test_a_gateway_without_its_manifest_does_not_start(tmp_path: Path, content: str | None, words: str) -> None:
    """The message names the setting, the file, and what is wrong with it."""
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(NotUsable, match=rf"trusted_documents names .*manifest\.json: {words}"):
        async with open_gateway(settings(tmp_path)):
            pass
