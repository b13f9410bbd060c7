"""Server-sent events read as a browser reads them (HTML, "Interpreting an event stream")."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

EVENTS_ONLY = {"accept": "text/event-stream"}


@dataclass(frozen=True)
class Event:
    """`data` is None where it was empty."""

    name: str
    data: Any
    id: str | None = None


@dataclass(frozen=True)
class EventReader:
    response: httpx.Response
    lines: AsyncIterator[str]

    async def next(self) -> Event:
        """The next event; comments, and what only tells an id, are passed over."""
        fields: dict[str, str] = {}
        async for line in self.lines:
            if line and not line.startswith(":"):
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            elif not line and "data" in fields:
                data = fields["data"]
                return Event(fields["event"], json.loads(data) if data else None, fields.get("id"))
            elif not line:
                fields = {}
        raise EOFError

    async def rest(self) -> list[Event]:
        found = []
        try:
            while True:
                found.append(await self.next())
        except EOFError:
            return found


@asynccontextmanager
async def event_stream(
    client: httpx.AsyncClient,
    method: str = "POST",
    path: str = "/graphql",
    **request: Any,  # noqa: ANN401 - httpx's
) -> AsyncIterator[EventReader]:
    headers = EVENTS_ONLY | request.pop("headers", {})
    async with client.stream(method, path, headers=headers, **request) as response:
        yield EventReader(response, response.aiter_lines())
