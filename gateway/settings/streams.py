from typing import Annotated

from msgspec import Meta

from gateway.settings.kinds import Positive, Seconds, group


@group
class StreamSettings:
    """How answers travel that take their time, and what one connection may hold."""

    websocket: bool = True
    """Serve graphql-transport-ws over WebSocket."""
    event_stream: bool = True
    """Serve event streams (SSE); one process alone also shared ones."""
    multipart: bool = True
    """Serve subscriptions and answers in parts as multipart/mixed."""
    incremental: bool = True
    """Follow @defer and @stream for clients that take an answer in parts."""
    ping_interval: Seconds = 20.0
    """Seconds until a quiet connection gets a sign of life, and a socket is asked for one."""
    init_timeout: Seconds = 10.0
    """Seconds that a socket gets to say who it is."""
    maximum_waiting_sockets: Positive = 1000
    """Sockets of one address (of IPv6 its network) that have not said yet who they are."""
    maximum_message: Positive = 262_144
    """Bytes of a message that a socket receives."""
    maximum_subscriptions: Positive = 100
    """Operations under way at once over one socket, or one shared event stream."""
    message_rate: Annotated[float, Meta(ge=1, le=100_000)] = 20.0
    """Messages a second that a socket may send for long; ten times as many at once."""
