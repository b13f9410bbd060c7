import asyncio

import pytest

from tests.http.front_door import Journal, Serve


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8000"])
async def test_loopback_names_are_served(serve: Serve, host: str) -> None:
    """By default the names of this machine are served, at any port."""
    async with serve() as client:
        answer = await client.get("/graphql", params={"query": "{echo}"}, headers={"host": host})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
async def test_a_rebound_name_is_refused(serve: Serve, journal: Journal, host: str) -> None:
    """A page that points its own name at this machine reaches nothing."""
    async with serve() as client:
        answers = [
            await client.get(path, params={"query": "{echo}"}, headers={"host": host}) for path in ("/graphql", "/")
        ]

    assert [answer.status_code for answer in answers] == [421, 421]
    assert answers[0].json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert "allowed_hosts" in answers[0].json()["errors"][0]["message"]
    assert journal.callers == []


@pytest.mark.parametrize("hosts", [b"", b"host: localhost\r\nhost: evil.example\r\n"])
async def test_a_request_has_exactly_one_host(serve: Serve, journal: Journal, hosts: bytes) -> None:
    """Without a Host, or with two, it is not known whom the request is for."""
    async with serve() as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(b"GET /graphql?query=%7Becho%7D HTTP/1.1\r\nconnection: close\r\n" + hosts + b"\r\n")
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 421 ")
    assert journal.callers == []


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ("fleet.example", "fleet.example:443", 200),
        ("fleet.example", "a.fleet.example", 421),
        ("*.fleet.example", "a.fleet.example", 200),
        ("*.fleet.example", "fleet.example", 421),
        ("*.fleet.example", "afleet.example", 421),
        ("*", "anything.example", 200),
    ],
)
async def test_listed_names_are_served(serve: Serve, allowed: str, host: str, status: int) -> None:
    """An entry is a name, all names below one, or any name."""
    async with serve(allowed_hosts=(allowed,)) as client:
        answer = await client.get("/graphql", params={"query": "{echo}"}, headers={"host": host})

    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/live", "/ready"])
async def test_probes_may_ask_by_address(serve: Serve, path: str) -> None:
    """An orchestrator's probe asks by address, whatever names are listed."""
    async with serve() as client:
        answer = await client.get(path, headers={"host": "10.1.2.3:8000"})

    assert answer.status_code == 200
