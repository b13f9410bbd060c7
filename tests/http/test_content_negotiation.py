import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.accept import MediaType, negotiate
from gateway.http.refusal import HttpRefused
from tests.http.front_door import Journal, Serve

NEWER = MediaType.GRAPHQL_RESPONSE
OLDER = MediaType.JSON


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, OLDER),
        ("", OLDER),
        ("*/*", OLDER),
        ("application/*", OLDER),
        ("application/json", OLDER),
        ("application/json; charset=utf-8", OLDER),
        ("text/html,application/xhtml+xml,*/*;q=0.8", OLDER),
        ("application/graphql-response+json", NEWER),
        ("Application/GraphQL-Response+JSON", NEWER),
        ("application/graphql-response+json, application/json", NEWER),
        ("application/json, application/graphql-response+json", NEWER),
        ("application/graphql-response+json, application/json;q=0.9", NEWER),
        ("application/graphql-response+json;q=0.9, application/json", OLDER),
        ("application/graphql-response+json, */*", NEWER),
        ("application/json, */*", OLDER),
        ("*/*, application/json;q=0", NEWER),
        ("*/*, application/graphql-response+json;q=0", OLDER),
        ("application/json;charset=utf-16, application/graphql-response+json;q=0.1", NEWER),
        ("multipart/mixed;deferSpec=20220824, application/json", OLDER),
        ("text/event-stream;q=1, nonsense, application/json;q=0.1", OLDER),
    ],
)
def test_the_media_type_asked_for_is_chosen(accept: str | None, chosen: MediaType) -> None:
    """Each Accept header that clients send gets the type it means."""
    assert negotiate(accept) is chosen


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "*/*;q=0", "nonsense", "application/json;q=nan", ", ,"]
)
def test_what_cannot_be_written_is_406(accept: str) -> None:
    """A client that takes neither type is told so."""
    with pytest.raises(HttpRefused, match="application/json") as refusal:
        negotiate(accept)

    assert refusal.value.status == 406


@given(st.text())
def test_any_accept_header_is_understood_or_406(accept: str) -> None:
    """No text in Accept causes anything but a choice or a 406."""
    try:
        outcome: MediaType | int = negotiate(accept)
    except HttpRefused as refusal:
        outcome = refusal.status

    assert outcome in {NEWER, OLDER, 406}


@pytest.mark.parametrize("media_type", list(MediaType))
async def test_the_answer_names_its_type(serve: Serve, media_type: MediaType) -> None:
    """The Content-Type is what was asked for, in UTF-8."""
    async with serve() as client:
        answer = await client.post("/graphql", json={"query": '{echo(text:"ü")}'}, headers={"accept": media_type})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.json() == {"data": {"echo": "ü"}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{nothing}"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A{echo} query B{echo}"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query A{echo}", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query($t:String!){echo(text:$t)}"}, "BAD_USER_INPUT"),
    ],
)
async def test_the_status_of_a_refused_operation_follows_its_type(
    serve: Serve, journal: Journal, body: dict, code: str
) -> None:
    """The newer type says 400; the older says 200, as its clients expect; neither has data, and nothing ran."""
    async with serve() as client:
        newer = await client.post("/graphql", json=body, headers={"accept": NEWER})
        older = await client.post("/graphql", json=body, headers={"accept": OLDER})

    assert (newer.status_code, older.status_code) == (400, 200)
    assert newer.json() == older.json()
    assert list(newer.json()) == ["errors"]
    assert [error["extensions"]["code"] for error in newer.json()["errors"]] == [code]
    assert journal.callers == []


@pytest.mark.parametrize("media_type", list(MediaType))
async def test_a_partial_answer_is_200(serve: Serve, media_type: MediaType) -> None:
    """What was executed is 200 in both types, with the data that could be had."""
    async with serve() as client:
        answer = await client.post("/graphql", json={"query": "{echo down}"}, headers={"accept": media_type})

    assert answer.status_code == 200
    assert answer.json() == {
        "data": {"echo": "hello", "down": None},
        "errors": [
            {
                "message": "The source 'hq' does not answer.",
                "locations": [{"line": 1, "column": 7}],
                "path": ["down"],
                "extensions": {"code": "UPSTREAM_UNAVAILABLE", "source": "hq"},
            }
        ],
    }


async def test_406_has_a_graphql_body(serve: Serve, journal: Journal) -> None:
    """Even where no type will do, the answer says why, and nothing ran."""
    async with serve() as client:
        answer = await client.post("/graphql", json={"query": "{echo}"}, headers={"accept": "text/html"})

    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert journal.callers == []
