import pytest

from gateway.http.accept import MediaType
from tests.http.front_door import Journal, Serve

ECHO = {"query": '{ echo(text: "a") }'}


async def test_an_answer_to_a_get_can_be_kept_by_its_caller_alone(serve: Serve) -> None:
    """A browser may keep it and must ask before it uses it; no cache that others share may."""
    async with serve() as client:
        answer = await client.get("/graphql", params=ECHO)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["etag"].startswith('W/"')
    assert answer.headers["vary"] == "Accept, Authorization, X-Api-Key"


@pytest.mark.parametrize("form", ["{tag}", '"other", {tag}', "{strong}", "*"])
async def test_what_has_not_changed_is_not_sent_again(serve: Serve, journal: Journal, form: str) -> None:
    """304 with the same tag and no body, however the client lists what it has; the query itself was run."""
    async with serve() as client:
        first = await client.get("/graphql", params=ECHO)
        tag = first.headers["etag"]
        sent = form.format(tag=tag, strong=tag.removeprefix("W/"))
        again = await client.get("/graphql", params=ECHO, headers={"if-none-match": sent})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["cache-control"] == "private, no-cache"
    assert "content-type" not in again.headers
    assert journal.resolved == ["echo", "echo"]


@pytest.mark.parametrize("sent", ['W/"other"', "nonsense", "", '"'])
async def test_what_has_changed_is_sent(serve: Serve, sent: str) -> None:
    """A tag of something else gets the answer whole."""
    async with serve() as client:
        answer = await client.get("/graphql", params=ECHO, headers={"if-none-match": sent})

    assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "a"}})


async def test_different_answers_have_different_tags(serve: Serve) -> None:
    """A tag stands for one body."""
    async with serve() as client:
        answers = [
            await client.get("/graphql", params={"query": "query($t: String!) { echo(text: $t) }", "variables": one})
            for one in ('{"t":"a"}', '{"t":"b"}', '{"t":"a"}')
        ]

    one, other, same = [answer.headers["etag"] for answer in answers]
    assert one == same != other


@pytest.mark.parametrize("query", ["{ echo down }", "{ nothing }", "{", "{ broken }"])
@pytest.mark.parametrize("media_type", list(MediaType))
async def test_errors_are_never_kept(serve: Serve, query: str, media_type: MediaType) -> None:
    """What was wrong once may be right the next time."""
    async with serve() as client:
        answer = await client.get("/graphql", params={"query": query}, headers={"accept": media_type})

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_answers_to_a_post_are_never_kept(serve: Serve) -> None:
    """A POST is asked anew each time."""
    async with serve() as client:
        answer = await client.post("/graphql", json=ECHO, headers={"if-none-match": "*"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_cache_leak_between_users(serve: Serve, journal: Journal) -> None:
    """Two callers with the same address share no kept answer: each one's request reaches the resolvers."""
    async with serve() as client:
        answers = [
            await client.get("/graphql", params=ECHO, headers={"authorization": f"Bearer {name}"}) for name in "ab"
        ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Authorization" in answer.headers["vary"] for answer in answers)
    assert all("public" not in answer.headers["cache-control"] for answer in answers)
    assert journal.resolved == ["echo", "echo"]
