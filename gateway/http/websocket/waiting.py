from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.execution.result import ErrorCode
from gateway.http.address import network_of
from gateway.http.refusal import HttpRefused


@dataclass(slots=True)
class Seat:
    """A place among those that wait, until it is left."""

    network: str
    waiting: Counter[str]
    taken: bool = True

    def leave(self) -> None:
        """Make room; nothing happens where that was done before."""
        if self.taken:
            self.taken = False
            self.waiting[self.network] -= 1
            if not self.waiting[self.network]:
                del self.waiting[self.network]


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """Bounds how many sockets of one address, of IPv6 its network, have not said yet who they are."""

    most: int
    waiting: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def seat(self, address: str | None) -> Iterator[Seat]:
        """Raise HttpRefused 429 where too many wait already."""
        network = network_of(address)
        if self.waiting[network] >= self.most:
            message = f"{self.most} sockets of your address wait to be initialised already; try again in 1 second."
            raise HttpRefused(429, ErrorCode.LIMIT_EXCEEDED, message, {"retry-after": "1"}, limit="waiting_sockets")
        self.waiting[network] += 1
        seat = Seat(network, self.waiting)
        try:
            yield seat
        finally:
            seat.leave()
