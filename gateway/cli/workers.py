"""Several processes that serve the same sockets: one that dies is replaced, and SIGHUP replaces all, one by one."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TypeAlias

from msgspec import Struct, field

from gateway.observability.event_log import EventLog

log = EventLog(__name__)

SPAWN = get_context("spawn")
PAUSE_SECONDS = 1.0
"""Before another one follows a worker that ended without ever serving."""
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Post(Struct, frozen=True):
    """A worker's place among the others. The first one does what is done once: it makes keys, deletes what is old.

    `again`: it follows one that has been in this place before. `ready`: where to tell that it serves.
    """

    number: int
    again: bool = False
    ready: Connection | None = None

    @property
    def first(self) -> bool:
        return self.number == 0

    @property
    def greets(self) -> bool:
        return self.first and not self.again

    def serves(self, stop: Callable[[], None]) -> None:
        """Tell that it does from now on, and stop when there is nobody any more to tell."""
        supervisor = parent_process()
        if self.ready is None or supervisor is None:
            return
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        asyncio.get_running_loop().add_reader(supervisor.sentinel, stop)
        self.ready.send(True)
        self.ready.close()


ALONE = Post(0)
"""The one process that there is."""

Work: TypeAlias = Callable[[Post], None]
"""Serves until SIGTERM. It is pickled: each worker is a new process that imports all anew, and so may be newer code."""


class Worker(Struct):
    process: SpawnProcess
    ready: Connection
    served: bool = False


def supervise(count: int, work: Work) -> None:
    """Keep that many workers until SIGTERM or SIGINT, then let them finish. Exit as the first one does if it cannot
    start.
    """
    with _signals() as heard:
        supervisor = _Supervisor(work, heard)
        try:
            supervisor.run(count)
        finally:
            supervisor.end()


class _Supervisor(Struct):
    work: Work
    heard: int
    workers: dict[int, Worker] = field(default_factory=dict)
    stopping: bool = False
    restarting: bool = False

    def run(self, count: int) -> None:
        self.workers[0] = first = self._begin(0, again=False)
        if not self._serves(first) and not self.stopping:
            first.process.join()
            sys.exit(first.process.exitcode or 1)
        for number in range(1, count):
            self.workers[number] = self._begin(number, again=False)
        while not self.stopping:
            self._listen(list(self.workers.values()))
            self._replace_the_dead()
            if self.restarting:
                self.restarting = False
                self._replace_all()

    def end(self) -> None:
        for worker in self.workers.values():
            worker.process.terminate()
        for worker in self.workers.values():
            worker.process.join()

    def _begin(self, number: int, *, again: bool) -> Worker:
        receiver, sender = SPAWN.Pipe(duplex=False)
        process = SPAWN.Process(target=self.work, args=(Post(number, again, sender),), name=f"worker {number}")
        process.start()
        sender.close()
        return Worker(process, receiver)

    def _serves(self, worker: Worker) -> bool:
        """Wait until it does, or has ended, or all is to end."""
        while not self.stopping and not worker.served and worker.process.is_alive():
            self._listen([worker])
        return worker.served

    def _replace_the_dead(self) -> None:
        for number, worker in self.workers.items():
            if worker.process.is_alive() or self.stopping:
                continue
            log.error("worker died", worker=number, pid=worker.process.pid, status=worker.process.exitcode)
            if not worker.served:
                wait([self.heard], PAUSE_SECONDS)
            self.workers[number] = self._begin(number, again=True)

    def _replace_all(self) -> None:
        """A new one serves before the old one ends; where it cannot, all stays as it is."""
        for number, old in self.workers.items():
            new = self._begin(number, again=True)
            if not self._serves(new):
                if not self.stopping:
                    log.error("restart given up", worker=number, status=new.process.exitcode)
                new.process.terminate()
                new.process.join()
                return
            self.workers[number] = new
            old.process.terminate()
            old.process.join()

    def _listen(self, workers: Sequence[Worker]) -> None:
        """Wait until a signal comes, or one of the workers serves or ends, and take note of it."""
        starting = [worker for worker in workers if not worker.ready.closed]
        told = [worker.ready for worker in starting]
        if self.heard in wait([self.heard, *told, *(worker.process.sentinel for worker in workers)]):
            self._note(os.read(self.heard, 16))
        for worker in starting:
            if worker.ready.poll():
                worker.served = _received(worker.ready)
                worker.ready.close()

    def _note(self, numbers: bytes) -> None:
        self.restarting = self.restarting or signal.SIGHUP in numbers
        self.stopping = self.stopping or bool({signal.SIGTERM, signal.SIGINT} & set(numbers))


def _received(ready: Connection) -> bool:
    try:
        return bool(ready.recv())
    except EOFError:  # it ended before
        return False


@contextmanager
def _signals() -> Iterator[int]:
    """Give a file descriptor from which the numbers of signals are read."""
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writer)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(-1)
        os.close(reader)
        os.close(writer)
