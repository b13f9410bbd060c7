from collections.abc import Sequence
from functools import cached_property, partial

import orjson
from msgspec import Struct, field
from msgspec.structs import replace

from gateway.cache.in_flight import InFlight
from gateway.cache.recent import Recent
from gateway.model.errors import GatewayError
from gateway.sources.answer import SharedAnswer
from gateway.sources.probe import Probe
from gateway.sources.upstream import Params, Upstream

_SUBJECTS = ("DeviceId", "DeviceArn", "Arn", "ResourceArn", "RoomArn")
_NEWS = frozenset({"ListDeviceEvents"})
"""What is asked for because something may have happened: shared, and never kept."""


class SharedUpstream(Struct, frozen=True, dict=True):
    """An upstream that is asked less: equal reads at the same moment are one call, whoever they are for.

    Whoever may see a source sees all of it, because it is asked with the source's own credentials: what it answers
    depends on the operation and its parameters, and on no caller. `recent` keeps describes and pages for a moment
    longer; None keeps nothing. A write through here makes both begin anew (gateway.cache.in_flight).
    """

    upstream: Upstream
    reads: frozenset[str]
    recent: Recent[Params] | None = None
    in_flight: InFlight[Params] = field(default_factory=InFlight)

    @cached_property
    def beyond(self) -> frozenset[str]:
        return self.upstream.beyond

    def fresh(self) -> "SharedUpstream":
        """The same upstream, shared with whoever asks at the same moment, without what is kept."""
        return replace(self, recent=None)

    async def check(self) -> Probe:
        return await self.upstream.check()

    async def call(self, operation: str, params: Params) -> Params:
        if operation not in self.reads:
            return await self._write(operation, params)
        key = _key(operation, params)
        kept = self._kept(key)
        if kept is not None:
            return kept
        return await self.in_flight.read(key, partial(self._ask, key, operation, params))

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        """As the upstream does, for operations that only read."""
        keys = [_key(operation, one) for one in params]
        answers: dict[str, Params | GatewayError] = {key: kept for key in keys if (kept := self._kept(key)) is not None}
        missing = {key: partial(self._ask, key, operation, one) for key, one in zip(keys, params, strict=True)}
        asks = [(key, ask) for key, ask in missing.items() if key not in answers]
        for (key, _), answer in zip(asks, await self.in_flight.read_many(asks), strict=True):
            answers[key] = _answer_or_error(answer)
        return [answers[key] for key in keys]

    def forget(self, device_key: str) -> None:
        """Something happened to a device, by its DeviceId or ARN: what was read of it before is old."""
        self.in_flight.forget()
        if self.recent is not None:
            self.recent.forget(device_key)

    async def _ask(self, key: str, operation: str, params: Params) -> Params:
        recent, epoch = self.recent, self.in_flight.epoch
        if recent is None or operation in _NEWS:
            return SharedAnswer(await self.upstream.call(operation, params))
        asked_at = recent.now()
        answer = SharedAnswer(await self.upstream.call(operation, params))
        if epoch is not None and epoch == self.in_flight.epoch:
            recent.put(key, _subject(params), answer, asked_at)
        return answer

    async def _write(self, operation: str, params: Params) -> Params:
        with self.in_flight.writing():
            if self.recent is not None:
                self.recent.clear()
            return await self.upstream.call(operation, params)

    def _kept(self, key: str) -> Params | None:
        return None if self.recent is None else self.recent.get(key)


def _key(operation: str, params: Params) -> str:
    try:
        return operation + orjson.dumps(params, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # what JSON cannot have; such a call is refused
        return operation + repr(params)


def _subject(params: Params) -> str | None:
    """The key of what an answer is about; None: a page, which may be about anything."""
    return next((params[name] for name in _SUBJECTS if name in params), None)


def _answer_or_error(answer: Params | BaseException) -> Params | GatewayError:
    if isinstance(answer, BaseException) and not isinstance(answer, GatewayError):
        raise answer
    return answer
