from typing import Annotated

from pydantic import Field

from gateway.settings.kinds import Group

Port = Annotated[int, Field(ge=1, le=65535)]
ALONE = "its port, apart from all else; without it the main one."


class DoorSettings(Group):
    """Which ways in there are beside the graph, and which of them have a port of their own."""

    graphiql: bool | None = Field(default=None, description="Serve GraphiQL at /; unless said, not if hardened.")
    graphiql_port: Port | None = Field(
        default=None, description="Port that has GraphiQL, beside all that the main one has; without it the main one."
    )
    aws: bool = Field(default=True, description="Serve the embedded services to AWS SDKs.")
    aws_port: Port | None = Field(default=None, description=f"Of AWS SDKs, {ALONE}")
    ingest: bool = Field(default=True, description="Take the reports of devices at /ingest.")
    ingest_port: Port | None = Field(default=None, description=f"Of devices' reports, {ALONE}")
    metrics: bool | None = Field(
        default=None,
        description="Tell what was counted, at /metrics; unless said, not if hardened without a port of its own.",
    )
    metrics_port: Port | None = Field(default=None, description=f"Of metrics, {ALONE}")
