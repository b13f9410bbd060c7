from tests.http.front_door import Journal, Serve


async def test_live_answers_while_not_ready(serve: Serve, journal: Journal) -> None:
    """A server that waits for its store is not restarted for that."""
    journal.not_ready = "the store does not answer"
    async with serve() as client:
        answer = await client.get("/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


async def test_ready_tells_why_not(serve: Serve, journal: Journal) -> None:
    """No request is sent to a server that is not ready or shuts down, and its operator reads why."""
    async with serve() as client:
        before = await client.get("/ready")
        journal.not_ready = "shutting down"
        after = await client.get("/ready")

    assert (before.status_code, before.json()) == (200, {"status": "ready"})
    assert (after.status_code, after.json()) == (503, {"status": "not ready", "reason": "shutting down"})
