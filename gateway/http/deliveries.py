"""What `Accept` takes beside one JSON document. Pure."""

from typing import TypeAlias

from msgspec import Struct

from gateway.http.incremental import IncrementalSpec
from gateway.http.stream_options import StreamOptions

EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"
SUBSCRIPTION_SPEC = "1.0"
SINGLE = frozenset({"application/json", "application/graphql-response+json", "application/*", "*/*"})

Range: TypeAlias = tuple[str, dict[str, str]]
"""A media range and its parameters, both in lower case."""


class Deliveries(Struct, frozen=True):
    """`single`: an answer may be one JSON document; `event_stream`, `multipart`: a subscription's events, or both kinds
    of streams, may come so; `incremental`: how the parts of an answer are to be told in multipart/mixed, None: not.
    """

    single: bool = True
    event_stream: bool = False
    multipart: bool = False
    incremental: IncrementalSpec | None = None

    @property
    def streams_only(self) -> bool:
        return not self.single and (self.event_stream or self.multipart or self.incremental is not None)

    def within(self, options: StreamOptions) -> "Deliveries":
        """What of it is offered."""
        if self is ONLY_SINGLE:
            return self
        return Deliveries(
            self.single,
            self.event_stream and options.event_stream,
            self.multipart and options.multipart,
            self.incremental if options.multipart and options.incremental else None,
        )


ONLY_SINGLE = Deliveries()


def read_deliveries(accept: str | None) -> Deliveries:
    """Read the header; a range of quality 0 counts as absent.

    multipart/mixed without a parameter means either kind; `subscriptionSpec`, `incrementalSpec` and `deferSpec` mean
    one, of a version.
    """
    told = (accept or "").lower()
    if EVENT_STREAM not in told and MULTIPART not in told:
        return ONLY_SINGLE
    ranges = [one for one in map(_range, told.split(",")) if one[1].get("q", "1").strip("0.") != ""]
    multiparts = [parameters for name, parameters in ranges if name == MULTIPART]
    return Deliveries(
        single=any(name in SINGLE for name, _ in ranges),
        event_stream=any(name == EVENT_STREAM for name, _ in ranges),
        multipart=any(_carries_subscriptions(parameters) for parameters in multiparts),
        incremental=next(filter(None, map(_incremental, multiparts)), None),
    )


def _range(part: str) -> Range:
    name, *parameters = part.split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    return name.strip(), {key.strip(): value.strip().strip('"') for key, _, value in pairs}


def _carries_subscriptions(parameters: dict[str, str]) -> bool:
    if "subscriptionspec" in parameters:
        return parameters["subscriptionspec"] == SUBSCRIPTION_SPEC
    return not parameters.keys() & {"incrementalspec", "deferspec"}


def _incremental(parameters: dict[str, str]) -> IncrementalSpec | None:
    if parameters.get("incrementalspec") == IncrementalSpec.V0_2:
        return IncrementalSpec.V0_2
    if parameters.get("deferspec") == IncrementalSpec.OF_2022:
        return IncrementalSpec.OF_2022
    named = parameters.keys() & {"subscriptionspec", "incrementalspec", "deferspec"}
    return None if named else IncrementalSpec.V0_2
