"""@defer and @stream over HTTP: in which form for which client, what fails, and what it may cost."""

import asyncio
import json
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

import httpx
import pytest
from msgspec.structs import replace

from gateway.execution.viewers import Viewers
from gateway.http.auth import Authentication
from gateway.http.stream_options import StreamOptions
from gateway.model.caller import ALL_SCOPES, Scope
from gateway.store.api_keys import ApiKey
from tests.http.front_door import Journal, Serve
from tests.http.parts import parts_of
from tests.logged import capture_logs

NEW = "multipart/mixed;incrementalSpec=v0.2, application/graphql-response+json, application/json;q=0.9"
OLD = "multipart/mixed;deferSpec=20220824, application/json"
KEY = ApiKey("1", "phone", ALL_SCOPES, None, 0, None, None)
DEFERRED = '{ item { name ... @defer(label: "later") { detail } } }'
STREAMED = '{ items @stream(initialCount: 1, label: "rest") { name } }'


async def ask(client: httpx.AsyncClient, query: str, accept: str, **more: object) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


async def test_defers_by_default_as_v0_2(serve: Serve) -> None:
    """What is deferred comes in a second part, told by the id of what was pending."""
    async with serve() as client:
        answer = await ask(client, DEFERRED, NEW)

    assert answer.headers["content-type"] == 'multipart/mixed; boundary="graphql"; incrementalSpec=v0.2'
    assert parts_of(answer) == [
        {
            "data": {"item": {"name": "a"}},
            "pending": [{"id": "0", "path": ["item"], "label": "later"}],
            "hasNext": True,
        },
        {
            "incremental": [{"id": "0", "data": {"detail": "all of a"}}],
            "completed": [{"id": "0"}],
            "hasNext": False,
        },
    ]


async def test_what_comes_in_parts_is_told_once_as_not_compiled(serve: Serve) -> None:
    """Operators find out which documents graphql-core runs."""
    async with serve() as client:
        with capture_logs() as lines:
            for _ in range(2):
                await ask(client, DEFERRED, NEW)

    told = [line for line in lines if line["event"] == "operation is not compiled"]
    assert [(line["document"], line["reason"]) for line in told] == [
        (sha256(DEFERRED.encode()).hexdigest(), "incremental")
    ]


async def test_streams_by_default_as_v0_2(serve: Serve) -> None:
    """Items of a list beyond the first come later."""
    async with serve() as client:
        first, *rest = parts_of(await ask(client, STREAMED, NEW))

    assert first == {
        "data": {"items": [{"name": "a"}]},
        "pending": [{"id": "0", "path": ["items"], "label": "rest"}],
        "hasNext": True,
    }
    items = [item for part in rest for patch in part.get("incremental", []) for item in patch["items"]]
    assert items == [{"name": "b"}, {"name": "c"}]
    assert rest[-1]["hasNext"] is False


async def test_tells_clients_of_2022_by_paths(serve: Serve) -> None:
    """A client that asks for the older form gets it: labels and paths instead of ids."""
    async with serve() as client:
        deferred = await ask(client, DEFERRED, OLD)
        streamed = parts_of(await ask(client, STREAMED, OLD))

    assert deferred.headers["content-type"] == 'multipart/mixed; boundary="graphql"; deferSpec=20220824'
    assert parts_of(deferred) == [
        {"data": {"item": {"name": "a"}}, "hasNext": True},
        {
            "incremental": [{"data": {"detail": "all of a"}, "path": ["item"], "label": "later"}],
            "hasNext": False,
        },
    ]
    assert streamed[0] == {"data": {"items": [{"name": "a"}]}, "hasNext": True}
    patches = [patch for part in streamed[1:] for patch in part.get("incremental", [])]
    told = {patch["path"][1] + index: item for patch in patches for index, item in enumerate(patch["items"])}
    assert told == {1: {"name": "b"}, 2: {"name": "c"}}
    assert {patch["label"] for patch in patches} == {"rest"}


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/graphql-response+json"])
async def test_answers_in_one_piece_who_takes_no_parts(serve: Serve, accept: str) -> None:
    """Without an Accept that takes parts the directives are left out of account."""
    async with serve() as client:
        deferred = await ask(client, DEFERRED, accept)
        streamed = await ask(client, STREAMED, accept)

    assert deferred.json() == {"data": {"item": {"name": "a", "detail": "all of a"}}}
    assert streamed.json() == {"data": {"items": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}}


async def test_answers_in_one_piece_what_defers_nothing(serve: Serve) -> None:
    """A switched off directive, and a document without one, are answered as JSON even to who takes parts."""
    query = "query ($later: Boolean!) { item { name ... @defer(if: $later) { detail } } }"
    async with serve() as client:
        off = await ask(client, query, NEW, variables={"later": False})
        on = await ask(client, query, NEW, variables={"later": True})
        plain = await ask(client, "{ item { name } }", NEW)

    assert off.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert off.json() == {"data": {"item": {"name": "a", "detail": "all of a"}}}
    assert len(parts_of(on)) == 2
    assert plain.json() == {"data": {"item": {"name": "a"}}}


async def test_answers_in_one_piece_when_switched_off(serve: Serve) -> None:
    """With the setting off nobody is answered in parts."""
    async with serve(streams=StreamOptions(incremental=False)) as client:
        answer = await ask(client, DEFERRED, NEW)

    assert answer.json() == {"data": {"item": {"name": "a", "detail": "all of a"}}}


async def test_masks_errors_of_parts(serve: Serve) -> None:
    """What a deferred resolver raised is masked as everywhere; where its field may not be null the part failed."""
    async with serve() as client:
        nullable = parts_of(await ask(client, "{ item { name ... @defer { broken } } }", NEW))
        required = parts_of(await ask(client, "{ item { name ... @defer { required } } }", NEW))
        of_2022 = parts_of(await ask(client, "{ item { name ... @defer { required } } }", OLD))

    masked = {"message": "Internal server error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    [patch] = nullable[1]["incremental"]
    assert patch["data"] == {"broken": None}
    assert [{name: error[name] for name in masked} for error in patch["errors"]] == [masked]
    assert patch["errors"][0]["path"] == ["item", "broken"]
    [completed] = required[1]["completed"]
    assert [{name: error[name] for name in masked} for error in completed["errors"]] == [masked]
    [failed] = of_2022[1]["incremental"]
    assert (failed["data"], failed["path"]) == (None, ["item"])
    assert "hunter2" not in json.dumps([nullable, required, of_2022])


async def test_the_deadline_is_of_all_parts(serve: Serve, journal: Journal) -> None:
    """A part that does not come in time is told to have failed, and its work is stopped."""
    async with serve(deadline_seconds=0.2) as client:
        first, last = parts_of(await ask(client, "{ item { name ... @defer { slow } } }", NEW))
        await journal.released()

    assert first["data"] == {"item": {"name": "a"}}
    [completed] = last["completed"]
    assert completed["errors"][0]["extensions"] == {"code": "DEADLINE_EXCEEDED"}
    assert last["hasNext"] is False


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (None, "UNAUTHENTICATED"),
        (replace(KEY, revoked_at=1), "UNAUTHENTICATED"),
        (replace(KEY, scopes=frozenset({Scope.USERS_READ})), "FORBIDDEN"),
        (replace(KEY, sources=frozenset()), "FORBIDDEN"),
    ],
)
async def test_what_is_taken_away_ends_the_answer(serve: Serve, left: ApiKey | None, code: str) -> None:
    """A key that is revoked, or may do less, before the last part: that part tells so, and nothing of the data."""
    found = [left, KEY]

    async def find(_: str) -> ApiKey | None:
        return found.pop()

    now = partial(datetime.now, UTC)
    authentication = Authentication(required=True, api_keys=find, tokens=None, clock=now)
    async with serve(authentication=authentication, viewers=Viewers(0.0, now)) as client:
        client.headers["x-api-key"] = "gwk_1_secret"
        first, last = parts_of(await ask(client, DEFERRED, NEW))

    assert first["data"] == {"item": {"name": "a"}}
    [completed] = last["completed"]
    assert completed["errors"][0]["extensions"] == {"code": code}
    assert last.keys() == {"completed", "hasNext"}
    assert found == []


async def test_leaving_stops_the_work(serve: Serve, journal: Journal) -> None:
    """A client that leaves before the last part stops what is still done for it."""
    async with serve() as client:
        body = {"query": "{ item { name ... @defer { slow } } }"}
        async with client.stream("POST", "/graphql", json=body, headers={"accept": NEW}) as answer:
            assert answer.status_code == 200
            await asyncio.wait_for(journal.began.wait(), 5)
        await journal.released()


async def test_refuses_as_ever(serve: Serve, journal: Journal) -> None:
    """What may not be deferred, or cannot be run, is refused as JSON before anything runs."""
    async with serve() as client:
        invalid = await ask(client, "{ item @defer { name } }", NEW)
        twice = await ask(client, '{ item { ... @defer(label: "a") { name } ... @defer(label: "a") { detail } } }', NEW)

    for answer in invalid, twice:
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert journal.resolved == []


@pytest.mark.parametrize(
    ("document", "variables", "argument"),
    [
        ("{ items @stream(initialCount: -1) { name } }", {}, "initialCount"),
        ("{ items @stream(initialCount: null) { name } }", {}, "initialCount"),
        ("query($n: Int) { items @stream(initialCount: $n) { name } }", {"n": -1}, "$n"),
        ("query($n: Int) { items @stream(initialCount: $n) { name } }", {"n": None}, "$n"),
    ],
)
async def test_a_stream_begins_with_a_count(
    serve: Serve, journal: Journal, document: str, variables: dict[str, object], argument: str
) -> None:
    """A count that is none is the client's mistake, and told as one before anything runs."""
    async with serve() as client:
        answer = await ask(client, document, NEW, variables=variables)

    assert answer.status_code == 400
    assert [(error["message"], error["extensions"]) for error in answer.json()["errors"]] == [
        ("initialCount must be a number, from 0.", {"code": "BAD_USER_INPUT", "argument": argument})
    ]
    assert journal.resolved == []


@pytest.mark.parametrize(
    ("kind", "argument", "value", "echo"), [("String!", "text", "hi", "hi"), ("Int!", "times", -1, "")]
)
async def test_a_count_is_that_of_the_operation_that_runs(
    serve: Serve, kind: str, argument: str, value: object, echo: str
) -> None:
    """A variable of the same name is another operation's own, whatever it holds."""
    streams = "query Streams($n: Int) { ...Rest } fragment Rest on Query { items @stream(initialCount: $n) { name } }"
    document = f"{streams} query Echoes($n: {kind}) {{ echo({argument}: $n) }}"
    async with serve() as client:
        answer = await ask(client, document, NEW, operationName="Echoes", variables={"n": value})
        refused = await ask(client, document, NEW, operationName="Streams", variables={"n": -1})

    assert answer.json() == {"data": {"echo": echo}}
    assert refused.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "$n"}


async def test_a_stream_begins_with_nothing_unless_said(serve: Serve) -> None:
    """A variable that is left out leaves the count at its default."""
    async with serve() as client:
        first, *_ = parts_of(await ask(client, "query($n: Int) { items @stream(initialCount: $n) { name } }", NEW))

    assert first["data"] == {"items": []}
