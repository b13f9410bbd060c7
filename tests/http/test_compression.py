import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.compression import accepts_gzip
from tests.http.front_door import Serve


def large(times: int) -> dict:
    return {"query": "query($n: Int!) { echo(times: $n) }", "variables": {"n": times}}


@pytest.mark.parametrize("times", [300, 100_000])
async def test_a_large_answer_is_compressed(serve: Serve, times: int) -> None:
    """A page of devices comes in a fraction of its bytes."""
    async with serve() as client:
        answer = await client.post("/graphql", json=large(times))

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert answer.json() == {"data": {"echo": "hello" * times}}
    assert answer.num_bytes_downloaded == int(answer.headers["content-length"]) < times


async def test_a_small_answer_is_not(serve: Serve) -> None:
    """What fits into one packet is sent as it is."""
    async with serve() as client:
        answer = await client.post("/graphql", json=large(100))

    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "*;q=0"])
async def test_a_client_that_takes_no_gzip_gets_none(serve: Serve, accepted: str) -> None:
    """The answer comes as it is, and a cache is told that it could have come otherwise."""
    async with serve() as client:
        answer = await client.post("/graphql", json=large(300), headers={"accept-encoding": accepted})

    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert answer.json() == {"data": {"echo": "hello" * 300}}


async def test_switched_off_nothing_is_compressed(serve: Serve) -> None:
    """Where a proxy compresses, the gateway need not."""
    async with serve(compression=False) as client:
        answer = await client.post("/graphql", json=large(300))

    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept"


async def test_a_compressed_answer_has_the_same_tag(serve: Serve) -> None:
    """Whoever kept the one may ask with its tag for the other."""
    query = {"query": "{ echo(times: 300) }"}
    async with serve() as client:
        plain = await client.get("/graphql", params=query, headers={"accept-encoding": "identity"})
        zipped = await client.get("/graphql", params=query)
        again = await client.get("/graphql", params=query, headers={"if-none-match": plain.headers["etag"]})

    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "Accept, Authorization, X-Api-Key, Accept-Encoding"
    assert zipped.headers["etag"] == plain.headers["etag"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("gzip;q=0.001", True),
        ("gzip ; q=0.000", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("notgzip", False),
    ],
)
def test_accept_encoding_is_understood(header: str | None, accepted: bool) -> None:  # noqa: FBT001  # a case
    """Each form that a client may write gets what it means."""
    assert accepts_gzip(header) is accepted


@given(st.text())
def test_any_accept_encoding_is_understood(header: str) -> None:
    """No text in it causes anything but yes or no."""
    assert accepts_gzip(header) in {True, False}
