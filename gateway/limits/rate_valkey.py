import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Self

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.limits.rate import Rate, RateStore, RateStoreDown, Taken
from gateway.observability.event_log import EventLog
from gateway.observability.instruments import Count

log = EventLog(__name__)

MICROSECONDS = 1_000_000
ANSWER_SECONDS = 0.25
REST_SECONDS = 1.0
CONNECTIONS = 32
PREFIX = "gateway:rate:"

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ahead = math.max(tonumber(redis.call('GET', KEYS[1]) or now) - now, 0)
local after = math.max(ahead + tonumber(ARGV[1]), 0)
if ARGV[3] == '0' and after > tonumber(ARGV[2]) then
    return {0, string.format('%.0f', ahead)}
end
if after >= 1 then
    redis.call('SET', KEYS[1], string.format('%.0f', now + after), 'PX', math.ceil(after / 1000))
else
    redis.call('DEL', KEYS[1])
end
return {1, string.format('%.0f', after)}
"""
"""As `rate.taken`, in microseconds of the store's own clock, which all replicas share.

Keys are the time when all units are back; then they expire. ARGV: what the units take, what may be ahead, and 1 to take
them anyway. Answers whether they were taken, and how far ahead the caller then is.
"""


class ValkeyRates:
    """Counts in a Valkey or Redis, for all replicas that share it.

    While it is down `stand_in` counts, each replica for itself; without one RateStoreDown is raised. It is tried again
    after `REST_SECONDS`, so that requests do not wait for it one by one. `failures` counts the calls that found it so.
    """

    def __init__(
        self,
        client: Redis,
        stand_in: RateStore | None,
        clock: Callable[[], float] = time.monotonic,
        failures: Count | None = None,
    ) -> None:
        self._client = client
        self._script = client.register_script(SCRIPT)
        self._stand_in = stand_in
        self._clock = clock
        self._failures = failures
        self._rests_until = 0.0

    @classmethod
    def of_url(
        cls,
        url: str,
        stand_in: RateStore | None,
        clock: Callable[[], float] = time.monotonic,
        answer_seconds: float = ANSWER_SECONDS,
        failures: Count | None = None,
    ) -> Self:
        """Make one for `redis://`, `rediss://` (TLS), `unix://`, or `valkey://` and `valkeys://`, which mean the same.

        Nothing is connected before the first call. A store that needs longer than `answer_seconds` is down.
        """
        pool = BlockingConnectionPool.from_url(
            url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
            max_connections=CONNECTIONS,
            timeout=answer_seconds,
            socket_timeout=answer_seconds,
            socket_connect_timeout=answer_seconds,
            retry=Retry(NoBackoff(), 1),  # a connection that was kept may have been closed meanwhile
        )
        return cls(Redis(connection_pool=pool), stand_in, clock, failures)

    async def take(self, key: str, units: float, rate: Rate, *, anyway: bool = False) -> Taken:
        if self._clock() >= self._rests_until:
            try:
                return await self._ask(key, units, rate, anyway=anyway)
            except (RedisError, OSError) as error:
                self._rests_until = self._clock() + REST_SECONDS
                if self._failures is not None:
                    self._failures.inc()
                log.warning("rates are not counted in their store", reason=type(error).__name__)
        if self._stand_in is None:
            raise RateStoreDown
        return await self._stand_in.take(key, units, rate, anyway=anyway)

    async def failure(self) -> str | None:
        """Ask once for nothing; return in a word why that cannot be done, None where it can."""
        try:
            await self._ask("nobody", 0, Rate(1, 1), anyway=False)
        except (RedisError, OSError) as error:
            return type(error).__name__
        return None

    async def close(self) -> None:
        await self._client.aclose()
        await self._client.connection_pool.disconnect()

    async def _ask(self, key: str, units: float, rate: Rate, *, anyway: bool) -> Taken:
        a_unit = rate.seconds_a_unit * MICROSECONDS
        arguments = (units * a_unit, rate.most_ahead * MICROSECONDS, int(anyway))
        allowed, ahead = await self._script(keys=[_key(key)], args=arguments)
        return Taken(bool(allowed), int(ahead) / MICROSECONDS, units, rate)


def _key(key: str) -> str:
    """Name it by a hash: of one length, and not telling who the caller is."""
    return PREFIX + blake2b(key.encode(), digest_size=16).hexdigest()
