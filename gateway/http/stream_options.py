from msgspec import Struct


class StreamOptions(Struct, frozen=True):
    """What the composition root decides about answers that take their time.

    websocket, event_stream, multipart: whether each is offered. shared_event_streams: whether operations may share one,
    which all of a client's requests must reach. incremental: whether @defer and @stream are followed.
    ping_seconds: between two signs of life that a quiet connection is given.
    init_seconds: that a socket gets to say who it is.
    max_waiting_sockets: of one address, that have not said who they are.
    max_subscriptions: operations under way at once, of a socket or of an event stream that several share.
    messages_per_second: that a socket may send for long; ten times as many at once.
    """

    websocket: bool = True
    event_stream: bool = True
    shared_event_streams: bool = True
    multipart: bool = True
    incremental: bool = True
    ping_seconds: float = 20.0
    init_seconds: float = 10.0
    max_waiting_sockets: int = 1000
    max_subscriptions: int = 100
    messages_per_second: float = 20.0


DEFAULT_STREAMS = StreamOptions()
