from gateway.http.stream_options import StreamOptions
from gateway.http.websocket.closing import CloseCode, SocketClosed
from gateway.limits.rate import SECONDS, Rate, taken

BURST_SECONDS = 10


class Vigil:
    """Whether a socket says who it is in time, gives signs of life, and does not say too much. Pure: is told the time.

    Times are seconds of a monotonic clock.
    """

    def __init__(self, options: StreamOptions, now: float) -> None:
        self._ping_seconds = options.ping_seconds
        self._init_seconds = options.init_seconds
        per_second = options.messages_per_second
        self._rate = Rate(per_second * SECONDS, per_second * BURST_SECONDS)
        self._ahead = 0.0
        self._heard = now
        self._wake = now + options.init_seconds
        self._initialised = False
        self._asked = False

    @property
    def wake(self) -> float:
        """When to call `look`."""
        return self._wake

    def hear(self, now: float) -> None:
        """Take note of a message; raise SocketClosed 1008 for one too many."""
        heard = taken(self._ahead - (now - self._heard), 1, self._rate)
        self._ahead, self._heard, self._asked = heard.full_after, now, False
        if not heard.allowed:
            raise SocketClosed(CloseCode.POLICY_VIOLATION, "Too many messages", "message_rate")
        if self._initialised:
            self._wake = now + self._ping_seconds

    def initialise(self, now: float) -> None:
        self._initialised = True
        self._wake = now + self._ping_seconds

    def look(self, now: float) -> None:
        """A ping is to be sent; raise SocketClosed 4408 without an init, 1001 without an answer to the last ping."""
        if not self._initialised:
            raise SocketClosed(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")
        if self._asked:
            raise SocketClosed(CloseCode.GOING_AWAY, "No sign of life")
        self._asked = True
        self._wake = now + self._ping_seconds
