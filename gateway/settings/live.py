from typing import Annotated

from pydantic import Field

from gateway.settings.kinds import Group, Positive, Seconds

HARDENED_STREAMS = 100


class LiveSettings(Group):
    """How subscriptions are fed, and how many there may be."""

    streams: Annotated[int, Field(ge=0)] = Field(
        default=20_000, description="Subscriptions open at once in this process; 0 does not count."
    )
    streams_a_caller: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="Subscriptions that a caller may have open at once; 0 does not count. Unless said, 0, and 100 if "
        "hardened.",
    )
    stream_waiting: Positive = Field(
        default=262_144, description="Bytes of payloads that may wait for a client that reads too slowly."
    )
    changes_poll: Seconds = Field(
        default=0.5, description="Seconds between looks for changes that another process wrote without being heard."
    )
    changes_in_memory: Positive = Field(
        default=10_000, description="Newest changes of the log that are kept in memory for clients that resume."
    )
    credentials_check: Seconds = Field(
        default=1.0,
        description="Seconds for which a look at a subscriber's credentials is good: nothing is sent on an older one.",
    )
    endpoint_poll: Annotated[float, Field(ge=0)] = Field(
        default=5.0,
        description="Seconds between looks at a source behind an endpoint while somebody follows it; 0 never looks, "
        "and such a source cannot be followed.",
    )
    endpoint_late: Annotated[float, Field(ge=0, le=86_400)] = Field(
        default=600.0,
        description="Seconds that an event may take to reach the service behind an endpoint; what takes longer is not "
        "found.",
    )
    endpoint_devices: Positive = Field(
        default=100, description="Devices of a source behind an endpoint whose events may be followed at once."
    )
