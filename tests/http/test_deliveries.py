"""What clients' Accept headers mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.deliveries import ONLY_SINGLE, Deliveries, read_deliveries
from gateway.http.incremental import IncrementalSpec

NEW, OLD = IncrementalSpec.V0_2, IncrementalSpec.OF_2022


@pytest.mark.parametrize(
    ("accept", "deliveries"),
    [
        (None, ONLY_SINGLE),
        ("application/json", ONLY_SINGLE),
        ("text/event-stream", Deliveries(single=False, event_stream=True)),
        ("text/event-stream;q=0, */*", ONLY_SINGLE),
        ("TEXT/EVENT-STREAM", Deliveries(single=False, event_stream=True)),
        (
            "multipart/mixed;incrementalSpec=v0.2, application/graphql-response+json, application/json;q=0.9",
            Deliveries(incremental=NEW),
        ),
        ('multipart/mixed; deferSpec="20220824", application/json', Deliveries(incremental=OLD)),
        ("multipart/mixed;incrementalSpec=v9, application/json", ONLY_SINGLE),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json", Deliveries(multipart=True)),
        ("multipart/mixed;subscriptionSpec=2.0, application/json", ONLY_SINGLE),
        (
            "text/event-stream, multipart/mixed",
            Deliveries(single=False, event_stream=True, multipart=True, incremental=NEW),
        ),
        (
            "multipart/mixed;deferSpec=20220824, multipart/mixed;incrementalSpec=v0.2, application/json",
            Deliveries(incremental=OLD),
        ),
    ],
)
def test_reads_what_clients_send(accept: str | None, deliveries: Deliveries) -> None:
    """Apollo's, urql's and browsers' headers mean what those clients can read; unknown versions mean nothing."""
    assert read_deliveries(accept) == deliveries


@given(st.text())
def test_reads_anything(accept: str) -> None:
    """No header whatever fails."""
    assert isinstance(read_deliveries(f"text/event-stream,{accept}"), Deliveries)
