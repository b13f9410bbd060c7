"""Where changes come from: embedded services write them to the log, other sources are asked while somebody follows."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress

from gateway.live.change import SourceKey
from gateway.live.poller import Poller
from gateway.live.watch import Watch
from gateway.live.watches import Watches
from gateway.model.errors import GatewayError, Unsupported
from gateway.observability.event_log import EventLog
from gateway.store.polled import EVENTS, LIST

log = EventLog(__name__)


class Feeds:
    """Has looked at what streams follow: `telling` are the sources that write their changes themselves.

    `seconds` between two words to the others.
    """

    def __init__(
        self, telling: frozenset[str], pollers: Mapping[str, Poller], watches: Watches, seconds: float
    ) -> None:
        self._telling = telling
        self._pollers = pollers
        self._watches = watches
        self._seconds = seconds
        self._followed: Counter[SourceKey] = Counter()
        self._left = asyncio.Event()
        self._lose: Callable[[Mapping[SourceKey, GatewayError]], None] = lambda _: None

    def tell_lost_to(self, lose: Callable[[Mapping[SourceKey, GatewayError]], None]) -> None:
        """Call it with what is followed and not looked at any more, and why; as `keys_of` names it."""
        self._lose = lose

    async def join(self, watch: Watch) -> None:
        """Have looked at what the watch follows, from now on; raise GatewayError where that cannot be."""
        for source in sorted(watch.sources - self._telling):
            if source not in self._pollers:
                raise Unsupported(f"Source {source} cannot be followed: nothing tells what happens behind it.")
        keys = self.keys_of(watch)
        self._followed.update(keys)
        try:
            for source in sorted({source for source, _ in keys}):
                await self._begin(self._pollers[source], {key for name, key in keys if name == source})
        except BaseException:
            self.leave(watch)
            raise

    def leave(self, watch: Watch) -> None:
        """Look no longer for this watch; what nobody follows is not looked at any more."""
        for key in self.keys_of(watch):
            self._followed[key] -= 1
            if not self._followed[key]:
                del self._followed[key]
                self._left.set()

    async def run(self) -> None:
        """Tell the others, for ever, what is still followed here, and what is not any more."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._left.wait()
            self._left.clear()
            try:
                lost = await self._watches.tell(self._followed)
                if lost:
                    self._lose({(source, key): self._pollers[source].refusal(key) for source, key in lost})
            except Exception as error:  # noqa: BLE001  # whatever it is, the next round is another chance
                log.warning("what is followed cannot be told", reason=repr(error))

    def keys_of(self, watch: Watch) -> list[SourceKey]:
        """What has to be looked at for a watch, by source: devices, LIST, or EVENTS."""
        sources = sorted(watch.sources - self._telling)
        if not watch.events:
            return [(source, LIST) for source in sources]
        if watch.devices is None:
            return [(source, EVENTS) for source in sources]
        return sorted(device for device in watch.devices if device[0] in sources)

    async def _begin(self, poller: Poller, keys: AbstractSet[str]) -> None:
        source = poller.source.name
        await self._watches.admit(source, keys)
        unseen = self._watches.unseen(source, keys)
        if unseen:
            await poller.caught_up(unseen)
            self._watches.see(source, unseen)
