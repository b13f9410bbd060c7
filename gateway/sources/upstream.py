from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from gateway.model.errors import GatewayError
from gateway.sources.probe import Probe

Params: TypeAlias = Mapping[str, Any]


class Upstream(Protocol):
    """Carries out a service's operations for one account and region: AwsUpstream or InProcessUpstream.

    Parameters and results are what botocore takes and gives: SDK member names, aware datetimes, absent members left
    out. A refusal or a failure is raised as the GatewayError that gateway.sources.faults has for it.
    """

    @property
    def beyond(self) -> frozenset[str]:
        """The operations that it can do beyond the wire; empty for AWS."""
        ...

    async def check(self) -> Probe:
        """Ask for one device, once: whether the service is there and takes our credentials."""
        ...

    async def call(self, operation: str, params: Params) -> Params: ...

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        """Carry out many: a bounded fan-out over AWS, one query in process. An answer for each, in order."""
        ...
