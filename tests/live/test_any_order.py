"""Whatever is written, opened and read in whichever order, and however little is kept in memory."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.stream import Stream
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import metadata
from tests.clock import Clock
from tests.live.following import Following, Options, following, names, rest, take

BUTTONS = tuple(f"G030PM{number:010}" for number in range(3))

writes = st.lists(st.sampled_from(BUTTONS), min_size=1, max_size=6)
opens = st.integers(0, 20)
reads = st.tuples(st.integers(0, 5), st.integers(1, 4))
actions = st.lists(writes | opens | reads, min_size=3, max_size=14)


class Client:
    """A stream, what it has read, and where in all that was written it began."""

    def __init__(self, stream: Stream, began: int) -> None:
        self.stream = stream
        self.began = began
        self.read: list[str] = []
        self.cursors = [stream.start_cursor]


@pytest.mark.parametrize(("most_kept", "page"), [(1, 1), (4, 2), (100, 50)])
@given(actions)
@settings(max_examples=10, deadline=None)
async def test_every_stream_has_every_event_once_in_order(most_kept: int, page: int, todo: Sequence[object]) -> None:
    """Each client has what was written since it began, from whichever cursor of whichever client that was."""
    with tempfile.TemporaryDirectory() as directory:
        database = SqliteDatabase(Path(directory) / "gateway.db")
        await database.write(metadata.create_all)
        async with following(database, Clock(), Options(most_kept=most_kept, page=page)) as live:
            await live.buttons(*BUTTONS)
            written, clients = await played(live, todo)
            for client in clients:
                client.read += names(await rest(live, client.stream))

                assert client.read == written[client.began :]
        await database.close()


async def played(live: Following, todo: Sequence[object]) -> tuple[list[str], list[Client]]:
    """Do it all; return what was written, and the clients."""
    written: list[str] = []
    clients = [Client(await live.open(), 0)]
    for action in todo:
        if isinstance(action, list):
            await live.press(*action)
            written += action
        elif isinstance(action, int):
            other = clients[action % len(clients)]
            had = action % len(other.cursors)
            clients.append(Client(await live.open(after=other.cursors[had]), other.began + had))
        elif isinstance(action, tuple):
            client = clients[action[0] % len(clients)]
            payloads = await take(client.stream, min(action[1], len(written) - client.began - len(client.read)))
            client.read += names(payloads)
            client.cursors += [payload.cursor for payload in payloads]
    return written, clients
