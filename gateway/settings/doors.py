from typing import Annotated

from msgspec import Meta

from gateway.settings.kinds import group

Port = Annotated[int, Meta(ge=1, le=65535)]


@group
class DoorSettings:
    """Which ways in there are beside the graph, and which of them have a port of their own."""

    graphiql: bool | None = None
    """Serve GraphiQL at /; unless said, not if hardened."""
    graphiql_port: Port | None = None
    """Port that has GraphiQL, beside all that the main one has; without it the main one."""
    aws: bool = True
    """Serve the embedded services to AWS SDKs."""
    aws_port: Port | None = None
    """Port of AWS SDKs, apart from all else; without it the main one."""
    ingest: bool = True
    """Take the reports of devices at /ingest."""
    ingest_port: Port | None = None
    """Port of devices' reports, apart from all else; without it the main one."""
    metrics: bool | None = None
    """Tell what was counted, at /metrics; unless said, not if hardened without a port of its own."""
    metrics_port: Port | None = None
    """Port of metrics, apart from all else; without it the main one."""
