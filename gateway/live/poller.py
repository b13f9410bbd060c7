"""Looks at a source that cannot tell by itself what happens, and writes what it finds to the log."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256

import orjson
from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import Connection

from gateway.live.look_back import LookBack
from gateway.live.polled_events import Found, read_events
from gateway.model.device import Device
from gateway.model.errors import GatewayError, ScanLimit, UpstreamUnavailable
from gateway.model.filter import DeviceFilter
from gateway.observability.event_log import EventLog
from gateway.sources.events import milliseconds
from gateway.sources.fleet import Source
from gateway.sources.listing import Window
from gateway.store import polled as store
from gateway.store.changes import Change, ChangeKind
from gateway.store.changes import log as write_log
from gateway.store.database import Database
from gateway.store.leases import end_lease, take_lease
from gateway.store.polled import EVENTS, LIST, LISTED, Polled

LEASE_ROUNDS = 3
"""Rounds that a poller which dies keeps the others waiting for."""

PATIENCE, GLANCE = 5.0, 0.05
"""Seconds that a stream waits for a look at what it follows, beside the rounds, and between its own looks for that."""

log = EventLog(__name__)


class PollerOptions(Struct, frozen=True):
    """`seconds` between rounds; `kept`: how long what was polled is remembered; `holder` names this process.

    `late`: how long an event may take to reach its service. `most_listed`: devices of a source whose changes may be
    followed; `most_devices`: those whose events may be, at once and in all processes.
    """

    seconds: float
    late: timedelta
    kept: timedelta
    holder: str
    clock: Callable[[], datetime]
    most_listed: int
    most_devices: int


class Poller:
    """The one of all processes' that holds the lease looks at the source, while anybody follows it."""

    def __init__(self, source: Source, database: Database, options: PollerOptions) -> None:
        self.source = source
        self._database = database
        self._options = options
        self._most = {LIST: options.most_listed, EVENTS: options.most_devices}
        self._woken = asyncio.Event()
        self._known: dict[str, Device] = {}
        self._look_back = LookBack(options.late)
        self._holds = False

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Look at the source, for ever; one that fails is looked at again."""
        try:
            while True:
                try:
                    await self.look()
                except Exception as error:  # noqa: BLE001  # whatever it is, the next round is another chance
                    log.warning("a source cannot be followed", source=self.source.name, reason=repr(error))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._options.seconds):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            await self._let_go()

    async def look(self) -> None:
        """Look once, where somebody follows the source and nobody else looks."""
        name, now = self.source.name, self._now()
        wanted = await self._database.read(lambda connection: store.watched(connection, name, now))
        if not wanted:
            self._known.clear()
            self._look_back.looked((), now)
            await self._let_go()
            return
        self._holds = True  # whoever is ended while it is told has taken it perhaps
        self._holds = await self._database.write(self._take_lease)
        if self._holds:
            holding = asyncio.create_task(self._hold())
            try:
                await self._look_at(wanted, now)
            finally:
                holding.cancel()
        else:
            self._look_back.looked((), now)

    def refusal(self, key: str) -> GatewayError:
        """Why what was admitted is not looked at any more: the source has too many devices."""
        most, name = self._most.get(key, self._options.most_devices), self.source.name
        way_out = "leave it out by the filter" if key == LIST else "name some by ids"
        return ScanLimit(f"Source {name} has more than {most} devices to follow at once; {way_out}.")

    async def _let_go(self) -> None:
        """Let another process look from now on."""
        if self._holds:
            self._holds = False
            await self._database.write(lambda connection: end_lease(connection, self._lease, self._options.holder))

    async def _hold(self) -> None:
        """Keep the others waiting, however long a look takes; one that they have taken over finds that out itself."""
        while True:
            await asyncio.sleep(self._options.seconds)
            with suppress(Exception):  # whatever a store says, the next round is another chance
                await self._database.write(self._take_lease)

    def _take_lease(self, connection: Connection) -> bool:
        """Look, or go on looking, unless another process does."""
        now = self._now()
        until = now + round(self._options.seconds * LEASE_ROUNDS * 1000)
        return take_lease(connection, self._lease, self._options.holder, now, until)

    @property
    def _lease(self) -> str:
        return f"poll {self.source.name}"

    def _now(self) -> int:
        return milliseconds(self._options.clock())

    async def caught_up(self, since: Mapping[str, int]) -> None:
        """Wait until each key was looked at after its time.

        Raise ScanLimit where that would be too much, UpstreamUnavailable where nobody looks.
        """
        name, holder = self.source.name, self._options.holder

        def read(connection: Connection) -> tuple[set[str], dict[str, Polled]]:
            return store.watched_by(connection, holder, name), store.polled_of(connection, name)

        patience = PATIENCE + self._options.seconds * (LEASE_ROUNDS + 1)
        for _ in range(round(patience / GLANCE)):
            admitted, state = await self._database.read(read)
            for key in since.keys() - admitted:
                raise self.refusal(key)
            if all(key in state and state[key].polled_to >= time for key, time in since.items()):
                return
            self.wake()
            await asyncio.sleep(GLANCE)
        raise UpstreamUnavailable(f"Source {name} cannot be followed now.", name)

    async def _look_at(self, wanted: set[str], now: int) -> None:
        name, read = self.source.name, await self._read_list(wanted)
        wanted = await self._within(wanted, len(read))
        listed = read if wanted & self._most.keys() else None
        state = await self._database.scan(lambda connection: store.polled_of(connection, name))
        self._known.update({device.key: device for device in listed or ()})
        keys = wanted - self._most.keys()
        if EVENTS in wanted:
            began = state[EVENTS]
            keys |= {device.key for device in read}
            state = {**{key: Polled(began.since, began.since - 1, None) for key in keys}, **state}
        devices, failed = await self._described(sorted(keys & state.keys()))
        found, unread = await read_events(self.source, devices, state, self._look_back, now)
        looked_at = (keys | (wanted & {EVENTS})) & state.keys() - failed - unread
        self._holds = await self._write(state, listed, sorted(looked_at), found, now)
        self._look_back.looked(looked_at if self._holds else (), now)

    async def _read_list(self, wanted: AbstractSet[str]) -> Sequence[Device]:
        """Every device of the source, where that is wanted; one more than there may be where there are too many."""
        most = [self._most[key] for key in wanted & self._most.keys()]
        if not most:
            return ()
        listing = self.source.listing(DeviceFilter(), ())
        return (await listing.read(Window(None, None, backwards=False, limit=max(most) + 1))).items

    async def _within(self, wanted: set[str], listed: int) -> set[str]:
        """What of it may be looked at, of a list so long; whoever follows the rest finds out, see `refusal`."""
        too_much = {key for key in wanted & self._most.keys() if listed > self._most[key]}
        if too_much:
            name = self.source.name
            log.warning("a source has too many devices to follow", source=name, devices=listed)
            await self._database.write(lambda connection: store.unwatch_all(connection, name, too_much))
        return wanted - too_much

    async def _described(self, keys: Sequence[str]) -> tuple[list[Device], set[str]]:
        """The devices that are there, asked for once for as long as they are followed, and those that failed."""
        unknown, failed = [key for key in keys if key not in self._known], set()
        for key, device in zip(unknown, await self.source.devices(unknown) if unknown else (), strict=True):
            if isinstance(device, GatewayError):
                failed.add(key)
            elif device is not None:
                self._known[key] = device
        return [self._known[key] for key in keys if key in self._known], failed

    async def _write(
        self,
        state: dict[str, Polled],
        listed: Sequence[Device] | None,
        looked_at: Sequence[str],
        found: Sequence[Found],
        now: int,
    ) -> bool:
        """Write down what was found; False, with nothing written, where that took so long that another looks by now."""
        source, before = self.source, now - round(self._options.kept.total_seconds() * 1000)

        def write(connection: Connection) -> bool:
            if not self._take_lease(connection):
                return False
            new = {key: replace(state[key], polled_to=now) for key in looked_at}
            rows = [] if listed is None else self._differences(connection, state, listed, new, now)
            rows += store.new_events(connection, source.name, source.service, found)
            store.keep_polled(connection, source.name, new)
            store.forget_before(connection, source.name, before)
            write_log(connection, now, rows)
            return True

        return await self._database.write(write)

    def _differences(
        self,
        connection: Connection,
        state: dict[str, Polled],
        listed: Sequence[Device],
        new: dict[str, Polled],
        now: int,
    ) -> list[Change]:
        """What is different from the list before; nothing where there was none."""
        first = LIST not in state or state[LIST].digest is None
        digests = {LISTED + device.key: _digest(device) for device in listed}
        gone = [key for key in state if key.startswith(LISTED) and key not in digests]
        rows = [self._change(key, ChangeKind.REMOVED) for key in gone]
        for key, digest in digests.items():
            known = state.get(key)
            if known is None or known.digest != digest:
                rows.append(self._change(key, ChangeKind.ADDED if known is None else ChangeKind.CHANGED))
            new[key] = Polled(now, now, digest)
        new[LIST] = Polled(now, now, "read")
        store.drop_polled(connection, self.source.name, gone)
        return [] if first else rows

    def _change(self, listed: str, kind: ChangeKind) -> Change:
        key = listed.removeprefix(LISTED)
        return Change(store.tenant_of(self.source.name), self.source.service, key, kind)


def _digest(device: Device) -> str:
    return sha256(orjson.dumps(device, default=asdict, option=orjson.OPT_SORT_KEYS)).hexdigest()
