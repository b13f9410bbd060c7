"""BOLA and field authorization: whatever way leads to a thing, the same callers are let to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.model.caller import Scope
from gateway.services.fleet.demo import fill
from gateway.services.fleet.tenants import fleet_tenants
from gateway.settings.settings import Settings
from gateway.store.api_keys import add_api_key
from gateway.store.database import Database
from tests.http.serving import serving

EVERYTHING = frozenset(Scope)
SEEN = """query { devices(first: 1, filter: {service: ONE_CLICK}) {
    nodes { id arn name ... on OneClickDevice { deviceId } tags { key value } } } }"""


@dataclass(frozen=True, slots=True)
class Site:
    """A gateway with its demo fleet, for callers with keys only."""

    client: httpx.AsyncClient
    database: Database

    async def key(self, scopes: frozenset[Scope] = EVERYTHING, sources: frozenset[str] | None = None) -> str:
        return await self.database.write(lambda connection: add_api_key(connection, "test", scopes, sources, 0))

    async def ask(self, key: str, query: str, accept: str = "application/json", **variables: object) -> httpx.Response:
        body = {"query": query, "variables": variables}
        headers = {"authorization": f"Bearer {key}", "accept": accept}
        return await self.client.post("/graphql", json=body, headers=headers)

    async def a_button(self, key: str) -> Mapping[str, Any]:
        device: Mapping[str, Any] = (await self.ask(key, SEEN)).json()["data"]["devices"]["nodes"][0]
        return device


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    settings = Settings(data=folder, authentication="required", secret_key="s" * 32, federation=True)
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        assert gateway.services is not None
        context = gateway.services.one_click.context
        await fill(context, b"k" * 32, fleet_tenants(settings))
        yield Site(client, context.database)


READS = {
    "node": "query($id: ID!) { node(id: $id) { id ... on Device { name } } }",
    "nodes": "query($id: ID!) { nodes(ids: [$id]) { id ... on Device { name } } }",
    "device by id": "query($id: ID!) { device(by: {id: $id}) { id name } }",
    "device by device id": "query($deviceId: String!) { device(by: {deviceId: $deviceId}) { id name } }",
    "device by ARN": "query($arn: String!) { device(by: {arn: $arn}) { id name } }",
    "_entities": """query($id: ID!) { _entities(representations: [{__typename: "Device", id: $id}]) {
        ... on Device { id name } } }""",
    "edges": "{ devices(first: 100) { edges { node { id name } } } }",
    "nodes of a list": "{ devices(first: 100) { nodes { id name } } }",
    "a filter": "query($name: String!) { devices(filter: {nameContains: $name}) { nodes { id name } totalCount } }",
    "a service": "{ devices(filter: {service: ONE_CLICK}) { totalCount nodes { id name } } }",
}
MUTATIONS = {
    "tagDevice": 'mutation($id: ID!) { tagDevice(input: {id: $id, tags: [{key: "x", value: "y"}]}) { ...P } }',
    "untagDevice": 'mutation($id: ID!) { untagDevice(input: {id: $id, keys: ["Name"]}) { ...P } }',
    "setDeviceEnabled": "mutation($id: ID!) { setDeviceEnabled(input: {id: $id, enabled: false}) { ...P } }",
}
PAYLOAD = " fragment P on DevicePayload { device { id } userErrors { code } }"


def given(query: str, device: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in device.items() if f"${name}:" in query}


@pytest.mark.parametrize("query", READS.values(), ids=READS)
async def test_another_sources_device_is_not_there(tmp_path: Path, query: str) -> None:
    """Who is confined to other sources gets no id, no name and no count of it, by no way; who is not, does."""
    async with site(tmp_path) as place:
        everything, confined = await place.key(), await place.key(sources=frozenset({"echoes"}))
        device = await place.a_button(everything)
        allowed = await place.ask(everything, query, **given(query, device))
        refused = await place.ask(confined, query, **given(query, device))

    assert device["id"] in allowed.text
    assert device["id"] not in refused.text
    assert (device["name"] not in refused.text, "errors" in refused.json()) == (True, False)


@pytest.mark.parametrize("query", MUTATIONS.values(), ids=MUTATIONS)
async def test_another_sources_device_is_not_changed(tmp_path: Path, query: str) -> None:
    """It is NOT_FOUND, as one that never was, and stays as it is."""
    async with site(tmp_path) as place:
        everything, confined = await place.key(), await place.key(sources=frozenset({"echoes"}))
        device = await place.a_button(everything)
        refused = await place.ask(confined, query + PAYLOAD, id=device["id"])
        after = await place.a_button(everything)

    [payload] = refused.json()["data"].values()
    assert payload == {"device": None, "userErrors": [{"code": "NOT_FOUND"}]}
    assert after == device


async def test_another_sources_name_is_not_told(tmp_path: Path) -> None:
    """Asking a list of it by name is asking for what does not exist."""
    query = '{ devices(filter: {sources: ["buttons"]}) { totalCount } }'
    async with site(tmp_path) as place:
        confined = await place.key(sources=frozenset({"echoes"}))
        refused = (await place.ask(confined, query)).json()["errors"]
        unknown = (await place.ask(confined, query.replace("buttons", "nowhere"))).json()["errors"]

    assert refused[0]["message"] == unknown[0]["message"].replace("nowhere", "buttons")


STREAMED = {
    "@defer": ("{ __typename ... @defer { users { totalCount } } }", "multipart/mixed; deferSpec=20220824"),
    "@defer in a fragment": ("{ ...F @defer } fragment F on Query { users { totalCount } }", "multipart/mixed"),
    "subscription": ("subscription { deviceChanges { deviceId } }", "text/event-stream"),
    "subscription by fragment": (
        "subscription { ...S } fragment S on Subscription { x: deviceEvents { cursor } }",
        "text/event-stream",
    ),
}


@pytest.mark.parametrize(("query", "accept"), STREAMED.values(), ids=STREAMED)
async def test_what_comes_later_needs_its_scope_too(tmp_path: Path, query: str, accept: str) -> None:
    """Neither a part that is deferred nor a subscription is a way around a scope."""
    async with site(tmp_path) as place:
        claims_only = await place.key(frozenset({Scope.DEVICES_CLAIM}))
        answer = await place.ask(claims_only, query, accept)

    assert "FORBIDDEN" in answer.text
    assert '"data"' not in answer.text
