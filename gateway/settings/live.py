from typing import Annotated

from msgspec import Meta

from gateway.settings.kinds import Positive, Seconds, group

HARDENED_STREAMS = 100


@group
class LiveSettings:
    """How subscriptions are fed, and how many there may be."""

    streams: Annotated[int, Meta(ge=0)] = 20_000
    """Subscriptions open at once in this process; 0 does not count."""
    streams_a_caller: Annotated[int, Meta(ge=0)] | None = None
    """Subscriptions that a caller may have open at once; 0 does not count. Unless said, 0, and 100 if hardened."""
    stream_waiting: Positive = 262_144
    """Bytes of payloads that may wait for a client that reads too slowly."""
    changes_poll: Seconds = 0.5
    """Seconds between looks for changes that another process wrote without being heard."""
    changes_in_memory: Positive = 10_000
    """Newest changes of the log that are kept in memory for clients that resume."""
    credentials_check: Seconds = 1.0
    """Seconds for which a look at a subscriber's credentials is good: nothing is sent on an older one."""
    endpoint_poll: Annotated[float, Meta(ge=0)] = 5.0
    """Seconds between looks at a source behind an endpoint while somebody follows it; 0 never looks, and such a source
    cannot be followed.
    """
    endpoint_late: Annotated[float, Meta(ge=0, le=86_400)] = 600.0
    """Seconds that an event may take to reach the service behind an endpoint; what takes longer is not found."""
    endpoint_devices: Positive = 100
    """Devices of a source behind an endpoint whose events may be followed at once."""
