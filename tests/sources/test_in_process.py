from typing import Any

import pytest

from gateway.model import errors
from gateway.model.tenant import Tenant
from gateway.sources.in_process import InProcessUpstream
from gateway.sources.upstream import Params
from gateway.wire.errors import ServiceError

TENANT = Tenant("123456789012", "us-west-2")


class Service:
    """Answers with what it was called with; refuses, or breaks, where told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure

    async def on_wire(self, *called: Any) -> Params:  # noqa: ANN401 - as called
        if self.failure is not None:
            raise self.failure
        return {"on wire": called}

    async def beyond(self, *called: Any) -> Params:  # noqa: ANN401 - as called
        return {"beyond": called}

    async def many(self, *called: Any) -> list[Params | ServiceError]:  # noqa: ANN401 - as called
        return [{"many": called}, ServiceError("NotFoundException", "no such room")]


def upstream(service: Service) -> InProcessUpstream:
    return InProcessUpstream(
        "buttons", TENANT, service.on_wire, service.beyond, service.many, frozenset({"CountDevices"})
    )


async def test_a_call_reaches_the_operation_as_the_sources_tenant() -> None:
    """Operations of the wire and beyond it are carried out for the account and region of the source, and no other."""
    called = upstream(Service())

    assert await called.call("ListDevices", {"MaxResults": 1}) == {
        "on wire": (TENANT, "ListDevices", {"MaxResults": 1})
    }
    assert await called.call("CountDevices", {}) == {"beyond": (TENANT, "CountDevices", {})}
    assert called.beyond == {"CountDevices"}


async def test_many_are_one_call_of_the_service() -> None:
    """Many of the same go to the service at once; what it refuses comes back as an error in its place."""
    first, second = await upstream(Service()).call_many("GetRoom", [{}, {}])

    assert first == {"many": (TENANT, "GetRoom", [{}, {}])}
    assert isinstance(second, errors.NotFound)
    assert second.message == "no such room"


async def test_a_store_that_fails_is_an_outage() -> None:
    """When the embedded service itself fails, the source is named and its words are ours."""
    service = Service(ServiceError("InternalFailureException", "disk I/O error at /var/lib"))

    with pytest.raises(errors.UpstreamUnavailable) as raised:
        await upstream(service).call("ListDevices", {})

    assert raised.value.source == "buttons"
    assert raised.value.message == "Source buttons is not available at the moment."


async def test_a_bug_is_not_taken_for_a_refusal() -> None:
    """Whatever else goes wrong inside is left as it is, to be masked and logged once at the exit."""
    with pytest.raises(ZeroDivisionError):
        await upstream(Service(ZeroDivisionError())).call("ListDevices", {})
