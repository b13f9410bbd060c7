import gzip
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.inflate import inflate
from gateway.http.refusal import HttpRefused
from tests.http.front_door import Journal, Serve

BODY = b'{"query":"{echo}"}'
GZIPPED = gzip.compress(BODY)


def raw_deflate(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(body) + deflater.flush()


WAYS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "Deflate": raw_deflate}


@given(st.binary(max_size=2000), st.sampled_from(sorted(WAYS)))
def test_what_was_compressed_comes_back(body: bytes, coding: str) -> None:
    """gzip, and deflate in both forms that clients send."""
    assert inflate(WAYS[coding](body), coding, 2000) == body


@given(st.binary(max_size=100), st.sampled_from(sorted(WAYS)))
def test_any_bytes_are_inflated_or_refused(body: bytes, coding: str) -> None:
    """No bytes cause anything but a body within the limit or a refusal."""
    try:
        outcome: bytes | int = inflate(body, coding, 50)
    except HttpRefused as refusal:
        outcome = refusal.status

    assert outcome in {400, 413} or len(outcome) <= 50  # type: ignore[arg-type]  # bytes, where it is no status


@pytest.mark.parametrize("coding", [None, "", "identity", "IDENTITY"])
def test_what_is_not_compressed_stays(coding: str | None) -> None:
    """No Content-Encoding, or one that does nothing."""
    assert inflate(BODY, coding, 10) == BODY


@pytest.mark.parametrize("coding", list(WAYS))
async def test_a_compressed_request_is_answered(serve: Serve, coding: str) -> None:
    """A client on a slow line may compress what it asks."""
    async with serve() as client:
        answer = await client.post(
            "/graphql",
            content=WAYS[coding](BODY),
            headers={"content-type": "application/json", "content-encoding": coding},
        )

    assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "hello"}})


@pytest.mark.parametrize("coding", list(WAYS))
async def test_decompression_bomb(serve: Serve, journal: Journal, coding: str) -> None:
    """A small body that grows beyond the limit is 413, and was never held whole."""
    bomb = WAYS[coding](b" " * 20_000_000)
    began = time.process_time()
    async with serve() as client:
        answer = await client.post(
            "/graphql", content=bomb, headers={"content-type": "application/json", "content-encoding": coding}
        )
    spent = time.process_time() - began

    assert len(bomb) < 1024 * 1024
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "maximum_body"}
    assert spent < 0.2
    assert journal.callers == []


@pytest.mark.parametrize("coding", sorted(WAYS))
def test_decompression_bomb_in_memory(coding: str) -> None:
    """What a bomb would grow to is never held: little more than the limit is."""
    bomb = WAYS[coding](b" " * 20_000_000)
    tracemalloc.start()
    with pytest.raises(HttpRefused):
        inflate(bomb, coding, 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, identity", "nonsense"])
async def test_another_coding_is_415(serve: Serve, journal: Journal, coding: str) -> None:
    """What cannot be undone is named, with what can."""
    async with serve() as client:
        answer = await client.post(
            "/graphql", content=BODY, headers={"content-type": "application/json", "content-encoding": coding}
        )

    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "gzip, deflate, identity"
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert journal.callers == []


@pytest.mark.parametrize(
    "body",
    [b"", BODY, GZIPPED[:-1], GZIPPED + b"x", GZIPPED * 2, b"\x1f\x8b"],
    ids=["nothing", "plain", "cut", "with more", "twice", "begun"],
)
async def test_a_broken_compressed_body_is_400(serve: Serve, journal: Journal, body: bytes) -> None:
    """A body that is cut, or has something after it, is not guessed at."""
    async with serve() as client:
        answer = await client.post(
            "/graphql", content=body, headers={"content-type": "application/json", "content-encoding": "gzip"}
        )

    assert answer.status_code == 400
    assert "gzip" in answer.json()["errors"][0]["message"]
    assert journal.callers == []
