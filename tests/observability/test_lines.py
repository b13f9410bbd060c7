import asyncio
import io
import logging

import pytest

from gateway.observability.lines import Lines


class File(io.BytesIO):
    """Remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> int:  # type: ignore[override]  # of bytes is all that is written
        self.writes.append(data)
        return len(data)


def line(text: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text})


def test_outside_of_a_loop_a_line_is_written_at_once() -> None:
    """What a command logs is there when the command has logged it."""
    file = File()
    lines = Lines(file)

    lines.handle(line("one"))
    lines.handle(line("two"))

    assert file.writes == [b"one\n", b"two\n"]


async def test_lines_of_one_turn_are_one_write() -> None:
    """What requests log in the same moment is written in order, and at once for all of them."""
    file = File()
    lines = Lines(file)

    lines.handle(line("one"))
    lines.handle(line("two"))
    assert file.writes == []
    await asyncio.sleep(0)
    assert file.writes == [b"one\ntwo\n"]

    lines.handle(line("three"))
    await asyncio.sleep(0)
    assert file.writes == [b"one\ntwo\n", b"three\n"]


def test_no_line_is_lost_with_its_loop() -> None:
    """What is logged last before a loop ends is written by whoever logs next, or at the end."""
    file = File()
    lines = Lines(file)
    loop = asyncio.new_event_loop()
    loop.call_soon(loop.stop)
    loop.call_soon(lines.handle, line("last"))
    loop.run_forever()
    loop.close()
    assert file.writes == []

    async def another() -> None:
        lines.handle(line("next"))

    asyncio.run(another())
    lines.flush()
    assert b"".join(file.writes) == b"last\nnext\n"


async def test_lines_of_threads_come_in_order() -> None:
    """Whichever thread logs, a line comes after those before it, and once."""
    file = File()
    lines = Lines(file)

    lines.handle(line("one"))
    await asyncio.to_thread(lines.handle, line("two"))

    assert b"".join(file.writes) == b"one\ntwo\n"
    assert b"" not in file.writes


class Full(File):
    """Is on a disk that is full."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


async def test_a_log_that_cannot_be_written_is_nothing_to_who_logs() -> None:
    """A full disk, or a collector that is gone, costs lines: no request fails, and nothing is told of it for ever."""
    file = Full()
    lines = Lines(file)
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    lines.handle(line("lost"))
    await asyncio.sleep(0)
    await asyncio.to_thread(lines.handle, line("lost too"))

    assert file.writes == [b"lost\n", b"lost too\n"]
    assert told == []


def test_what_cannot_be_told_is_nothing_to_who_logs(capsys: pytest.CaptureFixture[str]) -> None:
    """A library that logs with too few values for its words goes on; the log says so, and takes the next line."""
    file = File()
    lines = Lines(file)

    lines.handle(logging.makeLogRecord({"msg": "%s of %s", "args": ("one",)}))
    lines.handle(line("next"))

    assert file.writes == [b"next\n"]
    assert "TypeError: not enough arguments for format string" in capsys.readouterr().err
