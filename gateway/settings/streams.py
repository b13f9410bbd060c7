from typing import Annotated

from pydantic import Field

from gateway.settings.kinds import Group, Positive, Seconds


class StreamSettings(Group):
    """How answers travel that take their time, and what one connection may hold."""

    websocket: bool = Field(default=True, description="Serve graphql-transport-ws over WebSocket.")
    event_stream: bool = Field(
        default=True, description="Serve event streams (SSE); one process alone also shared ones."
    )
    multipart: bool = Field(default=True, description="Serve subscriptions and answers in parts as multipart/mixed.")
    incremental: bool = Field(
        default=True, description="Follow @defer and @stream for clients that take an answer in parts."
    )
    ping_interval: Seconds = Field(
        default=20.0,
        description="Seconds until a quiet connection gets a sign of life, and a socket is asked for one.",
    )
    init_timeout: Seconds = Field(default=10.0, description="Seconds that a socket gets to say who it is.")
    maximum_waiting_sockets: Positive = Field(
        default=1000, description="Sockets of one address (of IPv6 its network) that have not said yet who they are."
    )
    maximum_message: Positive = Field(default=262_144, description="Bytes of a message that a socket receives.")
    maximum_subscriptions: Positive = Field(
        default=100, description="Operations under way at once over one socket, or one shared event stream."
    )
    message_rate: Annotated[float, Field(ge=1, le=100_000)] = Field(
        default=20.0, description="Messages a second that a socket may send for long; ten times as many at once."
    )
